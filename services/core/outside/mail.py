"""Handing messages to the mail server, and what every message has in its headers."""

import re
import unicodedata
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import Enum
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib

from services.core.telemetry.logs import log

PATIENCE = 30
"""Seconds that the server has for each answer."""


class Outcome(Enum):
    """What the server made of a message."""

    TAKEN = "taken"
    REFUSED = "refused"  # for good: by the recipient's address, or what it says
    LATER = "later"


def one_line(text: str) -> str:
    """The text without control characters and line breaks: nothing in it begins a header or a line of its own."""
    return re.sub(r"[ \t]+", " ", "".join(" " if unicodedata.category(c) in _BREAKING else c for c in text)).strip()


_BREAKING = {"Cc", "Cs", "Zl", "Zp"}


def addressed(id: UUID, *, to: tuple[str, str], sender: tuple[str, str], subject: str, at: datetime) -> EmailMessage:
    """A message without content, between two names and addresses. It is told by its key: sent twice, it is the same.

    ValueError for an address that no header can hold.
    """
    message = EmailMessage(SMTP)
    message["From"] = Address(one_line(sender[0]), addr_spec=sender[1])
    message["To"] = Address(one_line(to[0]), addr_spec=to[1])
    message["Subject"] = one_line(subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{id}@{sender[1].rpartition('@')[2]}>"
    # A machine wrote it: no holiday notices in answer (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    return message


async def hand_over(message: EmailMessage, id: UUID, url: str) -> Outcome:
    """Give it to the server at a URL. The log gets the server's code, never its words, which quote the address."""
    parts = urlsplit(url)
    username = unquote(parts.username) if parts.username else None
    try:
        await aiosmtplib.send(
            message,
            hostname=parts.hostname,
            port=parts.port or (465 if parts.scheme == "smtps" else 587),
            username=username,
            password=unquote(parts.password) if parts.password else None,
            use_tls=parts.scheme == "smtps",
            # Without a password TLS is used where it is offered; with one, nothing is said before it.
            start_tls=None if parts.scheme == "smtp" and username is None else parts.scheme == "smtp",
            timeout=PATIENCE,
        )
    except aiosmtplib.SMTPRecipientsRefused as refused:
        return _refusal(id, [one.code for one in refused.recipients])
    except (aiosmtplib.SMTPDataError, aiosmtplib.SMTPSenderRefused) as refused:
        return _refusal(id, [refused.code])
    except (aiosmtplib.SMTPException, OSError) as error:
        # No server, or one that doesn't let us in: that isn't the message's fault.
        log.warning("the message %s was not taken: %s", id, type(error).__name__)
        return Outcome.LATER
    return Outcome.TAKEN


def _refusal(id: UUID, codes: list[int]) -> Outcome:
    log.warning("the message %s was refused with %s", id, codes)
    return Outcome.REFUSED if all(code >= 500 for code in codes) else Outcome.LATER
