"""uvicorn's HTTP/1.1 protocol, with a limit on the size of a request's head, and refusals in this project's format."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 131_072
"""Maximum number of bytes of a request's URL and headers together; exceeded by one read from the socket at most."""

LINGER_SECONDS = 0.5
"""Seconds for which further data from a refused client is discarded."""

_REFUSAL = (
    b"HTTP/1.1 %b\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
)


class Protocol(HttpToolsProtocol):
    """An HTTP connection."""

    _head = 0
    _in_head = True
    _refused = False

    def data_received(self, data: bytes) -> None:
        """Continue to read, unless the head of the request is too large: it would be kept in memory until its end."""
        if self._refused:
            return
        super().data_received(data)
        if not self._in_head:
            return
        self._head += len(data)
        if self._head > LARGEST_HEAD and not self._refused:
            told = f"URL and headers of a request may have at most {LARGEST_HEAD} bytes."
            self._refuse(b"431 Request Header Fields Too Large", "HEADERS_TOO_LARGE", told)

    def on_message_begin(self) -> None:
        """Start counting the head of a request."""
        super().on_message_begin()
        self._head, self._in_head = 0, True

    def on_headers_complete(self) -> None:
        """Stop counting: a body follows, whose size the application limits."""
        self._in_head = False
        super().on_headers_complete()
        # The handshake of a WebSocket has no cycle.
        if getattr(self.server_state, "is_stopping", False) and getattr(self, "cycle", None):
            self.cycle.keep_alive = False  # the next request should go to another server

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP."""
        self._refuse(b"400 Bad Request", "BAD_HTTP", "This is not an HTTP/1.1 request.")

    def _refuse(self, status: bytes, code: str, message: str) -> None:
        body = f'{{"errors":[{{"message":"{message}","extensions":{{"code":"{code}"}}}}]}}'.encode()
        self.transport.write(_REFUSAL % (status, len(body), body))
        self._refused = True
        # If closed at once, with data still arriving, the connection would be reset before the client has read the
        # reason.
        self.loop.call_later(LINGER_SECONDS, self.transport.close)
