"""Ana, who is registered for an event that asks questions."""

import pytest

from models import Event, Person, Registration, Role
from tests.making import Maker
from tests.services.events.questions.answering import Form


@pytest.fixture
async def event(make: Maker) -> Event:
    """An event that is open."""
    return await make.event()


@pytest.fixture
async def ana(make: Maker) -> Person:
    """Who is registered."""
    return await make.member()


@pytest.fixture
async def anas(make: Maker, event: Event, ana: Person) -> Registration:
    """Ana's registration."""
    return await make.registration(event, ana)


@pytest.fixture
async def registrar(make: Maker) -> Person:
    """Who runs the home association's registrations."""
    return await make.staff(Role.REGISTRAR)


@pytest.fixture
def form(make: Maker, event: Event, ana: Person, anas: Registration) -> Form:
    """Ana's form."""
    return Form(make, event, ana, anas)
