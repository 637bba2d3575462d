"""States and their transitions from JSON. Which form a state uses is told by the fields present, never by a version."""

from collections.abc import Callable
from typing import Any

from healthsynth.errors import near
from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf import transitions as t
from healthsynth.spec.gmf.fields import Fields
from healthsynth.spec.gmf.read_conditions import condition, required
from healthsynth.spec.gmf.read_values import (
    attachment,
    code,
    codes,
    distribution,
    exact,
    exact_time,
    goal,
    prescription,
    range_,
    range_time,
    reaction,
    sampled,
    scalar,
    series,
    some_code,
    supply,
)

CLASSES = (
    "wellness", "ambulatory", "outpatient", "inpatient", "emergency", "urgentcare", "hospice", "home", "snf", "virtual", "super",
)  # fmt: skip
CATEGORIES = (
    "laboratory", "vital-signs", "exam", "procedure", "imaging", "survey", "social-history", "therapy", "activity",
)  # fmt: skip
ALLERGENS = ("food", "medication", "environment", "biologic")


def state(f: Fields, name: str) -> s.State:
    """One state; of an unknown type, a Simple in its place."""
    kind = f.text("type", required=True)
    common: dict[str, Any] = {"name": name, "transition": _transition(f), "remarks": f.texts("remarks")}
    read = _STATES.get(kind)
    if read is None:
        if kind:
            hint = near(kind, _STATES) or "the types are " + ", ".join(_STATES)
            f.wrong("type", f"'{kind}' is not a type of state", hint, "GM202")
        f.seen.update(f.data)
        return s.Simple(**common)
    found = read(f, common)
    may_end = isinstance(found, (s.Terminal, s.Physiology))
    if found.transition is None and not may_end and not any(key.endswith("_transition") for key in f.data):
        f.wrong("", "has no transition", "add direct_transition, or make it a Terminal", "GM204")
    f.done()
    return found


# --- transitions ---------------------------------------------------------------------------------------------------
def _transition(f: Fields) -> t.Transition | None:
    if f.has("direct_transition"):
        to = f.text("direct_transition", required=True)
        return t.Direct(to) if to else None
    if f.has("distributed_transition"):
        return t.Distributed(f.items("distributed_transition", _share, True))
    if f.has("conditional_transition"):
        return t.Conditional(f.items("conditional_transition", _when, True))
    if f.has("complex_transition"):
        return t.Complex(f.items("complex_transition", _complex, True))
    if f.has("lookup_table_transition"):
        return _lookup(f)
    if f.has("type_of_care_transition"):
        return f.inner(
            "type_of_care_transition",
            lambda x: t.TypeOfCare(
                *(x.text(kind, required=True) for kind in ("ambulatory", "emergency", "telemedicine"))
            ),
        )
    return None


def _share(f: Fields) -> t.Share:
    weight: float | t.AttributeWeight
    if isinstance(f.data.get("distribution"), dict):
        weight = (
            f.inner(
                "distribution",
                lambda w: t.AttributeWeight(w.text("attribute", required=True), w.number("default", required=True)),
            )
            or 0.0
        )
    else:
        weight = f.number("distribution", required=True)
    return t.Share(f.text("transition", required=True), weight)


def _when(f: Fields) -> t.Option:
    return t.Option(f.inner("condition", condition), f.text("transition", required=True))


def _complex(f: Fields) -> t.Option:
    found = t.Option(f.inner("condition", condition), f.text("transition"), f.items("distributions", _share))
    if not found.to and not found.shares:
        f.wrong("", "has neither transition nor distributions", "add one of them", "GM104")
    return found


def _lookup(f: Fields) -> t.Lookup:
    def option(o: Fields) -> tuple[str, t.Share]:
        return o.text("lookup_table_name", required=True), t.Share(
            o.text("transition", required=True), o.number("default_probability", required=True)
        )

    found = f.items("lookup_table_transition", option, True)
    names = sorted({name for name, _ in found})
    if len(names) > 1:
        f.wrong("lookup_table_transition", f"names several tables: {', '.join(names)}", "name one", "GM106")
    return t.Lookup(names[0] if names else "", tuple(share for _, share in found))


# --- states --------------------------------------------------------------------------------------------------------
def _delay(f: Fields, x: dict[str, Any]) -> s.Delay:
    old = f.has("exact") or f.has("range")
    found = s.Delay(
        **x,
        exact=f.inner("exact", exact_time),
        range=f.inner("range", range_time),
        distribution=f.inner("distribution", distribution),
        unit=f.unit(required=f.has("distribution") and not old),
    )
    if not old and not f.has("distribution"):
        f.wrong("", "says no time", "add exact, range or distribution", "GM104")
    return found


