"""What can be watched. Each domain adds its own: `@extends(Subscription)`, with a field that the query's root has too.

A subscription answers anew when there is word of a change under the topic that its field declares (`watch=`).
"""

from schema.compiler.declare import watched


@watched
class Subscription:
    """Everything that can be watched: over WebSocket (`graphql-transport-ws`), or as a stream of events (SSE)."""
