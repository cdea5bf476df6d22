"""Event patterns of webhooks."""

import re
from collections.abc import Sequence

from services.core.errors import InvalidInput

MOST_PATTERNS = 50
_PATTERN = re.compile(r"\*|[a-z][a-z_]{0,59}\.(\*|[a-z][a-z_]{0,59})")


def check_patterns(patterns: Sequence[str], *path: str) -> list[str]:
    """Check event patterns: an action (`registration.confirmed`), all of a noun (`registration.*`), or all (`*`)."""
    if not 0 < len(patterns) <= MOST_PATTERNS:
        raise InvalidInput(f"1 to {MOST_PATTERNS} events", str(len(patterns)), path=path)
    for rank, pattern in enumerate(patterns):
        if not _PATTERN.fullmatch(pattern):
            raise InvalidInput("noun.participle, noun.* or *", pattern[:80], path=(*path, str(rank)))
    return list(dict.fromkeys(patterns))


def matches(patterns: Sequence[str], action: str) -> bool:
    """Whether any of the patterns matches an action."""
    return not {action, f"{action.partition('.')[0]}.*", "*"}.isdisjoint(patterns)
