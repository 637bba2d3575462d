"""Slots cannot break what was validated; a shape that is wrong says where it comes from."""

import json
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
import pytest

from healthsynth.errors import HealthsynthError, ProblemsError
from healthsynth.export.fhir import FhirExporter, observations, shapes
from healthsynth.export.fhir.rows import Row
from healthsynth.export.fhir.shapes import VARYING, Family
from healthsynth.export.fhir.slots import NAMES, ShapeError, Tracer, Var
from healthsynth.export.fhir.stamps import compile_rows, compile_stamp
from healthsynth.record.events import ImagingDone, Remark, Result
from healthsynth.record.record import Record
from healthsynth.vocabulary import LOINC, Code, Concept
from tests.export.fhir.conftest import lines_of
from tests.export.records import CONCEPTS, ORIGINS, sample_record


def changed(kind: type, **values: Any) -> Record:
    """The sample with the fields of its first event of a kind changed."""
    record = sample_record()
    first = next(e for e in record.events if isinstance(e, kind))
    return replace(record, events=tuple(e._replace(**values) if e is first else e for e in record.events))


def result_of(name: str, value: Any) -> Record:
    record = sample_record()
    return replace(
        record,
        events=tuple(
            e._replace(value=value) if isinstance(e, Result) and e.concept.name == name else e for e in record.events
        ),
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_decimal_is_never_written(exporter: FhirExporter, value: Any):
    for write in (exporter.bundle, partial(lines_of, exporter)):
        with pytest.raises(ProblemsError, match=r"^type_2_diabetes:40:1 .*Result of 'hba1c' in screening"):
            write(result_of("hba1c", value))


@pytest.mark.parametrize("text", ["", "  ", "bell \x07"])
def test_what_is_no_fhir_string_is_never_written(exporter: FhirExporter, text: str):
    with pytest.raises(ProblemsError, match="cannot be a FHIR string"):
        exporter.bundle(changed(ImagingDone, finding=text))


@pytest.mark.parametrize("text", ['say "ah"', "back\\slash", "line\nbreak", "é ☃ 𝄞", "%s {x} %(y)s"])
def test_any_other_text_comes_back_as_it_was(exporter: FhirExporter, text: str):
    bundle = json.loads(exporter.bundle(changed(ImagingDone, finding=text)))
    assert text in [entry["resource"].get("conclusion") for entry in bundle["entry"]]


def test_a_number_beyond_the_ids_is_refused(exporter: FhirExporter):
    with pytest.raises(ProblemsError, match="no id"):
        exporter.bundle(changed(ImagingDone, number=1 << 48))


@pytest.mark.parametrize(
    "look",
    [lambda v: v == 3, lambda v: bool(v), lambda v: f"{v}", lambda v: v < 3, lambda v: list(v), lambda v: {v: 1}, str],
)
def test_a_builder_cannot_look_at_what_differs(look: Any):
    with pytest.raises(ShapeError, match=r"e\.time"):
        look(Var("e.time"))


def test_a_builder_that_looks_is_refused_when_it_is_traced():
    def nosy(e: Any, v: Any, end: Any, link: Any) -> dict[str, Any]:
        return {"resourceType": "Basic", "id": v.id(e.number), "late": e.time > 0}

    family = Family(Remark, (nosy,), {"number": VARYING, "visit": VARYING, "time": VARYING, "text": VARYING})
    with pytest.raises(ShapeError, match=r"e\.time"):
        shapes.trace(family, Remark(1, 1, 5, "x", 0), Tracer("", {}), None, None, {})


def test_fields_that_are_not_declared_to_differ_make_another_shape():
    family = observations.RESULT
    one = next(e for e in sample_record().events if isinstance(e, Result) and e.concept.name == "hba1c")

    def key(e: Result, link: int | None = None) -> Any:
        return family.key(e, None, None, link)

    assert key(one) == key(one._replace(value=9.9, number=77, time=1, origin=5, visit=3))
    for other in (one._replace(flag="LL"), one._replace(range=None), one._replace(value=CONCEPTS["positive"])):
        assert key(other) != key(one)
    assert key(one, link=4) != key(one)


def test_a_stamp_is_the_dict_with_its_slots_filled():
    tracer = Tracer("", {})
    traced = {"a": tracer.text(Var("e")), "n": [tracer.integer(Var("link"))], "b": f"x/{tracer.text(Var('e'))}{{}}%"}
    stamp = compile_stamp([(orjson.dumps(traced).decode(), tracer.slots)], NAMES)
    assert stamp('q"', None, None, 7) == '{"a":"q\\"","n":[7],"b":"x/q\\"{}%"}'


def test_a_row_is_the_stamps_of_its_events_one_after_the_other():
    tracer = Tracer("", {})
    traced = {
        "n": tracer.integer(Var("e.number")),
        "t": [tracer.text(Var("link")), f"<{tracer.digits(Var('e.number'))}>"],
    }
    text, slots = orjson.dumps(traced).decode(), tracer.slots
    fields, values = ("number", ""), [(1, "a"), (22, "b")]
    as_entries = compile_rows([(text, slots), ('{"x":1}', [])], NAMES, fields, alone=True)
    as_lines = compile_rows([(text, slots), ('{"x":1}', [])], NAMES, fields, alone=False)
    wanted = ['{"n":1,"t":["q\\"","<1>"]}', '{"n":22,"t":["q\\"","<22>"]}']
    assert as_entries(None, None, None, 'q"', values) == [f'{one},{{"x":1}}' for one in wanted]
    assert as_lines(None, None, None, 'q"', values) == [(one, '{"x":1}') for one in wanted]


def test_a_row_that_differs_from_its_events_is_an_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Row, "entry", lambda *_: "{}")
    with pytest.raises(ShapeError, match="differs"):
        FhirExporter(origins=ORIGINS, concepts=CONCEPTS, validate="all").bundle(sample_record())


