"""Sessions, and invitations to one's record."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models import Association, ContactPoint, Invitation, MessageState, Person, Session, SignInMethod
from services.core.actor import system
from services.identity.sessions import new_secret, open_session
from tests.making.messages import MessageMaker


class IdentityMaker(MessageMaker):
    """Makes sessions and invitations."""

    async def signed_in(self, person: Person, **columns: Any) -> str:
        """The secret of a session that has just begun; `columns`: what is otherwise about it."""
        async with self.acting_as(system(self._tenants[person.confederation_id])) as work:
            session, secret = await open_session(work, person.id, SignInMethod.MAGIC_LINK, device="Firefox on Linux")
            for name, value in columns.items():
                setattr(session, name, value)
        return secret

    async def sign_in_session(self, person: Person, **columns: Any) -> Session:
        """A session of somebody."""
        now = datetime.now(UTC)
        return await self.add(
            Session,
            columns,
            person_id=person.id,
            secret_hash=new_secret()[1],
            rotated_at=now,
            method=SignInMethod.MAGIC_LINK,
            device="Firefox on Linux",
            created_at=now,
            last_used_at=now,
            authenticated_at=now,
            expires_at=now + timedelta(days=30),
        )

    async def invitation(
        self, person: Person, point: ContactPoint, association: Association | None = None, **columns: Any
    ) -> Invitation:
        """An invitation that was mailed."""
        association, now = association or await self.home(), datetime.now(UTC)
        sent = {"permission": "persons.manage", "state": MessageState.SENT, "sent_at": now, "attempts": 1}
        message = await self.message(person, "identity.invitation", association, **sent)
        return await self.add(
            Invitation,
            columns,
            message_id=message.id,
            person_id=person.id,
            association_id=association.id,
            contact_point_id=point.id,
            secret_hash=new_secret()[1],
            created_at=now,
            expires_at=now + timedelta(days=14),
        )
