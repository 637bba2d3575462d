"""Records to export: one that holds every kind of event, and one as long as a real one. Codes are real, people are not."""

from dataclasses import replace
from datetime import date
from itertools import count

from healthsynth.people.facility import Clinician, Facility
from healthsynth.people.npi import CLINICIAN_BASE, FACILITY_BASE, invented
from healthsynth.people.person import Address, Coverage, Parent, Payer, Person
from healthsynth.record.events import (
    Administration,
    Allergy,
    Death,
    DeviceGiven,
    Diagnosis,
    Dose,
    End,
    Event,
    Goal,
    ImagingDone,
    Newborn,
    Plan,
    Prescription,
    ProcedureDone,
    Referral,
    Remark,
    Report,
    Result,
    Supplied,
    Vaccination,
    Visit,
)
from healthsynth.record.ids import PATIENT, prefix, stable, uuid
from healthsynth.record.record import Record
from healthsynth.units import DAY, HOUR, MINUTE, Clock, clock
from healthsynth.vocabulary import CVX, ICD10CM, LOINC, RXNORM, SNOMED, Code, Concept, Range


def _concept(name: str, kind: str, *codes: Code, **more: object) -> Concept:
    text = more.pop("text", None) or (codes[0].display if codes else name)
    return Concept(name, kind, codes, str(text), **more)  # type: ignore[arg-type]


def _s(code: str, display: str) -> Code:
    return Code(SNOMED, code, display)


def _l(code: str, display: str) -> Code:
    return Code(LOINC, code, display)


