"""Messages about registrations."""

from typing import Any

from models import Message, Registration, RegistrationMessage
from tests.making.events import EventMaker
from tests.making.messages import MessageMaker


class MailMaker(EventMaker, MessageMaker):
    """Makes messages about registrations, and what says so."""

    async def registration_message(self, registration: Registration, **columns: Any) -> Message:
        """A confirmation that is queued."""
        message = await self.message(
            registration.person_id,
            "events.confirmation",
            registration.association_id,
            **{"permission": "registrations.read", "at": registration.registered_at} | columns,
        )
        await self.add(
            RegistrationMessage,
            {},
            message_id=message.id,
            registration_id=registration.id,
            event_id=registration.event_id,
            association_id=registration.association_id,
            person_id=registration.person_id,
        )
        return message
