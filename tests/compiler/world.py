"""One small world for all the tests of the compiler: fixed keys, slugs and days, and something of every kind.

Nothing here is changed by a test, so that it is made once a run. Its moment is `NOW`, whatever the clock says. What is
made by hand is for the golden cases and for variety; tables that it leaves empty are filled (`filling`).

                 union (umbrella)                          the other confederation: `annex`, with Zoé as its staff
      visible │  unseen │  suspended │ applied
            north     south        press   east
              └── east, a chapter
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

import asyncpg
from sqlmodel import SQLModel

import models as m
from services.core.actor import Tenant
from services.core.database.connections import Database
from tests.compiler.book import book
from tests.compiler.contents import rows_of
from tests.compiler.filling import Filling
from tests.compiler.happenings import events, registrations
from tests.compiler.rows import LONG_AGO, NOW, QUARTERS, TODAY, Rows, key
from tests.compiler.twice import two_of_each
from tests.making import Maker, texts


@dataclass(frozen=True)
class World:
    """The confederation, another one, and people by the demo tokens that they sign in with.

    `unfilled`: tables that nothing could be drawn for, with what refused it.
    """

    make: Maker
    other: Maker
    people: dict[str, str]
    unfilled: dict[str, str]

    def authorization(self, who: str) -> str | None:
        """What somebody sends in the header; None for anonymous."""
        return f"Bearer {self.people[who]}" if who != "anonymous" else None

    def slug(self, who: str) -> str:
        """The confederation whose address somebody asks at."""
        return self.other.tenant.slug if who == "foreign" else self.make.tenant.slug


ACTORS = ("anonymous", "member", "staff", "cascading", "ex-member", "foreign")
"""Somebody of each standing. `foreign` belongs to the other confederation, and asks there."""


async def make_world(database: Database, owner: asyncpg.Connection) -> World:
    """Make it; once a database, because its keys are fixed. `owner`: past row security."""
    tenants: dict[UUID, Tenant] = {}
    make, other = (_maker(database, slug, tenants) for slug in ("federated", "annexed"))
    for maker in (make, other):
        await maker.save(
            m.Confederation(
                id=maker.tenant.id,
                slug=maker.tenant.slug,
                name=texts("Fédération des cadres", "Managers' Federation"),
                locales=list(maker.tenant.locales),
                time_zone=maker.tenant.time_zone,
            )
        )
    await _federation(make)
    await _people(make)
    await _memberships(make)
    await _segments(make)
    await events(make)
    await registrations(make)
    await book(make)
    await _elsewhere(other)
    await _document(make)
    unfilled = await _fill(owner, make, other)
    return World(
        make,
        other,
        {
            "member": "demo:federated:ana",
            "staff": "demo:federated:stan",
            "cascading": "demo:federated:casper",
            "ex-member": "demo:federated:exavier",
            "foreign": "demo:annexed:zoe",
        },
        unfilled,
    )


async def _document(make: Maker) -> None:
    """Its hash is that of its text, which nothing that is drawn would be."""
    asked = "{ events { totalCount } }"
    await make.add(m.TrustedDocument, {}, hash=sha256(asked.encode()).hexdigest(), text=asked, added_at=NOW)


async def _fill(owner: asyncpg.Connection, make: Maker, other: Maker) -> dict[str, str]:
    """Rows of the tables that are empty; in the other confederation a few, as far as they come by themselves.

    They are often of those who sign in here, and of where they belong, so that each standing sees some.
    """
    often = {"person": [key(name) for name in ("ana", "stan", "casper", "exavier", "zoe")]}
    often["association"] = [key("north"), key("annex")]

    async def fill(maker: Maker, wanted: int, called: str) -> dict[str, str]:
        rows = await rows_of(owner, maker.tenant.id)
        return await Filling(owner, maker.tenant.id, rows, often, called).fill(SQLModel.metadata, wanted)

    await fill(other, 4, "elsewhere")
    unfilled = await fill(make, 8, "")
    await two_of_each(owner, make.tenant.id)
    return unfilled


def _maker(database: Database, slug: str, tenants: dict[UUID, Tenant]) -> Maker:
    tenant = Tenant(key(slug), slug, ("fr", "en"), "America/Toronto")
    tenants[tenant.id] = tenant
    return Maker(database, tenant, tenants)


async def _federation(make: Maker) -> None:
    rows = Rows(make)
    kinds = m.AssociationKind
    associations: tuple[tuple[str, m.AssociationKind, m.Sector | None, dict[str, Any]], ...] = (
        ("union", kinds.UMBRELLA, None, {"about": texts("Toutes.", "All.")}),
        ("north", kinds.ASSOCIATION, m.Sector.PUBLIC, {"about": {"fr": "Le nord."}, "website": "https://nord.example"}),
        ("south", kinds.ASSOCIATION, m.Sector.PARAPUBLIC, {"about": {"en": "The south."}}),
        ("east", kinds.CHAPTER, m.Sector.PUBLIC, {"name": {"fr": QUARTERS}}),
        ("press", kinds.PARTNER, m.Sector.PRIVATE, {"name": texts("Presse", "Press")}),
    )
    for slug, kind, sector, columns in associations:
        named = {"name": texts(f"Les {slug}", f"The {slug}"), **columns}
        rows.add(m.Association, slug, slug=slug, kind=kind, sector=sector, **named)
    await rows.save()
    states = m.AffiliationState
    affiliations: tuple[tuple[str, str, m.AffiliationState, dict[str, Any]], ...] = (
        ("north", "union", states.ACTIVE, {"visible_from_above": True, "per_capita_rate": Decimal("12.50")}),
        (
            "south",
            "union",
            states.ACTIVE,
            {"per_capita_rate": Decimal("0.00"), "voting_weight": m.VotingWeight.HEADCOUNT},
        ),
        ("east", "north", states.ACTIVE, {"visible_from_above": True}),
        ("east", "union", states.APPLIED, {"starts_on": TODAY}),
        ("press", "union", states.SUSPENDED, {"per_capita_rate": Decimal("1234567.89")}),
        ("south", "press", states.ENDED, {"ends_on": date(2024, 12, 31)}),
        ("east", "south", states.ACTIVE, {"ends_on": TODAY - timedelta(days=1)}),
    )
    for below, above, state, columns in affiliations:
        period = {"starts_on": LONG_AGO, **columns}
        rows.add(
            m.Affiliation,
            f"{below} in {above}",
            association_id=key(below),
            umbrella_id=key(above),
            state=state,
            **period,
        )
    for association in ("north", "south", "east"):
        for category in (m.CategoryKind.REGULAR, m.CategoryKind.RETIRED):
            rows.add(
                m.MembershipCategory,
                f"{association} {category}",
                association_id=key(association),
                slug=category.lower(),
                name=texts("Régulier", "Regular"),
                kind=category,
                grace_days=30,
            )
    await rows.save()


PEOPLE = ("ana", "ben", "cleo", "dan", "eve", "finn", "gil", "hugo", "iris")
OTHERS = ("stan", "casper", "exavier", "sue")
_SEEN_BY = {"gil": ["south"], "hugo": ["south", "north"], "iris": ["south"], "casper": [], "stan": [], "sue": []}


async def _people(make: Maker) -> None:
    rows = Rows(make)
    classes, sectors = list(m.PositionClass), list(m.Sector)
    everybody = (*PEOPLE, *OTHERS)
    for i, name in enumerate(everybody):
        rows.add(
            m.Person,
            name,
            given_name="Ana" if i % 4 == 0 else name.title(),
            family_name=("Tremblay", "Éthier", "d’Arc", "Zola")[i % 4],
            locale="fr" if i % 3 else "en",
            region=(None, "Québec", "Outaouais")[i % 3],
            association_ids=_seen_by(name),
        )
    await rows.save()
    for i, name in enumerate(everybody):
        seen = {"person_id": key(name), "association_ids": _seen_by(name)}
        rows.add(m.PersonReference, f"{name} in demo", system="demo", value=name, **seen)
        if name in PEOPLE:
            rows.add(
                m.Position,
                f"post of {name}",
                employer=("Ministère", "Ville", QUARTERS)[i % 3],
                title="Directrice",
                position_class=m.PositionClass.MANAGER if i < 6 else classes[i % len(classes)],
                working_time=m.WorkingTime.PART_TIME if i % 3 == 2 else m.WorkingTime.FULL_TIME,
                level=list(m.ManagementLevel)[i % 4] if i % 2 else None,
                sector=sectors[i % len(sectors)],
                reports_to_id=key("post of ana") if i in (1, 2) else None,
                starts_on=LONG_AGO,
                ends_on=date(2025, 6, 30) if i == 8 else None,
                **seen,
            )
    await rows.save()
    for who, where, role, columns in (
        ("ana", "north", m.MandateRole.PRESIDENT, {"published": True}),
        ("ben", "north", m.MandateRole.GOVERNOR, {"published": True}),
        ("cleo", "north", m.MandateRole.GOVERNOR, {}),
        ("dan", "north", m.MandateRole.TREASURER, {"published": True, "ends_on": date(2024, 12, 31)}),
        ("gil", "south", m.MandateRole.SECRETARY, {"published": True, "starts_on": TODAY}),
    ):
        named = {"starts_on": LONG_AGO, "published_name": who.title() if "published" in columns else None, **columns}
        rows.add(m.Mandate, f"{who} of {where}", person_id=key(who), association_id=key(where), role=role, **named)
    for who, where in (("stan", "north"), ("ben", "north"), ("casper", "union"), ("sue", "south")):
        rows.add(
            m.RoleGrant,
            f"role of {who}",
            person_id=key(who),
            association_id=key(where),
            role=m.Role.TREASURER if who == "ben" else m.Role.ADMINISTRATOR,
            cascades=who == "casper",
            starts_on=LONG_AGO,
        )
    await rows.save()


def _seen_by(name: str) -> list[UUID]:
    return sorted(key(slug) for slug in _SEEN_BY.get(name, ["north"]))


async def _memberships(make: Maker) -> None:
    rows = Rows(make)
    day = timedelta(days=1)
    for who, where, columns in (
        ("ana", "north", {"number": "N-1"}),
        ("ben", "north", {"ends_on": TODAY, "grace_until": TODAY + 30 * day}),
        ("cleo", "north", {"ends_on": TODAY - day, "grace_until": TODAY, "number": "N-3"}),
        ("dan", "north", {"joined_on": TODAY - 89 * day}),
        ("eve", "north", {"joined_on": TODAY - 90 * day}),
        ("finn", "north", {"joined_on": TODAY - 90 * day}),
        ("exavier", "north", {"cancelled_on": TODAY, "cancellation_reason": m.CancellationReason.RESIGNED}),
        ("gil", "south", {}),
        ("hugo", "south", {"ends_on": TODAY - 10 * day, "grace_until": TODAY - day}),
        ("hugo", "north", {"joined_on": TODAY + day}),
        (
            "iris",
            "south",
            {
                "ends_on": TODAY - day,
                "override_status": m.MembershipStatus.CURRENT,
                "override_reason": "règlement",
                "override_until": TODAY + day,
            },
        ),
    ):
        dated = {"joined_on": LONG_AGO, "starts_on": columns.get("joined_on", LONG_AGO), **columns}
        rows.add(
            m.Membership,
            f"{who} in {where}",
            person_id=key(who),
            association_id=key(where),
            category_id=key(f"{where} {'RETIRED' if who == 'eve' else 'REGULAR'}"),
            **dated,
        )
    await rows.save()


async def _segments(make: Maker) -> None:
    rows = Rows(make)
    for slug, published in (("everybody", True), ("managers", True), ("insiders", False)):
        rows.add(
            m.Segment, slug, slug=slug, association_id=key("north"), name=texts(slug, slug.upper()), published=published
        )
    await rows.save()
    clauses: tuple[tuple[str, dict[str, Any]], ...] = (
        ("managers", {"within_id": key("north"), "with_affiliates": True, "sector": m.Sector.PUBLIC}),
        (
            "managers",
            {"position_class": m.PositionClass.MANAGER, "level": m.ManagementLevel.MIDDLE, "region": "Québec"},
        ),
        ("managers", {"membership_status": m.MembershipStatus.GRACE, "locale": "fr"}),
        ("insiders", {"mandate_role": m.MandateRole.GOVERNOR, "within_id": key("south")}),
    )
    for rank, (slug, columns) in enumerate(clauses):
        rows.add(
            m.SegmentClause,
            f"clause {rank}",
            segment_id=key(slug),
            rank=rank,
            association_id=key("north"),
            published=slug != "insiders",
            **columns,
        )
    await rows.save()


async def _elsewhere(other: Maker) -> None:
    annex = await other.association(slug="annex", id=key("annex"))
    await other.person(id=key("zoe"), given_name="Zoé", family_name="Ailleurs", reference=("demo", "zoe"))
    # Who is staff there is a stranger here.
    await other.save(
        m.RoleGrant(
            confederation_id=other.tenant.id,
            person_id=key("zoe"),
            association_id=annex.id,
            role=m.Role.ADMINISTRATOR,
            starts_on=LONG_AGO,
        )
    )
    await other.event(annex, slug="there", id=key("there"), capacity=3, speakers=["Yann"], starts_at=NOW)
    await other.member(annex, person={"id": key("yann"), "given_name": "Yann"})
