"""What can be asked for at the root."""

from schema.compiler import context
from schema.compiler.declare import Argument, connection, node_lookup, one, read_type
from schema.events import Event, EventSeries
from schema.federation import Association, Confederation
from schema.people import Person
from schema.relay import Connection, Node
from schema.segments import Segment

_SLUG = {"slug": Argument(str, "Its name in addresses.")}


@read_type()
class Query:
    """Everything that can be read. Absent and invisible are the same answer: null."""

    node: Node | None = node_lookup("Anything that has a global identifier.")
    confederation: Confederation = one(
        "The confederation whose address this is.", on=lambda _, row: row.id == context.tenant()
    )
    association: Association | None = one(
        "An association by its slug.", on=lambda _, row, slug: row.slug == slug, arguments=_SLUG
    )
    associations: Connection[Association] = connection("The confederation's associations.", order=("slug",))
    event: Event | None = one("An event by its slug.", on=lambda _, row, slug: row.slug == slug, arguments=_SLUG)
    events: Connection[Event] = connection("The confederation's events.", order=("starts_at",))
    event_series: EventSeries | None = one(
        "A series of events by its slug.", on=lambda _, row, slug: row.slug == slug, arguments=_SLUG
    )
    segment: Segment | None = one("A segment by its slug.", on=lambda _, row, slug: row.slug == slug, arguments=_SLUG)
    me: Person | None = one("The person who asks; null for anybody else.", on=lambda _, row: row.id == context.person())
