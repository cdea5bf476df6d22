"""Descriptions of enum values; Strawberry accepts them only one by one."""

from collections.abc import Mapping
from enum import Enum
from typing import Any


def describe_values(enum: type[Enum], descriptions: Mapping[str, str]) -> Any:
    """Set the description of each value of a Strawberry enum, by name. Raise KeyError if one is missing."""
    for value in enum.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = descriptions[value.name]
    return enum
