"""What can be watched. Each domain adds its own, which the query has too: `@extends(Subscription)`.

A subscription tells its answer anew when it changes.
"""

from schema.compiler.declare import watched


@watched
class Subscription:
    """Everything that can be watched: over WebSocket (`graphql-transport-ws`), or as a stream of events (SSE)."""
