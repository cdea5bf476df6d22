"""Secrets that must be had again, such as an identity provider's: kept encrypted, with a key that the database hasn't.

AES-256-GCM, with a key derived (HKDF-SHA256) from the setting CONFED_SECRET_KEY. What is sealed is bound to what it is
about: a secret that somebody copies to another row or tenant doesn't open there. A random nonce of 96 bits is safe for
2^32 secrets a key, which is more than a server ever has.
"""

import os
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.core.errors import SecretKeyMissing
from services.core.settings import Settings

_NONCE = 12  # bytes


class CannotUnseal(Exception):
    """The key is another one, or what was sealed was changed or belongs elsewhere."""


def seal(settings: Settings, secret: str, *about: object) -> bytes:
    """Encrypt a secret. `about`: what it belongs to, the same to `unseal`: the tenant, the table, the row, the column.

    SecretKeyMissing where the server has no key.
    """
    keys = _keys(settings)
    if not keys:
        raise SecretKeyMissing
    nonce = os.urandom(_NONCE)
    return nonce + keys[0].encrypt(nonce, secret.encode(), _bound(about))


def unseal(settings: Settings, sealed: bytes, *about: object) -> str:
    """The secret. CannotUnseal where none of the keys opens it."""
    for key in _keys(settings):
        try:
            return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(about)).decode()
        except InvalidTag:
            continue
    raise CannotUnseal


def _bound(about: Sequence[object]) -> bytes:
    return "\x00".join(map(str, about)).encode()


def _keys(settings: Settings) -> Sequence[AESGCM]:
    return () if settings.secret_key is None else _derived(settings.secret_key.get_secret_value())


@lru_cache(4)
def _derived(configured: str) -> Sequence[AESGCM]:
    return tuple(
        AESGCM(HKDF(SHA256(), 32, salt=None, info=b"confed sealing 1").derive(key.strip().encode()))
        for key in configured.split(",")
    )
