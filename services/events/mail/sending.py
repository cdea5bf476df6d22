"""The job that sends a message."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from models import ContactKind, ContactPoint, Mail, MailState, Person, Registration
from services.core.jobs.jobs import enqueue, job, wait_after
from services.core.outside.mail import Outcome, hand_over
from services.core.settings import Settings
from services.core.telemetry.logs import log_failure
from services.core.work import Work
from services.events.mail.composing import composed
from services.events.mail.letters import ABOUT, letter

TRIES = 10
"""How many times a message is handed to the server; with the waits between, about five hours."""


@job("send_mail")
async def send_mail(work: Work, *, mail_id: UUID, settings: Settings) -> None:
    """Send a message that is queued, unless there is no server to send it through: then it stays queued for good.

    The row is locked while the server is spoken to, so that of two who do this job at once one finds it done. Should
    the process die between the server's yes and the commit, the message goes out again with the same Message-ID.
    """
    mail = await _queued(work, mail_id)
    if mail is None or settings.smtp_url is None:
        return
    registration = await work.find(Registration, mail.registration_id)
    if mail.kind in ABOUT and registration.state not in ABOUT[mail.kind]:
        mail.state = MailState.OUTDATED
        return
    address = await _address(work, mail.person_id)
    if address is None:
        mail.state = MailState.NO_ADDRESS
        return
    said = await letter(work, mail, settings.address)
    try:
        message = composed(said, mail.id, to=address, sender=settings.mail_from, at=work.now)
    except Exception as error:  # it would fail the same way each time
        log_failure(f"the message {mail.id} can't be composed", error)
        mail.state = MailState.FAILED
        return
    mail.attempts += 1
    mail.sequence = said.invitation.sequence if said.invitation else 0
    outcome = await hand_over(message, mail.id, settings.smtp_url.get_secret_value())
    if outcome is Outcome.TAKEN:
        mail.state, mail.sent_at = MailState.SENT, work.now
    elif outcome is Outcome.REFUSED or mail.attempts >= TRIES:
        mail.state = MailState.FAILED
    else:
        await enqueue(work, "send_mail", after=wait_after(mail.attempts - 1), mail_id=mail.id)


async def _queued(work: Work, mail_id: UUID) -> Mail | None:
    query = select(Mail).where(
        col(Mail.confederation_id) == work.tenant_id, col(Mail.id) == mail_id, col(Mail.state) == MailState.QUEUED
    )
    return (await work.session.execute(query.with_for_update(key_share=True))).scalar_one_or_none()


async def _address(work: Work, person_id: UUID) -> str | None:
    """Where a person wants their mail; null where nowhere, and for the dead."""
    query = (
        select(col(ContactPoint.value))
        .join(
            Person,
            (col(Person.confederation_id) == col(ContactPoint.confederation_id))
            & (col(Person.id) == col(ContactPoint.person_id)),
        )
        .where(
            col(ContactPoint.confederation_id) == work.tenant_id,
            col(ContactPoint.person_id) == person_id,
            col(ContactPoint.kind) == ContactKind.EMAIL,
            col(ContactPoint.preferred),
            col(Person.deceased_on).is_(None),
        )
    )
    return (await work.session.execute(query)).scalar_one_or_none()
