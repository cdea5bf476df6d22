"""Enums whose values each have a description, which the schema shows."""

from enum import StrEnum
from typing import Self


class DescribedEnum(StrEnum):
    """An enum of the models, declared as `NAME = "NAME", "What it means."`. TypeError for a value without a meaning."""

    description: str

    # The default is for `Enum("NAME")`, which looks a value up: type checkers take it for this call.
    def __new__(cls, value: str, description: str = "") -> Self:
        if not description:
            raise TypeError(f"{cls.__name__}.{value} does not say what it means.")
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member
