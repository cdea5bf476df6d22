"""How the code hangs together, read from the code itself: which way dependencies point, and what stands only where."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import models
from services.core.settings import CHECKOUT

LONGEST = 400  # lines
LAYERS = ("app", "schema", "services", "models")  # each imports those after it only
EDGE = {"strawberry", "starlette", "graphql", "uvicorn"}
DOMAINS = (
    "core",
    "messages",
    "billing",
    "tenancy",
    "people",
    "identity",
    "membership",
)  # each imports those before it; leaf domains import all of these
WHOLE = {"demo"}  # written through every domain

LIFTING = {"elevated", "elevated_read", "elevated_start", "elevated_body"}
"""What lifts row security, each with the reason first: `Work.elevated` and `models.base.elevation`."""

ELEVATED = {
    # Where row security is lifted within the tenant, and why: review each.
    "models/events/seats.py": {"a seat is anybody's to take"},
    "services/core/actor.py": {"nobody may see what gives somebody rights before they have them"},
    "services/core/jobs/backlog.py": {"how much waits is a figure about rows that nobody sees"},
    "services/core/journal/chaining.py": {"the chain is made of entries that nobody else sees all of"},
    "services/identity/site_keys.py": {
        "whose key it is decides who acts",
        "the day of its last use is noted on a key by whoever shows it",
    },
    "services/tenancy/visibility.py": {
        "other associations' links to a person decide who sees them",
        "whoever holds a cascading grant is nobody's to list",
    },
    "services/tenancy/affiliations.py": {
        "an application is the applicant's to make, and the umbrella's to change",
        "applications that the actor may not see count as well",
    },
    "services/tenancy/roles.py": {"whether somebody else administers depends on grants that the actor may not see"},
    "services/tenancy/associations.py": {"nobody holds a permission in an association that isn't there yet"},
    "services/membership/memberships.py": {"a membership is its association's to change, and its person's to leave"},
    "services/people/segments.py": {"whoever is in a segment is counted, not shown"},
    "services/advocacy/changes.py": {
        "whoever takes part writes in the timeline, and nobody sees which persons are told"
    },
    "services/advocacy/positions.py": {"a position is the participant's, and the lock of the file its lead's"},
    "services/advocacy/watching.py": {
        "who watches a file locks what its lead writes: what a watch copies from it holds"
    },
    "services/webhooks/replaying.py": {
        "whoever manages webhooks may not read the journal, and the webhook was told of it"
    },
    "services/mentoring/places.py": {
        "a mentor's profile is theirs to write, and a place in it the coordinator's to take and either side's to give"
    },
    "services/identity/attempts.py": {"a challenge is nobody's to read, and whoever answers one is nobody yet"},
    "services/identity/passkeys/signing_in.py": {
        "whoever signs in is nobody yet: whose passkey it is says who they are"
    },
    "services/identity/identity_providers/identity_providers.py": {
        "who somebody is at a provider is theirs to see, and ends with the provider"
    },
    "services/identity/sessions.py": {
        "whose session it is decides who acts",
        "whoever signs in is nobody yet, and whose session it is decides what they may change",
        "whoever ends a session of theirs doesn't change their own record otherwise",
    },
    "services/identity/links.py": {"a link is nobody's to read: whoever has its secret is who may use it"},
    "services/identity/invitations.py": {
        "whoever brings an invitation's secret is nobody yet",
        "an invitation goes to the person's address, whoever may see it",
    },
    "services/people/contacts.py": {
        "whether a contact point is a person's first doesn't depend on who sees the others",
        "a person's row is the associations' to lock, and a contact point the person's to change",
        "the preferred contact point may be one that the actor doesn't see",
        "the next preferred contact point may be one that the actor doesn't see",
    },
    "services/messages/outbox.py": {"a message is written by the change that it tells of, whosever it is"},
    "services/events/mail/announcing.py": {"a message is written by the change that it tells of, whosever it is"},
    "services/events/planning/life.py": {"managing an event doesn't show who registered"},
    "services/events/registrations/eligibility.py": {
        "whether somebody is in a segment depends on rows that they may not see"
    },
    "services/events/questions/answers.py": {"whoever notes an answer for somebody may not be who reads it"},
    "services/events/planning/audience.py": {"whether somebody is in a segment depends on rows that they may not see"},
    "services/events/questions/asking.py": {"an answer that the actor may not see freezes its question as well"},
    "services/events/planning/planning.py": {
        "an edition may be a draft of another association",
    },
    "services/events/seats/capacity.py": {"seats that are added are for those on the waiting list"},
    "services/events/registrations/registering.py": {"a seat that is given back is the next in line's"},
    "services/events/registrations/guests.py": {
        "a guest's seat is of the pool, and given back it is the next in line's"
    },
    "services/events/registrations/editing.py": {"who changes seats gives those that they had to the next in line"},
    "services/events/registrations/groups.py": {"an association registers its delegates for another's event"},
    "services/events/registrations/delegates.py": {
        "whether somebody is with an association depends on links that the actor may not see"
    },
    "services/events/registrations/moving.py": {"a seat passes from one registration to another"},
    "services/events/desk/scans.py": {"the desk keeps an event from moving on, and may not change it"},
    "services/events/seats/offers.py": {"an offer that ends is the next in line's"},
    "services/billing/invoices.py": {
        "whoever brings an invoice about doesn't issue it",
        "whoever brings a credit note about doesn't issue it",
    },
    "services/billing/allocations.py": {"whoever brings an invoice about doesn't say what is set against it"},
    "services/billing/providers.py": {"what a provider confirms is recorded, whoever brings the news"},
    "services/events/prices/setting.py": {"an event's invoices are not those of everybody who plans it"},
    "services/events/prices/fitting.py": {"what somebody pays depends on rows that they may not see"},
    "services/events/prices/charging.py": {
        "whoever confirms a seat doesn't issue invoices",
        "a registration is not its treasurer's to change, and mustn't change meanwhile",
        "whoever gives a seat up doesn't issue credit notes",
        "whoever changes a party doesn't issue invoices",
        "whoever moves a registration doesn't say what is set against its invoice",
    },
    "services/events/seats/allotments.py": {"what an allotment keeps or releases is for those in line"},
    "services/events/seats/priorities.py": {"whoever is moved up in line makes others of it wait"},
    "services/events/planning/rules.py": {
        "the rules of registration are about people whom those who manage an event may not see"
    },
}


def sources(*roots: str) -> Iterator[Path]:
    """Python files, as paths from the checkout."""
    for root in roots:
        found = CHECKOUT / root
        for path in [found] if found.suffix else sorted(found.rglob("*.py")):
            if path.exists():
                yield path.relative_to(CHECKOUT)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse((CHECKOUT / path).read_text())


def imports(tree: ast.AST) -> set[str]:
    """Every module that is imported anywhere in the tree; of `from a import b` both `a` and `a.b`."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "Imports are absolute."
            found |= {f"{node.module}", *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def against_the_layers(layer: str, imported: set[str]) -> set[str]:
    """What a layer imports from those above it, and what belongs to the edge."""
    above = set(LAYERS[: LAYERS.index(layer)]) | {"tests"}
    above |= EDGE if layer in {"services", "models"} else set()
    return {name for name in imported if name.partition(".")[0] in above}


def against_the_domains(domain: str, imported: set[str]) -> set[str]:
    """What a domain of the services imports from one that is not before it."""
    if domain in WHOLE:
        return set()
    before = DOMAINS[: DOMAINS.index(domain) + 1] if domain in DOMAINS else (*DOMAINS, domain)
    return {name for name in imported if name.startswith("services.") and name.split(".")[1] not in before}


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def elevations(tree: ast.Module) -> set[str]:
    """The reasons that `elevated` and the like are called with: texts, or constants of the module."""
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in LIFTING:
            why = node.args[0]
            reason = why.value if isinstance(why, ast.Constant) else constants.get(getattr(why, "id", ""))
            assert isinstance(reason, str), f"A reason that can be read here, not {ast.unparse(why)}"
            found.add(reason)
    return found


def calls_of(tree: ast.Module, method: str) -> list[int]:
    """The lines where a method of this name is called."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    return [call.lineno for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == method]


@pytest.mark.parametrize("layer", LAYERS)
def test_dependencies_point_one_way(layer: str) -> None:
    paths = list(sources(f"{layer}.py" if layer == "app" else layer))
    wrong = {str(path): against_the_layers(layer, imports(parsed(path))) for path in paths}
    assert {path: names for path, names in wrong.items() if names} == {}


def test_domains_build_on_those_before_them_and_leaves_do_not_meet() -> None:
    paths = [path for path in sources("services") if len(path.parts) > 2]
    wrong = {str(path): against_the_domains(path.parts[1], imports(parsed(path))) for path in paths}
    assert {path: names for path, names in wrong.items() if names} == {}


BELOW_THE_COMPILER = ("schema.base", "schema.compiler", "services", "models")


def test_the_compiler_knows_nothing_of_what_is_built_on_it() -> None:
    wrong = {
        str(path): {
            name
            for name in imports(parsed(path))
            if name.split(".")[0] in LAYERS and not name.startswith(BELOW_THE_COMPILER) and name != "schema"
        }
        for path in sources("schema/compiler")
    }
    assert {path: names for path, names in wrong.items() if names} == {}


@pytest.mark.parametrize("house", ["schema", "services/core", "schema/compiler"])
def test_no_rooms_import_each_other_in_a_circle(house: str) -> None:
    """A room is a folder, or a module that stands beside folders. What only a type checker imports counts as well."""
    doors = {room: reached - TWO_WAYS.get(room, set()) for room, reached in rooms(house).items()}
    assert circle({room: reached for room, reached in doors.items() if room not in OPEN_ROOMS}) == []


OPEN_ROOMS = {"build"}  # the schema is put together from all rooms, and asked for by the command line
TWO_WAYS = {"tenancy": {"people"}}  # a role is somebody's: it names a person, whose record names associations


def rooms(house: str) -> dict[str, set[str]]:
    """The rooms of a house, with those that each imports from."""
    package = house.replace("/", ".")
    found: dict[str, set[str]] = {}
    for path in sources(house):
        inside = path.relative_to(house).with_suffix("").parts
        if inside == ("__init__",):
            continue
        reached = {
            name[len(package) + 1 :].split(".")[0] for name in imports(parsed(path)) if name.startswith(f"{package}.")
        }
        found.setdefault(inside[0], set()).update(reached - {inside[0]})
    return {room: {other for other in reached if other in found} for room, reached in found.items()}


def circle(doors: dict[str, set[str]]) -> list[str]:
    """Rooms that can only be reached from each other; none where there is an order for all."""
    left = dict(doors)
    while ready := [room for room, reached in left.items() if not reached & left.keys()]:
        for room in ready:
            del left[room]
    return sorted(left)


def test_a_circle_of_rooms_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"e"}, "e": set()}) == ["a", "b", "c"]


def test_the_kernel_knows_no_domain() -> None:
    """Neither its services nor its models: what it needs of a row, the row's model declares."""
    known = {
        f"{path}: {name}"
        for path in (*sources("services/core"), *sources("models/base"), *sources("models/core"))
        for name in imports(parsed(path))
        if (model := getattr(models, name.removeprefix("models."), None)) is not None
        and name.startswith("models.")
        and getattr(model, "__module__", "models.core").split(".")[1] not in {"base", "core"}
    }
    # Roles decide what an actor may do: `services.core.permissions` says what each may.
    assert known == {"services/core/actor.py: models.Role", "services/core/permissions.py: models.Role"}


def test_a_dependency_the_wrong_way_is_found() -> None:
    wrong = ("from schema.events.event import Event", "from services.events.planning import life")
    code = "import strawberry\ndef f():\n    " + "\n    ".join(wrong)
    imported = imports(ast.parse(code))
    assert against_the_layers("services", imported) == {
        "strawberry",
        "schema.events.event",
        "schema.events.event.Event",
    }
    assert against_the_layers("models", imported) > against_the_layers("services", imported)
    assert against_the_layers("app", imported) == set()
    assert against_the_domains("people", imported) == {"services.events.planning", "services.events.planning.life"}
    assert against_the_domains("mentoring", imported) == {"services.events.planning", "services.events.planning.life"}
    assert against_the_domains("events", imported) == against_the_domains("demo", imported) == set()


def test_files_stay_short() -> None:
    long = {
        str(path): lines
        for path in sources("app.py", "models", "services", "schema", "tests")
        if "versions" not in path.parts and (lines := len((CHECKOUT / path).read_text().splitlines())) > LONGEST
    }
    assert long == {}


def test_annotations_of_models_are_evaluated() -> None:
    # SQLModel reads them: as texts they break relationships.
    late = [str(path) for path in sources("models") if "__future__.annotations" in imports(parsed(path))]
    assert late == []


def test_the_domain_never_commits() -> None:
    paths = [path for path in sources("services") if path.parts[1] != "core"]
    found = {f"{path}:{line}" for path in paths for line in calls_of(parsed(path), "commit")}
    assert found == set()
    assert calls_of(ast.parse("async def f(work):\n    await work.session.commit()"), "commit") == [2]


@pytest.mark.promise("elevation-listed")
def test_row_security_is_lifted_only_in_the_places_listed() -> None:
    found = {str(path): elevations(parsed(path)) for path in sources("app.py", "models", "services", "schema")}
    assert {path: reasons for path, reasons in found.items() if reasons} == ELEVATED


SPELT_OUT = {
    # Where services name the tenant's column, and why: nowhere else, `services.core.statements` fills it in.
    "services/identity/sessions.py": "read before there is a work",
    "services/identity/site_keys.py": "read before there is a work",
    "services/trusted_documents/finding.py": "read before there is a work",
    "services/tenancy/roles.py": "recursive SQL as text",
    "services/people/segments.py": "one statement for any work, built once of tables",
    "services/billing/balances.py": "SQL over any row, built once of tables",
}
BY_HAND = re.compile(r"\b(confederation_id|populate_existing|with_for_update)\b")


def test_operations_spell_out_neither_the_tenant_nor_the_locks() -> None:
    found = {
        str(path)
        for path in sources("services")
        if path.parts[1] != "core" and BY_HAND.search((CHECKOUT / path).read_text())
    }
    assert found == SPELT_OUT.keys()
    # Who changes rows by a statement notes when: `work.update`, `work.inserting`.
    by_statement = {
        "sqlalchemy.update",
        "sqlalchemy.insert",
        "sqlalchemy.delete",
        "sqlalchemy.dialects.postgresql.insert",
    }
    paths = [path for path in sources("services") if path.parts[1] != "core" and str(path) not in SPELT_OUT]
    assert {str(path) for path in paths if imports(parsed(path)) & by_statement} == set()


def test_seats_are_counted_in_one_place() -> None:
    """What `pools` and the database's `take_seats` don't count, nobody does."""
    counting = re.compile(r"\.(taken|reserved|released_at) ([+-]=|= )")
    found = {str(path) for path in sources("services/events") if counting.search((CHECKOUT / path).read_text())}
    assert found == {"services/events/seats/pools.py"}
    ahead = [path for path in sources("models") if "priority <= 0" in (CHECKOUT / path).read_text()]
    assert [str(path) for path in ahead if "migrations" not in path.parts] == ["models/events/seats.py"]


def test_things_to_do_say_why() -> None:
    marks = ("TO" + "DO", "FIX" + "ME")
    bare = [
        f"{path}:{number}"
        for path in sources("app.py", "models", "services", "schema", "tests")
        for number, line in enumerate((CHECKOUT / path).read_text().splitlines(), start=1)
        for mark in marks
        if mark in line and len(line.partition(mark)[2].strip(" :.")) < 15
    ]
    assert bare == []


def test_every_package_is_a_layer() -> None:
    found = {path.parent.name for path in CHECKOUT.glob("*/__init__.py")}
    assert found <= {*LAYERS, "tests"}
