"""What is asked of an issuer: where its endpoints are, a code's token, its keys, and more about who signed in.

All of it comes from somebody else's server: an answer that isn't as the standard has it is `NotBelieved`, whatever is
wrong with it. Requests are made outside of transactions, so that no slow server keeps a connection to the database.
"""

import base64
import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote_plus, urlencode

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.core.errors import InvalidInput
from services.core.outside.requests import Answer, NotSent, Outbound, check_url

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
"""What a token may be signed with: always with a key pair, so neither `none` nor a secret that both sides know."""
LEEWAY = 60
"""Seconds that another server's clock may be off."""
CACHED_ISSUERS = 1_000
"""Issuers whose metadata is kept, each for `CACHED_ISSUER_SECONDS`."""
CACHED_ISSUER_SECONDS = 600


class NotBelieved(Exception):
    """An issuer didn't answer, or not as it must. Says why in words of ours, never of its answer."""


class Client(NamedTuple):
    """What this server is to an issuer. `secret`: none for a public client. `redirect_uri`: where the code comes."""

    issuer: str
    id: str
    secret: str | None
    redirect_uri: str


class Identity(NamedTuple):
    """Who signed in, as the issuer says. `email`: an address that the issuer has verified, in lower case."""

    subject: str
    email: str | None


class Issuers:
    """Asks issuers, and keeps where their endpoints are."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._kept: OrderedDict[str, tuple[float, Mapping[str, Any]]] = OrderedDict()

    async def look_up(self, client: Client) -> None:
        """Have the issuer's metadata at hand, which the rest needs. NotBelieved."""
        await self._metadata(client.issuer)

    async def address(self, client: Client, *, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes to sign in. NotBelieved."""
        metadata = await self._metadata(client.issuer)
        asked = {
            "response_type": "code",
            "client_id": client.id,
            "redirect_uri": client.redirect_uri,
            "scope": "openid email",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        endpoint = metadata["authorization_endpoint"]
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def identity(self, client: Client, code: str, *, issuer: str | None, nonce: str, verifier: str) -> Identity:
        """Who signed in, for a code. `issuer`: as the answer named it (RFC 9207), if it did. NotBelieved."""
        metadata = await self._metadata(client.issuer)
        is_named = metadata.get("authorization_response_iss_parameter_supported") is True
        if (issuer is not None or is_named) and issuer != client.issuer:
            raise NotBelieved("the answer names another issuer")
        granted = _object(await self._token(client, metadata, code, verifier))
        claims = await self._claims(client, metadata, granted.get("id_token"), nonce)
        access_token = granted.get("access_token")
        if "email" not in claims and isinstance(access_token, str) and "userinfo_endpoint" in metadata:
            more = _object(
                await self._send("GET", metadata["userinfo_endpoint"], {"authorization": f"Bearer {access_token}"})
            )
            if more.get("sub") != claims["sub"]:
                raise NotBelieved("the user's information is about somebody else")
            claims = claims | {name: more[name] for name in ("email", "email_verified") if name in more}
        email = claims.get("email")
        is_verified = isinstance(email, str) and claims.get("email_verified") is True
        return Identity(claims["sub"], email.lower() if is_verified and isinstance(email, str) else None)

    async def _metadata(self, issuer: str) -> Mapping[str, Any]:
        kept = self._kept.get(issuer)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        found = _object(await self._send("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
        if found.get("issuer") != issuer:
            raise NotBelieved("the metadata is another issuer's")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
            if name in found or name != "userinfo_endpoint":
                self._check(found.get(name))
        methods = found.get("code_challenge_methods_supported")
        if methods is not None and "S256" not in methods:
            raise NotBelieved("there is no PKCE with SHA-256")
        self._kept[issuer] = (time.monotonic() + CACHED_ISSUER_SECONDS, found)
        while len(self._kept) > CACHED_ISSUERS:
            self._kept.popitem(last=False)
        return found

    async def _token(self, client: Client, metadata: Mapping[str, Any], code: str, verifier: str) -> Answer:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"content-type": "application/x-www-form-urlencoded"}
        methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if client.secret is not None and "client_secret_basic" in methods:
            both = f"{quote_plus(client.id)}:{quote_plus(client.secret)}"
            headers["authorization"] = "Basic " + base64.b64encode(both.encode()).decode()
        else:
            form["client_id"] = client.id
            if client.secret is not None:
                form["client_secret"] = client.secret
        return await self._send("POST", metadata["token_endpoint"], headers, urlencode(form).encode())

    async def _claims(self, client: Client, metadata: Mapping[str, Any], token: Any, nonce: str) -> dict[str, Any]:
        """What the ID token says, once it is one: of this issuer, for this client, of this attempt, and in time."""
        if not isinstance(token, str):
            raise NotBelieved("there is no ID token")
        found = _object(await self._send("GET", metadata["jwks_uri"]))
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": client.issuer},
            aud={"essential": True, "value": client.id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            claims = jwt.decode(token, KeySet.import_key_set(found), algorithms=ALGORITHMS).claims  # type: ignore[arg-type]
            registry.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise NotBelieved(f"the ID token is refused: {type(error).__name__}") from None
        is_alone = isinstance(claims["aud"], str) or len(claims["aud"]) == 1
        if claims.get("azp", client.id) != client.id or not (is_alone or "azp" in claims):
            raise NotBelieved("the ID token is for another party")
        said = claims.get("nonce")
        if not (isinstance(said, str) and secrets.compare_digest(said.encode(), nonce.encode())):
            raise NotBelieved("the ID token is another attempt's")
        if not 1 <= len(claims["sub"]) <= 255:
            raise NotBelieved("the subject is no name")
        return claims

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> Answer:
        try:
            answer = await self._outbound.send(
                method, url, headers={"accept": "application/json"} | dict(headers or {}), content=content
            )
        except NotSent as error:
            raise NotBelieved(f"no answer: {error.reason}") from None
        if answer.status != 200:
            raise NotBelieved(f"answered with status {answer.status}")
        return answer

    def _check(self, url: Any) -> None:
        try:
            check_url(url if isinstance(url, str) else "", private=self._outbound.private)
        except InvalidInput:
            raise NotBelieved("an endpoint isn't an address that may be used") from None


def challenge_of(verifier: str) -> str:
    """What the issuer is told of a PKCE verifier (RFC 7636, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _object(answer: Answer) -> dict[str, Any]:
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        raise NotBelieved("an answer isn't JSON") from None
    if not isinstance(found, dict):
        raise NotBelieved("an answer isn't an object")
    return found
