"""Compose the MIME message of a letter: headers, text and HTML, pictures, calendar entry."""

from datetime import datetime
from email.message import EmailMessage
from uuid import UUID

from uuid_utils.compat import uuid7

from services.core.outside.mail import addressed, one_line
from services.messages.letters import Letter
from services.messages.rendering import rendered


def composed(letter: Letter, message_id: UUID, *, to: str, sender: str, at: datetime) -> EmailMessage:
    """Compose the message. Its Message-ID is made of its row's key, so duplicates can be recognised.

    ValueError for an address that can't stand in a header.
    """
    domain = sender.rpartition("@")[2]
    images = {picture.code: f"{picture.code}@{domain}" for picture in letter.pictures}
    said = rendered(letter, lambda picture: f"cid:{images[picture.code]}")
    people = {"to": (letter.name, to), "sender": (letter.host, sender)}
    # With new content each time it isn't a duplicate, which a mail server may drop.
    message = addressed(uuid7() if letter.differs_each_time else message_id, **people, subject=said.subject, at=at)
    if letter.list_id is not None:
        message["List-Id"] = f"<{letter.list_id}.{domain}>"
    for name, value in letter.headers:
        message[name] = one_line(value)
    message.set_content(said.text)
    message.add_alternative(said.html, subtype="html")
    html = message.get_payload()[-1]  # type: ignore[index]
    assert isinstance(html, EmailMessage)
    for picture in letter.pictures:
        html.add_related(picture.png, "image", "png", cid=f"<{images[picture.code]}>", disposition="inline")
    if letter.calendar is not None:
        method, content = letter.calendar(sender, to)
        message.add_alternative(content.decode(), subtype="calendar", params={"method": method})
    message["Content-Language"] = (
        letter.locale
    )  # set now, because a multipart message moves its Content- headers to its first part
    return message
