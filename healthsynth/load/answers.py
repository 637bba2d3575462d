"""What servers answer: statuses of entries, and the words of an OperationOutcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from healthsynth.load.closure import Resource

_MOST = 2000  # characters of what a server says that are kept


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, read whole."""

    status: int
    body: bytes
    retry_after: str | None = None
    location: str | None = None

    def json(self) -> dict[str, Any]:
        """The body as an object; empty if it is none."""
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}

    def words(self) -> str:
        """What the server says, in its words, on one line."""
        found = self.json()
        if found.get("resourceType") == "OperationOutcome":
            return outcome(found)
        text = " ".join(self.body[:_MOST].decode("utf-8", "replace").split())
        return text[:200] if text and not text.startswith("<") else f"status {self.status}"


@dataclass(frozen=True, slots=True)
class Rejection:
    """A resource that the server did not take: its status and its words."""

    resource: Resource
    status: str
    words: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the entries of a bundle."""

    created: int = 0
    present: int = 0  # were there before: unchanged or updated
    rejected: tuple[Rejection, ...] = ()

    @property
    def accepted(self) -> int:
        return self.created + self.present

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(self.created + other.created, self.present + other.present, self.rejected + other.rejected)


def outcome(found: dict[str, Any]) -> str:
    """The issues of an OperationOutcome that matter, joined."""
    issues = [issue for issue in found.get("issue", ()) if isinstance(issue, dict)]
    bad = [issue for issue in issues if issue.get("severity") in ("error", "fatal")] or issues
    texts = []
    for issue in bad:
        details = issue.get("details")
        text = issue.get("diagnostics") or (details or {}).get("text") or issue.get("code") or "no reason given"
        where = ", ".join(issue.get("expression") or issue.get("location") or ())
        texts.append(f"{text} ({where})" if where else str(text))
    return " ".join("; ".join(texts).split())[:_MOST] or "no reason given"


def read(answer: Answer, sent: Sequence[Resource]) -> Taken | None:
    """The statuses of all entries; None if this is no answer to this bundle."""
    found = answer.json()
    entries = found.get("entry")
    if found.get("resourceType") != "Bundle" or not isinstance(entries, list) or len(entries) != len(sent):
        return None
    created = present = 0
    rejected: list[Rejection] = []
    for resource, entry in zip(sent, entries, strict=True):
        response = entry.get("response") or {}
        status = str(response.get("status", ""))
        if status[:3] == "201":
            created += 1
        elif status[:1] == "2":
            present += 1
        else:
            rejected.append(Rejection(resource, status or "no status", outcome(response.get("outcome") or {})))
    return Taken(created, present, tuple(rejected))
