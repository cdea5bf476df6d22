"""Inputs shared by several mutations, and the form in which operations receive them. `schema.mutations.parameters`
reads them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from schema.base.scalars import Locale


@dataclass(frozen=True)
class TextInput:
    """A text in one language."""

    locale: Annotated[Locale, "The language."]
    text: Annotated[str, "The text."]


@dataclass(frozen=True)
class ByLocale:
    """Mark a parameter that clients pass as `[TextInput!]` and operations receive as texts by language code."""


Texts = Annotated[Mapping[str, str], ByLocale()]
"""The texts of a localized field. Of several in the same language, the last counts."""


@dataclass(frozen=True)
class Named:
    """Mark a parameter that the operation's problems call by another name."""

    name: str


class OneOf:
    """The base of inputs of which exactly one field must be given (`@oneOf`)."""
