"""The value of an omitted argument of a change: `UNSET` means unchanged, while None means cleared."""

from enum import Enum
from typing import Any, Final


class Unset(Enum):
    """The type of `UNSET`, for annotations: `title: Unset | Texts = UNSET`."""

    UNSET = "UNSET"


UNSET: Final = Unset.UNSET
"""Omitted: unchanged."""


def given(**values: Any) -> dict[str, Any]:
    """The values that are not `UNSET`, None included."""
    return {name: value for name, value in values.items() if value is not UNSET}
