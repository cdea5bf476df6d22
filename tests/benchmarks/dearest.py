"""`python -m tests.benchmarks.dearest URL`: looks for the document that takes longest of all that the server accepts.

A hill climb over the schema with a fixed seed: a document is changed at random, and kept where its answer is
longer, for the first half of the way, and then where it takes longer.
It ends with 1 where one takes longer than what limits promise. The server's hourly limits have to be off
(CONFED_HOURLY_COST=0, CONFED_HOURLY_COST_OF_STRANGERS=0); `make bench-limits` does all of it.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from services.core.settings import CHECKOUT

PROMISED = 0.5
"""Seconds."""
SIZES = (1, 5, 20, 50, 100, 200, 500)
ASKING = (("ccc-cmc", None), ("ses", None), ("ccc-cmc", "admin"), ("ses", "admin"), ("ccc-cmc", "manager"))
"""Confederations of the demo, and who asks."""
KNOWN = {"slug": "x", "id": "x", "eventId": "x", "text": "a"}
"""Values of required arguments, where the server tells of none."""

Score = Callable[[str], float | None]
"""What a document is worth: how long its answer is, in bytes or in seconds; None where it isn't accepted."""


@dataclass
class Pick:
    """A field that is asked for: of a type, with arguments, and what is asked of it."""

    name: str
    defined: GraphQLField
    arguments: dict[str, str] = field(default_factory=dict)
    picks: list["Pick"] = field(default_factory=list)

    @property
    def type(self) -> Any:
        """What the field is of, without lists and non-null."""
        return get_named_type(self.defined.type)

    def copy(self) -> "Pick":
        """The same, to be changed."""
        return Pick(self.name, self.defined, dict(self.arguments), [pick.copy() for pick in self.picks])

    def all(self) -> Iterator["Pick"]:
        """This and whatever is below it."""
        yield self
        for pick in self.picks:
            yield from pick.all()

    def text(self, number: int = 0) -> str:
        """As GraphQL has it, under an alias of its own."""
        arguments = ", ".join(f"{name}: {value}" for name, value in self.arguments.items())
        below = " ".join(pick.text(i) for i, pick in enumerate(self.picks))
        said = f"f{number}: {self.name}" + (f"({arguments})" if arguments else "")
        return said if is_leaf_type(self.type) else f"{said} {{ {below or '__typename'} }}"


