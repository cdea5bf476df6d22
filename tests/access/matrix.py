"""Reads what the domains say of access: who sees each row, who reads each field, who may do what.

The files are those of tests/access/<domain>/*.toml; how they are written is told in tests/access/__init__.py.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.core.settings import CHECKOUT
from tests.domains import once, once_each

HERE = Path(__file__).parent
FOLDER = str(HERE.relative_to(CHECKOUT))

NOBODYS = ("another tenant's", "absent")
"""Cases of root fields that nobody is given anything in."""

_ROOTS = ("Query", "Mutation", "Subscription")
_PARTS = ("rows", "writers", "fields", "except", "unasked")
_SHAPE = re.compile(r"(signed in|asks (?P<who>.+?)(?P<recently>, recently)?)(: (?P<answer>\w+))?")

Files = Iterable[tuple[str, Mapping[str, Any]]]
Answers = dict[str, set[str]]
"""By what a mutation answers: whom."""


@dataclass(frozen=True)
class Rights:
    """What is said of a type, which is a table's too where its name is a model's.

    `rows`: who sees each sample. `writers`: who inserts, updates and deletes each; "" stands for those not named.
    `fields`: who reads a field, where not everybody who sees the row. `exceptions`: the same of one sample's field.
    `unasked`: why nobody sees a value of a field in some kind of row.
    """

    rows: dict[str, str]
    writers: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    exceptions: dict[str, str] = field(default_factory=dict)
    unasked: dict[str, str] = field(default_factory=dict)

    def kinds(self) -> dict[str, list[str]]:
        """The samples by who sees them."""
        kinds: dict[str, list[str]] = {}
        for label, audience in self.rows.items():
            kinds.setdefault(audience, []).append(label)
        return kinds


@dataclass(frozen=True)
class Matrix:
    """What all domains say. `queries` and `subscriptions` by field and case, where it doesn't follow from a row;
    `mutations` by name, in one shape for all cases or by case."""

    audiences: dict[str, list[str] | str]
    types: dict[str, Rights]
    queries: dict[str, dict[str, str]] = field(default_factory=dict)
    mutations: dict[str, str | dict[str, Any]] = field(default_factory=dict)
    subscriptions: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def everybody(self) -> set[str]:
        """Every standing."""
        return set(self.audiences["everybody"])

    def who(self, said: str) -> set[str]:
        """The standings that "own + registrations.read" means. AssertionError where it names nobody that there is."""
        first, *others = re.split(r" ([+-]) ", said)
        meant = self._named(first) if said else set()
        for sign, name in zip(others[::2], others[1::2], strict=True):
            meant = meant | self._named(name) if sign == "+" else meant - self._named(name)
        return meant

    def seers(self, label: str) -> set[str]:
        """Who sees a row: "Event draft". KeyError where nothing is said of it."""
        name, _, sample = label.partition(" ")
        return self.who(self.types[name].rows[sample])

    def readers(self, type_name: str, sample: str, field_name: str) -> set[str]:
        """Who reads a field of a row: whoever sees the row, unless something else is said."""
        said = self.types[type_name]
        audience = said.exceptions.get(f"{sample}.{field_name}", said.fields.get(field_name, "everybody"))
        return self.who(said.rows[sample]) & self.who(audience)

    def writers(self, label: str) -> set[str]:
        """Who inserts a row, and changes it where they see it."""
        name, _, sample = label.partition(" ")
        said = self.types[name].writers
        return self.who(said.get(sample, said.get("", "")))

    def given(self, root: str, name: str, case: str, type_name: str) -> set[str] | None:
        """Who is given something by a root field of a type in a case; None where nothing is said of it."""
        said = (self.queries if root == "Query" else self.subscriptions).get(name, {})
        if case in said:
            return self.who(said[case])
        if case in NOBODYS:
            return set()
        rows = self.types[type_name].rows if type_name in self.types else {}
        return self.who(rows[case]) if case in rows else None

    def answers(self, name: str, case: str, seers: Collection[str] | None) -> Answers:
        """Whom a mutation answers what in a case; `seers`: who sees the row that its input names first."""
        said = self.mutations[name]
        shape = said if isinstance(said, str) else said[case]
        apart = {"asks": shape} if isinstance(shape, str) else dict(shape)
        answers = dict.fromkeys(self.everybody, "NotFound")
        payload = f"{name[0].upper()}{name[1:]}Payload"
        if asks := apart.pop("asks", ""):
            assert seers is not None, f"{name}, {case}: nothing is said of the row that it names first. See {FOLDER}."
            answers |= self._shaped(asks, payload, set(seers))
        for answer, audience in apart.items():
            answers |= dict.fromkeys(self.who(audience), payload if answer == "Payload" else answer)
        return {answer: {who for who in answers if answers[who] == answer} for answer in set(answers.values())}

    def _shaped(self, asks: str, payload: str, seers: set[str]) -> dict[str, str]:
        shape = _SHAPE.fullmatch(asks)
        assert shape is not None, f"{asks!r} is no shape of a mutation: see {FOLDER}."
        people, anonymous = self.who("people"), self.who("anonymous")
        holders = seers & (people if shape["who"] is None else self.who(shape["who"]))
        strangers = seers - people if shape["who"] is None else seers & anonymous
        late = self.who("in an old session") if shape["recently"] else set()
        return (
            dict.fromkeys(seers, "NotAllowed")
            | dict.fromkeys(strangers, "NotSignedIn")
            | dict.fromkeys(holders, shape["answer"] or payload)
            | dict.fromkeys(holders & late, "StepUpRequired")
        )

    def said(self) -> Iterator[str]:
        """Every audience that something is said of."""
        for of in self.types.values():
            for part in (of.rows, of.writers, of.fields, of.exceptions):
                yield from part.values()
        for cases in (*self.queries.values(), *self.subscriptions.values()):
            yield from cases.values()

    def _named(self, name: str) -> set[str]:
        if name not in self.audiences:
            assert name in self.everybody, f"{name!r} is neither a standing nor an audience: see {FOLDER}."
            return {name}
        meant = self.audiences[name]
        if isinstance(meant, str):
            return self.who(meant)
        return set().union(*({each} if each == name else self._named(each) for each in meant))


def read() -> Matrix:
    """The files of all domains. AssertionError where two say the same."""
    paths = sorted(HERE.rglob("*.toml"))
    return merged((str(path.relative_to(CHECKOUT)), tomllib.loads(path.read_text())) for path in paths)


def merged(files: Files) -> Matrix:
    """What the files say. AssertionError where two say the same."""
    files = list(files)
    types = [(file, {n: t for n, t in tables.items() if n not in ("audiences", *_ROOTS)}) for file, tables in files]
    for file, tables in types:
        for name, table in tables.items():
            assert table.keys() <= {*_PARTS}, f"{file}, {name}, has more than {', '.join(_PARTS)}."
    parts = {
        part: once_each(
            (file, {name: _part(file, name, table, part) for name, table in tables.items()}) for file, tables in types
        )
        for part in _PARTS
    }
    return Matrix(
        once((file, tables.get("audiences", {})) for file, tables in files),
        {name: Rights(*(parts[part][name] for part in _PARTS)) for name in parts["rows"]},
        once_each((file, tables.get("Query", {})) for file, tables in files),
        once((file, tables.get("Mutation", {})) for file, tables in files),
        once_each((file, tables.get("Subscription", {})) for file, tables in files),
    )


def _part(file: str, name: str, table: Mapping[str, Any], part: str) -> dict[str, str]:
    """What is said of samples or fields, by each of them; "" where it is said of all."""
    said = table.get(part, {})
    if part == "except":
        return dict(said)
    if isinstance(said, str):
        return {"": said}
    return once((f"{file}, {name},", dict.fromkeys(of, audience)) for audience, of in said.items())
