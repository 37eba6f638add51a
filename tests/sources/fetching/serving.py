"""A publisher on this machine that behaves as badly as it is told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers by the script of its server, one entry a request, the last one for ever."""

    protocol_version = "HTTP/1.1"
    server: Publisher

    def do_GET(self) -> None:
        script, asked = self.server.script, self.server.asked
        asked.append((self.path, dict(self.headers)))
        script[min(len(asked), len(script)) - 1](self)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr."""

    def send(self, body: bytes, status: int = 200, **headers: str) -> None:
        """An answer; header names with underscores for hyphens."""
        fields = {"content_length": str(len(body)), "content_type": "text/csv", **headers}
        self.send_response(status)
        for name, value in fields.items():
            if value:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True


class Publisher(ThreadingHTTPServer):
    """The server, what it answers and what it was asked."""

    daemon_threads = True

    def __init__(self, *script: Answer) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = list(script)
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/list.csv"


@contextmanager
def publishing(*script: Answer) -> Iterator[Publisher]:
    """A publisher that answers by a script."""
    server = Publisher(*script)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def sends(body: bytes, status: int = 200, **headers: str) -> Answer:
    """Always this answer."""
    return lambda h: h.send(body, status, **headers)


def file_of(body: bytes, etag: str = '"one"', cut: int | None = None) -> Answer:
    """A file that can be continued; cut off after some bytes where that is asked."""

    def answer(h: Handler) -> None:
        if h.headers.get("If-None-Match") == etag:
            h.send(b"", 304, content_length="", etag=etag)
            return
        start, status, extra = 0, 200, {"etag": etag}
        if h.headers.get("If-Range") == etag:
            start, status = int(h.headers["Range"][len("bytes=") : -1]), 206
            extra["content_range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        rest = body[start:]
        if cut is None:
            h.send(rest, status, **extra)
            return
        h.send(rest[:cut], status, content_length=str(len(rest)), **extra)
        h.close_connection = True

    return answer
