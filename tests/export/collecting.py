"""Where exporters write in tests: everything is kept in memory, or in a folder where files are made by their path."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from healthsynth.export.base import Exporter, Gathering, Merging, Used
from healthsynth.record.record import Record


class Collected:
    """An Output; what was appended can be read as merging formats do, and what they make is kept beside the files."""

    def __init__(self, scratch: Path | None = None):
        self.files: dict[str, bytes] = {}
        self.appended: dict[str, bytes] = {}
        self.counts: Counter[str] = Counter()
        self.scratch = scratch or Path()

    def file(self, path: str, content: bytes) -> None:
        assert path not in self.files
        self.files[path] = content

    def append(self, path: str, content: bytes) -> None:
        self.appended[path] = self.appended.get(path, b"") + content

    def count(self, what: str, number: int = 1) -> None:
        self.counts[what] += number

    def paths(self) -> list[str]:
        return sorted(self.appended)

    def read(self, path: str, start: int = 0, size: int | None = None) -> Iterator[bytes]:
        yield self.appended.get(path, b"")[start : None if size is None else start + size]

    def stream(self, path: str, blocks: Iterable[bytes]) -> None:
        self.file(path, b"".join(blocks))

    def make(self, path: str, maker: Callable[[Path], None]) -> None:
        made = self.scratch / "made"
        maker(made)
        self.file(path, made.read_bytes())
        made.unlink()


def written(exporter: Exporter, chunks: Iterable[Iterable[Record]], scratch: Path | None = None) -> Collected:
    """A whole run of one format, chunk by chunk, as `healthsynth.run` does it."""
    out, used, taken = Collected(scratch), Used(), []
    for chunk in chunks:
        for record in chunk:
            exporter.add(record, out)
            used.add(record)
        if isinstance(exporter, Gathering):
            exporter.flush(out)
        taken.append(exporter.take())
    exporter.finish(used, taken, out)
    if isinstance(exporter, Merging):
        exporter.merge(out, out)
    return out
