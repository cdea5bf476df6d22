"""What mentoring tests look at."""

from models import (
    JournalEntry,
    MentoringProfile,
    MentoringProgramme,
    Pairing,
    PairingGoal,
    PairingNote,
    PairingSession,
)
from models.base.records import TenantRow
from tests.making import Maker
from tests.making.base import Picture

TABLES: tuple[type[TenantRow], ...] = (
    JournalEntry,
    MentoringProfile,
    MentoringProgramme,
    Pairing,
    PairingGoal,
    PairingNote,
    PairingSession,
)


async def picture(make: Maker) -> Picture:
    """Every row that a mentoring operation could have written, past all policies: compared before and after."""
    return await make.picture(of=TABLES)
