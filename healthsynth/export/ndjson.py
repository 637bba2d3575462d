"""NDJSON as FHIR's Bulk Data export has it: files of one type, of a certain size at most, and what leads to them.

    ndjson/Observation.ndjson, Observation-2.ndjson, ...   a line a resource, in order of patients
    ndjson/manifest.json                                   what an `$export` answers with: every file, with its type and count
    ndjson/import-parameters.json                          what a server's `$import` is asked with

Files are cut between patients. Compressed, a file is a row of gzip members of about a megabyte each.
Source: https://hl7.org/fhir/uv/bulkdata/STU2/export.html, section 2.5.5.4; https://github.com/smart-on-fhir/bulk-import.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import orjson

from healthsynth.export.base import Appended, Files, Json, Output, Used
from healthsynth.export.packing import SUFFIX, VERSION, pack
from healthsynth.record.record import Record
from healthsynth.settings import Settings

if TYPE_CHECKING:
    from healthsynth.export.fhir import FhirExporter

MEDIA_TYPE = "application/fhir+ndjson"
_PIECE = 1 << 20  # bytes of lines that are written together, and compressed if they are
_MB = 1_000_000


class Piece(NamedTuple):
    """Lines of whole patients that stand together: bytes as they are in the file, bytes of text, lines."""

    size: int
    text: int
    lines: int


@dataclass(slots=True)
class _Open:
    """A piece to be."""

    texts: list[bytes] = field(default_factory=list)  # those to be compressed together; others are written at once
    size: int = 0
    lines: int = 0


class File(NamedTuple):
    """A file to be: its type, its name, where in what was appended it begins and how much of it, its lines."""

    type: str
    name: str
    start: int
    size: int
    lines: int


class NdjsonFormat:
    """The format.

    Args:
        settings: for compression, the size of files and their place.
        fhir: writes the lines.
        schema: of the lines.
    """

    folders = ("ndjson",)

    def __init__(self, settings: Settings, fhir: "FhirExporter", schema: str):
        self._packs = settings.compress == "gzip"
        self.schema = f"{schema}, gzip ({VERSION})" if self._packs else schema
        self._most = settings.split_size * _MB
        self._base = settings.bulk_url.rstrip("/")
        self._instant = f"{settings.as_of}T00:00:00Z"
        self._fhir = fhir
        self._full = min(_PIECE, self._most)
        self._open: defaultdict[str, _Open] = defaultdict(_Open)
        self._pieces: defaultdict[str, list[Piece]] = defaultdict(list)
        self._shared: dict[str, tuple[bytes, list[Piece]]] = {}

    def heads(self) -> Mapping[str, bytes]:
        return {}

    def add(self, record: Record, out: Output) -> None:
        for kind, lines in self._fhir.ndjson(record).items():
            for text in self._hold(kind, "".join(lines).encode(), len(lines)):
                out.append(f"ndjson/{kind}", text)
            out.count(kind, len(lines))

    def flush(self, out: Output) -> None:
        for kind in sorted(self._open):
            for text in self._close(kind):
                out.append(f"ndjson/{kind}", text)

    def take(self) -> Json:
        self._fhir.forget()  # what the chunk used is in its journal
        pieces, self._pieces = self._pieces, defaultdict(list)
        return {"pieces": {kind: [list(piece) for piece in found] for kind, found in pieces.items()}}

    def finish(self, used: Used, taken: Iterable[Json], out: Output) -> None:
        self._pieces, self._shared = defaultdict(list), {}
        texts = self._fhir.shared_ndjson(used.facilities.values(), used.clinicians.values(), used.payers.values())
        for kind, lines in texts.items():
            written = [text for line in lines for text in self._hold(kind, line.encode(), 1)] + self._close(kind)
            self._shared[kind] = b"".join(written), self._pieces.pop(kind)
            out.count(kind, len(lines))
        for plain in taken:
            for kind, pieces in plain["pieces"].items():
                self._pieces[kind] += [Piece(*piece) for piece in pieces]

    def merge(self, appended: Appended, out: Files) -> None:
        files: list[File] = []
        for kind, (content, shared) in sorted(self._shared.items()):
            for file in self._plan(kind, shared):
                out.stream(f"ndjson/{file.name}", (content[file.start : file.start + file.size],))
                files.append(file)
        for kind, pieces in sorted(self._pieces.items()):
            for file in self._plan(kind, pieces):
                out.stream(f"ndjson/{file.name}", appended.read(f"ndjson/{kind}", file.start, file.size))
                files.append(file)
        files.sort()
        for name, told in (("manifest", self._manifest(files)), ("import-parameters", self._parameters(files))):
            out.stream(f"ndjson/{name}.json", (orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n",))

    def forecast(self, appended: Mapping[str, int]) -> tuple[int, int]:
        return sum(-(-size // self._most) for size in appended.values()) + 2, sum(appended.values())

    def _hold(self, kind: str, text: bytes, lines: int) -> list[bytes]:
        """Add lines that stay together to the open piece of their type; returns what can be written by now."""
        held, written = self._open[kind], list[bytes]()
        if held.lines and held.size + len(text) > self._full:
            written, held = self._close(kind), self._open[kind]
        held.size += len(text)
        held.lines += lines
        (held.texts if self._packs else written).append(text)
        return written

    def _close(self, kind: str) -> list[bytes]:
        """End the open piece of a type; returns what of it is still to be written."""
        held = self._open.pop(kind)
        packed = [pack(b"".join(held.texts))] if self._packs else []
        self._pieces[kind].append(Piece(len(packed[0]) if packed else held.size, held.size, held.lines))
        return packed

    def _plan(self, kind: str, pieces: Iterable[Piece]) -> Iterator[File]:
        """The files of a type, of as many pieces each as its size allows."""
        number, start = 1, 0
        size = text = lines = 0
        for piece in chain(pieces, (None,)):
            if size and (piece is None or text + piece.text > self._most):
                yield File(kind, self._name(kind, number), start, size, lines)
                number, start = number + 1, start + size
                size = text = lines = 0
            if piece is not None:
                size, text, lines = size + piece.size, text + piece.text, lines + piece.lines

    def _name(self, kind: str, number: int) -> str:
        return f"{kind}{f'-{number}' if number > 1 else ''}.ndjson{SUFFIX if self._packs else ''}"

    def _manifest(self, files: Iterable[File]) -> Json:
        return {
            "transactionTime": self._instant,
            "request": f"{self._base}/$export",
            "requiresAccessToken": False,
            "output": [{"type": each.type, "url": f"{self._base}/{each.name}", "count": each.lines} for each in files],
            "error": [],
        }

    def _parameters(self, files: Iterable[File]) -> Json:
        inputs = [
            {
                "name": "input",
                "part": [
                    {"name": "type", "valueCode": each.type},
                    {"name": "url", "valueUri": f"{self._base}/{each.name}"},
                ],
            }
            for each in files
        ]
        return {
            "resourceType": "Parameters",
            "parameter": [
                {"name": "inputFormat", "valueCode": MEDIA_TYPE},
                {"name": "inputSource", "valueUri": self._base},
                {"name": "storageDetail", "part": [{"name": "type", "valueCode": "https"}]},
                *inputs,
            ],
        }
