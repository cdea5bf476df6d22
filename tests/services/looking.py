"""What tests of several domains look at."""

from models import JournalEntry
from tests.making import Maker


async def actions(make: Maker) -> list[str]:
    """What the journal says has happened, in order."""
    return [entry.action for entry in await make.all(JournalEntry)]
