"""Delivery to the mail server, and headers common to all messages."""

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

MAIL_SERVER_SECONDS = 30
"""Seconds to wait for each answer of the mail server."""


class Outcome(Enum):
    """Result of handing a message to the mail server."""

    TAKEN = "taken"
    REFUSED = "refused"  # permanently, because of the recipient's address or the content
    LATER = "later"


def one_line(text: str) -> str:
    """Return a text without control characters and line breaks, so that it can't inject a header or a line."""
    return re.sub(r"[ \t]+", " ", "".join(" " if unicodedata.category(c) in _BREAKING else c for c in text)).strip()


_BREAKING = {"Cc", "Cs", "Zl", "Zp"}


def addressed(id: UUID, *, to: tuple[str, str], sender: tuple[str, str], subject: str, at: datetime) -> EmailMessage:
    """Return an empty message with sender and recipient. Its Message-ID is made of its key: sent twice, it is the same.

    ValueError for an address that can't stand in a header.
    """
    message = EmailMessage(SMTP)
    message["From"] = Address(one_line(sender[0]), addr_spec=sender[1])
    message["To"] = Address(one_line(to[0]), addr_spec=to[1])
    message["Subject"] = one_line(subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{id}@{sender[1].rpartition('@')[2]}>"
    # Marked as automatic, so that nobody's out-of-office replies answer it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    return message


async def hand_over(message: EmailMessage, id: UUID, url: str) -> Outcome:
    """Send a message through the server at a URL.

    The server's code is logged, never its text, which quotes the address.
    """
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
            # Without a password, TLS is used if offered; with one, it is required first.
            start_tls=None if parts.scheme == "smtp" and username is None else parts.scheme == "smtp",
            timeout=MAIL_SERVER_SECONDS,
        )
    except aiosmtplib.SMTPRecipientsRefused as refused:
        return _refusal(id, [one.code for one in refused.recipients])
    except (aiosmtplib.SMTPDataError, aiosmtplib.SMTPSenderRefused) as refused:
        return _refusal(id, [refused.code])
    except (aiosmtplib.SMTPException, OSError) as error:
        # The server is unreachable or refuses the login: not the message's fault, so it is retried.
        log.warning("the message %s was not taken: %s", id, type(error).__name__)
        return Outcome.LATER
    return Outcome.TAKEN


def _refusal(id: UUID, codes: list[int]) -> Outcome:
    log.warning("the message %s was refused with %s", id, codes)
    return Outcome.REFUSED if all(code >= 500 for code in codes) else Outcome.LATER
