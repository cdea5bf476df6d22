"""Names as GraphQL, as Python and as sentences write them."""

import re


def camel(name: str) -> str:
    """A Python name as GraphQL writes it."""
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)


def snake(name: str) -> str:
    """A GraphQL name as Python writes it."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def plural(name: str) -> str:
    """A type's name as a sentence speaks of several: `JournalEntry` is "journal entries"."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()
    if re.search(r"[^aeiou]y$", words):
        return f"{words[:-1]}ies"
    return words + ("es" if re.search(r"(s|x|ch|sh)$", words) else "s")


def with_article(name: str) -> str:
    """A type's name after "a" or "an"."""
    return f"{'an' if name[0] in 'AEIO' else 'a'} `{name}`"
