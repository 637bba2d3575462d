"""The body of a converted module: runs as states of one course, attributes and memories as courses beside it."""

from typing import Any

from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf import transitions as t
from healthsynth.spec.gmf.convert.asking import NEVER, Asking, Traits
from healthsynth.spec.gmf.convert.runs import Run
from healthsynth.spec.gmf.values import Distribution, Exact, Range

_SECONDS = "minutes"
_MOMENT = "1 minute"


def shares(ways: tuple[t.Share, ...]) -> list[tuple[str, float]]:
    """(state, share) of one whole, as a draw of the weights gives it: the rest to the last, what is beyond 1 cut off."""
    found: dict[str, float] = {}
    total = 0.0
    for one in ways:
        weight = one.weight.default if isinstance(one.weight, t.AttributeWeight) else float(one.weight)
        before, total = min(max(total, 0.0), 1.0), total + weight
        found[one.to] = found.get(one.to, 0.0) + max(min(total, 1.0) - before, 0.0)
    if ways and total < 1:
        found[ways[-1].to] += 1 - min(max(total, 0.0), 1.0)
    return [(to, share) for to, share in found.items() if share > 0] or [(ways[-1].to, 1.0)]


def span(exact: Exact | None, range_: Range | None, distribution: Distribution | None, unit: str) -> str:
    """A length in the language; draws of whole units are said as what they come to."""
    if exact is not None:
        return _length(float(exact.quantity), exact.unit)
    if range_ is not None:
        return _between(range_.low, range_.high, range_.unit)
    d = distribution or Distribution("EXACT", value=0)
    if d.kind == "EXACT":
        return _length(d.value, unit)
    if d.kind == "UNIFORM":
        return _between(d.low, d.high, unit)
    if d.kind == "GAUSSIAN":
        low, unit = _plain(d.mean, unit)
        return f"about {low} {unit} (sd {_plain(d.sd, unit)[0]} {unit})"
    return _between(0, 2 * d.mean, unit) if d.kind == "EXPONENTIAL" else _between(d.minimum or 0, d.maximum or 0, unit)


def _plain(value: float, unit: str) -> tuple[str, str]:
    """Without an exponent; seconds as minutes, which is the least that the language knows."""
    if unit == "seconds":
        value, unit = value / 60, _SECONDS
    return f"{max(value, 0):.6f}".rstrip("0").rstrip("."), unit


def _length(value: float, unit: str) -> str:
    text, unit = _plain(value, unit)
    return f"{text} {unit}"


def _between(low: float, high: float, unit: str) -> str:
    (a, _), (b, word) = _plain(min(low, high), unit), _plain(max(low, high), unit)
    return _length(low, unit) if a == b else f"{a} to {b} {word}"


