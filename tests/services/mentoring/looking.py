"""What mentoring tests look at."""

import asyncpg

from tests.making import Maker

TABLES = (
    "journal_entry", "mentoring_programme", "mentoring_profile", "pairing", "pairing_goal", "pairing_session",
    "pairing_note",
)  # fmt: skip


async def picture(owner: asyncpg.Connection, make: Maker) -> dict[str, list[str]]:
    """Every row that a mentoring operation could have written, past all policies: compared before and after."""
    query = "select coalesce(array_agg(t::text order by id), '{{}}') from {} t where confederation_id = $1"
    return {table: await owner.fetchval(query.format(table), make.tenant.id) for table in TABLES}
