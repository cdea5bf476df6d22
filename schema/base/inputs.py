"""Inputs that several mutations share, and how they become what operations take."""

from collections.abc import Sequence

import strawberry

from schema.base.scalars import Locale


@strawberry.input(description="A text in one language.")
class TextInput:
    """One of the texts of a localized field."""

    locale: Locale = strawberry.field(description="The language.")
    text: str = strawberry.field(description="The text.")


def texts(given: Sequence[TextInput]) -> dict[str, str]:
    """The texts by the code of their language; of several in one language, the last."""
    return {item.locale.code: item.text for item in given}


def optional_texts(given: Sequence[TextInput] | None) -> dict[str, str] | None:
    """The same, or null where nothing was given."""
    return texts(given) if given is not None else None
