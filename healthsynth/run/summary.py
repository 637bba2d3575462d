"""What a run tells when it has come to its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOP = 10
_TABULAR = {"csv": "CSV", "parquet": "Parquet", "duckdb": "DuckDB", "postgres": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Summary:
    """A finished run: what the manifest says of it, and how the work went (which is the machine's, and in no file)."""

    output: Path
    manifest: Mapping[str, Any]
    seconds: float  # of this session
    patients_now: int  # made in this session; fewer than in all after a resume
    peak_worker_bytes: int  # 0 if no worker was needed
    workers: int

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file["size"] for file in self.manifest["files"])

    @property
    def resources(self) -> int:
        """FHIR resources, of patients and shared."""
        counts = self.manifest["counts"]["by_format"]
        return sum((counts.get("fhir") or counts.get("ndjson") or {}).values())

    def plain(self) -> dict[str, Any]:
        """For --json: one object."""
        manifest = self.manifest
        return {
            "output": str(self.output),
            "version": manifest["version"],
            "seed": manifest["seed"],
            "reference_date": manifest["reference_date"],
            "counts": manifest["counts"],
            "conditions": manifest["conditions"],
            "files": len(manifest["files"]) + 1,
            "bytes": self.size,
            "resources": self.resources,
            "seconds": round(self.seconds, 3),
            "patients_per_second": round(self.patients_now / self.seconds, 2) if self.seconds else None,
            "workers": self.workers,
            "peak_worker_bytes": self.peak_worker_bytes,
        }

    def text(self) -> str:
        """For people: one screen."""
        manifest, counts = self.manifest, self.manifest["counts"]
        lines = [
            f"{counts['patients']:,} patients in {self.output}: {counts['living']:,} living on "
            f"{manifest['reference_date']}, {counts['deceased']:,} deceased (seed {manifest['seed']})",
            f"{_amounts(manifest, self.resources)}{len(manifest['files']) + 1:,} files, {size(self.size)}",
        ]
        if self.patients_now:
            rate = self.patients_now / self.seconds
            memory = f", {size(self.peak_worker_bytes)} a worker at most" if self.peak_worker_bytes else ""
            processes = f"{self.workers} worker{'s' if self.workers != 1 else ''}"
            lines.append(f"{duration(self.seconds)} with {processes}: {rate:,.1f} patients a second{memory}")
        lines += _conditions(manifest["conditions"], counts["patients"])
        return "\n".join(lines)


def _amounts(manifest: Mapping[str, Any], resources: int) -> str:
    parts = [f"{manifest['counts']['visits']:,} visits"]
    if resources:
        parts.append(f"{resources:,} FHIR resources")
    for name, word in _TABULAR.items():
        rows = sum(manifest["counts"]["by_format"].get(name, {}).values())
        if rows:
            parts.append(f"{rows:,} {word} rows")
            break  # all of them have the same
    return ", ".join(parts) + "; "


def _conditions(conditions: Mapping[str, int], patients: int) -> list[str]:
    """The commonest, with the share of patients who have them in their chart."""
    if not conditions or not patients:
        return []
    top = list(conditions.items())[:TOP]
    width = max(len(name) for name, _ in top)
    lines = ["", "most frequent conditions in the charts"]
    lines += [f"  {name:<{width}}  {count:>7,}  {100 * count / patients:5.1f} %" for name, count in top]
    return lines


def size(count: float) -> str:
    """Bytes for people."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:,.0f} {unit}" if unit == "bytes" else f"{count:,.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} TB"


def duration(seconds: float) -> str:
    """Seconds for people."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
