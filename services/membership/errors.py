"""Refusals about memberships."""

from dataclasses import dataclass

from models import MembershipStatus
from services.core.errors import Problem, told, wrong_state


@dataclass(eq=False)
class WrongMembershipStatus(Problem):
    """The operation is not allowed for the membership's status on the day in question."""

    required: list[MembershipStatus] = told("The statuses for which the operation is allowed.")
    found: MembershipStatus = told("The status on that day.")
    texts = wrong_state("The membership", "L'adhésion")
