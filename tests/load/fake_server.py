"""A FHIR server of the tests on a real socket: holds references to be there, takes transactions, and fails when told to."""

import json
import re
import socket
import struct
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]


def outcome(text: str) -> Json:
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "invalid", "diagnostics": text}],
    }


class FakeServer:
    """`store` is Type/id -> resource; `faults` are answers to the next transactions, in order: a status, headers; or "cut"."""

    def __init__(self) -> None:
        self.store: dict[str, Json] = {}
        self.versions: dict[str, int] = {}
        self.faults: list[tuple[Any, ...]] = []
        self.posts: list[list[str]] = []  # entries of every transaction that arrived
        self.headers: list[dict[str, str]] = []
        self.tokens: list[dict[str, list[str]]] = []  # forms of requests for tokens
        self.authorization: Callable[[str], int] = lambda _: 0  # 0: let in; else the status
        self.refuses: Callable[[Json], str] = lambda _: ""
        self.version, self.metadata_status, self.interactions = "4.0.1", 200, ["transaction", "batch"]
        self.most_entries, self.page, self.tokens_live = 10_000, 3, 300
        self.lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/fhir"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    # --- what it does -----------------------------------------------------------------------------------------------------
    def answer(self, method: str, path: str, query: dict[str, list[str]], body: bytes, base: str) -> tuple[int, Any]:
        if path == "/metadata":
            rest = [{"interaction": [{"code": code} for code in self.interactions]}]
            return self.metadata_status, {
                "resourceType": "CapabilityStatement", "fhirVersion": self.version, "rest": rest,
            }  # fmt: skip
        if path == "/.well-known/smart-configuration":
            return 200, {"token_endpoint": f"{base}/token"}
        if path == "/token":
            self.tokens.append(parse_qs(body.decode()))
            return 200, {"access_token": f"token-{len(self.tokens)}", "expires_in": self.tokens_live}
        if method == "POST":
            return self.transaction(json.loads(body))
        name = path.lstrip("/")
        if "/" in name:
            return (200, self.store[name]) if name in self.store else (404, outcome("not known"))
        return 200, self.search(name, query, base)

    def search(self, kind: str, query: dict[str, list[str]], base: str) -> Json:
        system, _, code = query["_tag"][0].partition("|")
        found = [
            {"resource": {"resourceType": kind, "id": resource["id"]}}
            for name, resource in sorted(self.store.items())
            if name.startswith(f"{kind}/")
            and {"system": system, "code": code} in resource.get("meta", {}).get("tag", [])
        ]
        if "_summary" in query:
            return {"resourceType": "Bundle", "type": "searchset", "total": len(found)}
        start = int(query.get("start", ["0"])[0])
        page: Json = {"resourceType": "Bundle", "type": "searchset", "entry": found[start : start + self.page]}
        if start + self.page < len(found):
            # As behind a proxy: the server does not know the name it is called by.
            link = f"http://inside.example/fhir/{kind}?_tag={system}%7C{code}&start={start + self.page}"
            page["link"] = [{"relation": "next", "url": link}]
        return page

    def transaction(self, bundle: Json) -> tuple[int, Any]:
        entries = bundle["entry"]
        with self.lock:
            self.posts.append([entry["request"]["url"] for entry in entries])
            if len(entries) > self.most_entries:
                return 413, outcome("too many entries")
            after = dict(self.store)
            for entry in entries:
                name = entry["request"]["url"]
                if entry["request"]["method"] == "DELETE":
                    after.pop(name, None)
                elif reason := self.refuses(entry["resource"]):
                    return 422, outcome(reason)
                else:
                    after[name] = entry["resource"]
            for name, resource in after.items():
                for target in re.findall(r'"reference": "([^"]+)"', json.dumps(resource)):
                    if target not in after:
                        return 409, outcome(f"{name} refers to {target}, which is not there")
            answers = [{"response": {"status": self._note(name, after)}} for name in self.posts[-1]]
            self.store = after
        return 200, {"resourceType": "Bundle", "type": "transaction-response", "entry": answers}

    def _note(self, name: str, after: dict[str, Json]) -> str:
        if name not in after:
            return "204 No Content"
        new = name not in self.store
        if new or self.store[name] != after[name]:
            self.versions[name] = self.versions.get(name, 0) + 1
        return "201 Created" if new else "200 OK"


def _handler(server: FakeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._do("GET")

        def do_POST(self) -> None:
            self._do("POST")

        def _do(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            server.headers.append({name.lower(): value for name, value in self.headers.items()})
            parts = urlsplit(self.path)
            path = parts.path.removeprefix("/fhir")
            status, headers = server.authorization(self.headers.get("Authorization", "")), {}
            fault = server.faults.pop(0) if server.faults and method == "POST" and path == "" else None
            if fault and fault[0] == "cut":
                if len(fault) > 1:  # cut after the work was done
                    server.answer(method, path, {}, body, "")
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                return
            if fault:
                status, headers = fault[0], fault[1] if len(fault) > 1 else {}
            if status and path not in ("/token", "/.well-known/smart-configuration"):
                found: Any = outcome(f"status {status} by design")
            else:
                base = f"http://{self.headers['Host']}/fhir"
                status, found = server.answer(method, path, parse_qs(parts.query), body, base)
            content = found if isinstance(found, bytes) else json.dumps(found).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/fhir+json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    return Handler
