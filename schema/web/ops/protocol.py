"""HTTP/1.1 as uvicorn speaks it, with a limit to what comes before a body, and refusals as everywhere here."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 131_072
"""Bytes of a request's address and headers together; give or take what is read at once from the socket."""

LINGERING = 0.5
"""Seconds for which what a refused client still sends is thrown away."""

_REFUSAL = (
    b"HTTP/1.1 %b\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
)


class Protocol(HttpToolsProtocol):
    """One connection."""

    _head = 0
    _in_head = True
    _refused = False

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head of a request has become too large: it would be kept in memory until its end."""
        if self._refused:
            return
        super().data_received(data)
        if not self._in_head:
            return
        self._head += len(data)
        if self._head > LARGEST_HEAD and not self._refused:
            told = f"A request's address and headers have at the most {LARGEST_HEAD} bytes."
            self._refuse(b"431 Request Header Fields Too Large", "HEADERS_TOO_LARGE", told)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._head, self._in_head = 0, True

    def on_headers_complete(self) -> None:
        """What follows is a body, whose size is the application's concern."""
        self._in_head = False
        super().on_headers_complete()
        # A WebSocket's handshake has no cycle.
        if getattr(self.server_state, "is_stopping", False) and getattr(self, "cycle", None):
            self.cycle.keep_alive = False  # the next request had better go to another server

    def send_400_response(self, msg: str) -> None:
        """What isn't HTTP."""
        self._refuse(b"400 Bad Request", "BAD_HTTP", "This is no request of HTTP/1.1.")

    def _refuse(self, status: bytes, code: str, message: str) -> None:
        body = f'{{"errors":[{{"message":"{message}","extensions":{{"code":"{code}"}}}}]}}'.encode()
        self.transport.write(_REFUSAL % (status, len(body), body))
        self._refused = True
        # Closed at once, with more on its way, the connection would be reset before the client has read why.
        self.loop.call_later(LINGERING, self.transport.close)
