"""What can be watched. Each field is one of the query's too: a subscription tells its answer anew when it changes."""

from schema.compiler.declare import watched
from schema.events.desk import COUNTS, EventCounts


@watched
class Subscription:
    """Everything that can be watched: over WebSocket (`graphql-transport-ws`), or as a stream of events (SSE)."""

    event_counts: EventCounts | None = COUNTS
