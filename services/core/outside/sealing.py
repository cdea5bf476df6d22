"""Encryption of secrets that must be readable again, such as an OAuth client secret. The key is not in the database.

AES-256-GCM, with a key derived (HKDF-SHA256) from the setting CONFED_SECRET_KEY. A sealed secret is bound to its row:
copied to another row or tenant, it can't be decrypted there. A random nonce of 96 bits is safe for 2^32 secrets per
key, more than a server ever has.
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
    """The key has changed, or the sealed secret was altered or belongs elsewhere."""


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
    """Decrypt a secret. CannotUnseal if none of the keys fits."""
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
