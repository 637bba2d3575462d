"""A proxy on loopback that passes requests on, and spoils some: 500, 429, cut before the server hears of it, cut after it has answered."""

import http.client
import random
import socket
import struct
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WAYS = ("500", "429", "cut before", "cut after")


class FaultyProxy:
    """In front of a port; `share` of the requests are spoiled, in turn in every way."""

    def __init__(self, behind: int, share: float, seed: int = 1):
        self._behind, self._share, self._draws = behind, share, random.Random(seed)
        self._lock = threading.Lock()
        self.requests = 0
        self.spoiled: Counter[str] = Counter()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self.port = int(self._http.server_address[1])

    def __enter__(self) -> "FaultyProxy":
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def fate(self) -> str:
        """What becomes of the next request; "" if nothing."""
        with self._lock:
            self.requests += 1
            # The first 20 always have one of each, so that small loads meet them all.
            spoiled = (self.requests % 5 == 3 and self.requests <= 20) or self._draws.random() < self._share
            if not spoiled:
                return ""
            way = WAYS[self.spoiled.total() % len(WAYS)]
            self.spoiled[way] += 1
            return way

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """The answer of the server behind."""
        connection = http.client.HTTPConnection("127.0.0.1", self._behind, timeout=600)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, {"Content-Type": answer.headers.get("Content-Type", "")}, answer.read()
        finally:
            connection.close()


def _handler(proxy: FaultyProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._pass()

        def do_POST(self) -> None:
            self._pass()

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            fate = proxy.fate()
            if fate == "cut before":
                return self._cut()
            if fate in ("500", "429"):
                return self._answer(int(fate), {"Retry-After": "1"} if fate == "429" else {}, b"")
            names = ("Content-Type", "Accept", "Prefer", "Cache-Control")
            headers = {name: self.headers[name] for name in names if name in self.headers}
            try:
                status, found, content = proxy.ask(self.command, self.path, body, headers)
            except (OSError, http.client.HTTPException):
                return self._cut()  # the server is not there: so the proxy is not either
            return self._cut() if fate == "cut after" else self._answer(status, found, content)

        def _cut(self) -> None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()

        def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True  # the loader was killed

        def finish(self) -> None:
            try:
                super().finish()
            except (OSError, ValueError):
                self.close_connection = True

    return Handler
