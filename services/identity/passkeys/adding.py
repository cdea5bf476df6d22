"""A person's passkeys: adding one, calling it something, taking it away."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlmodel import col
from webauthn import generate_registration_options, options_to_json, verify_registration_response
from webauthn.helpers import generate_challenge, parse_registration_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from models import AttemptKind, Confederation, Passkey, Person
from services.core.checks import check_text
from services.core.errors import AlreadyExists
from services.core.telemetry.logs import log
from services.core.work import Work
from services.identity.attempts import begin_attempt, use_attempt
from services.identity.passkeys.ceremony import MILLISECONDS, Challenge, check_not_embedded, host, origin
from services.identity.passkeys.errors import PasskeyNotAccepted, TooManyPasskeys

MOST_PASSKEYS = 20
"""Passkeys of a person."""
LONGEST_LABEL = 60
"""Characters of a passkey's name."""

_TRANSPORTS = frozenset(transport.value for transport in AuthenticatorTransport)


async def options_to_add(work: Work) -> Challenge:
    """What a device is asked to make a passkey by. NotSignedIn, StepUpRequired, TooManyPasskeys."""
    person = await work.find(Person, work.actor.required_person_id)
    work.actor.require_recent(work.now)
    own = await _own(work)
    _check_room(own)
    confederation = await work.session.get_one(Confederation, work.tenant_id)
    challenge = generate_challenge()
    options = generate_registration_options(
        rp_id=host(work),
        rp_name=_in_their_language(confederation.name, person, work),
        user_id=person.id.bytes,
        user_name=f"{person.given_name} {person.family_name}",
        challenge=challenge,
        timeout=MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in own],
    )
    handle = await begin_attempt(work, AttemptKind.PASSKEY_TO_ADD, challenge, person_id=person.id)
    return Challenge(handle, orjson.loads(options_to_json(options)))


async def add_passkey(work: Work, handle: str, credential: Mapping[str, Any], label: str) -> Passkey:
    """Add the passkey that a device made. PasskeyNotAccepted where it isn't the answer to the handle's challenge."""
    person_id = work.actor.required_person_id
    work.actor.require_recent(work.now)
    label = check_text(label, "label", most=LONGEST_LABEL)
    attempt = await use_attempt(work, AttemptKind.PASSKEY_TO_ADD, handle, person_id=person_id)
    if attempt is None:
        raise PasskeyNotAccepted
    await work.lock(f"passkeys:{person_id}")  # two that are added at once would both be the last that there is room for
    _check_room(await _own(work))
    try:
        given = parse_registration_credential_json(dict(credential))
        check_not_embedded(given.response.client_data_json)
        made = verify_registration_response(
            credential=given,
            expected_challenge=attempt.challenge,
            expected_rp_id=host(work),
            expected_origin=origin(work),
            require_user_verification=True,
        )
    except Exception as error:
        # The library parses what anybody sends, down to CBOR: whatever it stumbles over, this is no passkey.
        log.info("a passkey was not accepted: %s", type(error).__name__)
        raise PasskeyNotAccepted from None
    passkey = await work.insert(
        Passkey(
            person_id=person_id,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            label=label,
            transports=sorted(_TRANSPORTS & {transport.value for transport in given.response.transports or ()}),
            backed_up=made.credential_backed_up,
        ),
        refused={"a_credential_once": AlreadyExists("passkey")},
    )
    await work.record("passkey.added", passkey, data={"person_id": str(person_id)})
    return passkey


async def rename_passkey(work: Work, passkey_id: UUID, label: str) -> Passkey:
    """Call a passkey of one's own something else. NotFound for another's."""
    passkey = await work.find(Passkey, passkey_id, "passkeyId", lock=True)
    passkey.label = check_text(label, "label", most=LONGEST_LABEL)
    await work.flush()
    await work.record("passkey.renamed", passkey, data={"person_id": str(passkey.person_id)})
    return passkey


async def remove_passkey(work: Work, passkey_id: UUID) -> Passkey:
    """Take a passkey of one's own away. NotFound for another's; StepUpRequired: no thief locks its owner out."""
    passkey = await work.find(Passkey, passkey_id, "passkeyId", lock=True)
    work.actor.require_recent(work.now)
    await work.remove(passkey)
    await work.record("passkey.removed", passkey, data={"person_id": str(passkey.person_id)})
    return passkey


async def _own(work: Work) -> Sequence[Passkey]:
    query = work.select(Passkey).where(col(Passkey.person_id) == work.actor.person_id)
    return (await work.session.scalars(query.order_by(col(Passkey.id)))).all()


def _check_room(own: Sequence[Passkey]) -> None:
    if len(own) >= MOST_PASSKEYS:
        raise TooManyPasskeys(most=MOST_PASSKEYS)


def _in_their_language(texts: Mapping[str, str], person: Person, work: Work) -> str:
    locales = (person.locale, *work.actor.tenant.locales, *texts)
    return next((texts[locale] for locale in locales if locale in texts), work.actor.tenant.slug)
