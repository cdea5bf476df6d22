"""Rows beside those that were drawn, so that every list of the world has two, and what tells them apart differs.

Each is a copy of a row of its table in the world's confederation, changed by SQL over the row `t`.
"""

from uuid import UUID

import asyncpg
from sqlmodel import SQLModel

from tests.compiler.rows import key

_NORTH = f"'{key('north')}'::uuid"
_ANA = f"'{key('ana')}'::uuid"

_COPIES: tuple[tuple[str, str, dict[str, str], str], ...] = (
    # A table, which of its rows is copied (of deliveries, each), what is changed in the copy, and how many copies.
    ("scan", "true", {"nonce": "t.nonce || ' again'", "code": "t.code || 'X'"}, "1"),
    ("journal_entry", "true", {"concerns_id": _ANA}, "2"),
    (
        "access_record",
        f"t.person_id = {_ANA}",
        {"hour": "t.hour + interval '1 hour'", "at": "t.at + interval '1 hour'"},
        "1",
    ),
    (
        "message",
        "true",
        {
            "person_id": _ANA,
            "cause_id": "md5('cause ' || i)::uuid",
            "association_id": _NORTH,
            "permission": "'registrations.read'",
        },
        "2",
    ),
    (
        "registration_message",
        "true",
        {
            "message_id": "md5('message again 1 1')::uuid",
            "registration_id": f"'{key('ana at spring')}'::uuid",
            "event_id": f"'{key('spring')}'::uuid",
            "association_id": _NORTH,
            "person_id": _ANA,
        },
        "1",
    ),
    (
        "webhook_delivery",
        "true",
        {
            "entry_id": "(select e.id from journal_entry e where e.confederation_id = t.confederation_id "
            "and e.id not in (select d.entry_id from webhook_delivery d where d.webhook_id = t.webhook_id) "
            "order by e.id limit 1)"
        },
        "1",
    ),
    (
        "advocacy_notice",
        "t.person_id is not null",
        {
            "entry_id": "(select e.id from journal_entry e where e.confederation_id = t.confederation_id "
            "and not exists (select from advocacy_notice n where n.entry_id = e.id) order by e.id limit 1)"
        },
        "1",
    ),
    (
        "advocacy_watch",
        f"confidentiality = 'PUBLIC' and file_id not in (select file_id from advocacy_watch where person_id = {_ANA})",
        {"person_id": _ANA, "watcher_id": "null"},
        "1",
    ),
)


async def two_of_each(owner: asyncpg.Connection, tenant: UUID) -> None:
    """Add them."""
    for name, which, changed, copies in _COPIES:
        table, each = SQLModel.metadata.tables[name], name == "webhook_delivery"
        columns = [c.name for c in table.columns if c.computed is None and c.identity is None and c.name != "id"]
        values = ", ".join(changed.get(column, f't."{column}"') for column in columns)
        listed = ", ".join(f'"{column}"' for column in columns)
        await owner.execute(
            f"""insert into "{name}" (id, {listed})
                select md5('{name} again ' || n || ' ' || i)::uuid, {values}
                from (select *, row_number() over (order by t.id) n from "{name}" t
                      where t.confederation_id = $1 and {which} order by t.id limit $2) t,
                     generate_series(1, {copies}) i
                {"on conflict do nothing" if each else ""}""",
            tenant,
            None if each else 1,
        )