class Search:
    """Documents of a schema, from a seed."""

    def __init__(self, schema: GraphQLSchema, seed: int, known: dict[str, list[str]] | None = None) -> None:
        """`known`: values of required arguments by `field.argument` or by argument."""
        assert schema.query_type is not None
        self._query = schema.query_type
        self._random = random.Random(seed)
        self._known = known or {}

    def start(self) -> Pick:
        """A document of one root field."""
        root = Pick("", GraphQLField(self._query))
        while not root.picks:
            self._add(root)
        return root

    def changed(self, document: Pick) -> Pick:
        """The document with one or a few things otherwise."""
        made = document.copy()
        for _ in range(self._random.choice((1, 1, 2, 4))):
            change = self._random.choice(
                (self._add, self._add, self._fill, self._resize, self._resize, self._double, self._drop)
            )
            change(self._random.choice([pick for pick in made.all() if not is_leaf_type(pick.type)]))
        return made if made.picks else document

    def climb(self, length: Score, seconds: Score, steps: int) -> tuple[float, str]:
        """The seconds of the document that one way up ends with, and the document."""
        best, most = self.start(), 0.0
        for score in (length, seconds):
            most = score(document_of(best)) or 0.0
            for _ in range(steps // 2):
                tried = self.changed(best)
                found = score(document_of(tried))
                if found is not None and found >= most:
                    best, most = tried, found
        return most, document_of(best)

    def _add(self, pick: Pick, depth: int = 0) -> None:
        fields = pick.type.fields if isinstance(pick.type, GraphQLObjectType) else {}
        if not fields:
            return
        pages = [
            name
            for name, inner in fields.items()
            if "first" in inner.args or not is_leaf_type(get_named_type(inner.type))
        ]
        name = self._random.choice(pages if pages and self._random.random() < 0.6 else list(fields))
        added = Pick(name, fields[name], self._arguments(name, fields[name]))
        if not is_leaf_type(added.type) and depth < 5:
            self._add(added, depth + 1)
        pick.picks.append(added)

    def _fill(self, pick: Pick) -> None:
        fields = pick.type.fields if isinstance(pick.type, GraphQLObjectType) else {}
        asked = {inner.name for inner in pick.picks}
        for name, field_ in fields.items():
            if name not in asked and is_leaf_type(get_named_type(field_.type)):
                pick.picks.append(Pick(name, field_, self._arguments(name, field_)))

    def _resize(self, pick: Pick) -> None:
        if "first" in pick.defined.args:
            pick.arguments["first"] = str(self._random.choice(SIZES))

    def _double(self, pick: Pick) -> None:
        if pick.picks:
            pick.picks.append(self._random.choice(pick.picks).copy())

    def _drop(self, pick: Pick) -> None:
        if pick.picks:
            pick.picks.pop(self._random.randrange(len(pick.picks)))

    def _arguments(self, name: str, field_: GraphQLField) -> dict[str, str]:
        made = {}
        for argument, defined in field_.args.items():
            type_ = get_named_type(defined.type)
            if is_required_argument(defined):
                values = (
                    self._known.get(f"{name}.{argument}") or self._known.get(argument) or [KNOWN.get(argument, "1")]
                )
                made[argument] = json.dumps(self._random.choice(values))
            elif argument == "first":
                made[argument] = str(self._random.choice(SIZES))
            elif argument == "orderBy" and isinstance(type_, GraphQLEnumType) and self._random.random() < 0.3:
                made[argument] = self._random.choice(list(type_.values))
            elif argument == "asOf" and self._random.random() < 0.3:
                made[argument] = '"2024-06-01"'
        return made


def document_of(root: Pick) -> str:
    """The whole document."""
    return f"{{ {' '.join(pick.text(i) for i, pick in enumerate(root.picks))} }}"


class Server:
    """A server that is running, as one asks it."""

    def __init__(self, url: str, confederation: str, person: str | None) -> None:
        parts = urlsplit(url)
        self._connection = HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        self._path = f"/{confederation}/graphql"
        self._headers = {"content-type": "application/json"}
        if person:
            self._headers["authorization"] = f"Bearer demo:{confederation}:{person}"

    def ask(self, document: str) -> tuple[float, Any]:
        """The seconds that it took, and the answer."""
        began = time.perf_counter()
        self._connection.request("POST", self._path, json.dumps({"query": document}), self._headers)
        body = self._connection.getresponse().read()
        return time.perf_counter() - began, json.loads(body)

    def length(self, document: str) -> float | None:
        """The bytes of its answer."""
        _, answer = self.ask(document)
        return None if answer.get("data") is None else len(json.dumps(answer["data"]))

    def seconds(self, document: str) -> float | None:
        """The least of three measurements, the first of which may have planned it."""
        first, answer = self.ask(document)
        return None if answer.get("data") is None else min(first, *(self.ask(document)[0] for _ in range(2)))

    def known(self) -> dict[str, list[str]]:
        """Slugs and identifiers of what there is."""
        _, answer = self.ask(
            "{ events(first: 20) { nodes { id slug } } associations(first: 20) { nodes { id slug } } }"
        )
        found = {kind: answer["data"][kind]["nodes"] for kind in ("events", "associations")}
        slugs = {kind: [node["slug"] for node in nodes] for kind, nodes in found.items()}
        ids = {kind: [node["id"] for node in nodes] for kind, nodes in found.items()}
        return {
            "event.slug": slugs["events"],
            "association.slug": slugs["associations"],
            "eventId": ids["events"],
            "associationId": ids["associations"],
            "id": [*ids["events"], *ids["associations"]],
        }


def main(
    url: Annotated[str, typer.Argument(help="Where the demo is served, without a confederation.")],
    ways: Annotated[int, typer.Option(min=1, help="Ways up, for each of who asks.")] = 4,
    steps: Annotated[int, typer.Option(min=1, help="Changes that are tried on each.")] = 150,
    seed: Annotated[int, typer.Option(help="What the changes are drawn from.")] = 1,
) -> None:
    """Look for the document that takes longest, and print it."""
    schema = build_schema((CHECKOUT / "schema" / "schema.graphql").read_text())
    worst: tuple[float, str, str] = (0.0, "", "")
    for confederation, person in ASKING:
        server = Server(url, confederation, person)
        known = server.known()
        for way in range(ways):
            took, document = Search(schema, seed + way, known).climb(server.length, server.seconds, steps)
            print(f"{confederation} {person or 'anybody'}: {took * 1e3:.0f} ms", file=sys.stderr)
            worst = max(worst, (took, f"{confederation} as {person or 'anybody'}", document))
    took, where, document = worst
    print(f"The dearest accepted document takes {took * 1e3:.0f} ms, {where}:\n{document}")
    raise typer.Exit(int(took > PROMISED))


if __name__ == "__main__":
    typer.run(main)