def test_a_wrong_shape_names_resource_concept_module_state_and_line():
    bad = replace(
        CONCEPTS["hba1c"], name="bad", unit="not a unit", codes=(Code(LOINC, "29463-7", "Body weight"),), kind="vital"
    )
    record = changed(Result, concept=bad, value=7.0, components=())
    with pytest.raises(ProblemsError) as found:
        FhirExporter(origins=ORIGINS, concepts=CONCEPTS).bundle(record)
    problem = found.value.problems[0]
    assert (problem.file, problem.line) == ("type_2_diabetes", 40)
    assert "Observation of 'bad' in screening" in problem.message


def test_a_stamp_that_differs_from_its_builder_is_an_error(monkeypatch: pytest.MonkeyPatch):
    exporter = FhirExporter(validate="all", origins=ORIGINS, concepts=CONCEPTS)
    monkeypatch.setitem(NAMES, "days", dict.fromkeys(range(-40000, 40000), "2000-01-01"))
    with pytest.raises(ShapeError, match="differs from its builder"):
        exporter.bundle(sample_record())


def test_text_of_a_vocabulary_cannot_become_code(exporter: FhirExporter):
    odd = Concept(
        "odd", "finding", (Code(LOINC, "93038-8", "{e.number} ' + str(1/0) + ' %s \\"),), "{c0}'''", unit="{score}"
    )
    record = changed(Result, concept=odd, value=1.0, components=(), range=None, flag="")
    texts = [entry["resource"].get("code", {}).get("text") for entry in json.loads(exporter.bundle(record))["entry"]]
    assert "{c0}'''" in texts


FORM = Concept("form", "survey", (Code(LOINC, "93025-5", "PRAPARE"),), "A form")
QUESTIONS = [Concept(f"question {n}", "survey", (Code(LOINC, f"93038-{n}", "?"),), "?") for n in range(2)]


def form(*answers: Concept) -> Record:
    """The sample with the answers to a form in place of its first result."""
    components = tuple((question, given, None, "") for question, given in zip(QUESTIONS, answers, strict=False))
    return changed(Result, concept=FORM, value=None, components=components, range=None, flag="")


YES = Concept("yes", "answer", (Code(LOINC, "LA33-6", "Yes"),), "Yes")
IN_WORDS = Concept("words", "answer", (), "at my mother's")


def test_coded_answers_of_a_form_are_no_part_of_its_shape(monkeypatch: pytest.MonkeyPatch):
    exporter = FhirExporter(origins=ORIGINS, concepts=CONCEPTS)
    exporter.bundle(form(YES, IN_WORDS))
    monkeypatch.setattr("healthsynth.export.fhir.exporter.trace", None)  # no new shape
    texts = [
        [component["valueCodeableConcept"] for component in entry["resource"]["component"]]
        for entry in json.loads(exporter.bundle(form(IN_WORDS, YES)))["entry"]
        if entry["resource"].get("code", {}).get("text") == "A form"
    ]
    assert texts == [
        [
            {"text": "at my mother's"},
            {"coding": [{"system": LOINC, "code": "LA33-6", "display": "Yes"}], "text": "Yes"},
        ]
    ]


@pytest.mark.parametrize("code", [" LA33-6", "LA33  6", ""])
def test_a_coded_answer_that_is_no_fhir_code_is_never_written(exporter: FhirExporter, code: str):
    with pytest.raises(ProblemsError, match="cannot be a FHIR code"):
        exporter.bundle(form(Concept("odd", "answer", (Code(LOINC, code, "odd"),), "odd")))


def test_the_error_is_one_of_the_tree():
    assert issubclass(ShapeError, HealthsynthError)
