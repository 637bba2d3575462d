"""Concepts of what states chart: one for each use of codes, so that exporters see the same one every time."""

from functools import cache

from healthsynth.record.events import Dose
from healthsynth.spec.gmf import values
from healthsynth.spec.gmf.states import Observed
from healthsynth.units import DAY, HOUR, MINUTE, WEEK, YEAR
from healthsynth.vocabulary import CVX, ICD10CM, LOINC, RXNORM, SNOMED, Code, Concept

SYSTEMS = {
    "SNOMED-CT": SNOMED,
    "LOINC": LOINC,
    "RxNorm": RXNORM,
    "CVX": CVX,
    "ICD10-CM": ICD10CM,
    "NUBC": "https://www.nubc.org/CodeSystem/PatDischargeStatus",
    "NullFlavor": "http://terminology.hl7.org/CodeSystem/v3-NullFlavor",
    "DICOM-DCM": "http://dicom.nema.org/resources/ontology/DCM",
    "DICOM-SOP": "urn:ietf:rfc:3986",
}
# Class of an encounter -> kind of visit.
VISIT_KINDS = {
    "wellness": "wellness", "ambulatory": "ambulatory", "outpatient": "outpatient", "urgentcare": "urgent",
    "emergency": "emergency", "inpatient": "inpatient", "home": "home", "virtual": "virtual", "hospice": "hospice",
    "snf": "snf",
}  # fmt: skip
_CATEGORIES = {
    "laboratory": "lab", "vital-signs": "vital", "survey": "survey", "social-history": "social", "exam": "finding",
}  # fmt: skip
_ELSEWHERE = ("procedure", "imaging", "therapy")  # categories without a kind of their own
_DECIMALS = 2
_WHOLE_SIGNS = ("Systolic Blood Pressure", "Diastolic Blood Pressure", "Heart Rate", "Respiration Rate")
_TENTH_SIGNS = ("Height", "Weight")
_PERIODS = {
    "seconds": 1,
    "minutes": MINUTE,
    "hours": HOUR,
    "days": DAY,
    "weeks": WEEK,
    "months": 30 * DAY,
    "years": YEAR,
}
_UNSAID = Dose(1, "dose", 1, DAY, False, "Take as directed by your prescriber")
_YES = Code(SNOMED, "373066001", "Yes")
_NO = Code(SNOMED, "373067005", "No")

Codes = tuple[values.Code, ...]


def code(given: values.Code) -> Code:
    """A code with the address of its system; a system that is not known is kept as it is written."""
    return Code(SYSTEMS.get(given.system, given.system), given.code, given.display)


@cache
def concept(
    kind: str, codes: Codes, unit: str = "", decimals: int = 0, more: tuple[tuple[str, str], ...] = ()
) -> Concept:
    """The one concept of a kind with these codes.

    Args:
        kind: one of vocabulary.KINDS.
        codes: at least one; its first gives the words.
        unit: UCUM, of a number.
        more: as `Concept.more`.
    """
    found = tuple(code(each) for each in codes)
    name = f"{kind}:{found[0].code}"
    return Concept(name, kind, found, found[0].display or found[0].code, unit or None, decimals, more=dict(more))


def device(state_code: values.Code, manufacturer: str = "", model: str = "") -> Concept:
    """A device: all of them bring a UDI."""
    more = [("category", "implant")]
    more += [(name, text) for name, text in (("manufacturer", manufacturer), ("model", model)) if text]
    return concept("device", (state_code,), more=tuple(more))


def allergy(codes: Codes, allergy_type: str, category: str) -> Concept:
    """What somebody is allergic to."""
    more = (("type", allergy_type or "allergy"), *((("category", category),) if category else ()))
    return concept("allergy", codes, more=more)


def imaging(procedure: values.Code, series: tuple[values.Series, ...]) -> tuple[Concept, Concept | None]:
    """A study and its body site, from the first series: (study, site); the study names the site's concept."""
    first = series[0] if series else None
    if first is None:
        return concept("imaging", (procedure,)), None
    site = concept("body_site", (first.body_site,)) if first.body_site is not None else None
    more = [("modality", first.modality.code), ("views", str(max(len(first.instances), 1)))]
    if site is not None:
        more.append(("body_site", site.name))
    return concept("imaging", (procedure,), more=tuple(more)), site


def observed(body: Observed, category: str = "") -> Concept:
    """What an observation is of.

    Args:
        category: of the state around it, for one that has none itself.
    """
    word = body.category or category or "exam"
    more = (("category", word),) if word in _ELSEWHERE else ()
    kind = _CATEGORIES.get(word, "finding")
    return concept(kind, body.codes, _unit(body), _decimals(body), more)


def composed(codes: Codes, category: str) -> Concept:
    """What several observations are components of."""
    more = (("category", category),) if category in _ELSEWHERE else ()
    return concept(_CATEGORIES.get(category, "finding"), codes, more=more)


def _unit(body: Observed) -> str:
    if body.unit:
        return body.unit
    return (body.range.unit if body.range else "") or (body.exact.unit if body.exact else "")


def _decimals(body: Observed) -> int:
    """Places of a number: those that its source is rounded to, else two."""
    if body.vital_sign:
        return 0 if body.vital_sign in _WHOLE_SIGNS else 1 if body.vital_sign in _TENTH_SIGNS else _DECIMALS
    if body.range is not None:
        return _DECIMALS if body.range.decimals is None else body.range.decimals
    if body.exact is not None:
        quantity = body.exact.quantity
        return len(str(quantity).partition(".")[2]) if isinstance(quantity, float) and quantity % 1 else 0
    if body.distribution is not None and body.distribution.round:
        return 0
    return _DECIMALS


@cache
def words(text: str) -> Concept:
    """An answer without a code."""
    return Concept(f"answer:{text}", "answer", (), text)


@cache
def yes_or_no(value: bool) -> Concept:
    """An answer to a question that has two."""
    found = _YES if value else _NO
    return Concept(f"answer:{found.code}", "answer", (found,), found.display)


def value(given: object) -> float | Concept | None:
    """What an attribute or a literal is as the value of a result: numbers, codes, words; None if there is none."""
    if given is None or isinstance(given, Concept):
        return given
    if isinstance(given, bool):
        return yes_or_no(given)
    if isinstance(given, (int, float)):
        return float(given)
    if isinstance(given, values.Code):
        return concept("answer", (given,))
    return words(str(given))


def dose(prescription: values.Prescription | None) -> Dose:
    """A dosage; where a module says nothing it is one a day, as Synthea counts what is dispensed then."""
    if prescription is None or prescription.dosage is None:
        needed = prescription is not None and prescription.as_needed_present
        return _UNSAID._replace(as_needed=needed, text="Take as needed") if needed else _UNSAID
    given = prescription.dosage
    times, period = max(int(given.frequency), 1), max(int(given.period * _PERIODS.get(given.unit, DAY)), 1)
    count = f"{given.amount:g} dose{'' if given.amount == 1 else 's'}"
    text = f"Take {count} {times} time{'' if times == 1 else 's'} every {given.period:g} {given.unit}"
    needed = prescription.as_needed_present
    return Dose(given.amount, "dose", times, period, needed, f"{text} as needed" if needed else text)
