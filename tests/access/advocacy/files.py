"""Files of each confidentiality that home leads: in those for members and for staff, elsewhere takes part as well."""

from datetime import UTC, datetime
from typing import Any

from models import (
    AdvocacyFile,
    AdvocacyFileState,
    Avenue,
    Confidentiality,
    DemandState,
    Sector,
    Stance,
    TimelineKind,
)
from tests.access.asking import page
from tests.access.world import FAR, World
from tests.making import texts

AFTER = ("events.reports",)

WAYS = ("public", "members", "staff")


async def rows(world: World) -> None:
    """One of everything in each file; in the public one also what isn't published, and what was taken up."""
    make, home, ana = world.make, world.home, world.person("own")
    for way in WAYS:
        joined = () if way == "public" else (world.elsewhere,)
        said: dict[str, Any] = {"summary": texts("Résumé", "Summary"), "sector": Sector.PUBLIC}
        file = await make.advocacy_file(home, Confidentiality(way.upper()), joined_by=joined, slug=way, **said)
        world.add(f"AdvocacyFile {way}", file)
        await _parts(world, file, way)
    closed = await make.advocacy_file(home, state=AdvocacyFileState.CLOSED, slug="closed-file")
    world.add("AdvocacyFile closed", closed)
    world.named("AdvocacyFile foreign", await world.foreign.advocacy_file())
    world.add("Demand drafted", await make.demand(world.row(AdvocacyFile, "public")))
    for way in WAYS:
        file = world.row(AdvocacyFile, way)
        read = {"read_at": datetime.now(UTC)} if way == "public" else {}
        for whose, watcher in (("home's", home), ("Ana's", ana)):
            world.add(f"AdvocacyWatch {whose}, {way}", await make.watch(file, watcher))
            world.add(f"AdvocacyNotice {whose}, {way}", await make.notice(file, watcher, **read))


async def _parts(world: World, file: AdvocacyFile, way: str) -> None:
    make = world.make
    conditions = texts("Si elle est entendue.", "If it is heard.")
    stance = await make.stance(file, world.home, Stance.SUPPORTS_WITH_CONDITIONS, conditions=conditions)
    avenue = world.row(Avenue, "published" if way == "public" else "taken up by others")
    demand = await make.demand(
        file,
        DemandState.TABLED,
        details=texts("Au complet", "In full"),
        due_on=FAR,
        origin_id=avenue.id,
    )
    world.add(f"AdvocacyPosition {way}", stance)
    world.add(f"Demand {way}", demand)
    world.add(f"DemandAnswer {way}", await make.demand_answer(demand, text={"fr": "Non."}))
    if way == "public":
        world.add("DemandAnswer unpublished", await make.demand_answer(demand, published=False, text={"fr": "Non."}))
    changed = await make.entry(
        file, TimelineKind.DEMAND_CHANGED, demand_id=demand.id, demand_state=DemandState.TABLED, title=None
    )
    taken = await make.entry(file, TimelineKind.POSITION_TAKEN, position_id=stance.id, title=None)
    moved = await make.entry(file, TimelineKind.STATE_CHANGED, file_state=AdvocacyFileState.OPEN, title=None)
    for what, entry in (("noted", await make.entry(file)), ("asked", changed), ("taken", taken), ("moved", moved)):
        world.add(f"TimelineEntry {what}, {way}", entry)


def roots(world: World) -> dict[str, dict[str, str]]:
    """Files of each confidentiality, and of another confederation."""
    slugs = {way: way for way in WAYS} | {"another tenant's": world.row(AdvocacyFile, "foreign").slug}
    return {
        "advocacyFile": {case: f'advocacyFile(slug: "{slug}") {{ id }}' for case, slug in slugs.items()},
        "advocacyFiles": {case: page("advocacyFiles", slug) for case, slug in slugs.items()},
    }


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What the staff of the lead do, what participants do, and what anybody may."""
    ids = world.ids
    text = [{"locale": "FR", "text": "Équité"}]
    public, members, staff, closed = ({"advocacyFileId": ids[f"AdvocacyFile {way}"]} for way in (*WAYS, "closed"))
    home, elsewhere = ({"associationId": ids[f"Association {name}"]} for name in ("home", "elsewhere"))
    tabled, drafted = ({"demandId": ids[f"Demand {name}"]} for name in ("public", "drafted"))
    answered = {"text": text, "decidedOn": "2021-03-01"}
    return {
        "createAdvocacyFile": {
            "home": home | {"slug": "another-file", "title": text, "theme": "PENSIONS", "confidentiality": "PUBLIC"}
        },
        "moveAdvocacyFile": {
            "public": public | {"state": "NEGOTIATING"},
            "staff": staff | {"state": "WATCHING"},
            "closed": closed | {"state": "SETTLED"},
        },
        "updateAdvocacyFile": {
            "members": members | {"confidentiality": "PUBLIC"},
            "closed": closed | {"confidentiality": "STAFF"},
        },
        "createAdvocacyFileParticipant": {"public": public | elsewhere, "again": public | home},
        "takeAdvocacyPosition": {
            "home": public | home | {"stance": "OPPOSES"},
            "elsewhere": members | elsewhere | {"stance": "OPPOSES"},
            "elsewhere, which takes no part": public | elsewhere | {"stance": "OPPOSES"},
        },
        "createDemand": {
            "public": public | {"title": text},
            "of an avenue": members | {"title": text, "avenueId": ids["Avenue published"]},
            "closed": closed | {"title": text},
        },
        "takeUpAvenue": {
            "members": members | {"avenueId": ids["Avenue published"]},
            "again": public | {"avenueId": ids["Avenue published"]},
            "a draft's": public | {"avenueId": ids["Avenue closed"]},
        },
        "moveDemand": {
            "drafted": drafted | {"state": "TABLED", "counterpart": "Ministère"},
            "agreed, undrafted": drafted | {"state": "AGREED"},
            "staff": {"demandId": ids["Demand staff"], "state": "WITHDRAWN"},
        },
        "recordDemandAnswer": {"tabled": tabled | answered, "drafted": drafted | answered},
        "publishDemandAnswer": {
            way: {"demandAnswerId": ids[f"DemandAnswer {name}"]}
            for way, name in (("unpublished", "unpublished"), ("published", "public"))
        },
        "createTimelineEntry": {
            "public": public | {"kind": "LETTER", "title": text},
            "of the file's own": public | {"kind": "STATE_CHANGED", "title": text},
        },
        "watchAdvocacyFile": {"public": public, "members": members, "closed, for home": closed | home},
        "unwatchAdvocacyFile": {"public": public, "public, for home": public | home},
        "readAdvocacyNotices": {"Ana's": {"advocacyNoticeId": ids["AdvocacyNotice Ana's, public"]}},
    }
