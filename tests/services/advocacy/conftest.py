"""Who acts in these tests: `lead` for the home association, `ally` for one that may take part."""

from dataclasses import dataclass

import pytest

from models import Association, Person, Role
from tests.making import Maker


@dataclass(frozen=True)
class Staff:
    """An association, and who manages its advocacy."""

    association: Association
    person: Person


@pytest.fixture
async def lead(make: Maker) -> Staff:
    """The home association, which leads files."""
    home = await make.home()
    return Staff(home, await make.staff(Role.ADVISER, home))


@pytest.fixture
async def ally(make: Maker) -> Staff:
    """Another association."""
    association = await make.association()
    return Staff(association, await make.staff(Role.ADVISER, association))
