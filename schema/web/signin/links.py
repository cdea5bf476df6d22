"""Signing in by a link, beside the GraphQL endpoint:

    POST /{confederation}/sign-in/link                 {email, returnTo?}   → 202, whoever's address it is, or nobody's
    GET  /{confederation}/sign-in/link/{secret}                             → a page with one button
    POST /{confederation}/sign-in/link/{secret}        {bearer?}            → a session
    GET  /{confederation}/sign-in/invitation/{secret}                       → a page with one button
    POST /{confederation}/sign-in/invitation/{secret}  {bearer?}            → a session
    POST /{confederation}/sign-out                     {}                   → 200, and the session is over

GET uses nothing up: mail programs look at links before people do. A session comes as a cookie; with `bearer: true`, for
programs that have none, as `token`, to be brought as `Authorization: Bearer …`. The page's button posts a form, which
is answered with a page, or leads to where `returnTo` said.
"""

import re
from collections.abc import Awaitable, Callable
from html import escape
from typing import NamedTuple
from urllib.parse import parse_qsl
from uuid import UUID

import orjson
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from schema.base.ids import encode_id
from schema.web.graphql import http
from schema.web.graphql.actors import Actors, Misdirected, locales
from schema.web.graphql.http import HTTPRefusal, Receive, Scope, Send
from schema.web.signin.cookies import check_origin, forgotten, session_cookie
from schema.web.signin.steps import Answer, Step, Take, answer, may_return_to, step
from services.core.actor import Actor, system
from services.core.database.connections import Database
from services.core.work import Work, begin
from services.identity import invitations, links, sessions
from services.identity.devices import device_label
from services.identity.errors import LinkNotGood

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_FORM = b"application/x-www-form-urlencoded"
_HEADERS = (
    # Nothing is loaded, run or framed; the button leads nowhere else but on, and no other site learns the address.
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-robots-tag", b"noindex"),
)
_PAGE = """<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><h1>{title}</h1><p>{text}</p>{form}</html>"""
_BUTTON = '<form method="post"><button autofocus>{label}</button></form>'


class _Texts(NamedTuple):
    """What the pages say in a language."""

    link: tuple[str, str, str]
    invitation: tuple[str, str, str]
    done: tuple[str, str]
    refused: tuple[str, str]
    mailed: tuple[str, str]


_TEXTS = {
    "en": _Texts(
        ("Sign in", "One more step, so that nobody but you uses this link.", "Continue"),
        ("Your invitation", "Accept it to take possession of your record.", "Accept"),
        ("Done", "You are signed in. You may close this page."),
        ("This link is not good", "It was used, or is too old. Ask for another."),
        ("Look into your mailbox", "If the address is known here, a link to sign in is on its way to it."),
    ),
    "fr": _Texts(
        ("Connexion", "Encore une étape, pour que personne d’autre n’utilise ce lien.", "Continuer"),
        ("Votre invitation", "Acceptez-la pour prendre possession de votre dossier.", "Accepter"),
        ("C’est fait", "Vous êtes connecté. Vous pouvez fermer cette page."),
        ("Ce lien n’est pas valide", "Il a servi, ou il est trop ancien. Demandez-en un autre."),
        ("Regardez dans votre boîte", "Si l’adresse est connue ici, un lien de connexion lui est envoyé."),
    ),
}


class _Opened(NamedTuple):
    """A session that somebody has now. `secret`: a new one, where there is one."""

    session_id: UUID
    secret: str | None
    return_to: str | None = None


Open = Callable[[Work, str, UUID | None, str | None], Awaitable[_Opened]]
"""Uses a secret up: in the work, of the session that the request is in, on a device."""


def routes(database: Database, actors: Actors) -> list[BaseRoute]:
    """The routes of the above."""

    def route(address: str, take: Take, look: Take | None = None) -> BaseRoute:
        post = step(database, actors, take)
        get = post if look is None else step(database, actors, look, method="GET")
        return Route("/{confederation}" + address, _Forms(post, get))

    return [
        route("/sign-in/link", _ask),
        route("/sign-in/link/{secret}", _using(_open_by_link), _page("link")),
        route("/sign-in/invitation/{secret}", _using(_open_by_invitation), _page("invitation")),
        route("/sign-out", _sign_out),
    ]


class _Forms:
    """A plain HTML form is taken as well: the step gets its fields as an object of texts, and knows of it."""

    def __init__(self, post: ASGIApp, get: ASGIApp) -> None:
        self._post = post
        self._get = get

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in ("GET", "HEAD"):
            await self._get({**scope, "method": "GET"} if self._get is not self._post else scope, receive, send)
            return
        headers = dict(scope["headers"])
        if headers.get(b"content-type", b"").lower().startswith(_FORM):
            try:
                fields = orjson.dumps(form_fields(await http.read_body(receive, headers)))
            except HTTPRefusal as refusal:
                await http.refuse(send, http.JSON, refusal)
                return
            plain = {**headers, b"content-type": http.JSON, b"content-length": b"%d" % len(fields)}
            scope = {**scope, "headers": list(plain.items()), "confed.form": True}
            receive = http.replay(fields, receive)
        await self._post(scope, receive, send)


