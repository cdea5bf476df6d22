"""Rows of tables that nothing of the schema shows: what is attacked has to have something in it."""

from datetime import UTC, datetime, timedelta

from models import (
    AttemptKind,
    ContactPoint,
    ExternalIdentity,
    IdempotencyRecord,
    IdentityProvider,
    JournalEntry,
    JournalLink,
    LinkPurpose,
    PersonReference,
    SignInAttempt,
    SignInLink,
    TrustedDocument,
)
from services.trusted_documents.registering import hash_of
from tests.schema.world import World

AFTER = ("contacts", "journal", "providers")


async def rows(world: World) -> None:
    """Ana's, and home's."""
    make, ana, now = world.make, world.person("own").id, datetime.now(UTC)
    soon, text = now + timedelta(minutes=10), "{ __typename }"
    for model, columns in (
        (PersonReference, {"person_id": ana, "system": "payroll", "value": "1", "association_ids": [world.home.id]}),
        (
            ExternalIdentity,
            {
                "person_id": ana,
                "provider_id": world.row(IdentityProvider, "enabled").id,
                "subject": "ana",
                "linked_at": now,
            },
        ),
        (
            SignInAttempt,
            {"kind": AttemptKind.PASSKEY, "handle_hash": "hash", "challenge": b"challenge", "expires_at": soon},
        ),
        (
            SignInLink,
            {
                "person_id": ana,
                "address": world.row(ContactPoint, "hidden").value,
                "purpose": LinkPurpose.SIGN_IN,
                "secret_hash": "0" * 64,
                "created_at": now,
                "expires_at": soon,
            },
        ),
        (IdempotencyRecord, {"person_id": ana, "key": "once", "fingerprint": "print", "result": {}, "at": now}),
        (JournalLink, {"id": world.row(JournalEntry, "about Ana").id, "seq": 1, "hash": bytes(32), "at": now}),
        (
            TrustedDocument,
            {"hash": hash_of(text), "text": text, "association_id": world.home.id, "added_at": now},
        ),
    ):
        await make.add(model, columns)
