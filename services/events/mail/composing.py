"""From a letter to a message as it is sent: headers, text and HTML, the invitation, the tickets' pictures."""

from datetime import datetime
from email.message import EmailMessage
from uuid import UUID

from services.core.outside.mail import addressed
from services.events.files import tickets
from services.events.mail.invitations import invitation
from services.events.mail.letters import Letter
from services.events.mail.rendering import rendered


def composed(letter: Letter, mail_id: UUID, *, to: str, sender: str, at: datetime) -> EmailMessage:
    """The message. Its Message-ID is made of the mail's key: one that is sent twice can be told by it.

    ValueError for an address that no header can hold.
    """
    domain = sender.rpartition("@")[2]
    images = {ticket.code: f"{ticket.code}@{domain}" for ticket in letter.tickets}
    said = rendered(letter, lambda ticket: f"cid:{images[ticket.code]}")
    people = {"to": (letter.name, to), "sender": (letter.host, sender)}
    message = addressed(mail_id, **people, subject=said.subject, at=at)
    message["List-Id"] = f"<{letter.list_id}.{domain}>"
    message.set_content(said.text)
    message.add_alternative(said.html, subtype="html")
    html = message.get_payload()[-1]  # type: ignore[index]
    assert isinstance(html, EmailMessage)
    for ticket in letter.tickets:
        html.add_related(tickets.png(ticket.code), "image", "png", cid=f"<{images[ticket.code]}>", disposition="inline")
    if (entry := invitation(letter, organizer=sender, attendee=to)) is not None:
        method, content = entry
        message.add_alternative(content.decode(), subtype="calendar", params={"method": method})
    message["Content-Language"] = letter.locale  # now, because what has parts gives its Content- headers to the first
    return message
