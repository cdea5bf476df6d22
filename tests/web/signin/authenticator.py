"""A device with passkeys, in software: what `navigator.credentials` does, and what a forger would have it do.

Its credentials are discoverable: it is asked by a host, and says itself which person it has a key for.
"""

import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, MAY_BE_BACKED_UP, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40


@dataclass
class Credential:
    """A key for a person at a host."""

    host: str
    user: bytes
    id: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    count: int = 0


@dataclass
class Authenticator:
    """`origin`: of the page that asks. `verifies`: whether it checks who holds it. `framed`: it is in another's."""

    origin: str = "http://localhost:8000"
    verifies: bool = True
    framed: bool = False
    credentials: list[Credential] = field(default_factory=list)

    def create(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """A new credential, as `PublicKeyCredential.toJSON()` gives it."""
        assert options["authenticatorSelection"]["residentKey"] == "required"
        assert {"type": "public-key", "alg": -7} in options["pubKeyCredParams"]
        made = Credential(options["rp"]["id"], decoded(options["user"]["id"]))
        self.credentials.append(made)
        point = made.key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        attested = bytes(16) + len(made.id).to_bytes(2) + made.id + cbor2.dumps(key)
        data = self._data(made, ATTESTED) + attested
        return self._answer(
            made,
            clientDataJSON=encoded(self._client_data("webauthn.create", options)),
            attestationObject=encoded(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
            transports=["internal", "hybrid"],
        )

    def get(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """An answer to a challenge, by the credential of the host that was made last."""
        (*_, known) = (one for one in self.credentials if one.host == options["rpId"])
        known.count += 1
        data, client_data = self._data(known), self._client_data("webauthn.get", options)
        signature = known.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            known,
            clientDataJSON=encoded(client_data),
            authenticatorData=encoded(data),
            signature=encoded(signature),
            userHandle=encoded(known.user),
        )

    def _data(self, credential: Credential, flags: int = 0) -> bytes:
        flags |= PRESENT | MAY_BE_BACKED_UP | BACKED_UP | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(credential.host.encode()).digest() + bytes([flags]) + credential.count.to_bytes(4)

    def _client_data(self, kind: str, options: Mapping[str, Any]) -> bytes:
        said = {
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": self.framed,
        }
        return json.dumps(said).encode()

    def _answer(self, credential: Credential, **response: Any) -> dict[str, Any]:
        id = encoded(credential.id)
        return {"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {}}


def encoded(data: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The other way."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