_C = (
    # Conditions and findings
    _concept("type_2_diabetes", "condition", _s("44054006", "Diabetes mellitus type 2 (disorder)"),
             Code(ICD10CM, "E11.9", "Type 2 diabetes mellitus without complications"), more={"chronic": "true"}),
    _concept("hypertension", "condition", _s("59621000", "Essential hypertension (disorder)"),
             Code(ICD10CM, "I10", "Essential (primary) hypertension"), more={"chronic": "true"}),
    _concept("strep_throat", "condition", _s("43878008", "Streptococcal sore throat (disorder)"),
             Code(ICD10CM, "J02.0", "Streptococcal pharyngitis"), text='Strep throat, "septic"'),
    _concept("broken_radius", "condition", _s("111640008", "Closed fracture of radius (disorder)")),
    _concept("pneumonia", "condition", _s("233604007", "Pneumonia (disorder)"),
             Code(ICD10CM, "J18.9", "Pneumonia, unspecified organism")),
    _concept("normal_pregnancy", "condition", _s("72892002", "Normal pregnancy (finding)")),
    _concept("urticaria", "condition", _s("126485001", "Urticaria (disorder)")),
    _concept("myocardial_infarction", "cause", _s("22298006", "Myocardial infarction (disorder)"),
             Code(ICD10CM, "I21.9", "Acute myocardial infarction, unspecified")),
    # Vital signs
    _concept("systolic", "vital", _l("8480-6", "Systolic blood pressure"), unit="mm[Hg]"),
    _concept("diastolic", "vital", _l("8462-4", "Diastolic blood pressure"), unit="mm[Hg]"),
    _concept("blood_pressure", "vital", _l("85354-9", "Blood pressure panel with all children optional"),
             members=("systolic", "diastolic")),
    _concept("height", "vital", _l("8302-2", "Body height"), unit="cm", decimals=1),
    _concept("weight", "vital", _l("29463-7", "Body weight"), unit="kg", decimals=1),
    _concept("bmi", "vital", _l("39156-5", "Body mass index (BMI) [Ratio]"), unit="kg/m2", decimals=1),
    _concept("heart_rate", "vital", _l("8867-4", "Heart rate"), unit="/min"),
    _concept("respiratory_rate", "vital", _l("9279-1", "Respiratory rate"), unit="/min"),
    _concept("temperature", "vital", _l("8310-5", "Body temperature"), unit="Cel", decimals=1),
    _concept("oxygen", "vital", _l("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"), unit="%"),
    _concept("head_circumference", "vital", _l("9843-4", "Head Occipital-frontal circumference"), unit="cm", decimals=1),
    _concept("head_percentile", "vital", _l("8289-1", "Head Occipital-frontal circumference Percentile"), unit="%"),
    _concept("bmi_percentile", "vital", _l("59576-9", "Body mass index (BMI) [Percentile] Per age and sex"), unit="%"),
    _concept("weight_for_length", "vital", _l("77606-2", "Weight-for-length Per age and sex"), unit="%"),
    # Laboratory
    _concept("hba1c", "lab", _l("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood"), unit="%", decimals=1,
             ranges=(Range(4.0, 5.6),), more={"specimen": "blood"}),
    _concept("glucose", "lab", _l("2345-7", "Glucose [Mass/volume] in Serum or Plasma"), unit="mg/dL",
             ranges=(Range(70.0, 99.0),), more={"specimen": "serum"}),
    _concept("creatinine", "lab", _l("2160-0", "Creatinine [Mass/volume] in Serum or Plasma"), unit="mg/dL", decimals=2,
             ranges=(Range(0.5, 1.1, "female"), Range(0.7, 1.3, "male")), more={"specimen": "serum"}),
    _concept("sodium", "lab", _l("2951-2", "Sodium [Moles/volume] in Serum or Plasma"), unit="mmol/L",
             ranges=(Range(135.0, 145.0),), more={"specimen": "serum"}),
    _concept("egfr", "lab", _l("98979-8", "Glomerular filtration rate/1.73 sq M.predicted [Volume Rate/Area] in Serum, "
             "Plasma or Blood by Creatinine-based formula (CKD-EPI 2021)"), unit="mL/min/{1.73_m2}",
             ranges=(Range(60.0, None),), more={"specimen": "serum"}),
    _concept("hdl", "lab", _l("2085-9", "Cholesterol in HDL [Mass/volume] in Serum or Plasma"), unit="mg/dL",
             ranges=(Range(40.0, None),), more={"specimen": "serum"}),
    _concept("total_cholesterol", "lab", _l("2093-3", "Cholesterol [Mass/volume] in Serum or Plasma"), unit="mg/dL",
             ranges=(Range(None, 200.0),), more={"specimen": "serum"}),
    _concept("metabolic_panel", "panel", _l("51990-0", "Basic metabolic panel - Blood"),
             members=("glucose", "creatinine", "sodium", "egfr"), more={"specimen": "serum"}),
    _concept("lipid_panel", "panel", _l("24331-1", "Lipid 1996 panel - Serum or Plasma"),
             members=("total_cholesterol", "hdl"), more={"specimen": "serum"}),
    _concept("strep_test", "lab", _l("78012-2", "Streptococcus pyogenes Ag [Presence] in Throat by Rapid immunoassay"),
             more={"specimen": "throat swab"}),
    _concept("positive", "answer", _s("10828004", "Positive (qualifier value)")),
    _concept("negative", "answer", _s("260385009", "Negative (qualifier value)")),
    # Surveys, social history, other findings
    _concept("phq2", "survey", _l("55758-7", "Patient Health Questionnaire 2 item (PHQ-2) total score [Reported]"),
             unit="{score}"),
    _concept("smoking", "social", _l("72166-2", "Tobacco smoking status")),
    _concept("never_smoked", "answer", _s("266919005", "Never smoked tobacco (finding)")),
    _concept("ex_smoker", "answer", _s("8517006", "Ex-smoker (finding)")),
    _concept("pregnancy_status", "social", _l("82810-3", "Pregnancy status")),
    _concept("pregnant", "answer", _s("77386006", "Pregnancy")),
    _concept("stress", "finding", _l("93038-8", "Stress level"), unit="{score}"),
    # Drugs, vaccines
    _concept("metformin_500mg", "medication", Code(RXNORM, "861007", "metformin hydrochloride 500 MG Oral Tablet"),
             more={"ingredient": "metformin", "route": "oral", "form": "tablet"}),
    _concept("lisinopril_10mg", "medication", Code(RXNORM, "314076", "lisinopril 10 MG Oral Tablet"),
             more={"ingredient": "lisinopril", "class": "ace_inhibitor", "route": "oral", "form": "tablet"}),
    _concept("amoxicillin_500mg", "medication", Code(RXNORM, "308191", "amoxicillin 500 MG Oral Capsule"),
             more={"ingredient": "amoxicillin", "class": "penicillin", "route": "oral", "form": "capsule"}),
    _concept("acetaminophen", "medication", Code(RXNORM, "313782", "Acetaminophen 325 MG Oral Tablet"),
             more={"ingredient": "acetaminophen", "route": "oral", "form": "tablet"}),
    _concept("albuterol", "medication", Code(RXNORM, "745678", "Albuterol Metered Dose Inhaler"),
             more={"ingredient": "albuterol", "route": "inhaled"}),
    _concept("influenza", "vaccine", Code(CVX, "140", "Influenza, seasonal, injectable, preservative free")),
    # Procedures, images, plans, things
    _concept("electrocardiogram", "procedure", _s("29303009", "Electrocardiographic procedure (procedure)")),
    _concept("exercise_education", "activity", _s("304507003", "Exercise education (procedure)")),
    _concept("wrist", "body_site", _s("8205005", "Wrist")),
    _concept("chest", "body_site", _s("51185008", "Thoracic structure (body structure)")),
    _concept("wrist_x_ray", "imaging", _s("713024005", "Plain X-ray of wrist region (procedure)"),
             more={"modality": "DX", "body_site": "wrist", "views": "2"}),
    _concept("chest_x_ray", "imaging", _s("399208008", "Plain chest X-ray (procedure)"),
             _l("36643-5", "XR Chest 2 Views"), more={"modality": "DX", "body_site": "chest"}),
    _concept("diabetes_plan", "careplan", _s("735985000", "Diabetes self management plan (record artifact)"),
             members=("diabetic_diet", "exercise_therapy")),
    _concept("diabetic_diet", "activity", _s("160670007", "DD - Diabetic diet")),
    _concept("exercise_therapy", "activity", _s("229065009", "Exercise therapy (regime/therapy)")),
    _concept("crutch", "device", _s("74566002", "Crutch")),
    _concept("pacemaker", "device", _s("118378005", "Pacemaker pulse generator"), more={"category": "implant"}),
    _concept("glove", "supply", _s("52291003", "Glove")),
    _concept("nephrology", "specialty", _s("394589003", "Nephrology"), text="Nephrology"),
    _concept("penicillin_allergy", "allergy", _s("91936005", "Allergy to penicillin"),
             more={"category": "medication", "reactions": "urticaria:mild"}),
)  # fmt: skip

