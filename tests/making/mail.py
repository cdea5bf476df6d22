"""Mail about registrations."""

from typing import Any
from uuid import UUID

from models import Mail, MailKind, Registration
from tests.making.base import number
from tests.making.events import EventMaker


class MailMaker(EventMaker):
    """Makes messages, as they were written down."""

    async def mail(self, registration: Registration, **columns: Any) -> Mail:
        """A confirmation that is queued."""
        return await self.add(
            Mail,
            columns,
            registration_id=registration.id,
            event_id=registration.event_id,
            association_id=registration.association_id,
            person_id=registration.person_id,
            kind=MailKind.CONFIRMATION,
            reason_id=UUID(int=number()),
            at=registration.registered_at,
        )
