"""The report as one HTML file that needs nothing else: to be read on a screen or on paper."""

from collections.abc import Iterator
from typing import Any

from healthsynth import __version__
from healthsynth.evaluate.report.people import LIKENESS_MEANS
from healthsynth.evaluate.report.report import SURE, VERDICTS, Line, Report, named, number
from healthsynth.export.html.environment import pages

_WIDEST = 8.0  # standard errors that the picture of z reaches to; what is further off stands at its edge


def page(report: Report) -> str:
    """The whole file."""
    environment = pages()
    topics = [(_anchor(name), name, _summed(lines), list(_groups(lines))) for name, lines in report.topics.items()]
    verdicts = [(verdict, report.count(verdict), words) for verdict, words in VERDICTS.items()]
    return environment.get_template("evaluate.html").render(
        report=report, topics=topics, verdicts=verdicts, version=__version__, sure=SURE, means=LIKENESS_MEANS,
        inside=(50 - 50 * SURE / _WIDEST, 100 * SURE / _WIDEST),
    )  # fmt: skip


def _anchor(name: str) -> str:
    return name.replace(" ", "-")


def _summed(lines: list[Line]) -> str:
    """'12 agree, 3 differ': the verdicts of a topic."""
    words = {"agrees": "agree", "close": "are close", "differs": "differ", "few": "have too few people"}
    counts = {verdict: sum(line.verdict == verdict for line in lines) for verdict in words}
    return ", ".join(f"{counts[verdict]} {word}" for verdict, word in words.items() if counts[verdict])


def _groups(lines: list[Line]) -> Iterator[dict[str, Any]]:
    """Lines of the same figure and source, in order, under one heading."""
    found: dict[tuple[str, ...], list[Line]] = {}
    for line in lines:
        f = line.figure
        found.setdefault((named(f), f.unit, f.source, f.year, f.note), []).append(line)
    for (name, unit, source, year, note), group in found.items():
        said = source if year in source else f"{source}; {year}"
        yield {"name": name, "unit": unit, "source": said, "note": note, "rows": [_row(line) for line in group]}


def _row(line: Line) -> dict[str, Any]:
    figure, found = line.figure, line.measured
    assert found is not None
    at = None if line.z is None else 50 + 50 * max(-1.0, min(line.z / _WIDEST, 1.0))
    return {
        "who": figure.who,
        "published": number(figure.value),
        "own": f"± {number(figure.error)}" if figure.error else "",
        "measured": number(found.value),
        "error": f"± {number(found.error)}",
        "z": "" if line.z is None else f"{line.z:+.1f}".replace("-", "−"),
        "at": None if at is None else f"{at:.1f}",
        "n": f"{found.n:,}",
        "verdict": line.verdict,
    }
