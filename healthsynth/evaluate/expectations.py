"""Expectations: what a source says, counted in a simulated population, with the standard error of the count."""

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from healthsynth.record.events import Diagnosis, ImagingDone, Prescription, ProcedureDone, Result, Vaccination
from healthsynth.simulate.conditions import bind
from healthsynth.simulate.engine import Engine
from healthsynth.simulate.expressions import expression
from healthsynth.simulate.nodes import Amount, Test
from healthsynth.simulate.patient import Patient
from healthsynth.simulate.scope import ModuleScope
from healthsynth.simulate.verbs import drug_names
from healthsynth.spec import ast
from healthsynth.spec.model import Expectation, Module
from healthsynth.units import YEAR

YEARS_BACK = 10
FORMS = ("share", "mean", "median", "rate", "correlation", "always", "never")


@dataclass(slots=True)
class Tally:
    """Sums over lives, enough for every form; merged across workers."""

    n: float = 0.0  # people, pairs or person-years
    total: float = 0.0
    squares: float = 0.0
    x: float = 0.0
    xx: float = 0.0
    xy: float = 0.0
    values: list[float] = field(default_factory=list)
    people: int = 0

    def merge(self, other: "Tally") -> None:
        self.n += other.n
        self.total += other.total
        self.squares += other.squares
        self.x += other.x
        self.xx += other.xx
        self.xy += other.xy
        self.values += other.values
        self.people += other.people


class Counting:
    """One expectation looking at lives (a `lives.Counter`)."""

    def __init__(self, engine: Engine, module: Module, name: str, expectation: Expectation):
        self.module = module.module
        self.name = name
        self.expectation = expectation
        self.form = next(form for form in FORMS if getattr(expectation, form) is not None)
        self.tally = Tally()
        self._engine = engine
        self._spec = module
        self._add: Callable[[Patient], None] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_engine": None, "_spec": None, "_add": None}

    def add(self, p: Patient) -> None:
        """Look at one life, at its end."""
        if self._add is None:
            self._add = self._bound()
        self._add(p)

    def merge(self, other: Any) -> None:
        self.tally.merge(other.tally)

    def _bound(self) -> Callable[[Patient], None]:
        scope = ModuleScope(self._engine, self._spec)
        of = bind(self.expectation.of, scope).node
        e = self.expectation
        if self.form in ("share", "always", "never"):
            test = bind(getattr(e, self.form), scope).node
            return lambda p: self._yes_no(p, of, test)
        if self.form == "rate":
            assert e.rate is not None
            return _rate(self.tally, e.rate, of)
        if self.form == "correlation":
            assert e.correlation is not None
            return _correlation(self.tally, e.correlation, scope, of)
        value, _, _ = expression(getattr(e, self.form), scope)
        return lambda p: self._value(p, of, value)

    def _yes_no(self, p: Patient, of: Test, test: Test) -> None:
        if of.holds(p):
            self.tally.n += 1
            self.tally.total += test.holds(p)

    def _value(self, p: Patient, of: Test, value: Amount) -> None:
        if not of.holds(p):
            return
        found = value.at(p)
        if math.isnan(found):
            return
        tally = self.tally
        tally.n += 1
        tally.total += found
        tally.squares += found * found
        if self.form == "median":
            tally.values.append(found)

    def outcome(self) -> "Outcome":
        """The figure that came out, its standard error and the verdict."""
        return judge(self)


# --- rates -------------------------------------------------------------------------------------------------------
def _rate(tally: Tally, what: ast.RateOf, of: Test) -> Callable[[Patient], None]:
    times_of = _EVENTS[what.kind]

    def add(p: Patient) -> None:
        now = p.now
        times = sorted(times_of(p, what))
        lived = count = 0
        for k in range(YEARS_BACK):
            start = now - (k + 1) * YEAR
            if start < p.birth:
                break
            p.now = start + YEAR // 2
            if of.holds(p):
                lived += 1
                count += bisect_left(times, start + YEAR) - bisect_left(times, start)
        p.now = now
        if lived:
            tally.people += 1
            tally.n += lived
            tally.total += count
            tally.squares += count * count

    return add


def _becomes(p: Patient, what: ast.RateOf) -> list[int]:
    return [step.time for step in p.truth if step.course == what.name and step.state == what.state]


def _of_type(
    *kinds: type[Diagnosis | Prescription | ProcedureDone | ImagingDone | Vaccination],
) -> Callable[[Patient, ast.RateOf], list[int]]:
    return lambda p, what: [e.time for e in p.events if isinstance(e, kinds) and e.concept.name == what.name]


def _prescriptions(p: Patient, what: ast.RateOf) -> list[int]:
    """Of a drug, an ingredient or a class, as in `taking`."""
    return [e.time for e in p.events if isinstance(e, Prescription) and what.name in drug_names(e.concept)]


def _encounters(p: Patient, what: ast.RateOf) -> list[int]:
    return [visit.start for visit in p.visits if what.name in (visit.name, visit.kind)]


_EVENTS: dict[str, Callable[[Patient, ast.RateOf], list[int]]] = {
    "becomes": _becomes,
    "diagnosed": _of_type(Diagnosis),
    "prescribed": _prescriptions,
    "performed": _of_type(ProcedureDone, ImagingDone),
    "given": _of_type(Vaccination),
    "encounter": _encounters,
}


