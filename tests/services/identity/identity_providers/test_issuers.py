"""What an issuer says is believed only as the standard has it: tokens made here, with one thing wrong each."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from services.core.outside.requests import Answer, NotSent, Outbound
from services.identity.identity_providers.issuers import Client, Identity, Issuers, NotBelieved

ISSUER = "https://id.example"
CLIENT = Client(ISSUER, "confed", "a secret", "https://api.example/callback")
KEY = ECKey.generate_key("P-256", {"kid": "first"})
ANOTHER = ECKey.generate_key("P-256", {"kid": "first"})
METADATA = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/auth",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/jwks",
}


def claims(**changed: Any) -> dict[str, Any]:
    """Those of a good token, but for what is changed; what is null is left out."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": "confed",
        "sub": "ana",
        "iat": now,
        "exp": now + 300,
        "nonce": "nonce",
        "email": "Ana@example.org",
        "email_verified": True,
    }
    return {name: value for name, value in (good | changed).items() if value is not None}


def signed(payload: Mapping[str, Any], key: Any = KEY, alg: str = "ES256", **header: Any) -> str:
    """A token."""
    return jwt.encode({"alg": alg, "kid": "first"} | header, dict(payload), key, algorithms=[alg])


class Scripted(Outbound):
    """Answers as an issuer, from what it was given."""

    def __init__(self, token: Any, metadata: Mapping[str, Any] = METADATA, more: Any = None) -> None:
        self.private = False
        self._answers: dict[str, Any] = {
            f"{ISSUER}/.well-known/openid-configuration": dict(metadata),
            f"{ISSUER}/token": {"id_token": token, "access_token": "access"},
            f"{ISSUER}/jwks": {"keys": [KEY.as_dict(private=False)]},
            f"{ISSUER}/userinfo": more,
        }
        self.sent: list[tuple[str, str, bytes | None]] = []

    async def send(self, method: str, url: str, *, content: bytes | None = None, **_: Any) -> Answer:
        """An answer."""
        self.sent.append((method, url, content))
        if url not in self._answers:
            raise NotSent("unreachable")
        return Answer(200, {}, json.dumps(self._answers[url]).encode())


async def identity(outbound: Outbound, issuer: str | None = None) -> Identity:
    """Who signed in."""
    return await Issuers(outbound).identity(CLIENT, "code", issuer=issuer, nonce="nonce", verifier="verifier")


async def test_a_good_token_says_who_signed_in() -> None:
    assert await identity(Scripted(signed(claims()))) == Identity("ana", "ana@example.org")
    assert await identity(Scripted(signed(claims(aud=["confed", "other"], azp="confed"))), ISSUER) is not None


@pytest.mark.parametrize("verified", [False, None, "true", 1])
async def test_an_address_that_is_not_verified_is_none(verified: Any) -> None:
    assert await identity(Scripted(signed(claims(email_verified=verified)))) == Identity("ana", None)


def _shared_secret() -> str:
    """Signed with what everybody knows: the public key, taken for a shared secret."""
    signing = ".".join((_part({"alg": "HS256", "kid": "first"}), _part(claims())))
    mac = hmac.digest(KEY.as_pem(private=False), signing.encode(), "sha256")
    return f"{signing}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _part(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _unsigned() -> str:
    return ".".join((_part({"alg": "none"}), _part(claims()), ""))


FORGED: dict[str, Any] = {
    "of another attempt": signed(claims(nonce="another")),
    "of no attempt": signed(claims(nonce=None)),
    "for another client": signed(claims(aud="other")),
    "for another client too": signed(claims(aud=["confed", "other"])),
    "for another party": signed(claims(azp="other")),
    "of another issuer": signed(claims(iss="https://other.example")),
    "too old": signed(claims(exp=int(time.time()) - 600)),
    "without an end": signed(claims(exp=None)),
    "of the future": signed(claims(iat=int(time.time()) + 600)),
    "of nobody": signed(claims(sub=None)),
    "of an empty name": signed(claims(sub="")),
    "of another key": signed(claims(), ANOTHER),
    "of an unknown key": signed(claims(), KEY, kid="second"),
    "unsigned": _unsigned(),
    "signed with the public key": _shared_secret(),
    "of a kind of key that isn't the issuer's": signed(claims(), ECKey.generate_key("P-384"), "ES384"),
    "no token": "nonsense",
    "not there": None,
}


@pytest.mark.promise("oidc-flow")
@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED)
async def test_a_token_with_anything_wrong_is_not_believed(token: Any) -> None:
    with pytest.raises(NotBelieved):
        await identity(Scripted(token))


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": "http://id.example/token"},
        {"token_endpoint": "https://169.254.169.254/latest/meta-data"},
        {"jwks_uri": "https://[::1]/jwks"},
        {"jwks_uri": None},
        {"code_challenge_methods_supported": ["plain"]},
        {"authorization_response_iss_parameter_supported": True},  # and the answer names none
    ],
    ids=str,
)
async def test_an_issuer_that_describes_itself_otherwise_is_sent_nothing(changed: dict[str, Any]) -> None:
    outbound = Scripted(signed(claims()), METADATA | changed)
    with pytest.raises(NotBelieved):
        await identity(outbound)
    assert [method for method, *_ in outbound.sent] == ["GET"]


@pytest.mark.promise("oidc-flow")
async def test_an_answer_that_names_another_issuer_gets_no_code() -> None:
    outbound = Scripted(signed(claims()))
    with pytest.raises(NotBelieved):
        await identity(outbound, "https://other.example")
    assert [url for _, url, _ in outbound.sent] == [f"{ISSUER}/.well-known/openid-configuration"]


async def test_what_else_is_asked_must_be_about_the_same_person() -> None:
    more, token = METADATA | {"userinfo_endpoint": f"{ISSUER}/userinfo"}, signed(claims(email=None))
    about = {"sub": "ana", "email": "ana@example.org", "email_verified": True}
    assert await identity(Scripted(token, more, about)) == Identity("ana", "ana@example.org")
    with pytest.raises(NotBelieved):
        await identity(Scripted(token, more, about | {"sub": "benoit"}))
