"""People's text on its way in: one form of each character, and nothing that nobody sees.

Text is kept in Unicode's normal form NFC, so that é is one thing however it was typed. Control characters, marks that
turn the direction of writing, and characters without width are taken out: they hide what a name says, and two names
that look the same would be two. What is left with nothing to be seen is no text.
"""

import unicodedata

_BLANK = frozenset("\u2800\u3164\u115f\u1160\uffa0")
"""Characters that are letters or symbols to Unicode and look like a space."""
_JOINERS = "\u200c\u200d"
"""Kept between two visible characters: Persian and Indic words, and emoji of several parts, are written with them."""
_LINE_ENDS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_VISIBLE = frozenset("LNPS")


def cleaned(text: str, *, lines: bool = False) -> str:
    """The text as it is kept, without white space around it; empty where there is nothing to be seen.

    `lines`: it may have several; otherwise a line's end becomes a space. Lone surrogates are taken out as well.
    """
    text = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode())
    if lines:
        text = text.replace("\r\n", "\n")
    kept = "".join(_kept(text, place, lines=lines) for place in range(len(text)))
    if lines:
        kept = "\n".join(" ".join(line.split(" ")).rstrip() for line in kept.split("\n")).strip()
    else:
        kept = " ".join(kept.split())
    while kept and unicodedata.category(kept[0])[0] == "M":  # an accent with nothing under it
        kept = kept[1:].lstrip()
    return kept if is_visible(kept) else ""


def is_visible(text: str) -> bool:
    """Whether there is anything to be seen: a letter, a digit, a sign. An accent by itself is none."""
    return any(unicodedata.category(one)[0] in _VISIBLE and unicodedata.category(one) != "Sk" for one in text)


def _is_joined(character: str) -> bool:
    """Whether a joiner beside it changes what is seen: of Latin, Greek and Cyrillic letters it changes nothing."""
    if not character or unicodedata.category(character)[0] not in "LMS":
        return False
    return not unicodedata.name(character, "").startswith(("LATIN", "GREEK", "CYRILLIC"))


def _kept(text: str, place: int, *, lines: bool) -> str:
    """What stands for one character: itself, a space, a line's end, or nothing."""
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
