"""Messages in the outbox."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from models import Association, Message, Person
from tests.making.base import number
from tests.making.people import PeopleMaker


class MessageMaker(PeopleMaker):
    """Makes messages of any kind."""

    async def message(
        self, person: Person | UUID, kind: str, association: Association | UUID | None = None, **columns: Any
    ) -> Message:
        """A message that is queued, which nobody's staff read; `association`: that sends it."""
        return await self.add(
            Message,
            columns,
            person_id=person if isinstance(person, UUID) else person.id,
            association_id=association if isinstance(association, UUID) or association is None else association.id,
            kind=kind,
            cause_id=UUID(int=number()),
            at=datetime.now(UTC),
        )