class Body:
    """Makes the main course; `numbers` gathers every number with the state that it is from."""

    def __init__(self, module_key: str, runs: dict[str, Run], asking: Asking):
        self.key, self.runs, self.asking = module_key, runs, asking
        self.states: dict[str, Any] = {}
        self.numbers: dict[str, Any] = {}
        self.deaths: list[tuple[str, s.Death]] = []

    def number(self, name: str, kind: str, value: Any, title: str) -> str:
        """A number without source; its name."""
        self.numbers[name] = {kind: value, "assumed": f"from {self.key}.json, state {title}; no source is known"}
        return name

    def make(self) -> dict[str, Any]:
        """The course."""
        for run in self.runs.values():
            self._run(run)
        return {"starts": self.runs["Initial"].name, **self.states}

    def _run(self, run: Run) -> None:
        last, name = run.states[-1], run.name
        if isinstance(last, s.Death):
            self._death(run, last)
        elif isinstance(last, s.Terminal) or run.way is None:
            self.states[name] = {}
        elif isinstance(last, s.Guard):
            said = self.asking.say(last.allow)
            if said is None:
                self.asking.unsaid("Guard", f"the wait in '{last.name}' has no end until an author gives it one")
            on = self._behind(run) if not isinstance(run.way, t.Direct) else self._name(run.way.to)
            self.states[name] = {f"to {on}": f"when {said or NEVER}"}
        else:
            self._leave(name, run.way, self._wait(run, last), last.name)

    def _wait(self, run: Run, last: s.State) -> str:
        if isinstance(last, s.Delay):
            text = span(last.exact, last.range, last.distribution, last.unit)
            return self.number(f"{run.name}_lasts", "duration", text, last.name)
        if isinstance(last, s.CallSubmodule):
            self.asking.unsaid(
                "CallSubmodule", f"'{last.submodule}' is a module of its own: convert it and join the two"
            )
        if any(isinstance(state, s.Encounter) and state.wellness for state in run.states):
            self.asking.unsaid(
                "wellness Encounter", f"'{run.states[0].name}' waits for a check-up: said as a visit of its own"
            )
        return _MOMENT

    def _behind(self, run: Run) -> str:
        """A state behind a guard that chooses."""
        name = f"{run.name}_over"
        if run.way is not None:
            self._leave(name, run.way, _MOMENT, run.states[-1].name)
        return name

    def _death(self, run: Run, last: s.Death) -> None:
        name = run.name
        if last.exact or last.range:
            after = self.number(f"{name}_after", "duration", span(last.exact, last.range, None, ""), last.name)
            self.states[name] = {f"to {name}_dead": f"after {after}"}
            self.asking.unsaid("Death with a time", f"what goes on between '{last.name}' and death is left out")
            name = f"{name}_dead"
        self.states[name] = {}
        self.deaths.append((name, last))

    def _name(self, title: str) -> str:
        return self.runs[title].name

    def _leave(self, name: str, way: t.Transition, after: str, title: str) -> None:
        match way:
            case t.Direct(to=to):
                self.states[name] = {f"to {self._name(to)}": f"after {after}"}
            case t.Distributed(shares=several):
                self._weights(several)
                self.states[name] = self._drawn(name, several, after, title)
            case t.Lookup(table=table, defaults=several):
                self.asking.unsaid(
                    "lookup_table_transition", f"'{table}' has shares by age, sex, place: the defaults are taken"
                )
                self.states[name] = self._drawn(name, several, after, title)
            case t.TypeOfCare(ambulatory=to):
                self.asking.unsaid("type_of_care_transition", "the way of the office is taken")
                self.states[name] = {f"to {self._name(to)}": f"after {after}"}
            case t.Conditional(options=options) | t.Complex(options=options):
                self._options(name, options, after, title)

    def _weights(self, several: tuple[t.Share, ...]) -> None:
        for one in several:
            if isinstance(one.weight, t.AttributeWeight):
                self.asking.unsaid("attribute as weight", f"'{one.weight.attribute}' is a weight: its default is taken")

    def _drawn(self, name: str, several: tuple[t.Share, ...], after: str, title: str) -> dict[str, Any]:
        found = shares(several)
        if len(found) == 1:
            return {f"to {self._name(found[0][0])}": f"after {after}"}
        percent = {self._name(to): round(share * 100, 6) for to, share in found}
        largest = max(percent, key=lambda to: percent[to])
        percent[largest] = round(percent[largest] + 100 - sum(percent.values()), 6)
        text = {to: f"{value:.6f}".rstrip("0").rstrip(".") + "%" for to, value in percent.items()}
        return {"after": after, "choose": [{"by shares": self.number(f"{name}_ways", "shares", text, title)}]}

    def _options(self, name: str, options: tuple[t.Option, ...], after: str, title: str) -> None:
        lines: list[dict[str, str]] = []
        for i, option in enumerate(options):
            last = i == len(options) - 1 or option.condition is None
            said = "" if last or option.condition is None else self.asking.say(option.condition)
            if said is None:
                self.asking.unsaid(
                    "conditional way", f"the way from '{title}' to '{option.to or option.shares[0].to}' is left out"
                )
                continue
            to = self._name(option.to) if option.to else f"{name}_way_{i + 1}"
            if not option.to:
                self._weights(option.shares)
                self.states[to] = self._drawn(to, option.shares, _MOMENT, title)
            lines.append({"otherwise": to} if last else {"when": said, "to": to})
            if last:
                break
        self.states[name] = {"after": after, "choose": lines}


def traits(found: Traits, main: str) -> dict[str, Any]:
    """Attributes as courses that follow the main one."""
    made: dict[str, Any] = {}
    for attribute, course in found.course.items():
        into = {to: sorted(set(names)) for (name, to), names in found.set_by.items() if name == attribute}
        states = ["unset", *sorted(set(into) - {"unset"})]
        made[course] = {"starts": "unset"} | {
            state: {
                f"to {to}": f"when {main} is one of [{', '.join(into[to])}]"
                for to in states
                if to in into and to != state
            }
            for state in states
        }
    return made


def memories(visited: dict[str, str], runs: dict[str, Run], main: str) -> dict[str, Any]:
    """Courses that remember that a state has been visited."""
    made: dict[str, Any] = {}
    for title, course in visited.items():
        names = [run.name for run in runs.values() if any(state.name == title for state in run.states)]
        made[course] = {"starts": "no", "no": {"to yes": f"when {main} is one of [{', '.join(names)}]"}, "yes": {}}
    return made
