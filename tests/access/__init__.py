"""Who sees and may do what: each domain says it here once, of one world, for PostgreSQL and for the API.

A domain has a folder of its name, tests/access/<domain>/, and there a pair of files for each family of tables, named as
their module in models/: events/seats.py and events/seats.toml. Both are found by themselves.

The rows, `seats.py`, has what it needs of:
- `AFTER = ("events.planning",)`: modules whose rows its own need. The people of every standing are there before all.
- `async def rows(world)`: samples of each type and table, `world.add("Allotment released", row)`: the model's name, and
  the sample's. `world.person("own")` is Ana, `world.row(Event, "draft")` is another module's row, and
  `make.save_as(person, row)` writes what admits its participants only. What has no global identifier is reached by
  steps, `world.add("EventHost of draft", row, 'event(slug: "draft")', "hosts")`; what is no row, by `world.reached(…)`.
- `def roots(world)`: documents for its root fields, by field and case. Whoever sees the sample that a case is named
  after is given something; "another tenant's" and "absent" give nobody anything.
- `def inputs(world)`: inputs for its mutations, by name and case. **The first identifier is of the row that the
  mutation is asked about**: who sees that row and may not do it is refused, and for everybody else it isn't found.

The rights, `seats.toml`:

    [Allotment]                                     # a type of the schema; and a table, if it is a model's name
    rows."own + events.manage" = ["for home"]       # who sees which samples, through row security and through the API
    rows."events.manage" = ["released"]             # `rows = "everybody"` is the one sample without a name
    writers = "events.manage"                       # of a table: who inserts it, and changes and deletes what they see
    fields."events.manage" = ["releasedBy"]         # where not everybody who sees the row reads the field
    except."for home.seatPool" = "events.manage"    # where one sample's field differs
    unasked."Nobody sits on what was released." = ["taken"]

    [Query.segment]                                 # only cases that no sample is named after
    "by name" = "everybody"

    [Mutation]
    createAllotment = "asks events.manage"               # all cases alike, or by case:
    releaseAllotment = { "for home" = "asks events.manage", released = "asks events.manage: AlreadyReleased" }

`writers."own" = ["for home"]` names samples, as `rows` does. A file may add fields and samples to a type of another's.
What two files say of the same is an error. The shapes of a mutation:
- "asks events.manage": who holds it gets the payload; of others who see the row, anybody gets NotSignedIn, the rest
  NotAllowed; who doesn't see it gets NotFound. "…, recently": StepUpRequired for who didn't sign in lately.
- "signed in": persons who see the row get the payload, others who see it NotSignedIn.
- "…: WrongEventState": the answer in place of the payload.
- A table says what some are answered besides: `{ asks = "signed in: NotAMember", Payload = "own" }`.

Who: "everybody", audiences and standings, from the left: "own + persons.read", "persons - events.manage". Audiences of
several domains are in audiences.toml, a domain's own in `[audiences]` of its file. An audience of a standing's name is
meant wherever the name stands, but in its own list.

A field that nobody sees a value of proves nothing. In each kind of row (the samples that the same see) some sample has
a value of each field, or it is `unasked`, by the reason.

Asked by tests/models/test_row_policies.py (rows and writers, of PostgreSQL itself) and tests/schema/
test_authorization_matrix.py (of the whole application); tests/schema/test_isolation.py and others attack with the same.
"""

from collections.abc import Iterator
from typing import Any

from tests import domains
from tests.access.world import World, standings
from tests.domains import once_each
from tests.making import Maker


async def world(make: Maker, foreign: Maker | None = None) -> World:
    """The people, and what each domain adds; `foreign`: the other confederation, where it is there already."""
    made = await standings(make, foreign)
    for module in domains.modules(__name__):
        if hasattr(module, "rows"):
            await module.rows(made)
    return made


def roots(world: World) -> dict[str, dict[str, str]]:
    """The root fields, by name and case, each as a field `it`."""
    return once_each(_brought("roots", world))


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """The input of each mutation, by case."""
    return once_each(_brought("inputs", world))


def _brought(what: str, world: World) -> Iterator[tuple[str, Any]]:
    for module in domains.modules(__name__):
        if hasattr(module, what):
            yield domains.place(module), getattr(module, what)(world)
