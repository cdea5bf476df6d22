"""What is in the tables of some confederations, told in a few bytes: whether anything has changed, and where."""

from collections.abc import Collection, Mapping
from uuid import UUID

import asyncpg

from models.base.policies import policies

TABLES = sorted(policies.by_table)


async def digests(owner: asyncpg.Connection, tenants: Collection[UUID]) -> dict[str, tuple[int, str]]:
    """Of every table how many rows are the confederations', and a digest of them."""
    each = (
        f"""select '{table}', count(*), md5(coalesce(string_agg(t::text, '' order by t.id), '')) from {table} t
            where {"id" if table == "confederation" else "confederation_id"} = any($1)"""
        for table in TABLES
    )
    return {table: (count, digest) for table, count, digest in await owner.fetch(" union all ".join(each), [*tenants])}


def differing(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """The tables that have changed."""
    return [table for table in before if before[table] != after[table]]
