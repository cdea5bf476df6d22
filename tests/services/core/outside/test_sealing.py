"""Secrets that are kept: opened by the key that sealed them, and where they belong."""

import pytest
from pydantic import SecretStr, ValidationError

from services.core.errors import SecretKeyMissing
from services.core.outside.sealing import CannotUnseal, seal, unseal
from services.core.settings import Settings

OLD, NEW = "the key of before which is long enough", "the key of today which is as long too"


def settings(key: str | None) -> Settings:
    return Settings(secret_key=SecretStr(key) if key else None)


@pytest.mark.promise("secrets-encrypted")
def test_a_secret_opens_with_its_key_and_where_it_belongs() -> None:
    sealed = seal(settings(OLD), "secret", "tenant", 1)
    assert b"secret" not in sealed
    assert sealed != seal(settings(OLD), "secret", "tenant", 1)
    assert unseal(settings(OLD), sealed, "tenant", 1) == "secret"
    for key, about in ((NEW, ("tenant", 1)), (OLD, ("tenant", 2)), (OLD, ("tenant",)), (None, ("tenant", 1))):
        with pytest.raises(CannotUnseal):
            unseal(settings(key), sealed, *about)
    with pytest.raises(CannotUnseal):
        unseal(settings(OLD), sealed[:-1] + bytes([sealed[-1] ^ 1]), "tenant", 1)


def test_a_new_key_seals_and_the_one_before_still_opens() -> None:
    both = settings(f"{NEW}, {OLD}")
    assert (
        unseal(
            both,
            seal(settings(OLD), "secret"),
        )
        == "secret"
    )
    assert unseal(settings(NEW), seal(both, "secret")) == "secret"


def test_without_a_key_nothing_is_kept_and_a_short_one_is_none() -> None:
    with pytest.raises(SecretKeyMissing):
        seal(settings(None), "secret")
    with pytest.raises(ValidationError):
        Settings.model_validate({"CONFED_SECRET_KEY": f"{NEW},short"})
