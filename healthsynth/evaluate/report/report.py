"""`evaluate`: every figure measured and judged, in a report for people, for programs and for print."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from healthsynth.evaluate.report import people
from healthsynth.evaluate.report.measures import Measured, NotMeasuredError, measure, share
from healthsynth.evaluate.report.people import Fact
from healthsynth.evaluate.report.population import Population
from healthsynth.evaluate.report.reading import read
from healthsynth.evaluate.report.reference import Figure, figures

FEWEST = 20  # people; fewer are not judged
SURE = 3.0  # standard errors: of 370 right figures one is further off by chance
CLOSE = 0.1  # of the published figure: a difference that large samples show, and that matters little
VAGUE = 0.25  # of the published figure: a larger standard error says nothing
VERDICTS = {
    "agrees": f"no further off than {SURE:g} standard errors",
    "close": f"further off, but by {100 * CLOSE:g} % of the published figure at most",
    "differs": "further off than chance explains",
    "few": f"under {FEWEST} people, or a standard error of over {100 * VAGUE:g} % of the figure: no verdict",
    "not measured": "with the reason",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what is published, what was measured, and the verdict."""

    figure: Figure
    measured: Measured | None
    z: float | None  # standard errors, of both together, from the published figure
    verdict: str  # one of VERDICTS
    reason: str = ""  # why it was not measured

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        f, m = self.figure, self.measured
        return {
            "id": f.id, "topic": f.topic, "figure": f.title, "who": f.who, "statistic": f.statistic, "unit": f.unit,
            "published": f.value, "published_error": f.error or None, "year": f.year, "source": f.source,
            "measured": m and m.value, "error": m and m.error, "n": m and m.n, "z": self.z, "verdict": self.verdict,
            "note": self.reason or f.note,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """What `evaluate` found."""

    folder: str
    read_from: str  # csv, ndjson, fhir
    patients: int
    living: int
    as_of: str
    skipped: int
    lines: tuple[Line, ...]
    likeness: tuple[Fact, ...]
    diversity: tuple[Fact, ...]

    @property
    def topics(self) -> dict[str, list[Line]]:
        """The measured lines of each topic."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            if line.measured is not None:
                found.setdefault(line.figure.topic, []).append(line)
        return found

    @property
    def unmeasured(self) -> list[tuple[str, str, int]]:
        """(figure, why it was not measured, in how many groups), each once."""
        found: dict[tuple[str, str], int] = {}
        for line in self.lines:
            if line.measured is None:
                key = line.figure.title, line.reason
                found[key] = found.get(key, 0) + 1
        return [(title, reason, count) for (title, reason), count in found.items()]

    def count(self, verdict: str) -> int:
        """How many lines have a verdict."""
        return sum(line.verdict == verdict for line in self.lines)

    @property
    def agrees(self) -> bool:
        """Whether nothing differs: what --strict asks for."""
        return not self.count("differs")

    @property
    def chance(self) -> float:
        """How many of the judged figures would be `SURE` standard errors off by chance alone, were all right."""
        judged = sum(self.count(verdict) for verdict in ("agrees", "close", "differs"))
        return judged * math.erfc(SURE / math.sqrt(2))

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "folder": self.folder, "read": self.read_from, "patients": self.patients, "living": self.living,
            "reference_date": self.as_of, "skipped": self.skipped,
            "verdicts": {verdict: self.count(verdict) for verdict in VERDICTS},
            "figures": [line.plain() for line in self.lines],
            "likeness": [fact._asdict() for fact in self.likeness],
            "diversity": [fact._asdict() for fact in self.diversity],
        }  # fmt: skip

    def text(self) -> str:
        """For a terminal: a table a topic, then what was not measured, and the sums."""
        return "\n".join(_text(self))


def evaluate(folder: Path, reference: Path | None = None) -> Report:
    """Hold the records of a folder to published figures.

    Args:
        folder: an output folder, or one with CSV tables, NDJSON or bundles.
        reference: a table of figures; None takes the shipped one.
    Raises:
        UsageError: the folder or the table cannot be read, with the place and a remedy.
    """
    table = figures(reference)
    population = read(folder, frozenset(code for figure in table for code in figure.codes))
    living = population.living()
    lines = [*_census(population), *(_line(figure, _measured(figure, population, living)) for figure in table)]
    return Report(
        str(folder), population.source, len(population.patients), len(living), date.fromordinal(population.as_of).isoformat(),
        population.skipped, tuple(lines), tuple(people.likeness(population)), tuple(people.diversity(population)),
    )  # fmt: skip


def _census(population: Population) -> Iterator[Line]:
    living = [(p, p.age(population.as_of)) for p in population.living()]
    for figure, counts in people.census(population):
        hits = sum(counts(p, age) for p, age in living)
        if living:
            yield _line(figure, share(figure, hits, len(living), ""))


def _measured(figure: Figure, population: Population, living: Sequence[Any]) -> Measured | str:
    try:
        return measure(figure, population, living)
    except NotMeasuredError as reason:
        return str(reason)


def _line(figure: Figure, found: Measured | str) -> Line:
    if isinstance(found, str):
        return Line(figure, None, None, "not measured", found)
    difference = found.value - figure.value
    error = math.hypot(found.error, figure.error)
    z = difference / error if error else (0.0 if not difference else math.copysign(math.inf, difference))
    return Line(figure, found, z if math.isfinite(z) else None, _verdict(figure, found, difference, error))


def _verdict(figure: Figure, found: Measured, difference: float, error: float) -> str:
    if found.n < FEWEST:
        return "few"
    if abs(difference) > SURE * error:
        return "close" if abs(difference) <= CLOSE * abs(figure.value) else "differs"
    return "few" if error > VAGUE * abs(figure.value) else "agrees"


# --- words -------------------------------------------------------------------------------------------------------------
def number(value: float) -> str:
    """Three figures that count, without more decimals than they need."""
    size = abs(value)
    return (
        f"{value:,.0f}"
        if size >= 1000
        else f"{value:.1f}"
        if size >= 10
        else f"{value:.2f}"
        if size >= 0.095
        else f"{value:.2g}"
    )


STATISTICS = {"mean": "mean", "sd": "spread (sd)", "p05": "5th percentile", "p50": "median", "p95": "95th percentile"}


def named(figure: Figure) -> str:
    """The figure's name, with its statistic where there are several."""
    words = STATISTICS.get(figure.statistic)
    return f"{figure.title}, {words}" if words and figure.measure == "latest" else figure.title


def _text(report: Report) -> Iterator[str]:
    yield f"{report.folder}: {report.living:,} living of {report.patients:,} patients on {report.as_of} (read from {report.read_from})"
    if report.skipped:
        yield f"{report.skipped:,} rows or resources could not be read and were left out"
    for topic, lines in report.topics.items():
        yield f"\n{topic}"
        yield f"  {'':44} {'':22} {'published':>10} {'measured':>10} {'± error':>9} {'z':>6}  {'n':>6}"
        for line in lines:
            yield f"  {_row(line)}"
    yield from _facts("likeness", report.likeness)
    yield f"  {people.LIKENESS_MEANS}"
    yield from _facts("diversity", report.diversity)
    if report.unmeasured:
        yield "\nnot measured"
        for title, reason, count in report.unmeasured:
            yield f"  {title}{f' ({count} groups)' if count > 1 else ''}: {reason}"
    yield ""
    for verdict, words in VERDICTS.items():
        yield f"{report.count(verdict):5,} {verdict:12} {words}"
    yield f"{'':5} by chance alone about {report.chance:.1f} of those judged would be further off than {SURE:g} standard errors"


def _row(line: Line) -> str:
    figure, found = line.figure, line.measured
    assert found is not None
    z = "" if line.z is None else f"{line.z:+.1f}"
    name, who = named(figure), figure.who
    return (
        f"{name[:44]:44} {who[:22]:22} {number(figure.value):>10} {number(found.value):>10} {number(found.error):>9} {z:>6} "
        f"{found.n:>7,}  {line.verdict:7} {figure.unit}"
    )


def _facts(title: str, facts: Sequence[Fact]) -> Iterator[str]:
    yield f"\n{title}"
    for fact in facts:
        yield f"  {fact.title:52} {fact.value}{f'; {fact.remark}' if fact.remark else ''}"