def form_fields(body: bytes) -> dict[str, str]:
    """The fields of a plain HTML form, in UTF-8. HTTPRefusal where there are more than a form of ours has."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=False, max_num_fields=10, errors="strict")
    except ValueError:
        raise HTTPRefusal(400, "BAD_REQUEST", "A form has ten fields at the most, in UTF-8.") from None
    if len(dict(pairs)) < len(pairs):
        raise HTTPRefusal(400, "BAD_REQUEST", "A field is given once.")
    return dict(pairs)


async def _ask(asked: Step) -> Answer:
    """Mail a link. The answer is the same, and made the same way, whatever the address is."""
    email = asked.text("email")
    return_to = asked.given.get("returnTo")
    if return_to is not None and not (isinstance(return_to, str) and may_return_to(return_to, asked)):
        raise HTTPRefusal(400, "BAD_REQUEST", "`returnTo` is a path here, or an address of a website of this server's.")
    check_origin(asked.headers, asked.actors.origins, browser=False)
    if asked.actors.attempts.check_link(asked.scope, asked.tenant, email):
        async with begin(asked.database, system(asked.tenant)) as work:
            await links.ask_for_link(work, email, return_to)
    if asked.scope.get("confed.form"):
        return _shown(asked, 202, *_TEXTS[_locale(asked)].mailed)
    return Answer(202, b'{"accepted":true}')


def _page(kind: str) -> Take:
    async def look(asked: Step) -> Answer:
        """The button. Whether the secret is good is found out by who presses it."""
        title, text, label = getattr(_TEXTS[_locale(asked)], kind)
        return _shown(asked, 200, title, text, _BUTTON.format(label=escape(label)))

    return look


def _using(use: Open) -> Take:
    async def take(asked: Step) -> Answer:
        """Use a secret up."""
        is_form = bool(asked.scope.get("confed.form"))
        # A website that signs a browser in as somebody of its own would read what is written in it from then on.
        check_origin(asked.headers, asked.actors.origins, browser=is_form)
        asked.actors.attempts.check_use(asked.scope, asked.tenant)
        secret: str = asked.scope["path_params"]["secret"]
        try:
            opened = await _opened(asked, use, secret)
        except LinkNotGood as problem:
            if is_form:
                return _shown(asked, 410, *_TEXTS[_locale(asked)].refused)
            raise HTTPRefusal(410, problem.code, problem.message(_locale(asked))) from None
        return _done(asked, opened, is_form=is_form)

    return take


async def _opened(asked: Step, use: Open, secret: str) -> _Opened:
    actor = await _whoever(asked)
    if not _SECRET.fullmatch(secret):
        raise LinkNotGood
    device = device_label(asked.headers.get(b"user-agent", b"").decode("latin-1"))
    async with begin(asked.database, system(asked.tenant)) as work:
        before = None if actor is None else actor.session_id
        opened = await use(work, secret, before, device)
        if before is not None and before != opened.session_id:
            await sessions.revoke(work, before)  # the browser has the new one in its place
    return opened


async def _open_by_link(work: Work, secret: str, session_id: UUID | None, device: str | None) -> _Opened:
    redeemed = await links.redeem(work, secret, session_id=session_id, device=device)
    return _Opened(redeemed.session.id, redeemed.secret, redeemed.return_to)


async def _open_by_invitation(work: Work, secret: str, _session_id: UUID | None, device: str | None) -> _Opened:
    session, opened = await invitations.claim(work, secret, device=device)
    return _Opened(session.id, opened)


def _done(asked: Step, opened: _Opened, *, is_form: bool) -> Answer:
    slug, seconds = asked.tenant.slug, int(sessions.SESSION_LIFE.total_seconds())
    cookies = [] if opened.secret is None else [session_cookie(slug, opened.secret, seconds)]
    if is_form and opened.return_to is not None:
        return Answer(303, b"", [(b"location", opened.return_to.encode()), *_HEADERS, *cookies])
    if is_form:
        shown = _shown(asked, 200, *_TEXTS[_locale(asked)].done)
        return shown._replace(headers=[*shown.headers, *cookies])
    said = {"sessionId": encode_id("Session", opened.session_id), "returnTo": opened.return_to}
    if asked.given.get("bearer") is True:
        return answer(said | {"token": opened.secret})
    return answer(said, *cookies)


async def _sign_out(asked: Step) -> Answer:
    """End the session that asks. A cookie whose session is over already goes as well.

    Another website's form brings no cookie (SameSite=Lax): it is refused, and takes no cookie away either.
    """
    check_origin(asked.headers, asked.actors.origins, browser=bool(asked.scope.get("confed.form")))
    actor = await _whoever(asked)
    if actor is not None and actor.session_id is not None:
        async with begin(asked.database, actor) as work:
            await sessions.revoke(work, actor.session_id)
    return answer({"signedOut": True}, *forgotten(asked.headers, asked.tenant.slug))


async def _whoever(asked: Step) -> Actor | None:
    """Who asks; None for nobody, and for a session that is over. HTTPRefusal for a cookie from another website."""
    try:
        return await asked.actor()
    except Misdirected:
        return None


def _shown(asked: Step, status: int, title: str, text: str, form: str = "") -> Answer:
    page = _PAGE.format(lang=_locale(asked), title=escape(title), text=escape(text), form=form)
    return Answer(status, page.encode(), _HEADERS, b"text/html")


def _locale(asked: Step) -> str:
    accepted = asked.headers.get(b"accept-language", b"").decode("latin-1")
    return next((one for one in locales(accepted, asked.tenant.locales) if one in _TEXTS), "en")
