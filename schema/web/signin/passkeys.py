"""Passkeys over HTTP, beside the GraphQL endpoint: a browser asks for options, and brings what its device answers.

    POST /{confederation}/sign-in/passkey/options   {}                            → {handle, publicKey}
    POST /{confederation}/sign-in/passkey           {handle, credential, bearer?} → a session
    POST /{confederation}/passkeys/options          {}                            → {handle, publicKey}
    POST /{confederation}/passkeys                  {handle, credential, label}   → {id, label}

`publicKey` is for `navigator.credentials`, as `PublicKeyCredential.parse…OptionsFromJSON` takes it; `credential` is
what came back, as its `toJSON()` gives it. Who signs in again in a session of theirs has confirmed it (step-up). A
session comes as a cookie; with `bearer: true`, for programs, as `token`.
"""

from starlette.routing import BaseRoute, Route

from schema.base.ids import encode_id
from schema.web.graphql.actors import Actors
from schema.web.signin.cookies import check_origin, session_cookie
from schema.web.signin.steps import Answer, Step, Take, answer, refused, step
from services.core.actor import system
from services.core.database.connections import Database
from services.core.errors import NotSignedIn
from services.core.work import begin
from services.identity import sessions
from services.identity.passkeys import adding, signing_in
from services.identity.passkeys.ceremony import Challenge


def routes(database: Database, actors: Actors) -> list[BaseRoute]:
    """The routes of the above."""

    def route(address: str, take: Take) -> BaseRoute:
        return Route("/{confederation}" + address, step(database, actors, take))

    return [
        route("/sign-in/passkey/options", _options_to_sign_in),
        route("/sign-in/passkey", _sign_in),
        route("/passkeys/options", _options_to_add),
        route("/passkeys", _add),
    ]


async def _options_to_sign_in(asked: Step) -> Answer:
    check_origin(asked.headers, asked.actors.origins, browser=False)
    asked.actors.attempts.check_use(asked.scope, asked.tenant)
    async with begin(asked.database, system(asked.tenant)) as work:
        return _challenge(await signing_in.options_to_sign_in(work))


async def _sign_in(asked: Step) -> Answer:
    # A website that signs a browser in as somebody of its own would read what is written in it from then on.
    check_origin(asked.headers, asked.actors.origins, browser=False)
    asked.actors.attempts.check_use(asked.scope, asked.tenant)
    handle, credential = asked.text("handle"), asked.object("credential")
    actor = await asked.whoever()
    before = None if actor is None else actor.session_id
    async with begin(asked.database, system(asked.tenant)) as work:
        opened = await signing_in.sign_in(work, handle, credential, device=asked.device, session_id=before)
        if opened is not None and before not in (None, opened.session_id):
            await sessions.revoke(work, before)  # the browser has the new one in its place
    if opened is None:
        return refused(403, "SIGN_IN_REFUSED", "This passkey signs nobody in here. Begin anew.")
    said = {"sessionId": encode_id("Session", opened.session_id)}
    if asked.given.get("bearer") is True:
        return answer(said | {"token": opened.secret})
    return answer(said, session_cookie(asked.tenant.slug, opened.secret, int(sessions.SESSION_LIFE.total_seconds())))


async def _options_to_add(asked: Step) -> Answer:
    actor = await asked.actor()
    if actor is None:
        raise NotSignedIn
    async with begin(asked.database, actor) as work:
        return _challenge(await adding.options_to_add(work))


async def _add(asked: Step) -> Answer:
    handle, credential, label = asked.text("handle"), asked.object("credential"), asked.text("label")
    actor = await asked.actor()
    if actor is None:
        raise NotSignedIn
    async with begin(asked.database, actor) as work:
        passkey = await adding.add_passkey(work, handle, credential, label)
    return answer({"id": encode_id("Passkey", passkey.id), "label": passkey.label})


def _challenge(challenge: Challenge) -> Answer:
    return answer({"handle": challenge.handle, "publicKey": challenge.options})
