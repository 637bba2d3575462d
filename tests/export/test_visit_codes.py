"""The type of a visit: one code for each kind, the same in flat files as in bundles."""

from dataclasses import replace

import pytest

from healthsynth.export.fhir import codes
from healthsynth.export.visit_codes import visit_code
from healthsynth.record.events import VISIT_KINDS
from healthsynth.units import YEAR
from tests.export.records import CONCEPTS, sample_record

VISIT = sample_record().visits[0]._replace(reason=CONCEPTS["pneumonia"])


@pytest.mark.parametrize("kind", VISIT_KINDS)
def test_a_kind_has_the_type_it_has_in_a_bundle(kind: str):
    assert visit_code(VISIT._replace(kind=kind), VISIT.start - 40 * YEAR) == codes.ENCOUNTER_TYPE[kind]


@pytest.mark.parametrize(("years", "kind"), [(17, "well_child"), (19, "wellness")])
def test_a_check_up_before_eighteen_is_a_well_child_visit(years: int, kind: str):
    assert visit_code(VISIT, VISIT.start - years * YEAR) == codes.ENCOUNTER_TYPE[kind]


def test_a_stay_after_an_emergency_visit_is_an_emergency_admission():
    stay = VISIT._replace(kind="inpatient", follows=7)
    assert visit_code(stay, VISIT.start - 40 * YEAR) == codes.EMERGENCY_ADMISSION


def test_an_office_visit_without_a_reason_is_just_an_encounter():
    visit = replace(sample_record(), visits=()).person
    assert visit_code(VISIT._replace(kind="outpatient", reason=None), visit.birth) == codes.UNSAID_VISIT
