"""Where a person wants their messages."""

from sqlalchemy import select
from sqlmodel import col

from models import ContactKind, ContactPoint, Message, Person
from services.core.work import Work


async def preferred_address(work: Work, message: Message) -> str | None:
    """The preferred mail address of whom a message is to; null where there is none, and for the dead."""
    query = (
        select(col(ContactPoint.value))
        .join(
            Person,
            (col(Person.confederation_id) == col(ContactPoint.confederation_id))
            & (col(Person.id) == col(ContactPoint.person_id)),
        )
        .where(
            col(ContactPoint.confederation_id) == work.tenant_id,
            col(ContactPoint.person_id) == message.person_id,
            col(ContactPoint.kind) == ContactKind.EMAIL,
            col(ContactPoint.preferred),
            col(Person.deceased_on).is_(None),
        )
    )
    return (await work.session.execute(query)).scalar_one_or_none()
