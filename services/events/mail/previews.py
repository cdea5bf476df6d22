"""Messages as they would be, for staff who want to read them first."""

import base64

from models import MANAGE_EVENTS, Event, MailKind
from services.core.work import Work
from services.events.files import tickets
from services.events.mail import words
from services.events.mail.letters import specimen
from services.events.mail.rendering import Rendered, rendered


async def preview(work: Work, event: Event, kind: MailKind, locale: str, address: str) -> Rendered:
    """A message of a kind about an event, to somebody invented. Asks for `events.manage`.

    Its pictures are in the HTML itself.
    """
    work.actor.require(MANAGE_EVENTS, event.association_id)
    letter = await specimen(work, event, kind, words.writable(locale, *work.actor.tenant.locales), address)
    return rendered(
        letter, lambda ticket: "data:image/png;base64," + base64.b64encode(tickets.png(ticket.code)).decode()
    )
