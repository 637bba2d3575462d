"""A record in the order of its resources: which event, in which visit, with which end, linked to what."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import chain, groupby
from operator import attrgetter
from typing import Any

from healthsynth.errors import HealthsynthError
from healthsynth.export.charges import BILLED, Charges
from healthsynth.export.fhir import bills as billing
from healthsynth.export.fhir import (
    careplans,
    claims,
    clinical,
    coverage,
    devices,
    documents,
    encounters,
    imaging,
    immunizations,
    medications,
    observations,
    patient,
    procedures,
    provenance,
    related,
    surveys,
)
from healthsynth.export.fhir.bills import Bills, Check, Lines
from healthsynth.export.fhir.rows import Part, Row
from healthsynth.export.fhir.scope import Places, Scope
from healthsynth.export.fhir.shapes import Family, Shape
from healthsynth.export.fhir.visit_diagnoses import VISIT_DIAGNOSIS_OF, visit_diagnosis
from healthsynth.export.visit_codes import is_certification
from healthsynth.record import events as chart
from healthsynth.record.events import End, Event, Visit
from healthsynth.record.ids import NOTE, VISIT_DIAGNOSIS, nth
from healthsynth.record.record import Record
from healthsynth.units import DAY
from healthsynth.vocabulary import Concept

# A record -> the text of the note of each visit that has one, by the visit's number
Notes = Callable[[Record], Mapping[int, str]]
# What makes a shape for the first event that has its key
Make = Callable[[Family, Any, Scope, End | None, Any], Shape]


# One stamping, to be done by `shape.entry(e, v, end, link)`: (shape, e, v, end, link). A plain tuple, since a named one
# takes longer to make than to stamp.
Job = tuple[Shape | Row, Any, Scope, Any, Any]


class Shapes:
    """The shapes found so far, and the lines of claims."""

    def __init__(self, make: Make, check: Check):
        self._make = make
        self.lines = Lines(check, lambda v: self.of(claims.CLAIM_AND_ANSWER, billing.SAMPLE, v))
        self.by_family: defaultdict[Family, dict[Hashable, Shape]] = defaultdict(dict)  # by family and key

    def of(self, family: Family, e: Any, v: Scope, end: End | None = None, link: Any = None) -> Shape:
        """The shape of one event."""
        known = self.by_family[family]
        key = family.key(e, v, end, link)
        shape = known.get(key)
        if shape is None:
            shape = known[key] = self._make(family, e, v, end, link)
        return shape


_VISIT = attrgetter("visit")
# Events that are one resource each, or several of the same event, with nothing to look up but an end and a reason.
_PLAIN: dict[type, Family] = {
    chart.Report: observations.REPORT,
    chart.ProcedureDone: procedures.PROCEDURE,
    chart.Vaccination: immunizations.VACCINATION,
    chart.Allergy: clinical.ALLERGY,
    chart.Goal: careplans.GOAL,
    chart.Plan: careplans.PLAN,
    chart.DeviceGiven: devices.DEVICE,
    chart.Supplied: devices.SUPPLY,
    chart.Referral: observations.REFERRAL,
    chart.Newborn: related.NEWBORN,
}
# What a visit's Provenance names beside the conditions, prescriptions and the note
_ATTRIBUTED: dict[type, str] = {
    chart.Allergy: "AllergyIntolerance",
    chart.Vaccination: "Immunization",
    chart.ProcedureDone: "Procedure",
    chart.Report: "DiagnosticReport",
    chart.Plan: "CarePlan",
    chart.Goal: "Goal",
}
_WITH_REASON = (
    chart.Report, chart.ProcedureDone, chart.Goal, chart.Plan, chart.Referral, chart.Prescription, chart.Administration,
    chart.ImagingDone,
)  # fmt: skip


class Walk:
    """One pass over a record.

    Args:
        charges: what things cost.
        concepts: concepts by name, for what names another one (the body site of an imaging study).
    """

    def __init__(
        self,
        record: Record,
        guide: str,
        shapes: Shapes,
        charges: Charges,
        notes: Notes | None,
        concepts: Mapping[str, Concept],
    ):
        self._record, self._shapes, self._concepts = record, shapes, concepts
        self._notes: Mapping[int, str] = notes(record) if notes else {}
        self._places = Places(record, guide)
        self._visits = {visit.number for visit in record.visits}
        self._reports: dict[int, int] = {}  # number of a Result -> of the Report or Survey that it is part of
        self._charted: dict[Concept, int] = {}  # the latest Diagnosis of a concept
        self._of_visit: dict[tuple[int, Concept], int] = {}  # the Diagnosis of a concept in a visit
        self._diagnoses: dict[int | None, list[int]] = {}  # Conditions charted in a visit
        self._drugs: dict[Concept, int] = {}  # the first Administration of a drug
        self._targets: list[str] = []  # "Type/id" of what the visit's Provenance is about
        self._events: list[Event] = []  # of the visit
        self._jobs: list[Job] = []
        self._groups = self._group()
        self._relate()
        self._bills = Bills(record, charges, shapes.lines)

    def jobs(self) -> list[Job]:
        """All stampings of the record, in the order of the bundle."""
        record, outside = self._record, self._places.patient
        self._add(patient.CITIZEN, patient.citizen(record), outside)
        mother = record.person.mother
        self._add(related.MOTHER, related.Mother(mother.id, mother.given, mother.family, mother.birth), outside)
        self._insurance(outside)
        last = outside
        for visit in record.visits:
            last = self._visit(visit)
        self._after_visits(outside)
        if record.visits:
            end = record.visits[-1].end
            written = provenance.Written(0, record.as_of if end is None else end, (f"Patient/{last.patient}",))
            self._add(provenance.WRITTEN, written, last)
        return self._jobs

    def _add(self, family: Family, e: Any, v: Scope, end: End | None = None, link: Any = None) -> None:
        self._jobs.append((self._shapes.of(family, e, v, end, link), e, v, end, link))

    def _group(self) -> dict[int | None, list[Event]]:
        """Events by visit."""
        groups: dict[int | None, list[Event]] = {}
        for visit, events in groupby(self._record.events, _VISIT):
            groups.setdefault(visit, []).extend(events)
        return groups

    def _relate(self) -> None:
        """Note what refers to what."""
        for e in self._record.events:
            kind = e.__class__
            if kind is chart.Result:
                continue  # nine in ten
            if kind is chart.Report or kind is chart.Survey:
                self._reports.update(dict.fromkeys(e.results, e.number))  # type: ignore[union-attr]
            elif kind is chart.Diagnosis:
                self._of_visit[e.visit, e.concept] = e.number  # type: ignore[union-attr,index]
                self._diagnoses.setdefault(e.visit, []).append(e.number)

    def _insurance(self, v: Scope) -> None:
        for number, period in enumerate(self._record.person.coverage):
            if period.payer.kind != "none":
                insured = coverage.Insured(
                    number, period.start, period.end, period.payer.kind, period.payer.id, period.payer.name, period.member_id
                )  # fmt: skip
                self._add(coverage.INSURED, insured, v)
        if self._bills.pays_alone():
            self._add(coverage.SELF_PAYING, coverage.SelfPaying(self._record.person.mrn), v)

    def _visit(self, visit: Visit) -> Scope:
        v = self._places.visit(visit)
        if visit.follows is not None and visit.follows not in self._visits:
            visit = visit._replace(follows=None)  # what it followed is before the history
        self._targets.clear()
        about = self._about(visit, v)
        self._add(encounters.VISIT, visit, v, None, about)
        self._bills.open(visit)
        self._events = events = self._groups.pop(visit.number, [])
        family, known, jobs, reports = (
            observations.RESULT,
            self._shapes.by_family[observations.RESULT],
            self._jobs,
            self._reports,
        )
        key = family.key
        for e in events:
            if e.__class__ is not chart.Result:
                self._other(e, v)
                continue
            # Nine events in ten are Results: as `_add` does, without its calls.
            link = reports.get(e.number)
            shape = known.get(key(e, v, None, link))
            if shape is None:
                alone = link is None and e.concept.kind == "lab"
                self._add(observations.SINGLE_TEST if alone else family, e, v, None, link)
            else:
                jobs.append((shape, e, v, None, link))
        self._claim(self._bills.close(about), v)
        text = self._notes.get(visit.number)
        if text:
            certifies = is_certification(visit)
            note = documents.Note(visit.number, visit.start, visit.end, text, certifies, visit.origin)
            self._add(documents.NOTE_OF_VISIT, note, v)
            self._targets.append(f"DocumentReference/{v.id(visit.number, NOTE)}")
        if self._targets:
            over = self._record.as_of if visit.end is None else visit.end
            self._add(provenance.WRITTEN, provenance.Written(visit.number, over, tuple(self._targets)), v)
        return v

    def _other(self, e: Any, v: Scope) -> None:
        kind = e.__class__
        end = self._record.ends.get(e.number)
        link = self._because(e) if kind in _WITH_REASON else None
        if kind in BILLED:
            self._bills.add(e, v)
        family = _PLAIN.get(kind)
        if family is not None:
            self._add(family, e, v, end, link)
            written = _ATTRIBUTED.get(kind)
            if written is not None:
                self._targets.append(f"{written}/{v.id(e.number)}")
        elif kind is chart.Diagnosis:
            self._charted[e.concept] = e.number
            self._targets.append(f"Condition/{v.id(e.number)}")
            self._add(clinical.DIAGNOSIS, e, v, end)
        elif kind is chart.Prescription:
            self._targets.append(f"MedicationRequest/{v.id(e.number)}")
            self._prescription(e, v, end, link)
        elif kind is chart.Administration:
            if e.concept not in self._drugs:
                self._drugs[e.concept] = e.number
                self._add(medications.DRUG, medications.Drug(e.number, e.concept), v)
            self._add(medications.ADMINISTRATION, e, v, None, (self._drugs[e.concept], link))
        elif kind is chart.ImagingDone:
            site = self._concepts.get(e.concept.more.get("body_site", ""))
            study = imaging.Study(e.number, e.time, e.concept, e.reason, e.finding, site, e.origin)
            self._add(imaging.STUDY, study, v, None, link)
        elif kind is chart.Survey:
            self._survey(e, v)
        elif kind is chart.Death:
            self._death(e, v)

    def _survey(self, e: chart.Survey, v: Scope) -> None:
        wanted = set(e.results)
        answers: Any = {each.number: each for each in self._events if each.number in wanted}
        items = tuple([(answers[number].concept, answers[number].value) for number in e.results])
        self._add(surveys.ANSWERED_SURVEY, surveys.Answered(e.number, e.time, e.concept, items, e.results, e.origin), v)

    def _prescription(self, e: chart.Prescription, v: Scope, end: End | None, link: int | None) -> None:
        """Its orders, and each fill with its claim."""
        as_of, bills = self._record.as_of, self._bills
        if end is None and e.lasting is not None and e.time + e.lasting <= as_of:
            end = End(e.time + e.lasting, None, "completed")
        fills = bills.fills(e)
        death = self._record.death
        for order, over in medications.orders(e, fills, end, as_of, None if death is None else death.time):
            self._add(medications.ORDER, order, v, over, link)
        why = self._conditions(() if link is None else (link,), v)
        for group in chain.from_iterable([medications.alike(e, each) for each in fills]):
            number, of_order = nth(e.number, group.place), medications.order_of(e, group.place)
            days = group.length // DAY
            handed = medications.Dispensed(
                number, of_order, not group.place, group.time, e.concept, e.dose, days, e.origin
            )
            billed = bills.fill(e, group, of_order, v, why)
            given, paid = self._shapes.of(medications.DISPENSED, handed, v), self._shapes.of(_family(billed), billed, v)
            if group.number == 1:
                self._jobs += (given, handed, v, None, None), (paid, billed, v, None, None)
                continue
            values = [
                (nth(e.number, place), time, bills.lasts(time + group.length))
                for place, time in zip(group.places, group.times, strict=True)
            ]
            row = Row(
                (Part(given, handed, ("number", "time", "")), Part(paid, billed, ("number", "start", "end"))), values
            )
            self._jobs.append((row, handed, v, None, None))

    def _claim(self, billed: claims.Billed, v: Scope) -> None:
        self._add(_family(billed), billed, v)

    def _conditions(self, numbers: Iterable[int], v: Scope) -> tuple[str, ...] | None:
        """References to Conditions by their numbers; None without any."""
        return tuple([f"Condition/{v.id(number)}" for number in numbers]) or None

    def _about(self, visit: Visit, v: Scope) -> tuple[str, ...] | None:
        """What a visit is coded for, as references: its reason first, then what else was charted in it."""
        charted = self._diagnoses.get(visit.number, ())
        reason = visit.reason
        if reason is not None and (visit.number, reason) in self._of_visit:
            first = self._of_visit[visit.number, reason]
            return self._conditions((first, *(number for number in charted if number != first)), v)
        others = self._conditions(charted, v)
        number = self._charted.get(reason) if reason is not None else None
        end = None if number is None else self._record.ends.get(number)
        known = number is not None and (end is None or end.time >= visit.start)
        end = end if known and end is not None and end.reason != "died" else None  # death ends nothing
        own = visit_diagnosis(visit, v.kind, self._record.person.birth, bool(charted), known)
        if own is None:
            return others
        self._add(VISIT_DIAGNOSIS_OF, own, v, end)
        place = f"Condition/{v.id(visit.number, VISIT_DIAGNOSIS)}"
        self._targets.append(place)
        return (place, *(others or ()))

    def _because(self, e: Any) -> int | None:
        """The number of the Condition charted for an event's reason: of this visit, or one that is not over."""
        if e.reason is None:
            return None
        number = self._charted.get(e.reason)
        if number is None:
            return self._of_visit.get((e.visit, e.reason))
        end = self._record.ends.get(number)
        return number if end is None or end.time >= e.time else self._of_visit.get((e.visit, e.reason))

    def _death(self, e: chart.Death, v: Scope) -> None:
        if e.visit is None:
            self._add(clinical.DEATH_OUTSIDE, e, v)
        elif e.cause in self._charted:
            self._add(clinical.DEATH_ALREADY_CHARTED, e, v)
        else:
            self._add(clinical.DEATH, e, v)

    def _after_visits(self, v: Scope) -> None:
        """A death outside any visit, whether or not it is among the events."""
        death = self._record.death
        self._groups.pop(None, None)
        if death is not None and (death.visit is None or death.visit not in self._visits):
            self._groups.pop(death.visit, None)
            self._add(clinical.DEATH_OUTSIDE, death._replace(visit=None), v)
        if self._groups:
            missing = ", ".join(str(number) for number in self._groups)
            raise HealthsynthError(f"patient {self._record.person.number} has events of visits it has not: {missing}")


def _family(billed: claims.Billed) -> Family:
    """Who is insured gets an answer to a claim."""
    return claims.CLAIM if billed.insurer is None else claims.CLAIM_AND_ANSWER
