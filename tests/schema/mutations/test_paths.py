"""Paths of problems are of the input: what an operation calls its parameters is there, in one of its mutations."""

from schema.build import build
from schema.mutations.declare import MUTATIONS
from tests.schema.mutations.raising import Code

build()

NOT_GIVEN = {"services.events.desk.checkin.check_in: at"}
"""Paths of parameters that no client gives."""


def test_every_path_that_an_operation_gives_is_one_of_a_mutations_input() -> None:
    code = Code()
    reaching: dict[str, list[str]] = {}
    for made in MUTATIONS.values():
        for unit in code.reached_by(made.operate):
            reaching.setdefault(unit, []).append(made.name)
    lost = [
        f"{unit}: {path}"
        for unit, names in reaching.items()
        for path in code.units[unit].paths
        if not any(MUTATIONS[name].takes.place({}, (path,)) for name in names)
    ]
    assert set(lost) == NOT_GIVEN
