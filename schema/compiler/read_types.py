"""A read type, and the table that its rows are in."""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import FromClause, Table
from sqlmodel import SQLModel


@lru_cache(5_000)
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
