"""Normalization of text input: one form of each character, and no invisible characters.

Text is stored in Unicode's normal form NFC, so that é is the same however it was typed. Control characters, directional
marks and zero-width characters are removed: with them, two names could look the same and be different. Text without a
visible character counts as empty.
"""

import unicodedata

_BLANK = frozenset("\u2800\u3164\u115f\u1160\uffa0")
"""Characters that Unicode classifies as letters or symbols and that look like a space."""
_JOINERS = "\u200c\u200d"
"""Kept between two visible characters, because Persian and Indic words and composite emoji need them."""
_LINE_ENDS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_VISIBLE = frozenset("LNPS")


def cleaned(text: str, *, lines: bool = False) -> str:
    """Return the text in its stored form, without surrounding white space; empty if nothing is visible.

    `lines`: line breaks are kept; otherwise each becomes a space. Lone surrogates are removed as well.
    """
    text = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode())
    if lines:
        text = text.replace("\r\n", "\n")
    kept = "".join(_kept(text, place, lines=lines) for place in range(len(text)))
    if lines:
        kept = "\n".join(" ".join(line.split(" ")).rstrip() for line in kept.split("\n")).strip()
    else:
        kept = " ".join(kept.split())
    while kept and unicodedata.category(kept[0])[0] == "M":  # a combining mark without a base character
        kept = kept[1:].lstrip()
    return kept if is_visible(kept) else ""


def is_visible(text: str) -> bool:
    """Whether the text has a visible character: a letter, a digit, a sign. A combining mark alone doesn't count."""
    return any(unicodedata.category(one)[0] in _VISIBLE and unicodedata.category(one) != "Sk" for one in text)


def _is_joined(character: str) -> bool:
    """Whether a joiner beside the character has a visible effect.

    Beside Latin, Greek and Cyrillic letters it has none.
    """
    if not character or unicodedata.category(character)[0] not in "LMS":
        return False
    return not unicodedata.name(character, "").startswith(("LATIN", "GREEK", "CYRILLIC"))


def _kept(text: str, place: int, *, lines: bool) -> str:
    """The replacement of one character: itself, a space, a line break, or nothing."""
    character = text[place]
    if character.isascii() and character.isprintable():
        return character
    if character in _LINE_ENDS:
        return "\n" if lines else " "
    if character == "\t" or character in _BLANK:
        return " "
    category = unicodedata.category(character)
    if category == "Zs":
        return " " if not lines else character
    before, after = text[max(0, place - 1) : place], text[place + 1 : place + 2]
    if character in _JOINERS:
        return character if _is_joined(before) and _is_joined(after) else ""
    if character == "\u034f" or ("\ufe00" <= character <= "\ufe0f" and unicodedata.category(before or " ")[0] == "L"):
        return ""
    # Cc, Cf, Cs, Co and Cn: controls, invisible formats, surrogates, private and unassigned characters.
    return "" if category[0] == "C" else character
