"""E-mail addresses and telephone numbers in canonical form, by maintained libraries.

EMAIL  `Ana.Roy@example.org`: the domain in lower case and in ASCII (IDNA); upper and lower case of what is before
       the @ stay as they were typed, and make no other address
PHONE  `+14185550123`, with an extension `+14185550123;ext=4567` (E.164, RFC 3966)
"""

import re

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from models import ContactKind
from services.core.errors import InvalidInput
from services.core.text import cleaned

HOME_REGION = "CA"
"""Default region of telephone numbers without a country code."""
_EXTENSION = re.compile(r"[,;]?\s*\bposte\s*:?\s*(?=[0-9])", re.IGNORECASE)


def checked_address(kind: ContactKind, value: str, *path: str) -> str:
    """Return the address or number in its stored form. InvalidInput if it isn't valid."""
    text = "" if "\x00" in value else cleaned(value)
    found = _phone(text) if kind is ContactKind.PHONE else _email(text)
    if found is None:
        such = "a telephone number such as +1 418 555 0123"
        if kind is ContactKind.EMAIL:
            such = "a mail address such as ana@example.org"
        raise InvalidInput(
            such, f"{len(text)} characters", path=path
        )  # the value is personal data, so it isn't repeated
    return found


def _email(text: str) -> str | None:
    try:
        valid = validate_email(
            text, check_deliverability=False, allow_smtputf8=False, test_environment=True, strict=True
        )
    except EmailNotValidError:
        return None
    return valid.ascii_email


def _phone(text: str) -> str | None:
    try:
        number = phonenumbers.parse(_EXTENSION.sub(" ext. ", text), HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    kept = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{kept};ext={number.extension}" if number.extension else kept
