"""Where a module relies on what Synthea does and hardly anybody means."""

from collections.abc import Iterator

from healthsynth.spec.gmf import conditions as c
from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf.model import GmfModule
from healthsynth.spec.gmf.places import JsonPath
from healthsynth.spec.gmf.uses import asked
from healthsynth.spec.gmf.values import Distribution


def quirks(module: GmfModule) -> Iterator[tuple[JsonPath, str]]:
    """(path, what happens) for every reliance on a quirk."""
    for title, state in module.states.items():
        path: JsonPath = ("states", title)
        for place, found in _distributions(state, path):
            yield from _distribution(found, place)
        if isinstance(state, s.Delay) and state.distribution and not (state.exact or state.range):
            yield from _whole(state, path)
        asked_for = state.prescription if isinstance(state, s.MedicationOrder) else None
        if asked_for and asked_for.as_needed_present and not asked_for.as_needed and asked_for.dosage:
            yield (*path, "prescription", "as_needed"), "counts as true because the key is there"
        if isinstance(state, s.Observation) and state.observed.expression:
            yield (*path, "expression"), "is never worked out: the observation has no value"
        whole = isinstance(state, s.SetAttribute) and state.attribute in ("ckd", "diabetes_severity")
        if isinstance(state, s.SetAttribute) and whole and (state.distribution or state.range):
            yield path, f"gives '{state.attribute}' a decimal, which stops Synthea's patient"
        for leaf in dict.fromkeys(asked(state)):
            yield from _leaf(leaf, path)


def _distributions(state: s.State, path: JsonPath) -> Iterator[tuple[JsonPath, Distribution]]:
    own = getattr(state, "distribution", None)
    if own is not None:
        yield (*path, "distribution"), own
    if isinstance(state, s.Observation) and state.observed.distribution:
        yield (*path, "distribution"), state.observed.distribution
    if isinstance(state, (s.DiagnosticReport, s.MultiObservation)):
        for i, one in enumerate(state.observations):
            if one.distribution:
                yield (*path, "observations", i, "distribution"), one.distribution


def _distribution(found: Distribution, path: JsonPath) -> Iterator[tuple[JsonPath, str]]:
    if found.kind == "EXPONENTIAL":
        yield path, f"starts at 1 and has the mean {found.mean + 1:g}, not {found.mean:g}"
    if found.kind == "GAUSSIAN":
        low, high = found.minimum, found.maximum
        if (low is not None and low > found.mean) or (high is not None and high < found.mean):
            yield path, "is almost constant: the mean lies beyond the limit"


def _whole(state: s.Delay, path: JsonPath) -> Iterator[tuple[JsonPath, str]]:
    d = state.distribution
    if d is None:
        return
    if d.kind == "EXACT" and d.value != int(d.value):
        yield (*path, "distribution"), f"waits {int(d.value)} {state.unit}: lengths are cut to whole units"
    elif d.kind == "UNIFORM" and not d.round:
        text = f"waits {int(d.low)} to {max(int(d.low), -int(-d.high // 1) - 1)} {state.unit}: lengths are cut to whole units"
        yield (*path, "distribution"), text


def _leaf(leaf: c.Condition, path: JsonPath) -> Iterator[tuple[JsonPath, str]]:
    if isinstance(leaf, c.RaceIs) and leaf.race == "hispanic":
        yield path, "Race: Hispanic is never true; ethnicity is an attribute of its own"
    if isinstance(leaf, c.ObservationIs) and leaf.attribute and leaf.operator == "is nil":
        yield path, "`is nil` of an observation by attribute is false where the attribute is unset"
