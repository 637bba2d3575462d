"""NDJSON and bundles -> `Population`: the resources that figures are measured by, one by one."""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import orjson

from healthsynth.evaluate.report.population import KINDS, Patient, Population, Problem, day, nights
from healthsynth.export.packing import opened
from healthsynth.validate.reading import read as resources_of
from healthsynth.vocabulary import CVX, ICD10CM, LOINC, SNOMED

Json = dict[str, Any]
_LETTERS = {SNOMED: "SNOMED", LOINC: "LOINC", CVX: "CVX", ICD10CM: "ICD10"}
_RACES = {"2106-3": "white", "2054-5": "black", "2028-9": "asian", "1002-5": "native", "2076-8": "pacific"}
_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"


def read_fhir(folder: Path, wanted: Collection[str]) -> Population:
    """The population of the NDJSON files of a folder, or of its bundles. Patients first, so that all else finds them."""
    ndjson = next((f for f in (folder / "ndjson", folder) if list(f.glob("Patient*.ndjson*"))), None)
    found = Population({}, 0, None, {}, "ndjson" if ndjson else "fhir")
    later: list[Json] = []
    for resource in _lines(ndjson) if ndjson else _bundled(folder):
        kind = resource.get("resourceType")
        try:
            if kind == "Patient":
                patient = _patient(resource)
                found.patients[patient.id] = patient
            elif kind in _KEEP and not _keep(resource, found, wanted):
                later.append(resource)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            found.skipped += 1
    for resource in later:
        try:
            found.skipped += not _keep(resource, found, wanted)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            found.skipped += 1
    return found


def _lines(folder: Path) -> Iterator[Json]:
    for kind in ("Patient", *_KEEP):
        for path in sorted(folder.glob(f"{kind}*.ndjson*")):
            if path.name.split(".")[0].split("-")[0].split("_")[0] != kind:
                continue
            with opened(path) as file:
                for line in file:
                    if line.strip():
                        try:
                            yield orjson.loads(line)
                        except orjson.JSONDecodeError:
                            yield {"resourceType": kind}  # counted as one that cannot be read


def _bundled(folder: Path) -> Iterator[Json]:
    place = folder / "fhir" if (folder / "fhir").is_dir() else folder
    for path in sorted(place.glob("*.json*")):
        if path.name != "manifest.json":
            yield from (found.resource for found in resources_of(path) if found.resource is not None)


def _keep(resource: Json, found: Population, wanted: Collection[str]) -> bool:
    """Put a resource to its patient; False if the patient is not known (yet)."""
    subject = resource.get("subject") or resource["patient"]
    patient = found.patients.get(subject["reference"].rpartition("/")[2].removeprefix("urn:uuid:"))
    if patient is None:
        return False
    _KEEP[resource["resourceType"]](patient, resource, wanted)
    return True


def _coded(concept: Json) -> list[str]:
    return [f"{_LETTERS[c['system']]} {c['code']}" for c in concept.get("coding", ()) if c.get("system") in _LETTERS]


def _patient(r: Json) -> Patient:
    name, address = (r.get("name") or [{}])[0], (r.get("address") or [{}])[0]
    race, ethnicity = (_category(r, word) for word in ("race", "ethnicity"))
    return Patient(
        r["id"], day(r["birthDate"]), day(r["deceasedDateTime"]) if "deceasedDateTime" in r else None,
        r.get("gender", "") if r.get("gender") in ("female", "male") else "", _RACES.get(race, "other"),
        "hispanic" if ethnicity == "2135-2" else "non_hispanic", (name.get("given") or [""])[0], name.get("family", ""),
        address.get("postalCode", ""), address.get("city", ""), address.get("state", ""),
    )  # fmt: skip


def _category(r: Json, word: str) -> str:
    for extension in r.get("extension", ()):
        if extension["url"] == _CORE + word:
            for part in extension.get("extension", ()):
                if part["url"] == "ombCategory":
                    return str(part["valueCoding"]["code"])
    return ""


def _condition(p: Patient, r: Json, wanted: Collection[str]) -> None:
    start = r.get("onsetDateTime") or r["recordedDate"]
    stop = r.get("abatementDateTime")
    p.problems.append(Problem(frozenset(_coded(r["code"])), day(start), day(stop) if stop else None))


def _observation(p: Patient, r: Json, wanted: Collection[str]) -> None:
    when = day(r["effectiveDateTime"])
    for part in (r, *r.get("component", ())):
        for code in _coded(part["code"]):
            if code not in wanted:
                continue
            if "valueQuantity" in part:
                p.note(code, when, float(part["valueQuantity"]["value"]))
            elif "valueCodeableConcept" in part:
                coding = (part["valueCodeableConcept"].get("coding") or [{}])[0]
                p.note(code, when, coding.get("display") or part["valueCodeableConcept"].get("text", ""))


def _procedure(p: Patient, r: Json, wanted: Collection[str]) -> None:
    when = r.get("performedDateTime") or r["performedPeriod"]["start"]
    for code in _coded(r["code"]):
        if code in wanted:
            p.note(code, day(when), "")


def _encounter(p: Patient, r: Json, wanted: Collection[str]) -> None:
    kind, period = r["class"]["code"], r["period"]
    start = day(period["start"])
    lasted = nights(period["start"], period["end"]) if "end" in period else 0.0
    p.visits.append((start, KINDS.get(kind, kind), lasted))


def _immunization(p: Patient, r: Json, wanted: Collection[str]) -> None:
    if r.get("status") == "completed":
        p.doses += [(day(r["occurrenceDateTime"]), code) for code in _coded(r["vaccineCode"])]


_KEEP: dict[str, Callable[[Patient, Json, Collection[str]], None]] = {
    "Condition": _condition,
    "Observation": _observation,
    "Procedure": _procedure,
    "Encounter": _encounter,
    "Immunization": _immunization,
}