CONCEPTS: dict[str, Concept] = {concept.name: concept for concept in _C}

ORIGINS = (("wellness", "check_up", 12), ("type_2_diabetes", "screening", 40), ("injuries", "broken_wrist", 77))
AS_OF = clock(date(2025, 6, 30))
PAYERS = (
    Payer(stable("payer", 1), "Blue Heron Health", "private"),
    Payer(stable("payer", 2), "Medicare", "medicare"),
    Payer(stable("payer", 0), "No insurance", "none"),
)


def facility(number: int, kind: str, name: str) -> Facility:
    return Facility(
        id=stable("facility", number), kind=kind, name=name, npi=invented(FACILITY_BASE, number),
        line=f"{number + 10} Alder Bend Road", city="Worcester", county="Worcester County", state="Massachusetts", st="MA",
        zip="01602", lat=42.2706, lon=-71.8489, phone=f"555-200-{number:04d}",
    )  # fmt: skip


def clinician(number: int, at: Facility, specialty: str, sex: str = "female") -> Clinician:
    return Clinician(
        id=stable("clinician", number), npi=invented(CLINICIAN_BASE, number), prefix="Dr.", given="Ada", family="O'Neil", sex=sex,
        specialty=specialty, facility=at,
    )  # fmt: skip


CLINIC = facility(1, "primary_care", "Cedar Hollow Family Practice")
HOSPITAL = facility(2, "hospital", "Quiet Ridge Medical Center")
GP = clinician(1, CLINIC, "Family Medicine")
EMERGENCY_DOCTOR = clinician(2, HOSPITAL, "Emergency Medicine", "male")


