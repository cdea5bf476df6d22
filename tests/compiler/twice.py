"""Rows beside those that were drawn, so that every list of the world has two, and what tells them apart differs."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg
from sqlmodel import SQLModel

from tests.compiler.rows import key

_NORTH = f"'{key('north')}'::uuid"
_ANA = f"'{key('ana')}'::uuid"


@dataclass(frozen=True)
class Copy:
    """A copy of a row `t` of a table, changed by SQL. `which`: of which row; `each`: of all; `i`: which copy."""

    table: str
    changed: dict[str, str]
    which: str = "true"
    copies: int = 1
    each: bool = False


def _untold(table: str, same: str) -> str:
    """An entry of the journal that a row of the table hasn't told of yet."""
    return (
        "(select e.id from journal_entry e where e.confederation_id = t.confederation_id "
        f"and e.id not in (select o.entry_id from {table} o where {same}) order by e.id limit 1)"
    )


_COPIES = (
    Copy("scan", {"nonce": "t.nonce || ' again'", "code": "t.code || 'X'"}),
    Copy("journal_entry", {"concerns_id": _ANA}, copies=2),
    Copy(
        "access_record",
        {"hour": "t.hour + interval '1 hour'", "at": "t.at + interval '1 hour'"},
        which=f"t.person_id = {_ANA}",
    ),
    Copy(
        "message",
        {
            "person_id": _ANA,
            "cause_id": "md5('cause ' || i)::uuid",
            "association_id": _NORTH,
            "permission": "'registrations.read'",
        },
        copies=2,
    ),
    Copy(
        "registration_message",
        {
            "message_id": "(select m.id from message m where m.cause_id = md5('cause 1')::uuid)",
            "registration_id": f"'{key('ana at spring')}'::uuid",
            "event_id": f"'{key('spring')}'::uuid",
            "association_id": _NORTH,
            "person_id": _ANA,
        },
    ),
    Copy("webhook_delivery", {"entry_id": _untold("webhook_delivery", "o.webhook_id = t.webhook_id")}, each=True),
    Copy(
        "advocacy_notice",
        {"entry_id": _untold("advocacy_notice", "o.person_id = t.person_id")},
        which="t.person_id is not null",
        each=True,
    ),
    Copy(
        "advocacy_watch",
        {"person_id": _ANA, "watcher_id": "null"},
        which="confidentiality = 'PUBLIC' "
        f"and file_id not in (select file_id from advocacy_watch where person_id = {_ANA})",
    ),
)


async def two_of_each(owner: asyncpg.Connection, tenant: UUID) -> None:
    """Add them."""
    for at, copy in enumerate(_COPIES):
        table = SQLModel.metadata.tables[copy.table]
        columns = [c.name for c in table.columns if c.computed is None and c.identity is None and c.name != "id"]
        values = ", ".join(copy.changed.get(column, f't."{column}"') for column in columns)
        listed = ", ".join(f'"{column}"' for column in columns)
        await owner.execute(
            f"""insert into "{copy.table}" (id, {listed})
                select md5('{copy.table} again {at} ' || n || ' ' || i)::uuid, {values}
                from (select *, row_number() over (order by t.id) n from "{copy.table}" t
                      where t.confederation_id = $1 and {copy.which} order by t.id limit $2) t,
                     generate_series(1, {copy.copies}) i
                {"on conflict do nothing" if copy.each else ""}""",
            tenant,
            None if copy.each else 1,
        )
