"""A FHIR server over HTTP: one pool of connections, patience with servers that are busy or away.

What can pass is tried again, later and later, for as long as `patience`; what the server answers again and again in the same way
(409, 412, 500) a few times only. Retry-After is honoured.
"""

import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from healthsynth.errors import HealthsynthError, UsageError
from healthsynth.load.answers import Answer
from healthsynth.load.auth import Auth

PASSING = frozenset({408, 425, 429, 502, 503, 504})  # the server is busy, or something before it
DOUBTFUL = frozenset({409, 412, 500})  # may pass; may also be how it answers to this resource
_TRIES = 6  # for what is doubtful
_FIRST, _LONGEST = 0.25, 15.0  # seconds between tries
_JSON = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach a server."""

    url: str
    timeout: float = 300.0  # seconds for one answer
    patience: float = 300.0  # seconds for one request, all its tries together
    ca: Path | None = None
    verify: bool = True


class Stopped(Exception):  # noqa: N818
    """Another thread has failed, or somebody wants to stop."""


def address(text: str) -> str:
    """A base URL, checked.

    Raises:
        UsageError: it is not one.
    """
    try:
        parts = urlsplit(text.strip())
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        raise UsageError(f"'{text}' is not the address of a server") from None
    if "@" in parts.netloc:
        raise UsageError("--server: no name or password in the address; see --auth basic")
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_fits:
        raise UsageError(f"'{text}' is not the address of a server; one looks like http://localhost:8080/fhir")
    if parts.query or parts.fragment:
        raise UsageError(f"'{text}' has more than the base address of a server")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def client(connection: Connection, connections: int = 8) -> httpx.Client:
    """The pool of connections. TLS is verified, by the system's authorities or those of `ca`.

    Raises:
        UsageError: `ca` has no certificates.
    """
    verify: Any = connection.verify
    if connection.ca is not None:
        import ssl

        try:
            verify = ssl.create_default_context(cafile=str(connection.ca))
        except (OSError, ssl.SSLError) as error:
            raise UsageError(f"cannot use the certificates of {connection.ca}: {error}") from None
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    timeout = httpx.Timeout(connection.timeout, connect=min(connection.timeout, 15.0), pool=None)
    return httpx.Client(verify=verify, limits=limits, timeout=timeout, follow_redirects=False)


class Server:
    """What the loader asks of a server. Threads share one."""

    def __init__(self, connection: Connection, http: httpx.Client, auth: Auth):
        self.url = connection.url
        self._connection, self._http, self._auth = connection, http, auth
        self.stop = threading.Event()
        self.retries = 0

    # --- requests ---------------------------------------------------------------------------------------------------------
    def post(self, bundle: bytes) -> Answer:
        """Send a transaction or batch. Any answer that is final comes back."""
        headers = {"Content-Type": _JSON, "Prefer": "return=minimal"}
        return self.request("POST", self.url, bundle, headers)

    def get(self, path: str, first: bool = False) -> Answer:
        """Ask for a path below the base address."""
        headers = {"Cache-Control": "no-cache"}
        return self.request("GET", f"{self.url}/{path}", None, headers, first)

    def request(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], first: bool = False
    ) -> Answer:
        """Send until there is a final answer.

        Args:
            first: nothing has been heard of the server yet: do not wait for one that is not there.
        Raises:
            HealthsynthError: there is no server, it refuses us, or it was away for longer than `patience`.
            Stopped: `stop` was set meanwhile.
        """
        begun, tries, renewed = time.monotonic(), 0, False
        while True:
            if self.stop.is_set():
                raise Stopped
            tries += 1
            try:
                answer = self._once(method, url, body, headers)
            except httpx.TransportError as error:
                self._give_up_on(error, first)
                reason, wait = _sentence(error), 0.0
            else:
                if answer.status == 401 and not renewed and self._auth.renew():
                    renewed = True
                    continue
                self._refused(answer)
                if not _again(answer.status, tries):
                    return answer
                reason, wait = f"it answers {answer.status}: {answer.words()}", _asked(answer.retry_after)
            wait = max(wait, _pause(tries))
            if time.monotonic() - begun + wait > self._connection.patience:
                raise HealthsynthError(f"{self.url} did not recover within {self._connection.patience:.0f} s: {reason}")
            self.retries += 1
            self.stop.wait(wait)

    def _once(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        sent = {"Accept": _JSON, **headers}
        authorization = self._auth.header()
        if authorization is not None:
            sent["Authorization"] = authorization
        answer = self._http.request(method, url, content=body, headers=sent)
        return Answer(
            answer.status_code, answer.content, answer.headers.get("retry-after"), answer.headers.get("location")
        )

    def _give_up_on(self, error: httpx.TransportError, first: bool) -> None:
        """What waiting does not cure."""
        words = str(error)
        if isinstance(error, httpx.UnsupportedProtocol | httpx.ProxyError):
            raise HealthsynthError(f"cannot reach {self.url}: {words}") from None
        if "CERTIFICATE_VERIFY_FAILED" in words:
            reason = words.partition("certificate verify failed: ")[2].partition(" (_ssl")[0] or words
            raise HealthsynthError(f"the certificate of {self.url} cannot be trusted: {reason}; see --ca") from None
        if "SSL" in words or "TLS" in words:
            raise HealthsynthError(f"{self.url} does not speak TLS as it should: {words}") from None
        if first and isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            raise HealthsynthError(f"there is no server at {self.url}: {_sentence(error)}") from None

    def _refused(self, answer: Answer) -> None:
        if answer.status == 401:
            raise HealthsynthError(f"{self.url} wants to know who we are (401): {answer.words()}; see --auth")
        if answer.status == 403:
            raise HealthsynthError(f"{self.url} does not let us (403): {answer.words()}")
        if 300 <= answer.status < 400 and answer.status != 304:
            raise HealthsynthError(f"{self.url} sends us on to {answer.location}: give that as --server")

    # --- what it is -------------------------------------------------------------------------------------------------------
    def check(self, kind: str) -> None:
        """See that this is a FHIR R4 server that takes such bundles.

        Raises:
            UsageError: it is not.
            HealthsynthError: it cannot be reached, or refuses us.
        """
        answer = self.get("metadata", first=True)
        found = answer.json()
        if answer.status != 200 or found.get("resourceType") != "CapabilityStatement":
            raise UsageError(
                f"{self.url} is not a FHIR server: its /metadata is no CapabilityStatement (status {answer.status})"
            )
        version = str(found.get("fhirVersion", ""))
        if not version.startswith("4.0"):
            raise UsageError(
                f"{self.url} speaks FHIR {version or 'of no stated version'}; this data is FHIR 4.0.1 (R4)"
            )
        known = {
            interaction.get("code") for rest in found.get("rest", ()) for interaction in rest.get("interaction", ())
        }
        if known and kind not in known and "batch" in known:
            raise UsageError(f"{self.url} takes no bundles of type {kind}: try --bundle batch")

    def count(self, kind: str, query: str) -> int:
        """How many resources of a type the server finds.

        Raises:
            HealthsynthError: it does not tell.
        """
        for extra in ("_summary=count", "_total=accurate&_count=1"):
            found = self.get(f"{kind}?{query}&{extra}")
            total = found.json().get("total") if found.status == 200 else None
            if isinstance(total, int):
                return total
        raise HealthsynthError(f"{self.url} does not count {kind}: {found.words()}")


def _again(status: int, tries: int) -> bool:
    return status in PASSING or (tries < _TRIES and status in DOUBTFUL)


def _pause(tries: int) -> float:
    """Twice as long each time, and never quite the same, so that threads do not come back together."""
    return min(_LONGEST, _FIRST * 2.0 ** (tries - 1)) * random.uniform(0.6, 1.0)


def _asked(retry_after: str | None) -> float:
    """Seconds that the server asks for: a number, or a date."""
    if not retry_after:
        return 0.0
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except ValueError:
        return 0.0


def _sentence(error: httpx.TransportError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    words = str(error)
    if "refused" in words:
        return "the connection is refused"
    if "Name or service not known" in words or "name resolution" in words or "nodename" in words:
        return "the name is not known"
    return words or "the connection broke"
