"""A read type, and the table that its rows are in."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import FromClause, Table
from sqlmodel import SQLModel

from models.base.records import Dated


@lru_cache(500)  # one takes up to 70 kB
def _alias(table: Table, name: str) -> FromClause:
    """An alias never changes, and making the columns of one takes longer than all else that is done with it."""
    return table.alias(name)


@dataclass(frozen=True)
class ReadType:
    """A read type: its class, and the model whose table its rows are; none for a function's rows and for roots."""

    cls: type
    model: type[SQLModel] | None

    def rows(self, name: str) -> FromClause:
        """The table under an alias."""
        if self.model is None:
            raise TypeError(f"{self.cls.__name__} has no table: declare `rows` where it is referred to")
        return _alias(self.model.__table__, name)  # type: ignore[attr-defined]


_DATES = {
    "created_at": "When it was created.",
    "updated_at": "When it was last changed; when it was created, where it never was.",
}


def dates_of(cls: type, model: type[SQLModel] | None) -> Mapping[str, str]:
    """What an entity tells of when its row was created and last changed, as far as its class doesn't declare it.

    An entity is what implements an interface, `Node`: parts of others tell nothing of their own.
    """
    is_entity = model is not None and issubclass(model, Dated) and hasattr(cls, "__strawberry_definition__")
    return {name: told for name, told in _DATES.items() if name not in cls.__dict__} if is_entity else {}