def _set(f: Fields, x: dict[str, Any]) -> s.SetAttribute:
    return s.SetAttribute(
        **x,
        attribute=f.text("attribute", required=True),
        expression=f.text("expression"),
        range=f.inner("range", range_),
        series_data=f.text("series_data"),
        period=f.number("period", 1.0),
        distribution=f.inner("distribution", distribution),
        value_code=f.inner("value_code", code),
        value_attribute=f.text("value_attribute"),
        value=scalar(f, "value"),
    )


def _counter(f: Fields, x: dict[str, Any]) -> s.Counter:
    action = f.text("action", required=True)
    return s.Counter(
        **x,
        attribute=f.text("attribute", required=True),
        increment=action == "increment",
        amount=f.whole("amount", 1) or 1,
    )


def _encounter(f: Fields, x: dict[str, Any]) -> s.Encounter:
    kind = f.one_of("encounter_class", CLASSES, "ambulatory", fold=True)
    wellness = f.flag("wellness")
    found = s.Encounter(
        **x,
        wellness=wellness,
        encounter_class="inpatient" if kind == "super" else kind,
        codes=codes(f),
        reason=f.text("reason").strip(),
        telemedicine=f.one_of("telemedicine_possibility", ("none", "possible", "always"), "none", fold=True),
    )
    if not wellness and not found.codes:
        f.wrong("", "'codes' is missing", "a visit that is no wellness visit needs a code", "GM104")
    return found


def _onset(f: Fields, x: dict[str, Any]) -> s.ConditionOnset:
    return s.ConditionOnset(
        **x,
        codes=codes(f, required=True),
        target_encounter=f.text("target_encounter").strip(),
        assign_to_attribute=f.text("assign_to_attribute").strip(),
    )


def _allergy(f: Fields, x: dict[str, Any]) -> s.AllergyOnset:
    return s.AllergyOnset(
        **x,
        codes=codes(f, required=True),
        allergy_type=f.one_of("allergy_type", ("allergy", "intolerance"), "allergy", fold=True) or "allergy",
        category=f.one_of("category", ALLERGENS, fold=True),
        reactions=f.items("reactions", reaction),
        target_encounter=f.text("target_encounter").strip(),
        assign_to_attribute=f.text("assign_to_attribute").strip(),
    )


def _end(made: type[s.End], by_state: str) -> Callable[[Fields, dict[str, Any]], s.State]:
    def read(f: Fields, x: dict[str, Any]) -> s.State:
        found = made(
            **x,
            by_state=f.text(by_state).strip(),
            by_attribute=f.text("referenced_by_attribute").strip(),
            codes=codes(f),
        )
        if not (found.by_state or found.by_attribute or found.codes):
            f.wrong("", "does not say what ends", f"add {by_state}, referenced_by_attribute or codes", "GM104")
        return found

    return read


def _order(f: Fields, x: dict[str, Any]) -> s.MedicationOrder:
    return s.MedicationOrder(
        **x,
        codes=codes(f, required=True),
        reason=f.text("reason").strip(),
        prescription=f.inner("prescription", prescription),
        administration=f.flag("administration"),
        chronic=f.flag("chronic"),
        assign_to_attribute=f.text("assign_to_attribute").strip(),
    )


def _plan(f: Fields, x: dict[str, Any]) -> s.CarePlanStart:
    return s.CarePlanStart(
        **x,
        codes=codes(f, required=True),
        activities=codes(f, "activities"),
        goals=f.items("goals", goal),
        reason=f.text("reason").strip(),
        assign_to_attribute=f.text("assign_to_attribute").strip(),
    )


def _procedure(f: Fields, x: dict[str, Any]) -> s.Procedure:
    old = f.has("duration")
    return s.Procedure(
        **x,
        codes=codes(f, required=True),
        reason=f.text("reason").strip(),
        duration=f.inner("duration", range_time),
        distribution=f.inner("distribution", distribution),
        unit=f.unit(required=f.has("distribution") and not old),
        assign_to_attribute=f.text("assign_to_attribute").strip(),
    )


def observed(f: Fields) -> s.Observed:
    """The body of an observation."""
    found = s.Observed(
        codes=codes(f, required=True),
        category=f.one_of("category", CATEGORIES),
        unit=f.text("unit"),
        range=f.inner("range", range_),
        exact=f.inner("exact", exact),
        distribution=f.inner("distribution", distribution),
        attribute=f.text("attribute").strip(),
        vital_sign=f.text("vital_sign").strip(),
        value_code=f.inner("value_code", code),
        expression=f.text("expression"),
        sampled_data=f.inner("sampled_data", sampled),
        attachment=f.inner("attachment", attachment),
    )
    if (found.range or found.exact) and not found.unit.strip():
        f.wrong("", "has a number and no unit", "add unit, in UCUM ('{score}' for scores)", "GM205")
    return found


