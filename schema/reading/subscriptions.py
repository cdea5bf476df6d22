"""The root subscription. Each domain adds fields with `@extends(Subscription)`; each is a field of the root query, too.

A subscription is read again whenever a change is notified under the topic that its field declares (`watch=`).
"""

from schema.compiler.declare import watched


@watched
class Subscription:
    """All subscriptions, over WebSocket (`graphql-transport-ws`) or server-sent events (SSE)."""
