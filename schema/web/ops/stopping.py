"""How a server ends: nothing that was asked goes unanswered, and who watches is told to come again elsewhere.

1. For `CONFED_DRAIN_SECONDS` it serves on, `/readyz` says that it is stopping, and each answer closes its connection:
   whoever spreads the load sends it elsewhere.
2. It takes no new connections: the kernel drops their first packets. Closing the socket at once would reset those that
   are in its queue, requests and all; a moment later the queue is empty.
3. Streams are told to come again; requests in flight, over WebSocket too, are finished; then all else is closed.
"""

import asyncio
import ctypes
import os
import socket
import struct
from contextlib import suppress

import uvicorn

from schema.web.application import Application

QUEUED = 0.1
"""Seconds in which connections that were made before are taken from the queue."""

_SO_ATTACH_FILTER = 26
_UNLESS_FIRST = ((0x30, 0, 0, 13), (0x45, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))
"""For Linux's socket filter: load the TCP header's flags; with SYN keep 0 bytes of the packet, else all of it."""


class Server(uvicorn.Server):
    """uvicorn's, which ends as above. `state.is_stopping`: read by `schema.web.ops.protocol`."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End."""
        app: Application = self.config.loaded_app
        app.stopping.begin()
        self.server_state.is_stopping = True  # type: ignore[attr-defined]
        if not self.force_exit:
            await asyncio.sleep(app.drain_seconds)
            for server in self.servers:
                for listening in server.sockets:
                    take_no_more(listening.fileno())
            await asyncio.sleep(QUEUED)
            with suppress(TimeoutError):
                await asyncio.wait_for(app.stopping.end(), self.config.timeout_graceful_shutdown)
        await super().shutdown(sockets)


def take_no_more(listening: int) -> None:
    """Let nobody connect to a listening socket any more, while who has connected can still be accepted.

    Who tries is not refused but unheard, until the socket is closed. Nothing where the kernel has no such filter.
    """
    steps = b"".join(struct.pack("HBBI", *step) for step in _UNLESS_FIRST)
    program = ctypes.create_string_buffer(steps, len(steps))
    with suppress(OSError), socket.socket(fileno=os.dup(listening)) as same:
        filter = struct.pack("HL", len(_UNLESS_FIRST), ctypes.addressof(program))
        same.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, filter)