def _vital_sign(f: Fields, x: dict[str, Any]) -> s.VitalSign:
    found = s.VitalSign(
        **x,
        vital_sign=f.text("vital_sign", required=True),
        exact=f.inner("exact", exact),
        range=f.inner("range", range_),
        distribution=f.inner("distribution", distribution),
        expression=f.text("expression"),
        unit=f.text("unit"),
    )
    if not (found.exact or found.range or found.distribution or found.expression):
        f.wrong("", "has no value", "add exact, range or distribution", "GM104")
    return found


def _symptom(f: Fields, x: dict[str, Any]) -> s.Symptom:
    probability = f.number("probability", 1.0)
    if not f.text("symptom").strip():
        f.odd("symptom", "has no name", "name the symptom")
    return s.Symptom(
        **x,
        symptom=f.text("symptom"),
        cause=f.text("cause"),
        probability=probability if 0 <= probability <= 1 else 1.0,
        exact=f.inner("exact", exact),
        range=f.inner("range", range_),
        distribution=f.inner("distribution", distribution),
    )


def _device(f: Fields, x: dict[str, Any]) -> s.Device:
    return s.Device(
        **x,
        code=some_code(f, "code"),
        manufacturer=f.text("manufacturer"),
        model=f.text("model"),
        assign_to_attribute=f.text("assign_to_attribute").strip(),
    )


def _imaging(f: Fields, x: dict[str, Any]) -> s.ImagingStudy:
    return s.ImagingStudy(
        **x,
        procedure_code=some_code(f, "procedure_code"),
        series=f.items("series", series, True),
        least=f.whole("min_number_series"),
        most=f.whole("max_number_series"),
    )


def _death(f: Fields, x: dict[str, Any]) -> s.Death:
    return s.Death(
        **x,
        exact=f.inner("exact", exact_time),
        range=f.inner("range", range_time),
        codes=codes(f),
        condition_onset=f.text("condition_onset").strip(),
        referenced_by_attribute=f.text("referenced_by_attribute").strip(),
    )


def _physiology(f: Fields, x: dict[str, Any]) -> s.Physiology:
    to = f.text("alt_direct_transition", required=True)
    f.seen.update(f.data)
    return s.Physiology(**{**x, "transition": t.Direct(to) if to else None})


_STATES: dict[str, Callable[[Fields, dict[str, Any]], s.State]] = {
    "Initial": lambda _, x: s.Initial(**x),
    "Simple": lambda _, x: s.Simple(**x),
    "Terminal": lambda _, x: s.Terminal(**x),
    "Delay": _delay,
    "Guard": lambda f, x: s.Guard(**x, allow=required(f, "allow")),
    "SetAttribute": _set,
    "Counter": _counter,
    "CallSubmodule": lambda f, x: s.CallSubmodule(**x, submodule=f.text("submodule", required=True)),
    "Encounter": _encounter,
    "EncounterEnd": lambda f, x: s.EncounterEnd(**x, discharge_disposition=f.inner("discharge_disposition", code)),
    "ConditionOnset": _onset,
    "ConditionEnd": _end(s.ConditionEnd, "condition_onset"),
    "AllergyOnset": _allergy,
    "AllergyEnd": _end(s.AllergyEnd, "allergy_onset"),
    "MedicationOrder": _order,
    "MedicationEnd": _end(s.MedicationEnd, "medication_order"),
    "CarePlanStart": _plan,
    "CarePlanEnd": _end(s.CarePlanEnd, "careplan"),
    "Procedure": _procedure,
    "Observation": lambda f, x: s.Observation(**x, observed=observed(f)),
    "MultiObservation": lambda f, x: s.MultiObservation(
        **x, codes=codes(f, required=True), category=f.text("category"), observations=f.items("observations", observed, True)
    ),
    "DiagnosticReport": lambda f, x: s.DiagnosticReport(
        **x, codes=codes(f, required=True), observations=f.items("observations", observed, True)
    ),
    "VitalSign": _vital_sign,
    "Symptom": _symptom,
    "Device": _device,
    "DeviceEnd": _end(s.DeviceEnd, "device"),
    "ImagingStudy": _imaging,
    "SupplyList": lambda f, x: s.SupplyList(**x, supplies=f.items("supplies", supply, True)),
    "Vaccine": lambda f, x: s.Vaccine(**x, codes=codes(f, required=True), series=f.whole("series", 1)),
    "Death": _death,
    "Physiology": _physiology,
}  # fmt: skip
