"""Declared problems are those that the operation can raise: an undeclared one would be an error of the server's."""

import pytest

from schema.build import build
from schema.mutations.declare import EVERY, MUTATIONS, Mutation
from services.core.errors import Problem
from services.core.work import Work
from services.events.errors import AlreadyRegistered, AnswersNotAccepted, PartyTooLarge, WrongEventState
from tests.schema.mutations.raising import Code

build()
CODE = Code()

NEVER = {
    # What the code alone can't tell: the arguments that an operation calls another with rule it out.
    ("register_for_event", "NotEnoughSeats"): "who finds no seat waits",
    ("register_on_behalf", "NotEnoughSeats"): "who finds no seat waits",
    ("register_walk_in", "NotInvited"): "staff go past the audience",
    ("register_walk_in", "PartyTooLarge"): "it is for one seat",
    ("register_walk_in", "PartyTooSmall"): "it is for one seat, and no guests",
    ("delete_registration_guest", "NotEnoughSeats"): "it gives a seat back",
}
"""Problems that the operation seems to raise, and doesn't."""


def raised_by(made: Mutation) -> set[type[Problem]]:
    """What a mutation's operation can raise, alone and together, besides what every mutation can meet."""
    raised = CODE.raised_by(made.operate)
    if made.batching is not None:
        raised |= CODE.raised_by(made.batching.about) | CODE.raised_by(made.batching.decide)
    return raised - set(EVERY)


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_declared_problems_are_those_that_the_operation_can_raise(name: str) -> None:
    made = MUTATIONS[name]
    declared = set(made.problems) - set(EVERY)
    raised = {problem.__name__ for problem in raised_by(made)}
    never = {problem for mutation, problem in NEVER if mutation == name}
    assert never <= raised, "A reason that isn't needed any more."
    assert raised - never == {problem.__name__ for problem in declared}


def test_what_a_helper_of_a_helper_raises_is_found() -> None:
    async def register(work: Work) -> None:
        raise AssertionError("only read")

    register.__module__, register.__name__ = "services.events.registrations.registering", "register"
    found = CODE.raised_by(register)
    assert {AnswersNotAccepted, PartyTooLarge, AlreadyRegistered} <= found
    assert WrongEventState not in found
