"""claims.csv and claims_transactions.csv: a claim for each visit and each prescription, paid in full.

    CHARGE (one a line), PAYMENT by the payer, TRANSFEROUT and TRANSFERIN to the patient, PAYMENT by the patient

Steps of nothing are left out. For every claim the charges add up to the payments, and what is outstanding ends at 0.
"""

from collections.abc import Iterator, Sequence

from healthsynth.export.charges import insurer, is_institutional
from healthsynth.export.csv.columns import Columns, optional, required
from healthsynth.export.csv.page import Line, Open, Page
from healthsynth.export.csv.text import money, quoted
from healthsynth.record.ids import CLAIM, TRANSACTION, uuid
from healthsynth.units import Clock, age_years

_DIAGNOSES = 8
_REFERENCES = 4
CLAIMS: Columns = (
    required("Id", "uuid", "the claim"),
    required("PATIENTID", "uuid", "patients.Id"),
    required("PROVIDERID", "uuid", "providers.Id"),
    required("PRIMARYPATIENTINSURANCEID", "payer", "payers.Id; 0 without insurance"),
    required("SECONDARYPATIENTINSURANCEID", "payer", "always 0"),
    required("DEPARTMENTID", "count", "number of the kind of visit"),
    required("PATIENTDEPARTMENTID", "count", "the same"),
    required(
        "DIAGNOSIS1",
        "code",
        "SNOMED CT: the reason, else what was diagnosed, else the type of visit",
    ),
    *(optional(f"DIAGNOSIS{n}", "code", "SNOMED CT: a further diagnosis") for n in range(2, _DIAGNOSES + 1)),
    optional("REFERRINGPROVIDERID", "uuid", "always empty: who referred is not known"),
    required("APPOINTMENTID", "uuid", "encounters.Id"),
    required(
        "CURRENTILLNESSDATE",
        "instant",
        "the earliest onset of the diagnoses, at the latest the service",
    ),
    required("SERVICEDATE", "instant", "when the visit began or the drug was prescribed"),
    required("SUPERVISINGPROVIDERID", "uuid", "providers.Id"),
    optional("STATUS1", "word", "CLOSED: the payer has paid; empty without insurance"),
    optional("STATUS2", "word", "always empty: no second insurance"),
    required("STATUSP", "word", "CLOSED: the patient has paid"),
    optional(
        "OUTSTANDING1",
        "money",
        "USD that the payer still owes; empty without insurance",
    ),
    optional("OUTSTANDING2", "money", "always empty: no second insurance"),
    required("OUTSTANDINGP", "money", "USD that the patient still owes"),
    optional(
        "LASTBILLEDDATE1",
        "instant",
        "when the payer was billed; empty without insurance",
    ),
    optional("LASTBILLEDDATE2", "instant", "always empty: no second insurance"),
    required("LASTBILLEDDATEP", "instant", "when the patient was billed"),
    required("HEALTHCARECLAIMTYPEID1", "count", "1 professional, 2 institutional"),
    required("HEALTHCARECLAIMTYPEID2", "count", "always 0: no second insurance"),
)

CLAIMS_TRANSACTIONS: Columns = (
    required("ID", "uuid", "the transaction"),
    required("CLAIMID", "uuid", "claims.Id"),
    required("CHARGEID", "count", "number of the transaction in its claim, from 1"),
    required("PATIENTID", "uuid", "patients.Id"),
    required("TYPE", "word", "CHARGE, PAYMENT, TRANSFERIN, TRANSFEROUT"),
    optional("AMOUNT", "money", "USD of a CHARGE or a TRANSFERIN"),
    optional(
        "METHOD",
        "word",
        "of a PAYMENT: ECHECK by a payer; CASH, CHECK or CC by a patient",
    ),
    required("FROMDATE", "instant", "start of the service"),
    required("TODATE", "instant", "end of the service; while it goes on, the reference date"),
    required("PLACEOFSERVICE", "uuid", "organizations.Id"),
    required("PROCEDURECODE", "code", "code of the service, in the system of its table"),
    optional("MODIFIER1", "word", "always empty"),
    optional("MODIFIER2", "word", "always empty"),
    required("DIAGNOSISREF1", "count", "which of the claim's diagnoses it is for: 1"),
    *(optional(f"DIAGNOSISREF{n}", "count", f"{n} if the claim has as many") for n in range(2, _REFERENCES + 1)),
    optional("UNITS", "count", "how many, for a CHARGE"),
    required("DEPARTMENTID", "count", "as in the claim"),
    required("NOTES", "text", "the display of PROCEDURECODE"),
    optional("UNITAMOUNT", "money", "USD of one, for a CHARGE"),
    optional("TRANSFEROUTID", "count", "of a TRANSFERIN: CHARGEID of its TRANSFEROUT"),
    optional("TRANSFERTYPE", "word", "of a transfer: 1 from the payer, p to the patient"),
    optional("PAYMENTS", "money", "USD of a PAYMENT"),
    optional("ADJUSTMENTS", "money", "always empty: nothing is adjusted"),
    optional("TRANSFERS", "money", "USD of a transfer"),
    required(
        "OUTSTANDING",
        "money",
        "USD of the claim's charges so far that are still to be paid",
    ),
    required("APPOINTMENTID", "uuid", "encounters.Id"),
    optional("LINENOTE", "text", "always empty"),
    optional(
        "PATIENTINSURANCEID",
        "text",
        "payer_transitions.MEMBERID; empty without insurance",
    ),
    required("FEESCHEDULEID", "count", "always 1"),
    required("PROVIDERID", "uuid", "providers.Id"),
    required("SUPERVISINGPROVIDERID", "uuid", "providers.Id"),
)

