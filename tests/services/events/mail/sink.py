"""A mail server of the test's own: what it is given, and what it answers."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


@dataclass
class Sink:
    """Takes every message. `to_recipients`, `to_messages`: what it says instead to a recipient, or to a message.

    `answer_after_taking`: what it says although it took the message.
    """

    url: str = ""
    to_recipients: str | None = None
    to_messages: str | None = None
    answer_after_taking: str | None = None
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the library calls it so
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """One recipient."""
        if self.to_recipients:
            return self.to_recipients
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """A message."""
        if self.to_messages:
            return self.to_messages
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.recipients.append(envelope.rcpt_tos)
        return self.answer_after_taking or "250 OK"

    def only(self) -> EmailMessage:
        """The one message that there is."""
        (message,) = self.messages
        return message


class _OnAnyPort(Controller):
    """A server on a port that the system chooses, and tells."""

    def factory(self) -> SMTP:
        """It takes letters of every language in what it is sent, as mail servers do."""
        return SMTP(self.handler, decode_data=False)

    def _trigger_server(self) -> None:
        """The library would connect to port 0 to see whether it listens; the chosen port is known by then."""
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def sink() -> Iterator[Sink]:
    """A mail server for as long as the context lasts."""
    made = Sink()
    controller = _OnAnyPort(made, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        made.url = f"smtp://127.0.0.1:{controller.port}"
        yield made
    finally:
        controller.stop()
