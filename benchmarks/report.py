"""The figures as a table, ratios beside their targets."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from benchmarks.count import Contents
from benchmarks.measure import Cost

RATIO_TARGET = 25.0  # times the peer's patients and resources a CPU second, marginal
MEMORY_TARGET = 400e6  # bytes of a worker
TABLE_TARGET = 5.0  # CPU ms a patient, for CSV and for Parquet
GROWTH_TARGET = 0.10  # of a worker's peak from the smallest size to the largest


class _Measured(Protocol):
    @property
    def cost(self) -> Cost: ...
    @property
    def contents(self) -> Contents: ...


def marginal(small: _Measured, big: _Measured) -> dict[str, float]:
    """What one more patient costs and brings, between two sizes: the start of the program drops out."""
    cpu = big.cost.cpu_s - small.cost.cpu_s
    patients = big.contents.patients - small.contents.patients
    resources = big.contents.resources - small.contents.resources
    weight = big.contents.fhir_bytes - small.contents.fhir_bytes
    return {
        "cpu_s_a_patient": cpu / patients,
        "patients_a_cpu_s": patients / cpu,
        "resources_a_cpu_s": resources / cpu,
        "resources_a_patient": resources / patients,
        "fhir_bytes_a_cpu_s": weight / cpu,
    }


def table(result: Mapping[str, Any]) -> str:
    """Everything on one screen."""
    return "\n".join(
        [
            "",
            f"Python {result['machine']['python']}",
            *_runs(result),
            *_marginal(result["marginal"]),
            *_large(result),
            *_stages(result),
            *_formats(result),
        ]
    )


def _runs(result: Mapping[str, Any]) -> list[str]:
    head = (
        "who",
        "asked",
        "written",
        "workers",
        "CPU s",
        "wall s",
        "patients/CPU s",
        "resources/CPU s",
        "FHIR MB/CPU s",
    )
    rows = [(*head, "peak MB")]
    for run in result["medians"]:
        cost, found = run["cost"], run["contents"]
        cpu = cost["cpu_s"]
        rows.append(
            (
                run["subject"], f"{run['asked']:,}", f"{found['patients']:,}", str(run["workers"] or "all"),
                f"{cpu:.1f}", f"{cost['wall_s']:.1f}", f"{found['patients'] / cpu:.2f}",
                f"{found['resources'] / cpu:,.0f}", f"{found['fhir_bytes'] / cpu / 1e6:.2f}",
                f"{cost['peak_bytes'] / 1e6:,.0f}",
            )
        )  # fmt: skip
    return [*_columns(rows), ""]


def _marginal(found: Mapping[str, Mapping[str, float]]) -> list[str]:
    if not found:
        return []
    lines = ["one more patient, from the smallest size to the largest, one worker:"]
    for who, per in found.items():
        lines.append(
            f"  {who:12} {per['cpu_s_a_patient'] * 1000:8.1f} CPU ms, {per['resources_a_patient']:7,.0f} resources; "
            f"{per['patients_a_cpu_s']:8.2f} patients and {per['resources_a_cpu_s']:9,.0f} resources a CPU s"
        )
    if len(found) == 2:
        ours, peer = found.values()
        for what in ("patients", "resources"):
            ratio = ours[f"{what}_a_cpu_s"] / peer[f"{what}_a_cpu_s"]
            lines.append(f"  {what} a CPU second: {ratio:.1f} times the peer's (target: at least {RATIO_TARGET:.0f})")
    return [*lines, ""]


def _large(result: Mapping[str, Any]) -> list[str]:
    large = result["large"]
    ours = [run for run in result["medians"] if run["subject"] == "healthsynth" and run["workers"] == 1]
    if large is None or not ours:
        return []
    small = ours[0]["cost"]["peak_bytes"]
    growth = large["peak_bytes"] / small - 1
    lines = [
        f"{large['patients']:,} patients, one worker: {large['cpu_s']:.1f} CPU s, {large['wall_s']:.1f} s, "
        f"{large['resources'] / large['cpu_s']:,.0f} resources a CPU s, {large['all_bytes'] / 1e9:.1f} GB",
        f"  largest process: {large['peak_bytes'] / 1e6:.0f} MB (target: under {MEMORY_TARGET / 1e6:.0f}), "
        f"{growth:+.1%} from {ours[0]['asked']:,} patients (target: within {GROWTH_TARGET:.0%})",
    ]
    base = ours[-1]
    times = large["cpu_s"] / base["cost"]["cpu_s"]
    return [*lines, f"  CPU: {times:.1f} times that of {base['asked']:,} patients", ""]


def _stages(result: Mapping[str, Any]) -> list[str]:
    stages = result["split_ms_a_patient"]
    total = sum(stages["ms"].values())
    parts = ", ".join(f"{stage} {ms:.1f} ({ms / total:.0%})" for stage, ms in stages["ms"].items())
    lives = stages["lives"] / stages["patients"]
    return [
        f"CPU ms a patient by stage, warm, without the disk: {parts}; {total:.1f} in all, {lives:.2f} lives each",
        "",
    ]


def _formats(result: Mapping[str, Any]) -> list[str]:
    costs: Mapping[str, float] = result["formats_ms_a_patient"]
    targets = {"ndjson": costs["fhir"], "csv": TABLE_TARGET, "parquet": TABLE_TARGET}
    lines = ["CPU ms a patient of each format, from the record to finished files:"]
    for name, ms in costs.items():
        target = f"  (target: at most {targets[name]:.1f})" if name in targets else ""
        lines.append(f"  {name:10} {ms:6.1f}{target}")
    return [*lines, ""]


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
