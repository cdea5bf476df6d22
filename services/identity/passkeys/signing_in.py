"""Signing in with a passkey, and showing by one once more who is signed in."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlmodel import col
from webauthn import generate_authentication_options, options_to_json, verify_authentication_response
from webauthn.helpers import generate_challenge, parse_authentication_credential_json
from webauthn.helpers.structs import UserVerificationRequirement

from models import AttemptKind, Passkey, Person, Session, SignInMethod
from services.core.statements import matching
from services.core.telemetry.logs import log
from services.core.work import Work
from services.identity.attempts import begin_attempt, use_attempt
from services.identity.passkeys.ceremony import MILLISECONDS, Challenge, check_not_embedded, host, origin
from services.identity.sessions import open_session, step_up

_WHY = "whoever signs in is nobody yet: whose passkey it is says who they are"


class SignedIn(NamedTuple):
    """A session, and its secret. `is_new`: it was opened; otherwise it is the one that asked, confirmed."""

    session_id: UUID
    person_id: UUID
    secret: str
    is_new: bool


async def options_to_sign_in(work: Work) -> Challenge:
    """What a device is asked to show a passkey by: the same for everybody."""
    challenge = generate_challenge()
    options = generate_authentication_options(
        rp_id=host(work),
        challenge=challenge,
        timeout=MILLISECONDS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    handle = await begin_attempt(work, AttemptKind.PASSKEY, challenge)
    return Challenge(handle, orjson.loads(options_to_json(options)))


async def sign_in(
    work: Work,
    handle: str,
    credential: Mapping[str, Any],
    *,
    device: str | None = None,
    session_id: UUID | None = None,
) -> SignedIn | None:
    """Sign in whoever has the passkey; None where nobody is to be. `work` is the platform's own.

    `session_id`: the session of the browser that asks: where it is the same person's, it is confirmed (step-up), and
    nothing is opened. That None was answered is committed as well: the challenge is used up, and a passkey that counts
    backwards, which two devices must have, is in the journal.
    """
    attempt = await use_attempt(work, AttemptKind.PASSKEY, handle)
    passkey = await _verified(work, attempt.challenge, credential) if attempt else None
    if passkey is None:
        return None
    passkey.last_used_on = work.today
    await work.flush()
    current = await _session_of(work, passkey.person_id, session_id)
    if current is not None:
        return SignedIn(current.id, passkey.person_id, await step_up(work, current.id), is_new=False)
    session, secret = await open_session(work, passkey.person_id, SignInMethod.PASSKEY, device=device)
    return SignedIn(session.id, passkey.person_id, secret, is_new=True)


async def _verified(work: Work, challenge: bytes, credential: Mapping[str, Any]) -> Passkey | None:
    """The passkey that answers the challenge, of somebody living."""
    try:
        given = parse_authentication_credential_json(dict(credential))
        check_not_embedded(given.response.client_data_json)
    except Exception as error:
        log.info("a passkey was not accepted: %s", type(error).__name__)
        return None
    passkey: Passkey | None
    async with work.elevated(_WHY):
        # Locked: of two answers with one count, the second is compared with what the first left.
        passkey = await work.session.scalar(
            work.select(Passkey, lock=True)
            .join(Person, matching(Passkey.person_id, Person.id))
            .where(col(Passkey.credential_id) == given.raw_id, col(Person.deceased_on).is_(None))
        )
    # The credential says whose it is, as the device was told when it was made.
    if passkey is None or given.response.user_handle != passkey.person_id.bytes:
        return None
    try:
        shown = verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=host(work),
            expected_origin=origin(work),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,  # compared below: what counts backwards is to be recorded
            require_user_verification=True,
        )
    except Exception as error:
        log.info("a passkey was not accepted: %s", type(error).__name__)
        return None
    if (shown.new_sign_count or passkey.sign_count) and shown.new_sign_count <= passkey.sign_count:
        await work.record("passkey.counted_backwards", passkey, data={"person_id": str(passkey.person_id)})
        return None
    passkey.sign_count, passkey.backed_up = shown.new_sign_count, shown.credential_backed_up
    return passkey


async def _session_of(work: Work, person_id: UUID, session_id: UUID | None) -> Session | None:
    if session_id is None:
        return None
    session = await work.find(Session, session_id, lock=True)
    is_theirs = session.person_id == person_id and session.revoked_at is None and session.expires_at > work.now
    return session if is_theirs else None
