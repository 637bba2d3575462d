"""The care of a converted module: what is charted in each run becomes the steps of a visit."""

from typing import Any

from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf.convert.asking import Asking
from healthsynth.spec.gmf.convert.course import Body
from healthsynth.spec.gmf.convert.names import Words
from healthsynth.spec.gmf.convert.runs import Run
from healthsynth.spec.gmf.model import GmfModule
from healthsynth.spec.gmf.values import Code, Prescription

_VISITS = {"ambulatory": "outpatient", "urgentcare": "urgent", "hospice": "home", "snf": "inpatient"}
_SILENT = (s.Initial, s.Simple, s.Terminal, s.Delay, s.Guard, s.SetAttribute, s.Counter, s.CallSubmodule, s.Encounter,
           s.EncounterEnd, s.Death)  # fmt: skip


class Care:
    """Makes care rules, measures and the names that they use."""

    def __init__(self, module: GmfModule, body: Body, words: Words, asking: Asking, main: str):
        self.borrowed: set[str] = set()  # measures of modules that were converted before
        self.module, self.body, self.words, self.asking, self.main = module, body, words, asking, main
        self.rules: dict[str, Any] = {}
        self.measures: dict[str, Any] = {}
        self.used = asking.names
        self.diagnosed = {
            code.code
            for run in body.runs.values()
            for st in run.states
            if isinstance(st, s.ConditionOnset)
            for code in st.codes[:1]
        }

    def make(self, runs: dict[str, Run]) -> None:
        """A rule for every run that charts something, and for each onset that a later visit finds."""
        for run in runs.values():
            self._run(run)

    def _run(self, run: Run) -> None:
        visit = run.visit
        steps: list[dict[str, Any]] = []
        begins = False
        for state in run.states:
            if isinstance(state, s.Encounter):
                visit, begins = state, True
                steps += self._found(state, run)
                if state.telemedicine != "none":
                    self.asking.unsaid("telemedicine", f"'{state.name}' may be by video")
            elif not isinstance(state, _SILENT):
                steps += self._steps(state, run)
        if not steps and not begins:
            return
        if not begins:
            what = f"the visit of '{visit.name}'" if visit else "no visit"
            self.asking.unsaid(
                "one visit over several states", f"'{run.states[0].name}' is in {what}: said as a visit of its own"
            )
        steps = steps or [{"note": "Seen."}]
        self.rules[f"visit_{run.name}"] = {
            "when": f"{self.main} is {run.name}",
            "visit": self._visit(visit),
            "do": steps,
        }

    def _visit(self, visit: s.Encounter | None) -> str:
        if visit is None:
            return "outpatient"
        kind = "wellness" if visit.wellness else _VISITS.get(visit.encounter_class, visit.encounter_class)
        reason = self.condition(visit.reason)
        return f"{kind} for {reason}" if reason else kind

    def condition(self, title: str) -> str | None:
        """The short name of the condition that a reason names by its state or by its attribute."""
        for state in self.module.states.values():
            if isinstance(state, s.ConditionOnset) and title and title in (state.name, state.assign_to_attribute):
                return self.name("condition", state.codes)
        return None

    def name(self, kind: str, codes: tuple[Code, ...], **more: Any) -> str | None:
        name = self.words.name(kind, codes, **more)
        if name is not None:
            self.used.add(name)
        return name

    def _found(self, visit: s.Encounter, run: Run) -> list[dict[str, Any]]:
        """The diagnosis that waits for this visit; several, of which some may have begun, get a rule each."""
        waiting = [
            st for st in self.module.states.values()
            if isinstance(st, (s.ConditionOnset, s.AllergyOnset)) and st.target_encounter == visit.name
        ]  # fmt: skip
        if len(waiting) > 1:
            what = ", ".join(st.name for st in waiting)
            self.asking.unsaid(
                "several onsets for one visit", f"{what} are each found at a visit beside '{visit.name}'"
            )
            for st in waiting:
                begun, steps = self.asking.visited.get(st.name), self._onset(st)
                if begun is not None and steps:
                    when = f"{self.main} is {run.name} and {begun} is yes"
                    self.rules[f"find_{begun}_{run.name}"] = {"when": when, "visit": self._visit(visit), "do": steps}
            return []
        return [step for st in waiting for step in self._onset(st)]

    def _onset(self, state: s.ConditionOnset | s.AllergyOnset) -> list[dict[str, Any]]:
        if isinstance(state, s.ConditionOnset):
            name = self.name("condition", state.codes)
        else:
            name = self.name("allergy", state.codes, category=state.category or "environment")
        return self._step({"diagnose": name}, state)

    def _step(self, step: dict[str, Any], state: s.State) -> list[dict[str, Any]]:
        if next(iter(step.values())) is None:
            self.asking.unsaid(type(state).__name__, f"'{state.name}' has a code of a system that the language lacks")
            return []
        return [{key: value for key, value in step.items() if value is not None}]

    def _steps(self, state: s.State, run: Run) -> list[dict[str, Any]]:
        match state:
            case s.ConditionOnset() | s.AllergyOnset():
                return [] if state.target_encounter in self.module.states else self._onset(state)
            case s.End():
                return self._end(state)
            case s.MedicationOrder():
                return self._drug(state)
            case s.CarePlanStart():
                activities = [self.name("activity", (code,)) for code in state.activities]
                more = {"activities": [name for name in activities if name]} if any(activities) else {}
                return self._step(
                    {"plan": self.name("careplan", state.codes, **more), "for": self._for(state.reason)}, state
                )
            case s.Procedure():
                return self._step(
                    {"perform": self.name("procedure", state.codes), "for": self._for(state.reason)}, state
                )
            case s.Vaccine():
                return self._step({"give": self.name("vaccine", state.codes)}, state)
            case s.Device():
                return self._step({"device": self.name("device", (state.code,))}, state)
            case s.SupplyList():
                return [
                    x for one in state.supplies for x in self._step({"supply": self.name("supply", (one.code,))}, state)
                ]
            case s.ImagingStudy():
                modality = state.series[0].modality.code if state.series else "DX"
                return self._step({"image": self.name("imaging", (state.procedure_code,), modality=modality)}, state)
            case s.Observation(observed=one):
                return self._tests((one,), state)
            case s.MultiObservation(observations=several) | s.DiagnosticReport(observations=several):
                self.asking.unsaid(type(state).__name__, f"'{state.name}' is said as single tests, not as a panel")
                return self._tests(several, state)
        self.asking.unsaid(type(state).__name__, f"'{state.name}' is left out")
        return []

    def _for(self, reason: str) -> str | None:
        return self.condition(reason)

    def _end(self, state: s.End) -> list[dict[str, Any]]:
        kind, verb, begun = {
            s.ConditionEnd: ("condition", "resolve", s.ConditionOnset),
            s.AllergyEnd: ("allergy", "resolve", s.AllergyOnset),
            s.MedicationEnd: ("medication", "stop", s.MedicationOrder),
            s.CarePlanEnd: ("careplan", "end plan", s.CarePlanStart),
        }.get(type(state), ("", "", s.State))
        codes = state.codes
        for other in self.module.states.values():
            same = other.name == state.by_state or (
                state.by_attribute and getattr(other, "assign_to_attribute", "") == state.by_attribute
            )
            if kind and not codes and isinstance(other, begun) and same:
                codes = other.codes  # type: ignore[attr-defined]
        if not kind or not codes:
            self.asking.unsaid(type(state).__name__, f"'{state.name}' ends something of another module, or a device")
            return []
        return self._step({verb: self.name(kind, codes)}, state)

    def _drug(self, state: s.MedicationOrder) -> list[dict[str, Any]]:
        name = self.name("medication", state.codes)
        if state.administration and not state.chronic:
            return self._step({"give": name, "dose": "1 dose once"}, state)
        lasting = state.prescription.duration if state.prescription else None
        length = f"{lasting.quantity} {lasting.unit}" if lasting and lasting.unit != "seconds" else None
        if not state.prescription or not state.prescription.dosage:
            self.asking.unsaid("MedicationOrder without dose", f"'{state.name}' is said with one dose a day")
        return self._step(
            {"prescribe": name, "dose": dose(state.prescription), "for": self._for(state.reason), "lasting": length},
            state,
        )

    def _tests(self, several: tuple[s.Observed, ...], state: s.State) -> list[dict[str, Any]]:
        names = [name for one in several if (name := self._measure(one, state)) is not None]
        return [{"test": list(dict.fromkeys(names))}] if names else []

    def _measure(self, one: s.Observed, state: s.State) -> str | None:
        """A measure for an observation whose value is in the module; None (and noted) for all others."""
        if one.range is None and not (one.exact and isinstance(one.exact.quantity, (int, float))):
            self.asking.unsaid(
                "Observation", f"'{state.name}' takes its value from an attribute, a vital sign or a code"
            )
            return None
        kind = "vital" if one.category == "vital-signs" else "survey" if one.category == "survey" else "lab"
        name = self.name(kind, one.codes, unit=one.unit.strip())
        if name is None or name in self.words.concepts:
            self.asking.unsaid(
                "Observation", f"'{state.name}' observes what the library has a measure of: read it from there"
            )
            return None
        low, high = (one.range.low, one.range.high) if one.range else (float(one.exact.quantity),) * 2  # type: ignore[union-attr]
        text = f"{_figure(min(low, high))} to {_figure(max(low, high))}" if low != high else _figure(low)
        owner = self.words.measures.setdefault(name, self.module.key)
        if owner != self.module.key:
            self.borrowed.add(name)
            self.asking.unsaid("Observation of another module", f"'{state.name}' reads the measure '{name}' of {owner}")
        elif name in self.measures:
            self.asking.unsaid(
                "Observation in several ranges", f"'{state.name}' has other limits than the measure '{name}'"
            )
        else:
            number = self.body.number(f"{name}_value", "amount", text, state.name)
            self.measures[name] = {"typical": number, "assumed": f"from {self.module.key}.json; no source is known"}
        return name


def _figure(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def dose(prescription: Prescription | None) -> str:
    """A dose in the language; one a day where the module says none."""
    d = prescription.dosage if prescription else None
    needed = " as needed" if prescription and prescription.as_needed else ""
    if d is None or d.frequency <= 0:
        return f"1 dose once a day{needed}"
    amount = f"{_figure(max(d.amount, 1))} dose"
    hours = d.period / d.frequency * {"minutes": 1 / 60, "hours": 1, "days": 24, "weeks": 168}.get(d.unit, 24)
    if hours >= 24:
        return (
            f"{amount} every {_figure(round(hours / 24))} days{needed}"
            if hours >= 36
            else f"{amount} once a day{needed}"
        )
    times = round(24 / hours)
    return (
        f"{amount} {'twice' if times == 2 else f'{times} times'} a day{needed}"
        if times > 1
        else f"{amount} once a day{needed}"
    )
