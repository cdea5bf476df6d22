"""Read types, and the tables of their rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import FromClause, Table
from sqlmodel import SQLModel

from models.base.records import Dated


@lru_cache(500)  # one takes up to 70 kB
def _alias(table: Table, name: str) -> FromClause:
    """Cached: an alias never changes, and creating its columns takes longer than everything that is done with it."""
    return table.alias(name)


@dataclass(frozen=True)
class ReadType:
    """A read type: its class, and the model of its table; no model for a function's rows and for roots."""

    cls: type
    model: type[SQLModel] | None

    def rows(self, name: str) -> FromClause:
        """Return the table under an alias."""
        if self.model is None:
            raise TypeError(f"{self.cls.__name__} has no table: declare `rows` where it is referred to")
        return _alias(self.model.__table__, name)  # type: ignore[attr-defined]


_DATES = {
    "created_at": "Time of creation.",
    "updated_at": "Time of the last change; the time of creation if there was none.",
}


def dates_of(cls: type, model: type[SQLModel] | None) -> Mapping[str, str]:
    """Return the times of creation and of the last change of an entity's row, unless its class declares them.

    An entity implements an interface, `Node`; parts of other entities have no times of their own.
    """
    is_entity = model is not None and issubclass(model, Dated) and hasattr(cls, "__strawberry_definition__")
    return {name: told for name, told in _DATES.items() if name not in cls.__dict__} if is_entity else {}
