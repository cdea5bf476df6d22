"""Previews of messages, for staff."""

from models import MANAGE_EVENTS, Event, MailKind
from services.core.work import Work
from services.events.mail.letters import specimen
from services.messages.rendering import Rendered, previewed
from services.messages.words import writable


async def preview(work: Work, event: Event, kind: MailKind, locale: str, address: str) -> Rendered:
    """A sample message of a kind about an event, to a fictitious person. Asks for `events.manage`."""
    work.actor.require(MANAGE_EVENTS, event.association_id)
    return previewed(await specimen(work, event, kind, writable(locale, *work.actor.tenant.locales), address))
