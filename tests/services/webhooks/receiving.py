"""The other side of webhooks: a server on this machine that verifies what it gets with the standard's own library."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from standardwebhooks.webhooks import Webhook as Verifier

from models import Association, JournalEntry, Webhook
from schema.base.ids import decode_id
from services.core.actor import system
from services.core.work import begin
from services.webhooks.registering import register_webhook
from services.webhooks.sending import deliver_webhook
from tests.making import Maker
from tests.services.core.journal.walking import chained


@dataclass
class Message:
    """A message as it came, and what it says where a secret of the receiver's fits."""

    path: str
    headers: dict[str, str]
    body: bytes
    said: Any


@dataclass
class Receiver:
    """Answers with each of `statuses` in turn, then always with the last. `secrets`: by path, that have to fit."""

    port: int = 0
    secrets: dict[str, list[str]] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=lambda: [204])
    got: list[Message] = field(default_factory=list)

    def url(self, path: str = "hook") -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}/{path}"

    def actions(self, path: str = "/hook") -> list[str]:
        """What it was told, in order."""
        return [message.said["type"] for message in self.got if message.path == path]

    def entries(self) -> set[UUID]:
        """The journal's entries that it was told of."""
        decoded = (decode_id(message.said["data"]["entryId"]) for message in self.got)
        return {found[1] for found in decoded if found}

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            path, headers = head[0].split()[1], _headers(head[1:])
            body = await reader.readexactly(int(headers["content-length"]))
            self.got.append(Message(path, headers, body, verified(body, headers, self.secrets.get(path, ()))))
            status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
            more = "location: http://127.0.0.1:1/\r\n" if status == 302 else ""
            writer.write(f"HTTP/1.1 {status} x\r\n{more}content-length: 2\r\nconnection: close\r\n\r\nno".encode())
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # who asked was killed
        finally:
            writer.close()


def _headers(lines: Sequence[str]) -> dict[str, str]:
    pairs = (line.split(": ", 1) for line in lines if line)
    return {name.lower(): value for name, value in pairs}


def verified(body: bytes, headers: dict[str, str], secrets: Sequence[str]) -> Any:
    """What the message says, verified with each secret. WebhookVerificationError where one doesn't fit."""
    assert secrets
    first, *_ = [Verifier(secret).verify(body, headers) for secret in secrets]
    return first


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on a port of its own."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver


async def registered(
    make: Maker, receiver: Receiver, *events: str, path: str = "hook", association: Association | None = None
) -> Webhook:
    """An association's administrator registers a webhook, home's by default; the receiver learns its secret."""
    association = association or await make.home()
    async with make.acting_as(await make.staff(association=association)) as work:
        row, secret = await register_webhook(work, association.id, url=receiver.url(path), events=events or ["*"])
    receiver.secrets[f"/{path}"] = [secret]
    return row


async def deliver(make: Maker, row: Webhook, **when: Any) -> None:
    """What a worker does: it walks behind the journal, and does the webhook's job."""
    await chained(make)
    async with begin(make.database, system(make.tenant), **when) as work:
        await deliver_webhook(work, webhook_id=row.id)


async def happen(make: Maker, action: str, association_id: UUID | None, **data: Any) -> JournalEntry:
    """Something is done."""
    async with begin(make.database, system(make.tenant)) as work:
        return await work.insert(
            JournalEntry(
                at=work.now,
                action=action,
                actor="system",
                subject_type="Event",
                subject_id=work.tenant_id,
                association_id=association_id,
                data=data,
            )
        )
