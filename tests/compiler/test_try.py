import pytest, orjson
from tests.compiler.world import ACTORS
Q="""{ confederation { id name headcount { asOf rule total byPositionClass { positionClass count } byAssociation { association { slug } count } } }
 events(last: 3, orderBy: [STARTS_AT_DESC], where: {not: {city: {eq: "Québec"}}}) { totalCount nodes { id slug title(locale: EN) titleTranslations { locale text __typename } startsAt cancellationReason seatsTaken seatsRemaining association { name affiliations { perCapitaRate } } hosts { role association { slug } } }
 pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { slug attendance { registered } report { avenues { number } } }} } me { givenName memberships { status } } }"""
@pytest.mark.parametrize("who", ACTORS)
async def test_it(asker, world, who):
    d = await asker.three_ways(world.slug(who), Q, authorization=world.authorization(who))
    print(orjson.dumps(d, option=orjson.OPT_INDENT_2).decode())
