"""Refusals about memberships."""

from dataclasses import dataclass

from models import MembershipStatus
from services.core.errors import Problem, told, wrong_state


@dataclass(eq=False)
class WrongMembershipStatus(Problem):
    """The membership doesn't stand, on the day in question, where this could be done to it."""

    required: list[MembershipStatus] = told("What was required.")
    found: MembershipStatus = told("What was found.")
    texts = wrong_state("The membership", "L'adhésion")
