"""What an answer of each kind is, in one canonical form: what is stored, compared with a condition, and exported.

    TEXT, LONG_TEXT   text as `services.core.text` cleans it, 200 and 5,000 characters at most
    NUMBER            a decimal as text, "12.5", within ±10^12 and six decimals at most, without empty zeros
    BOOLEAN           true or false; "true" and "false" are taken as well
    DATE              a calendar day as text, "2026-01-31"
    CHOICE            the key of an option
    CHOICES           the keys of options, each once, in the question's order

Empty text, an empty list and null are no answer.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from models import AnswerFault, Question, QuestionKind
from services.core.text import cleaned

LONGEST_ANSWERS = {QuestionKind.TEXT: 200, QuestionKind.LONG_TEXT: 5_000}
"""Characters."""
LARGEST_NUMBER = Decimal(10) ** 12

_NUMBER = re.compile(r"[+-]?[0-9]{1,13}(\.[0-9]{1,6})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BOOLEANS: Mapping[Any, bool] = {"true": True, "false": False}


class Faulty(Exception):
    """A value that doesn't answer the question."""

    def __init__(self, fault: AnswerFault) -> None:
        super().__init__(fault)
        self.fault = fault


def canonical(question: Question, given: Any) -> Any:
    """The value as it is stored; None where nothing is answered. Faulty where it doesn't answer the question."""
    if (
        given is None
        or (isinstance(given, list | tuple) and not given)
        or (isinstance(given, str) and not cleaned(given, lines=True))
    ):
        return None
    match question.kind:
        case QuestionKind.TEXT | QuestionKind.LONG_TEXT:
            return _text(given, LONGEST_ANSWERS[question.kind], lines=question.kind is QuestionKind.LONG_TEXT)
        case QuestionKind.NUMBER:
            return _number(given)
        case QuestionKind.BOOLEAN:
            return _boolean(given)
        case QuestionKind.DATE:
            return _day(given)
        case QuestionKind.CHOICE:
            return _option(question, given)
        case QuestionKind.CHOICES:
            return _options(question, given)


def option_keys(question: Question) -> list[str]:
    """The keys of the question's options, in order."""
    return [option["key"] for option in question.options or ()]


def meets(question: Question, answered: Any) -> bool:
    """Whether an answer is the one that the question depends on; among several chosen, one of them."""
    wanted = question.depends_on_value
    return wanted in answered if isinstance(answered, list) else bool(answered == wanted)


def _text(given: Any, most: int, *, lines: bool) -> str:
    if not isinstance(given, str) or "\x00" in given:
        raise Faulty(AnswerFault.WRONG_TYPE)
    text = cleaned(given, lines=lines)
    if len(text) > most:
        raise Faulty(AnswerFault.TOO_LONG)
    return text


def _number(given: Any) -> str:
    if isinstance(given, bool) or not isinstance(given, str | int | Decimal):
        raise Faulty(AnswerFault.WRONG_TYPE)
    text = str(given).strip()
    if not _NUMBER.fullmatch(text) or abs(number := Decimal(text)) > LARGEST_NUMBER:
        raise Faulty(AnswerFault.WRONG_TYPE)
    written = f"{number:f}"
    return (written.rstrip("0").rstrip(".") if "." in written else written) if number else "0"


def _boolean(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    if not isinstance(given, str) or given.strip() not in _BOOLEANS:
        raise Faulty(AnswerFault.WRONG_TYPE)
    return _BOOLEANS[given.strip()]


def _day(given: Any) -> str:
    text = given.isoformat() if type(given) is date else given
    if not isinstance(text, str) or not _DAY.fullmatch(text.strip()):
        raise Faulty(AnswerFault.WRONG_TYPE)
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise Faulty(AnswerFault.WRONG_TYPE) from None


def _option(question: Question, given: Any) -> str:
    if not isinstance(given, str):
        raise Faulty(AnswerFault.WRONG_TYPE)
    if given not in option_keys(question):
        raise Faulty(AnswerFault.NO_SUCH_OPTION)
    return given


def _options(question: Question, given: Any) -> list[str]:
    if not isinstance(given, list | tuple) or not all(isinstance(key, str) for key in given):
        raise Faulty(AnswerFault.WRONG_TYPE)
    keys = option_keys(question)
    if not set(given) <= set(keys):
        raise Faulty(AnswerFault.NO_SUCH_OPTION)
    if len(set(given)) < len(given):
        raise Faulty(AnswerFault.WRONG_TYPE)
    return [key for key in keys if key in given]
