"""Addresses and numbers as people write them, in the one form that they are kept in."""

import pytest

from models import ContactKind
from services.core.errors import InvalidInput
from services.people.addresses import checked_address


@pytest.mark.parametrize(
    "written",
    [
        "+14185550123",
        "(418) 555-0123",
        "418 - 555 - 0123",
        "418\u2011555\u20110123",
        "418\u00a0555\u202f0123",
        "tel:+14185550123",
        "1 418 555.0123",
    ],
)
def test_a_number_is_one_however_it_is_written(written: str) -> None:
    assert checked_address(ContactKind.PHONE, written, "value") == "+14185550123"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("418 555-0123, poste 4567", "+14185550123;ext=4567"),
        ("418 555-0123 poste4567", "+14185550123;ext=4567"),
        ("418 555-0123 ext. 4567", "+14185550123;ext=4567"),
        ("+1 418 555 0123 x4567", "+14185550123;ext=4567"),
        ("+33\u00a01\u202f42 68 53 00", "+33142685300"),
    ],
)
def test_a_number_has_a_country_and_perhaps_an_extension(written: str, kept: str) -> None:
    assert checked_address(ContactKind.PHONE, written, "value") == kept
    assert checked_address(ContactKind.PHONE, kept, "value") == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" Case.Dup@EXAMPLE.org ", "Case.Dup@example.org"),
        ("ana@exämple.org", "ana@xn--exmple-cua.org"),
        ("ana@\u200bexample.org", "ana@example.org"),
    ],
)
def test_a_mail_address_is_kept_in_one_form(written: str, kept: str) -> None:
    assert checked_address(ContactKind.EMAIL, written, "value") == kept


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        *((ContactKind.PHONE, it) for it in ("", "12", "abc", "0", "+999999999999999999", "911")),
        *((ContactKind.EMAIL, it) for it in ("", "ana", "a@b", "a b@example.org", "root@localhost", "a@[192.0.2.1]")),
        (ContactKind.EMAIL, "ana@example.org\nbcc: all@example.org x"),
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(kind: ContactKind, written: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_address(kind, written, "value")
    assert refused.value.path == ("value",)
    assert len(written) < 5 or written not in refused.value.message("en")