_REFERENCE_FIELDS = tuple(
    ",".join(str(n) if n <= known else "" for n in range(1, _REFERENCES + 1)) for known in range(_REFERENCES + 1)
)
_DEPARTMENTS = {
    "outpatient": 1,
    "inpatient": 3,
    "emergency": 4,
    "urgent": 5,
    "home": 7,
    "virtual": 9,
}
_PEDIATRIC, _ADULT = 10, 20  # wellness visits
_ADULT_YEARS = 18
_METHODS = ("CC", "CHECK", "CASH")
_LANE_BITS = 16  # room for the transactions of one claim


def visit_claim(page: Page, open_: Open) -> tuple[int, int]:
    """The claim of a visit with all its lines.

    Returns:
        (total, covered) in cents.
    """
    return _claim(page, open_, open_.visit.number, open_.visit.start, open_.lines)


def prescription_claim(page: Page, open_: Open, number: int, line: Line) -> tuple[int, int]:
    """The claim of a prescription; `number` is the event's. Returns (total, covered) in cents."""
    return _claim(page, open_, number, line.start, (line,))


def _claim(page: Page, open_: Open, number: int, service: Clock, lines: Sequence[Line]) -> tuple[int, int]:
    visit, payer = open_.visit, insurer(open_.coverage)
    total, covered = (
        sum(line.cents for line in lines),
        sum(line.covered for line in lines),
    )
    id_ = uuid(page.prefix, CLAIM, number)
    codes, onset = _diagnoses(open_, service)
    stamp, department, provider = (
        page.stamps[service],
        _department(page, open_),
        visit.clinician.id,
    )
    status = f"CLOSED,,CLOSED,0.00,,0.00,{stamp},,{stamp}" if payer else f",,CLOSED,,,0.00,,,{stamp}"
    kind = 2 if is_institutional(visit) else 1
    page.out["claims"].append(
        f"{id_},{page.patient},{provider},{payer.id if payer else 0},0,{department},{department},"
        f"{','.join(codes)}{',' * (_DIAGNOSES - len(codes))},,{open_.id},{page.stamps[onset]},{stamp},{provider},"
        f"{status},{kind},0"
    )
    _transactions(
        page,
        open_,
        number,
        id_,
        lines,
        (covered, total - covered),
        department,
        len(codes),
    )
    if open_.coverage is not None:
        counts = page.totals.payers[open_.coverage.payer.id]
        counts[0] += covered
        counts[1] += total - covered
    return total, covered


def _diagnoses(open_: Open, service: Clock) -> tuple[list[str], Clock]:
    """Codes without repetition (at least one), and the earliest onset."""
    onsets: dict[str, Clock] = {}
    for code, onset in open_.diagnoses:
        onsets[code] = min(onset, onsets.get(code, onset))
    codes = list(onsets)[:_DIAGNOSES] or [open_.code.code]
    return codes, min([service, *(onsets[code] for code in codes if code in onsets)])


def _department(page: Page, open_: Open) -> int:
    visit = open_.visit
    if visit.kind != "wellness":
        return _DEPARTMENTS[visit.kind]
    child = age_years(page.record.person.birth, visit.start) < _ADULT_YEARS
    return _PEDIATRIC if child else _ADULT


def _transactions(
    page: Page,
    open_: Open,
    number: int,
    claim: str,
    lines: Sequence[Line],
    parts: tuple[int, int],
    department: int,
    diagnoses: int,
) -> None:
    """All rows of one claim. `parts` are the payer's and the patient's share in cents."""
    stamps, rows = page.stamps, page.out["claims_transactions"]
    head = uuid(page.prefix, TRANSACTION, number << _LANE_BITS)[:-4]
    place, provider = open_.visit.facility.id, open_.visit.clinician.id
    insured = insurer(open_.coverage) is not None
    member = open_.coverage.member_id if insured and open_.coverage else ""
    references = _REFERENCE_FIELDS[min(diagnoses, _REFERENCES)]
    tail = f"{open_.id},,{quoted(member)},1,{provider},{provider}"
    count, outstanding = 0, 0
    for line in lines:
        count += 1
        outstanding += line.cents
        rows.append(
            f"{head}{count:04x},{claim},{count},{page.patient},CHARGE,{money(line.cents)},,{stamps[line.start]},"
            f"{stamps[line.end]},{place},{line.code},,,{references},{line.units},{department},{line.display},"
            f"{money(line.cents // line.units)},,,,,,{money(outstanding)},{tail}"
        )
    first = lines[0]
    service = (
        f"{stamps[first.start]},{stamps[first.end]},{place},{first.code},,,{references},,{department},{first.display},"
    )
    method = _METHODS[(page.record.person.number + number) % len(_METHODS)]
    for what, amounts, left in _settlement(parts, insured, count, method):
        count += 1
        rows.append(f"{head}{count:04x},{claim},{count},{page.patient},{what},{service},{amounts},{left},{tail}")


def _settlement(parts: tuple[int, int], insured: bool, count: int, method: str) -> Iterator[tuple[str, str, str]]:
    """What follows the charges: (TYPE to METHOD, TRANSFEROUTID to TRANSFERS, OUTSTANDING), without steps of nothing.

    Args:
        count: CHARGEID of the last charge.
    """
    payer, patient = parts
    owed = money(patient)
    if payer:
        count += 1
        yield "PAYMENT,,ECHECK", f",,{money(payer)},,", owed
    if patient and insured:
        yield "TRANSFEROUT,,", f",1,,,{owed}", owed
        yield f"TRANSFERIN,{owed},", f"{count + 1},p,,,{owed}", owed
    if patient:
        yield f"PAYMENT,,{method}", f",,{owed},,", "0.00"
