"""The reader's own passkeys. They are registered over HTTP by schema/web/signin/passkeys.py."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import models
from schema.base.ids import Ref
from schema.compiler import context
from schema.compiler.declare import column, extends, many, read_type
from schema.mutations.declare import mutation
from schema.reading.queries import Query
from schema.reading.relay import Node
from services.core.errors import StepUpRequired
from services.core.work import Work
from services.identity.passkeys import adding


@read_type(models.Passkey)
class Passkey(Node):
    """A passkey of a person. Visible to the person alone, not to STAFF."""

    label: str = column("Name that the owner gave it.")
    transports: list[str] = column("Ways of reaching the device, by WebAuthn's names: `internal`, `hybrid`, `usb`.")
    backed_up: bool = column("True if it is backed up, and so survives the loss of the device.")
    created_at: datetime = column("Time at which it was added.")
    last_used_on: date | None = column("Day of the last use; null if never used.")


PasskeyId = Annotated[UUID, Ref("Passkey", "The passkey.")]


@extends(Query)
class _Passkeys:
    my_passkeys: list[Passkey] = many(
        "The passkeys of the signed-in person; empty for other readers.",
        on=lambda _, row: row.person_id == context.person(),
        order=("id",),
        limit=adding.MOST_PASSKEYS,
    )


@mutation(Passkey)
async def update_passkey(
    work: Work,
    *,
    passkey_id: PasskeyId,
    label: Annotated[str, f"Name, at most {adding.LONGEST_LABEL} characters."],
) -> models.Passkey:
    """Rename one of one's own passkeys."""
    return await adding.rename_passkey(work, passkey_id, label)


@mutation(deletes=Passkey, problems=(StepUpRequired,))
async def delete_passkey(work: Work, *, passkey_id: PasskeyId) -> models.Passkey:
    """Delete one of one's own passkeys. Requires a recent sign-in."""
    return await adding.remove_passkey(work, passkey_id)
