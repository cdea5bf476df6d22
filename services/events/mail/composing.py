"""From a letter to a message as it is sent: headers, text and HTML, the invitation, the tickets' pictures."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from services.events import tickets
from services.events.mail.invitations import invitation
from services.events.mail.letters import Letter
from services.events.mail.rendering import one_line, rendered


def composed(letter: Letter, mail_id: UUID, *, to: str, sender: str, at: datetime) -> EmailMessage:
    """The message. Its Message-ID is made of the mail's key: one that is sent twice can be told by it.

    ValueError for an address that no header can hold.
    """
    domain = sender.rpartition("@")[2]
    images = {ticket.code: f"{ticket.code}@{domain}" for ticket in letter.tickets}
    said = rendered(letter, lambda ticket: f"cid:{images[ticket.code]}")
    message = EmailMessage(SMTP)
    message["From"] = Address(one_line(letter.host), addr_spec=sender)
    message["To"] = Address(one_line(letter.name), addr_spec=to)
    message["Subject"] = said.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{mail_id}@{domain}>"
    message["List-Id"] = f"<{letter.list_id}.{domain}>"
    # A machine wrote it: no holiday notices in answer (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
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
