"""Topics: what can be watched, and which rows' changes are announced under each topic. Declared beside the models.

`topic(Registration, Event, by=Registration.event_id)` declares that watchers of an event are notified when one of its
registrations changes. The kernel announces each row that is inserted or recorded in the journal; it knows no table by
name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel


@dataclass(frozen=True)
class Membership:
    """Rows of a table belong to the topic of the row of `watched` whose key is in the column `by`."""

    watched: str
    by: str


@dataclass
class Topics:
    """Every declared topic, by the table whose rows belong to it."""

    by_table: dict[str, list[Membership]] = field(default_factory=dict)

    def of(self, tenant_id: UUID, model: type[SQLModel], row: Mapping[str, Any]) -> Iterator[str]:
        """The topics of a row; none if the column is null."""
        for membership in self.by_table.get(str(model.__tablename__), ()):
            if (id := row.get(membership.by)) is not None:
                yield _name(tenant_id, membership.watched, id)


topics = Topics()


def topic(model: type[SQLModel], watched: type[SQLModel], *, by: Any) -> None:
    """Declare that changes of a model's rows are announced under the row that the column `by` refers to."""
    topics.by_table.setdefault(str(model.__tablename__), []).append(Membership(str(watched.__tablename__), by.key))


def topic_of(tenant_id: UUID, watched: type[SQLModel], id: UUID) -> str:
    """The topic of a row and of everything that belongs to it."""
    return _name(tenant_id, str(watched.__tablename__), id)


def _name(tenant_id: UUID, table: str, id: UUID) -> str:
    return f"{tenant_id}:{table}:{id}"
