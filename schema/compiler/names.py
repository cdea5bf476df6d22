"""Conversion of names between GraphQL, Python and sentences."""

import re


def camel(name: str) -> str:
    """Convert a Python name to a GraphQL name."""
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)


def snake(name: str) -> str:
    """Convert a GraphQL name to a Python name."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def plural(name: str) -> str:
    """Return a type's name in plural words: `JournalEntry` becomes "journal entries"."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()
    if re.search(r"[^aeiou]y$", words):
        return f"{words[:-1]}ies"
    return words + ("es" if re.search(r"(s|x|ch|sh)$", words) else "s")


def with_article(name: str) -> str:
    """Return a type's name with "a" or "an"."""
    return f"{'an' if name[0] in 'AEIO' else 'a'} `{name}`"
