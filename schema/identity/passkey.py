"""Passkeys of one's own. They are added over HTTP, where a device answers: schema/web/signin/passkeys.py."""

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
    """What a person's device proves itself by. STAFF see none: it is the person's alone."""

    label: str = column("What its owner calls it.")
    transports: list[str] = column("How the device is reached, by WebAuthn's names: `internal`, `hybrid`, `usb`.")
    backed_up: bool = column("Whether it is kept elsewhere too, and survives the device.")
    created_at: datetime = column("When it was added.")
    last_used_on: date | None = column("The day that it was last used.")


PasskeyId = Annotated[UUID, Ref("Passkey", "The passkey.")]


@extends(Query)
class _Passkeys:
    my_passkeys: list[Passkey] = many(
        "The passkeys of the person who asks; none for anybody else.",
        on=lambda _, row: row.person_id == context.person(),
        order=("id",),
        limit=adding.MOST_PASSKEYS,
    )


@mutation(Passkey)
async def update_passkey(
    work: Work,
    *,
    passkey_id: PasskeyId,
    label: Annotated[str, f"Its name, {adding.LONGEST_LABEL} characters at the most."],
) -> models.Passkey:
    """Call a passkey of one's own something else."""
    return await adding.rename_passkey(work, passkey_id, label)


@mutation(deletes=Passkey, problems=(StepUpRequired,))
async def delete_passkey(work: Work, *, passkey_id: PasskeyId) -> models.Passkey:
    """Delete a passkey of one's own. Asks for a sign-in of late."""
    return await adding.remove_passkey(work, passkey_id)
