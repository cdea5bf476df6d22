"""People's text as it is kept: one form of each character, and nothing that nobody sees."""

import pytest

from services.core.checks import MOST_ONE_LINE_CHARACTERS, check_text
from services.core.errors import InvalidInput
from services.core.text import cleaned


@pytest.mark.parametrize(
    "nothing",
    [
        "",
        " ",
        "\u200b",
        "\u2060",
        "\u00ad",
        "\u2800",
        "\u3164",
        "\u0301",
        "\u00b4",
        "\u200d",
        "\ufeff",
        "\x00",
        "\u034f\ufe0f",
    ],
    ids=ascii,
)
def test_what_nobody_sees_is_no_text(nothing: str) -> None:
    assert cleaned(nothing) == cleaned(nothing * 3, lines=True) == ""
    with pytest.raises(InvalidInput):
        check_text(f" {nothing} ", "title")
    with pytest.raises(InvalidInput):
        check_text(f" {nothing} ", "summary", most=5000)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Le\u0301vis", "Lévis"),
        ("Ana\u202eneb", "Ananeb"),
        ("Ana\u2028Roy", "Ana Roy"),
        ("Ana\r\n Roy\t", "Ana Roy"),
        ("Ana\u00a0\u202fRoy", "Ana Roy"),
        ("A\u200dn\u200ca\u00ad", "Ana"),
        ("a\ufe0fna\x07", "ana"),
        ("\u0301Ana", "Ana"),
        ("\ud800Ana", "Ana"),
        ("👩\u200d💻 ❤\ufe0f", "👩\u200d💻 ❤\ufe0f"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("L’été, c’est «\u00a0oui\u00a0»", "L’été, c’est « oui »"),
    ],
    ids=ascii,
)
def test_a_line_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert cleaned(typed) == kept
    assert cleaned(kept) == kept


def test_a_long_text_has_lines_and_a_short_one_has_none() -> None:
    typed = "One \r\n\r\n  two\u2028three\x0b"
    assert check_text(typed, "summary", most=MOST_ONE_LINE_CHARACTERS + 1) == "One\n\n  two\nthree"
    assert check_text(typed, "title", most=MOST_ONE_LINE_CHARACTERS) == "One two three"


def test_length_counts_what_is_kept() -> None:
    assert check_text("\u200b" * 1000 + "a" * 200, "title") == "a" * 200
    with pytest.raises(InvalidInput):
        check_text("a" * 201, "title")
