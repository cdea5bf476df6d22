"""What is left out of a change, told apart from what is cleared: `UNSET` means "as before", None means "none"."""

from enum import Enum
from typing import Any, Final


class Unset(Enum):
    """The type of `UNSET`, for annotations: `title: Unset | Texts = UNSET`."""

    UNSET = "UNSET"


UNSET: Final = Unset.UNSET
"""Left out: stays as it is."""


def given(**values: Any) -> dict[str, Any]:
    """Those of the values that were given, None included."""
    return {name: value for name, value in values.items() if value is not UNSET}
