"""Care: visits, tests, diagnoses, prescriptions, pathways, stays."""

import itertools
from datetime import date

from healthsynth.record.events import Diagnosis, Prescription, ProcedureDone, Report, Result
from healthsynth.simulate.engine import record_of
from healthsynth.units import DAY, MONTH, YEAR, clock
from tests.simulate.worlds import AS_OF, engine, live

SWEET = """\
gives: [sweetness, sugar]
numbers: {drop: {amount: 50 mg/dL, source: t}}
course: {sweetness: {starts: normal, normal: {to sweet: when age >= 40}, sweet: {}}}
measures:
  sugar: {while sweetness is sweet: 200, typical: 90, lowered by: {taking sugar_drug: drop within 1 month}}
  sugar_long: {is: (sugar + 46.7) / 28.7}
care:
  check:
    every: 1 year
    visit: wellness
    do:
      - test: sugar_panel
      - when: result sugar >= 126
        diagnose: old_sugar
      - {when: diagnosed old_sugar, follow: treat}
pathways:
  treat:
    visit: outpatient for old_sugar
    first: after 2 weeks
    every: 3 months
    do:
      - test: sugar
      - {prescribe: sugar_pill, dose: 1 tablet twice a day, for: old_sugar, until: performed taking_out}
"""


def events(p, kind):
    return [event for event in p.events if isinstance(event, kind)]


def test_a_disease_is_in_the_chart_only_after_somebody_has_measured_it():
    p = live(engine(SWEET), age=60)
    onset = p.turns(40 * 12)
    (diagnosis,) = events(p, Diagnosis)
    assert onset <= diagnosis.time < onset + 1.2 * YEAR
    results = [e for e in events(p, Result) if e.concept.name == "sugar" and e.time <= diagnosis.time]
    assert results[-1].value >= 126
    assert all(e.value < 126 for e in results if e.time < onset)


def test_a_panel_is_one_report_of_its_results():
    p = live(engine(SWEET), age=30)
    report = events(p, Report)[0]
    results = {e.number: e.concept.name for e in events(p, Result)}
    assert [results[number] for number in report.results] == ["sugar", "sugar_long"]


def test_a_treatment_lowers_what_is_measured_by_a_ramp():
    p = live(engine(SWEET), age=60)
    (start,) = [e.time for e in events(p, Prescription)]
    later = [e.value for e in events(p, Result) if e.concept.name == "sugar" and e.time > start + 2 * MONTH]
    assert later
    assert all(value == 150 for value in later)


def test_nobody_is_given_a_drug_that_is_not_on_the_market_yet():
    p = live(engine(SWEET.replace("sugar_pill", "new_pill")), age=60)
    (start,) = [e.time for e in events(p, Prescription)]
    first = min(v.start for v in p.visits if v.name == "treat")
    assert first < clock(date(2020, 1, 1)) <= start < clock(date(2020, 5, 1))


def test_a_series_of_visits_keeps_its_interval():
    p = live(engine(SWEET), age=60)
    visits = [v for v in p.visits if v.name == "treat"]
    gaps = [(b.start - a.start) / DAY for a, b in itertools.pairwise(visits)]
    assert len(visits) > 60
    assert all(85 <= gap <= 105 for gap in gaps)


def test_flags_and_ranges_come_from_the_vocabulary():
    p = live(engine(SWEET), age=60)
    flags = {(e.value, e.flag) for e in events(p, Result) if e.concept.name == "sugar"}
    assert (90, "N") in flags
    assert (200, "H") in flags


def test_nobody_is_ever_in_two_visits_at_once():
    text = SWEET.replace("every: 3 months", "every: 1 day")
    p = live(engine(text), age=45)
    visits = record_of(p).visits
    assert len(visits) > 500
    assert all(a.end <= b.start for a, b in itertools.pairwise(visits))


STAY = """\
course: {ill: {starts: no, no: {to yes: when age >= 30}, yes: {to no: after 40 years}}}
measures: {sugar: {while ill is yes: 300, typical: 90}, sugar_long: {typical: 5}}
care:
  falls_ill:
    when: ill is yes
    after: 1 hour
    visit: emergency for runny_nose
    do:
      - test: sugar
      - diagnose: runny_nose
      - admit: 5 days for runny_nose
        do:
          - test: sugar
          - wait: 2 days
          - {perform: taking_out, for: runny_nose}
          - wait: 1 day
          - test: sugar
  daily:
    every: 1 day
    from age: 29 years
    who: age < 31
    visit: outpatient
    do: [{test: sugar_long}]
"""


def test_an_admission_ends_the_emergency_visit_and_the_stay_begins_there():
    p = live(engine(STAY), age=35)
    emergency, stay = [v for v in record_of(p).visits if v.kind in ("emergency", "inpatient")]
    assert emergency.discharge == "hosp"
    assert stay.follows == emergency.number
    assert stay.start == emergency.end
    assert stay.end - stay.start == 5 * DAY
    assert stay.discharge == "home"


def test_a_stay_goes_on_from_day_to_day():
    p = live(engine(STAY), age=35)
    stay = next(v for v in p.visits if v.kind == "inpatient")
    days = [(e.time - stay.start) // DAY for e in p.events if e.visit == stay.number]
    assert days == [0, 2, 3]
    assert isinstance([e for e in p.events if e.visit == stay.number][1], ProcedureDone)


def test_who_is_in_hospital_sees_no_other_doctor():
    p = live(engine(STAY), age=35)
    stay = next(v for v in p.visits if v.kind == "inpatient")
    assert not [v for v in p.visits if v is not stay and v.start < stay.end and (v.end or 0) > stay.start]
    assert [v for v in p.visits if v.start > stay.end and v.name == "daily"]


def test_a_stay_at_the_reference_date_has_no_end_yet():
    world = engine(STAY)
    p = live(world, age=30 + 2.5 / 365.25)
    stay = p.visits[-1]
    assert stay.kind == "inpatient"
    assert stay.end is None
    assert stay.start < AS_OF
    assert all(e.time < AS_OF for e in p.events)


def test_a_shorter_history_moves_nothing_that_it_shows():
    world = engine(SWEET)
    whole, short = live(world, 5, 60), live(world, 5, 60, history=5)
    since = AS_OF - 5 * YEAR

    def shown(p):
        starts = {v.number: v.start for v in p.visits}
        return [
            (e.time, e.concept.name, e.value) for e in events(p, Result) if starts[e.visit] >= since
        ]  # fmt: skip

    assert shown(whole) == shown(short)
    assert len(shown(short)) > 10


def test_a_diagnosis_that_lasts_resolves_by_itself_and_can_come_again():
    text = """\
course: {nose: {starts: dry, dry: {to wet: after 100 days}, wet: {to dry: after 20 days}}}
care:
  cold: {when: nose is wet, visit: outpatient for runny_nose, do: [{diagnose: runny_nose, lasting: 10 days}]}
"""
    p = live(engine(text), age=3)
    diagnoses = events(p, Diagnosis)
    assert len(diagnoses) == 9
    assert all(p.ends[d.number].time == d.time + 10 * DAY for d in diagnoses[:-1])
