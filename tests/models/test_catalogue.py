"""What holds for every table, function and role, found in the catalogue: a new table is held to it by itself."""

import asyncpg
import pytest
from sqlmodel import SQLModel

from models.base.policies import policies
from tests.models import catalogue

CIRCLES = """
    create table circle (confederation_id uuid, id uuid, tier text, primary key (confederation_id, id),
                         unique (confederation_id, id, tier));
    create policy circle_select on circle using (tier = 'PUBLIC');
    create table circle_note (confederation_id uuid, id uuid, circle_id uuid, tier text {null},
                              foreign key (confederation_id, circle_id {carried}) references circle
                              (confederation_id, id {carried}) {cascade});
    create policy circle_note_select on circle_note using (tier = 'PUBLIC')
"""
"""Notes that are as public as their circle: whatever the column is called that says so, it has to be carried."""
KEPT = {"null": "not null", "carried": ", tier", "cascade": "on update cascade"}

OFFENCES = [
    (catalogue.without_row_security, "create table loose (confederation_id uuid)", "loose"),
    (catalogue.without_row_security, "alter table person disable row level security", "person"),
    (catalogue.without_row_security, "alter table person no force row level security", "person"),
    (
        catalogue.unexpected_policies,
        "create policy strict on person as restrictive to confed_app using (true)",
        "strict",
    ),
    (catalogue.unexpected_policies, "create policy second on person for select to confed_app using (true)", "person"),
    (catalogue.unexpected_policies, "create policy everybody on person for select using (true)", "person"),
    (catalogue.unexpected_policies, "create policy all_at_once on person to confed_app using (true)", "person"),
    (catalogue.unexpected_policies, "drop policy person_delete on person", "person"),
    (catalogue.unexpected_policies, "drop policy person_count on person", "person"),
    (
        catalogue.policies_that_look_up,
        "alter policy person_select on person using (id in (select person_id from membership))",
        "person_select",
    ),
    (
        catalogue.policies_that_look_up,
        "alter policy person_insert on person with check (id in (select p.id from person p))",
        "person_insert",
    ),
    (catalogue.policies_that_look_up, "alter policy person_select on person using ((select true))", "person_select"),
    (
        catalogue.policies_that_look_up,
        """alter policy person_select on person
           using (id = (select nullif(current_setting('confed.person', true), '')::uuid from person limit 1))""",
        "person_select",
    ),
    (
        catalogue.policies_that_look_up,
        "alter policy person_select on person using (figures.waiting(id) = 0)",
        "person_select",
    ),
    (catalogue.keys_without_the_tenant, "create table loose (id uuid primary key)", "loose_pkey"),
    (catalogue.keys_without_the_tenant, "alter table person add constraint loose unique (id)", "loose"),
    (
        catalogue.keys_without_the_tenant,
        "alter table person add constraint loose unique (id, confederation_id)",
        "loose",
    ),
    (
        catalogue.keys_without_the_tenant,
        """create table loose (id uuid unique);
           alter table person add constraint past_it foreign key (id) references loose (id) not valid""",
        "past_it",
    ),
    (
        catalogue.keys_without_the_tenant,
        """create unique index on association (id, confederation_id);
           alter table mandate add constraint crossed foreign key (confederation_id, association_id)
           references association (id, confederation_id) not valid""",
        "crossed",
    ),
    (catalogue.indexes_without_the_tenant, "create index loose on person (family_name)", "loose"),
    (
        catalogue.indexes_without_the_tenant,
        "create index loose on person (lower(family_name), confederation_id)",
        "loose",
    ),
    (catalogue.views_of_their_owner, "create view loose as select * from person", "loose"),
    (catalogue.views_of_their_owner, "create materialized view loose as select * from person", "loose"),
    (
        catalogue.unsafe_definers,
        "create function figures.loose() returns int language sql security definer set search_path = '' as 'select 1'",
        "loose",
    ),
    (catalogue.unsafe_definers, "alter function figures.waiting reset search_path", "waiting"),
    (catalogue.unsafe_definers, "grant execute on function figures.heads to public", "heads"),
    (catalogue.too_mighty_roles, "alter role confed_app bypassrls", "confed_app"),
    (catalogue.too_mighty_roles, "alter role confed_figures superuser", "confed_figures"),
    (catalogue.too_mighty_roles, "alter table person owner to confed_figures", "person"),
    (catalogue.too_mighty_roles, "grant confed_figures to confed_app", "becomes confed_figures"),
    (catalogue.too_many_rights, "grant truncate on person to confed_app", "TRUNCATE"),
    (catalogue.too_many_rights, "grant update on person to confed_figures", "UPDATE"),
    (catalogue.too_many_rights, "grant select on person to public", "public"),
    (catalogue.copies_that_could_go_stale, "alter table speaker drop constraint {speaker's key}", "speaker.published"),
    (
        catalogue.copies_that_could_go_stale,
        "alter table speaker alter association_id drop not null",
        "speaker.association_id",
    ),
    *(
        (catalogue.copies_that_could_go_stale, CIRCLES.format_map(KEPT | {without: ""}), "circle_note.tier")
        for without in KEPT
    ),
]


@pytest.mark.promise("tenant-in-every-key")
@pytest.mark.parametrize("rule", dict.fromkeys(rule for rule, *_ in OFFENCES), ids=lambda rule: rule.__name__)
async def test_nothing_in_the_database_breaks_the_rule(owner: asyncpg.Connection, rule: catalogue.Rule) -> None:
    assert await rule(owner) == []


@pytest.mark.parametrize(
    ("rule", "offence", "found"), OFFENCES, ids=[f"{rule.__name__}-{at}" for at, (rule, *_) in enumerate(OFFENCES)]
)
async def test_the_rule_finds_what_breaks_it(
    owner: asyncpg.Connection, rule: catalogue.Rule, offence: str, found: str
) -> None:
    if "{" in offence:
        key = await owner.fetchval(
            "select conname from pg_constraint where conrelid = 'speaker'::regclass and confrelid = 'event'::regclass"
        )
        offence = offence.replace("{speaker's key}", f"{key}")
        offence += "; alter table speaker add foreign key (confederation_id, event_id) references event"
    offending = owner.transaction()
    await offending.start()
    try:
        await owner.execute(offence)
        assert any(found in line for line in await rule(owner))
    finally:
        await offending.rollback()


async def test_a_copy_that_its_key_keeps_is_no_offence(owner: asyncpg.Connection) -> None:
    made = owner.transaction()
    await made.start()
    try:
        await owner.execute(CIRCLES.format_map(KEPT))
        assert await catalogue.copies_that_could_go_stale(owner) == []
    finally:
        await made.rollback()


async def test_every_table_is_a_model_with_a_policy(owner: asyncpg.Connection) -> None:
    assert catalogue.undeclared(await catalogue.tables(owner), SQLModel.metadata.tables, policies.by_table) == []


def test_a_table_or_a_policy_without_the_other_is_found() -> None:
    assert catalogue.undeclared({"a"}, {"a"}, {"a"}) == []
    assert catalogue.undeclared({"a", "stray"}, {"a"}, {"a"}) == ["stray"]
    assert catalogue.undeclared({"a"}, {"a"}, set()) == ["a"]
    assert catalogue.undeclared({"a"}, {"a"}, {"a", "of nothing"}) == ["of nothing"]