# --- correlations ------------------------------------------------------------------------------------------------
def _correlation(tally: Tally, pair: ast.Pair, scope: ModuleScope, of: Test) -> Callable[[Patient], None]:
    if isinstance(pair.left, ast.Result) and isinstance(pair.right, ast.Result):
        left_name, right_name = pair.left.name, pair.right.name
        return lambda p: _pairs_of_results(tally, p, left_name, right_name) if of.holds(p) else None
    left, _, _ = expression(pair.left, scope)
    right, _, _ = expression(pair.right, scope)
    return lambda p: _pair(tally, left.at(p), right.at(p)) if of.holds(p) else None


def _pairs_of_results(tally: Tally, p: Patient, left: str, right: str) -> None:
    """Charted pairs of one visit."""
    first: dict[int, float] = {}
    second: dict[int, float] = {}
    for event in p.events:
        if isinstance(event, Result) and isinstance(event.value, float):
            if event.concept.name == left:
                first[event.visit] = event.value
            elif event.concept.name == right:
                second[event.visit] = event.value
    for visit, x in first.items():
        if visit in second:
            _pair(tally, x, second[visit])


def _pair(tally: Tally, x: float, y: float) -> None:
    if math.isnan(x) or math.isnan(y):
        return
    tally.n += 1
    tally.x += x
    tally.xx += x * x
    tally.total += y
    tally.squares += y * y
    tally.xy += x * y


# --- verdicts ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out. `value`, `error`, `low`, `high` are in the unit that the author used."""

    module: str
    name: str
    form: str
    value: float
    error: float  # standard error
    low: float | None
    high: float | None
    n: float
    passed: bool
    enough: bool  # whether the standard error is under a quarter of the tolerance
    unit: str

    def sentence(self) -> str:
        """One line for a report."""
        wanted = _limits(self.low, self.high)
        word = "ok  " if self.passed else "FAIL"
        return (
            f"{word} {self.name}: {self.value:.4g} ± {self.error:.2g} {self.unit}, wanted {wanted} (n = {self.n:,.0f})"
        )


def _limits(low: float | None, high: float | None) -> str:
    if low is None:
        return "anything" if high is None else f"at most {high:.4g}"
    return f"at least {low:.4g}" if high is None else f"{low:.4g} to {high:.4g}"


def judge(counting: Counting) -> Outcome:
    """The verdict on a finished count."""
    tally, e, form = counting.tally, counting.expectation, counting.form
    value, error, unit = _figures(form, tally)
    if form in ("always", "never"):
        failures = tally.n - tally.total if form == "always" else tally.total
        limit = (None, 0.0)
        return Outcome(
            counting.module, counting.name, form, failures, 0.0, *limit, tally.n, failures == 0, True, "lives against"
        )
    scale, unit = _scale(form, e)
    value, error = value * scale, error * scale
    low, high = wanted(e)
    tolerance = (high - low) / 2 if low is not None and high is not None else None
    passed = tally.n > 0 and (low is None or value >= low) and (high is None or value <= high)
    return Outcome(
        counting.module, counting.name, form, value, error, low, high, tally.n, passed,
        tolerance is None or error <= tolerance / 4, unit,
    )  # fmt: skip


def _figures(form: str, t: Tally) -> tuple[float, float, str]:
    nan = float("nan")
    if not t.n:
        return nan, nan, ""
    if form in ("share", "always", "never"):
        share = t.total / t.n
        return share, math.sqrt(max(share * (1 - share), 1e-9) / t.n), ""
    if form == "rate":
        rate = t.total / t.n
        # People differ and repeat: the variance is between people, not Poisson.
        spread = max(t.squares - t.total * t.total / max(t.people, 1), t.total)
        return rate, math.sqrt(spread) / t.n, ""
    if form == "correlation":
        return _pearson(t), (1 - min(_pearson(t) ** 2, 1)) / math.sqrt(max(t.n - 2, 1)), ""
    mean = t.total / t.n
    sd = math.sqrt(max(t.squares / t.n - mean * mean, 0.0))
    if form == "median":
        values = sorted(t.values)
        return values[len(values) // 2], 1.2533 * sd / math.sqrt(t.n), ""
    return mean, sd / math.sqrt(t.n), ""


def _pearson(t: Tally) -> float:
    vx, vy = t.xx - t.x * t.x / t.n, t.squares - t.total * t.total / t.n
    return (t.xy - t.x * t.total / t.n) / math.sqrt(vx * vy) if vx > 0 and vy > 0 else float("nan")


def _scale(form: str, e: Expectation) -> tuple[float, str]:
    text = e.is_ or e.between or e.at_least or e.at_most or ""
    if form == "share":
        return 100.0, "%"
    if form == "rate":
        words = text.replace(",", "").split()
        if "person-years" in words:
            base = float(words[words.index("person-years") - 1])
            return base, f"per {base:g} person-years"
        return 1.0, "per person-year"
    return 1.0, ""


def first_figure(text: str) -> float:
    """The first number in a text such as '17.7%' or '2 points'."""
    return float(text.split()[0].rstrip("%").replace(",", ""))


def wanted(e: Expectation) -> tuple[float | None, float | None]:
    """The limits that an expectation allows, in its own unit."""
    if e.is_ is not None and e.within is not None:
        middle, near = first_figure(e.is_), first_figure(e.within)
        return middle - near, middle + near
    if e.between is not None:
        low, _, high = e.between.partition(" to ")
        return first_figure(low), first_figure(high)
    if e.at_least is not None:
        return first_figure(e.at_least), None
    return None, first_figure(str(e.at_most))
