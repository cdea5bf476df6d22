"""The jobs that send messages."""

from uuid import UUID

from sqlmodel import col

from models import Message, MessageState
from services.core.jobs.jobs import enqueue, job, wait_after
from services.core.outside.mail import Outcome, hand_over
from services.core.settings import Settings
from services.core.telemetry.logs import log_failure
from services.core.work import Work
from services.messages.composing import composed
from services.messages.kinds import kind_of

MOST_SEND_ATTEMPTS = 10
"""How many times a message is handed to the server; with the waits between, about five hours."""


@job("send_message")
async def send_message(work: Work, *, message_id: UUID, settings: Settings) -> None:
    """Send a message that is queued, unless there is no server to send it through: then it stays queued for good."""
    await send(work, message_id, settings)


@job("send_urgent_message", urgent=True, share=4)
async def send_urgent_message(work: Work, *, message_id: UUID, settings: Settings) -> None:
    """The same for a message that goes before all else."""
    await send(work, message_id, settings)


@job("send_bulk_message", at_once=4, share=2)
async def send_bulk_message(work: Work, *, message_id: UUID, settings: Settings) -> None:
    """The same for one of many, which leaves places to the others."""
    await send(work, message_id, settings)


async def send(work: Work, message_id: UUID, settings: Settings) -> None:
    """Send a message that is queued, and have it tried again later where the server asks for that.

    The row is locked while the server is spoken to, so that of two who do this at once one finds it done. Should the
    process die between the server's yes and the commit, the message goes out again with the same Message-ID.
    """
    message = await _queued(work, message_id)
    if message is None or settings.smtp_url is None:
        return
    kind = kind_of(message.kind)
    letter = await kind.compose(work, message, settings)
    if letter is None:
        message.state = MessageState.OUTDATED
        return
    address = await kind.address(work, message)
    if address is None:
        message.state = MessageState.NO_ADDRESS
        return
    try:
        mail = composed(letter, message.id, to=address, sender=settings.mail_from, at=work.now)
    except Exception as error:  # it would fail the same way each time
        log_failure(f"the message {message.id} can't be composed", error)
        message.state = MessageState.FAILED
        return
    message.attempts += 1
    outcome = await hand_over(mail, message.id, settings.smtp_url.get_secret_value())
    if outcome is Outcome.TAKEN:
        message.state, message.sent_at = MessageState.SENT, work.now
    elif outcome is Outcome.REFUSED or message.attempts >= MOST_SEND_ATTEMPTS:
        message.state = MessageState.FAILED
    else:
        await enqueue(work, kind.job, after=wait_after(message.attempts - 1), message_id=message.id)


async def _queued(work: Work, message_id: UUID) -> Message | None:
    query = work.select(Message, lock=True).where(
        col(Message.id) == message_id, col(Message.state) == MessageState.QUEUED
    )
    return (await work.session.execute(query)).scalar_one_or_none()
