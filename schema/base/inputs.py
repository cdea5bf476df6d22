"""Inputs that several mutations share, and how operations get them. `schema.mutations.parameters` reads them."""

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
    """Marks a parameter that is `[TextInput!]` for clients, and texts by the code of their language for operations."""


Texts = Annotated[Mapping[str, str], ByLocale()]
"""The texts of a localized field; of several in one language, the last."""


@dataclass(frozen=True)
class Named:
    """Marks a parameter that problems of the operation call by another name."""

    name: str


class OneOf:
    """The base of inputs of which exactly one field is given (`@oneOf`)."""
