"""Names in an output folder. Everything under `.healthsynth/` goes when the run is finished."""

from pathlib import Path

MANIFEST = "manifest.json"
WORK = ".healthsynth"


def journal(output: Path) -> Path:
    """What has been done so far, a line each."""
    return output / WORK / "journal.jsonl"


def lock(output: Path) -> Path:
    """Held by the processes that write to this folder."""
    return output / WORK / "lock"


def open_chunks(output: Path) -> Path:
    """Chunks under way: a folder each, named after the chunk and the process."""
    return output / WORK / "open"


def parts(output: Path) -> Path:
    """What chunks add to the files that all patients share, a file a chunk."""
    return output / WORK / "parts"


def part(output: Path, chunk: int) -> Path:
    """The part of one chunk."""
    return parts(output) / f"{chunk:07d}"


def scratch(output: Path) -> Path:
    """A folder for things on the way to files."""
    return output / WORK / "scratch"


def temporary(output: Path, name: str) -> Path:
    """A file that will be renamed."""
    return output / WORK / f"{name}.tmp"
