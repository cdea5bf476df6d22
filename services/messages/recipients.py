"""The address at which a person gets messages."""

from sqlmodel import col

from models import ContactKind, ContactPoint, Message, Person
from services.core.statements import matching
from services.core.work import Work


async def preferred_address(work: Work, message: Message) -> str | None:
    """The preferred mail address of a message's recipient; None if there is none, or if the person has died."""
    query = (
        work.select(col(ContactPoint.value))
        .join(Person, matching(ContactPoint.person_id, Person.id))
        .where(
            col(ContactPoint.person_id) == message.person_id,
            col(ContactPoint.kind) == ContactKind.EMAIL,
            col(ContactPoint.preferred),
            col(Person.deceased_on).is_(None),
        )
    )
    return (await work.session.execute(query)).scalar_one_or_none()