def sample_person(number: int = 1, **changes: object) -> Person:
    """A married woman of 58 with an accent in her name."""
    seed = 7
    person_id = uuid(prefix(seed, number, 0), PATIENT, 0)
    made = Person(
        number=number, attempt=0, seed=seed, id=person_id, birth=clock(date(1967, 3, 9), 4 * HOUR + 12 * MINUTE),
        sex="female", race="white", ethnicity="hispanic", language="es-US", given="María", middle="Inés", family="Núñez",
        maiden="Ortega", prefix="Mrs.", marital="M", married_on=clock(date(1992, 5, 2)),
        address=Address("12 Elm \"B\" Street", "Worcester", "Worcester County", "Massachusetts", "MA", "01602", 42.2712,
                        -71.8501, "25027"),
        birthplace=("San Juan", "Puerto Rico", "US"), time_zone="America/New_York", phone="555-213-4567",
        email="maria.nunez@example.com", ssn="999-12-3456", mrn="HS-00000001", drivers="S99912345", passport="X99912345X",
        income=61_000, education="some_college",
        mother=Parent(uuid(prefix(seed, number, 0), PATIENT, 1), "Rosa", "Ortega", clock(date(1940, 1, 20))),
        gestation_weeks=39, birth_weight_g=3310, birth_length_cm=49.8, multiple_birth=None, height_z=0.1, weight_z=0.6,
        coverage=(
            Coverage(clock(date(1967, 3, 9)), clock(date(2015, 1, 1)), PAYERS[2], ""),
            Coverage(clock(date(2015, 1, 1)), None, PAYERS[0], "M-1234567"),
        ),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def _range(name: str, sex: str) -> Range | None:
    return next((found for found in CONCEPTS[name].ranges if found.sex in (None, sex)), None)


def _flag(name: str, value: float, sex: str) -> str:
    found = _range(name, sex)
    if found is None or CONCEPTS[name].kind != "lab":
        return ""
    if found.low is not None and value < found.low:
        return "L"
    return "H" if found.high is not None and value > found.high else "N"


class _Chart:
    """Visits and events with numbers of one count, as the engine gives them."""

    def __init__(self, sex: str):
        self.sex = sex
        self.count = count(1)
        self.visits: list[Visit] = []
        self.events: list[Event] = []
        self.ends: dict[int, End] = {}

    def visit(self, kind: str, start: Clock, length: int | None, reason: str | None = None, **more: object) -> Clock:
        """Open a visit; its events follow. The time is a few minutes after its start."""
        hospital = kind in ("emergency", "inpatient")
        made = Visit(
            number=next(self.count), kind=kind, start=start, end=None if length is None else start + length,
            reason=CONCEPTS[reason] if reason else None, facility=HOSPITAL if hospital else CLINIC,
            clinician=EMERGENCY_DOCTOR if hospital else GP, origin=0,
        )  # fmt: skip
        self.visits.append(made._replace(**more))
        return start + 4 * MINUTE

    def add(self, kind: type, time: Clock, *rest: object) -> int:
        number = next(self.count)
        self.events.append(kind(number, self.visits[-1].number, time, *rest, 1))
        return number

    def result(self, time: Clock, name: str, value: float) -> int:
        flag = _flag(name, value, self.sex)
        return self.add(Result, time, CONCEPTS[name], value, _range(name, self.sex), flag, ())

    def answer(self, time: Clock, name: str, answer: str, flag: str = "") -> int:
        return self.add(Result, time, CONCEPTS[name], CONCEPTS[answer], None, flag, ())

    def pressure(self, time: Clock, systolic: float, diastolic: float) -> int:
        parts = ((CONCEPTS["systolic"], systolic, None, ""), (CONCEPTS["diastolic"], diastolic, None, ""))
        return self.add(Result, time, CONCEPTS["blood_pressure"], None, None, "", parts)

    def vitals(self, time: Clock, salt: int = 0) -> None:
        self.pressure(time, 128.0 + salt % 19, 78.0 + salt % 11)
        for name, value in (("height", 161.2), ("weight", 78.0 + salt % 7 / 10), ("bmi", 30.0), ("heart_rate", 72.0),
                            ("respiratory_rate", 14.0), ("temperature", 36.8), ("oxygen", 98.0)):  # fmt: skip
            self.result(time, name, value)

    def panel(self, time: Clock, salt: int = 0) -> None:
        members = (
            ("glucose", 141.0 + salt % 23),
            ("creatinine", 0.8 + salt % 9 / 100),
            ("sodium", 139.0),
            ("egfr", 84.0),
        )
        numbers = tuple(self.result(time, name, value) for name, value in members)
        self.add(Report, time, CONCEPTS["metabolic_panel"], numbers, CONCEPTS["type_2_diabetes"])

    def record(self, person: Person, death: Death | None = None) -> Record:
        return Record(person, AS_OF, tuple(self.visits), tuple(self.events), self.ends, death)


def sample_record(number: int = 1, dead: bool = False) -> Record:
    """Every kind of event at least once, with and without their optional parts; with `dead`, a death at the end."""
    person = sample_person(number)
    c = _Chart(person.sex)
    _check_up(c)
    _injury(c)
    _infection(c)
    _stay(c)
    _birth(c)
    _child_measures(c)
    if not dead:
        # A stay that goes on at the reference date.
        at = c.visit("inpatient", AS_OF - 2 * DAY, None, "pneumonia")
        c.vitals(at, 5)
        return c.record(person)
    at = c.visit("emergency", clock(date(2025, 6, 1), 3 * HOUR), 40 * MINUTE, "myocardial_infarction", discharge="exp")
    death = Death(next(c.count), c.visits[-1].number, at + 30 * MINUTE, CONCEPTS["myocardial_infarction"], 1)
    c.events.append(death)
    c.ends[3] = End(death.time, c.visits[-1].number, "died")
    return c.record(person, death)


def _check_up(c: _Chart) -> None:
    at = c.visit("wellness", clock(date(2021, 3, 1), 9 * HOUR), 40 * MINUTE)
    diabetes = CONCEPTS["type_2_diabetes"]
    c.add(Diagnosis, at, diabetes, at - 90 * DAY, "problem", None)
    c.vitals(at)
    c.panel(at + 20 * MINUTE)
    c.result(at + 20 * MINUTE, "hba1c", 7.8)
    c.result(at, "phq2", 1.0)
    c.result(at, "stress", 3.0)
    c.answer(at, "smoking", "never_smoked")
    c.add(Diagnosis, at, CONCEPTS["hypertension"], at, "problem", "mild")
    first = c.add(Prescription, at, CONCEPTS["metformin_500mg"],
                  Dose(1.0, "tablet", 2, DAY, False, "1 tablet twice a day"), diabetes, None, 3)  # fmt: skip
    c.add(Prescription, at, CONCEPTS["lisinopril_10mg"], Dose(1.0, "tablet", 1, DAY, False, "1 tablet once a day"),
          CONCEPTS["hypertension"], None, 0)  # fmt: skip
    goal = c.add(Goal, at, "Hemoglobin A1c below 7 %", CONCEPTS["hba1c"], None, 7.0, at + 180 * DAY, diabetes)
    walk = c.add(Goal, at, "Walk half an hour a day & enjoy it", None, None, None, None, None)
    plan = c.add(Plan, at, CONCEPTS["diabetes_plan"], (CONCEPTS["diabetic_diet"], CONCEPTS["exercise_therapy"]),
                 (goal, walk), diabetes)  # fmt: skip
    c.add(Vaccination, at, CONCEPTS["influenza"], 1)
    c.add(Allergy, at, CONCEPTS["penicillin_allergy"], at - 4000 * DAY, ((CONCEPTS["urticaria"], "mild"),))
    c.add(Referral, at, CONCEPTS["nephrology"], diabetes)
    c.add(ProcedureDone, at, at + 5 * MINUTE, CONCEPTS["exercise_education"], diabetes, None)
    c.add(Remark, at, 'Asked about sleep; "fine", she says.')
    at = c.visit("outpatient", clock(date(2023, 7, 3), 14 * HOUR), 25 * MINUTE, "type_2_diabetes", name="follow_up")
    c.ends[first] = End(at, c.visits[-1].number, "stopped")
    c.ends[plan] = End(at, c.visits[-1].number, "completed")
    c.ends[goal] = End(at, c.visits[-1].number, "completed")
    c.add(ProcedureDone, at, at + 10 * MINUTE, CONCEPTS["electrocardiogram"], None, None)
    c.add(DeviceGiven, at, CONCEPTS["pacemaker"])


def _injury(c: _Chart) -> None:
    at = c.visit(
        "emergency", clock(date(2023, 11, 5), 1 * HOUR + 30 * MINUTE), 3 * HOUR, "broken_radius", discharge="home"
    )
    broken = CONCEPTS["broken_radius"]
    fracture = c.add(Diagnosis, at, broken, at - HOUR, "encounter", None)
    c.add(ImagingDone, at, CONCEPTS["wrist_x_ray"], broken, "Closed fracture of the distal radius.")
    c.add(Administration, at, CONCEPTS["acetaminophen"], Dose(2.0, "tablet", 1, DAY, False, "2 tablets once"), broken)
    c.add(ProcedureDone, at, at + 30 * MINUTE, CONCEPTS["electrocardiogram"], broken, CONCEPTS["wrist"])
    crutch = c.add(DeviceGiven, at, CONCEPTS["crutch"])
    c.add(Supplied, at, CONCEPTS["glove"], 2)
    c.ends[fracture] = End(at + 42 * DAY, None, "resolved")
    c.ends[crutch] = End(at + 42 * DAY, None, "stopped")


def _infection(c: _Chart) -> None:
    at = c.visit("urgent", clock(date(2024, 1, 20), 17 * HOUR), 45 * MINUTE, "strep_throat")
    c.answer(at, "strep_test", "positive", "A")
    c.add(Prescription, at, CONCEPTS["amoxicillin_500mg"],
          Dose(1.0, "capsule", 3, DAY, False, "1 capsule three times a day"), CONCEPTS["strep_throat"], 10 * DAY, 0)  # fmt: skip
    c.add(Prescription, at, CONCEPTS["albuterol"], Dose(2.0, "puff", 1, 4 * HOUR, True, "2 puffs every 4 hours as needed"),
          None, 30 * DAY, 1)  # fmt: skip
    throat = c.add(Diagnosis, at, CONCEPTS["strep_throat"], at - 2 * DAY, "encounter", "moderate")
    c.ends[throat] = End(at + 12 * DAY, None, "resolved")
    c.visit("virtual", clock(date(2024, 2, 1), 10 * HOUR), 15 * MINUTE, "strep_throat")
    c.visit("home", clock(date(2024, 2, 9), 10 * HOUR), 45 * MINUTE)


def _stay(c: _Chart) -> None:
    start = clock(date(2024, 3, 9), 22 * HOUR)
    at = c.visit("emergency", start, 3 * HOUR, "pneumonia", discharge="hosp")
    c.vitals(at, 3)
    c.add(ImagingDone, at, CONCEPTS["chest_x_ray"], CONCEPTS["pneumonia"], "Opacity in the right lower lobe.")
    emergency = c.visits[-1].number
    at = c.visit("inpatient", start + 3 * HOUR, 3 * DAY, "pneumonia", discharge="home", follows=emergency)
    pneumonia = c.add(Diagnosis, at, CONCEPTS["pneumonia"], at - 3 * DAY, "encounter", "severe")
    c.add(Administration, at + DAY, CONCEPTS["amoxicillin_500mg"],
          Dose(1.0, "capsule", 3, DAY, False, "1 capsule three times a day"), CONCEPTS["pneumonia"])  # fmt: skip
    c.ends[pneumonia] = End(at + 14 * DAY, None, "resolved")


def _birth(c: _Chart) -> None:
    at = c.visit("outpatient", clock(date(2024, 6, 3), 10 * HOUR), 30 * MINUTE, "normal_pregnancy")
    c.answer(at, "pregnancy_status", "pregnant")
    at = c.visit("inpatient", clock(date(2024, 9, 30), 5 * HOUR), 2 * DAY, "normal_pregnancy", discharge="home")
    c.add(Newborn, at + 6 * HOUR, "male", "Leo", "Núñez", 3420, 39)


def _child_measures(c: _Chart) -> None:
    """What only children have; the exporter does not ask for the age."""
    at = c.visit("wellness", clock(date(2024, 12, 2), 9 * HOUR), 30 * MINUTE)
    for name, value in (("head_circumference", 44.1), ("head_percentile", 61.0), ("bmi_percentile", 55.0),
                        ("weight_for_length", 47.0), ("hdl", 38.0), ("total_cholesterol", 212.0)):  # fmt: skip
        c.result(at, name, value)


def long_record(number: int = 1, visits: int = 60) -> Record:
    """About as many resources as ten years of care bring: some 20 for each visit."""
    person = sample_person(number)
    c = _Chart(person.sex)
    start = clock(date(2015, 7, 1), 9 * HOUR)
    for n in range(visits):
        at = c.visit("outpatient", start + n * 59 * DAY, 30 * MINUTE, "type_2_diabetes", name="follow_up")
        if n == 0:
            c.add(Diagnosis, at, CONCEPTS["type_2_diabetes"], at, "problem", None)
        c.vitals(at, n)
        c.panel(at, n)
        c.result(at, "hba1c", 6.5 + n % 13 / 10)
        number_of = c.add(Prescription, at, CONCEPTS["metformin_500mg"],
                          Dose(1.0, "tablet", 2, DAY, False, "1 tablet twice a day"),
                          CONCEPTS["type_2_diabetes"], 59 * DAY, 3)  # fmt: skip
        c.ends[number_of] = End(at + 59 * DAY, None, "completed")
        c.add(ProcedureDone, at, at + 5 * MINUTE, CONCEPTS["exercise_education"], CONCEPTS["type_2_diabetes"], None)
    return c.record(person)
