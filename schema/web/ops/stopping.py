"""Stopping a server: all requests are answered, and subscribers are told to reconnect elsewhere.

1. For `CONFED_DRAIN_SECONDS` it keeps serving, `/readyz` says that it is stopping, and each answer closes its
   connection: load balancers switch to other servers.
2. It takes no new connections: the kernel drops their first packets. Closing the socket at once would reset the
   connections in its queue, requests included; a moment later the queue is empty.
3. Streams are told to reconnect; running requests, also over WebSocket, are finished; then everything is closed.
"""

import asyncio
import ctypes
import os
import socket
import struct
from contextlib import suppress

import uvicorn

from schema.web.application import Application

QUEUE_SECONDS = 0.1
"""Seconds in which connections that are in the queue already are still accepted."""

_SO_ATTACH_FILTER = 26
_UNLESS_FIRST = ((0x30, 0, 0, 13), (0x45, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))
"""A program for Linux's socket filter: load the TCP header's flags; with SYN keep 0 bytes of the packet,
otherwise all.
"""


class Server(uvicorn.Server):
    """uvicorn's server with the steps above. `state.is_stopping` is read by `schema.web.ops.protocol`."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop in these steps."""
        app: Application = self.config.loaded_app
        app.stopping.begin()
        self.server_state.is_stopping = True  # type: ignore[attr-defined]
        if not self.force_exit:
            await asyncio.sleep(app.drain_seconds)
            for server in self.servers:
                for listening in server.sockets:
                    take_no_more(listening.fileno())
            await asyncio.sleep(QUEUE_SECONDS)
            with suppress(TimeoutError):
                await asyncio.wait_for(app.stopping.end(), self.config.timeout_graceful_shutdown)
        await super().shutdown(sockets)


def take_no_more(listening: int) -> None:
    """Let nobody connect to a listening socket any more, while queued connections can still be accepted.

    New clients are not refused but get no answer until the socket is closed. Does nothing if the kernel has no such
    filter.
    """
    steps = b"".join(struct.pack("HBBI", *step) for step in _UNLESS_FIRST)
    program = ctypes.create_string_buffer(steps, len(steps))
    with suppress(OSError), socket.socket(fileno=os.dup(listening)) as same:
        filter = struct.pack("HL", len(_UNLESS_FIRST), ctypes.addressof(program))
        same.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, filter)
