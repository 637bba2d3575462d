"""claims.csv and claims_transactions.csv: a claim for each visit and each fill of a prescription, paid in full.

    CHARGE (one a line), PAYMENT by the payer, TRANSFEROUT and TRANSFERIN to the patient, PAYMENT by the patient

Steps of nothing are left out. For every claim the charges add up to the payments, and what is outstanding ends at 0.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter

from healthsynth.export.charges import Fills, insurer, is_institutional
from healthsynth.export.csv.columns import Columns, optional, required
from healthsynth.export.csv.page import Line, Open, Page
from healthsynth.export.csv.text import money, quoted
from healthsynth.record.events import Prescription
from healthsynth.record.ids import CLAIM, FILL_CLAIM, FILL_TRANSACTION, TRANSACTION, id_head, nth, uuid
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
    required("SERVICEDATE", "instant", "when the visit began or the drug was handed out"),
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
        "uuid",
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
    "ambulatory": 1,
    "hospice": 7,
    "snf": 3,
}
_PEDIATRIC, _ADULT = 10, 20  # wellness visits
_ADULT_YEARS = 18
_METHODS = ("CC", "CHECK", "CASH")


def visit_claim(page: Page, open_: Open) -> tuple[int, int]:
    """The claim of a visit with all its lines.

    Returns:
        (total, covered) in cents.
    """
    visit = open_.visit
    id_ = uuid(page.prefix, CLAIM, visit.number)
    head = f"{id_head(page.prefix, TRANSACTION)}{visit.number:08x}"
    codes, onset = _diagnoses(open_, visit.start)
    stamps = page.stamps
    page.out["claims"].append(_claim(page, open_, id_, codes, stamps[onset], stamps[visit.start]))
    lines = open_.lines
    page.out["claims_transactions"] += _transactions(page, open_, lines, stamps, (head, id_), visit.number, len(codes))
    total, covered = sum(line.cents for line in lines), sum(line.covered for line in lines)
    _count(page, open_, total, covered)
    return total, covered


# What differs between the claims of fills in a row: the start of the ids of transactions, the claim, onset, start and end
# of the service. In a template each stands as its mark.
_MARKS = "\0h", "\0c", "\0o", "\0s", "\0e"
_HEAD, _CLAIM, _ONSET, _START, _END = _MARKS
# Constant stretches, and what takes them and the values of the marks, in the order of the text
_Template = tuple[tuple[str, ...], Callable[[tuple[str, ...]], tuple[str, ...]]]


def fill_claims(page: Page, open_: Open, event: Prescription, filled: Sequence[Fills]) -> tuple[int, int]:
    """The claims of the fills of a prescription that is charted in `open_`.

    Returns:
        (total, covered) of all of them in cents.
    """
    stamps, total, covered = page.stamps, 0, 0
    claim_head, steps_head = id_head(page.prefix, FILL_CLAIM), id_head(page.prefix, FILL_TRANSACTION)
    codes, earliest = _diagnoses(open_, filled[0].time)
    onset = stamps[earliest]
    add_claim, add_steps = page.out["claims"].append, page.out["claims_transactions"].append
    for fills in filled:
        paid = None if fills.coverage is None else page.record.person.coverage[fills.coverage]
        that_day = open_._replace(coverage=paid)
        claim, steps, rows = _fill_templates(page, that_day, event, codes, fills)
        page.folded["claims_transactions"] += fills.number * (rows - 1)
        for place, time in zip(fills.places, fills.times, strict=True):
            each = nth(event.number, place)
            ids = f"{steps_head}{each:08x}", f"{claim_head}{each:012x}"
            values = *ids, onset, stamps[time], stamps[time + fills.length]
            add_claim(_filled(claim, values))
            add_steps(_filled(steps, values))
        price, share = fills.number * fills.price, fills.number * fills.covered
        _count(page, that_day, price, share)
        total, covered = total + price, covered + share
    return total, covered


def _fill_templates(
    page: Page, open_: Open, event: Prescription, codes: list[str], fills: Fills
) -> tuple[_Template, _Template, int]:
    """The row of a claim, those of its transactions, and how many these are."""
    code = event.concept.primary
    line = Line(code.code, quoted(code.display), fills.price, fills.covered, start=0, end=1)
    rows = _transactions(page, open_, (line,), {0: _START, 1: _END}, (_HEAD, _CLAIM), event.number, len(codes))
    return _template(_claim(page, open_, _CLAIM, codes, _ONSET, _START)), _template("\n".join(rows)), len(rows)


def _template(text: str) -> _Template:
    pieces = [piece for piece in re.split(f"({'|'.join(_MARKS)})", text) if piece]
    constants = tuple(piece for piece in pieces if piece not in _MARKS)
    places = {piece: place for place, piece in enumerate((*_MARKS, *constants))}
    return constants, itemgetter(*[places[piece] for piece in pieces])


def _filled(template: _Template, values: tuple[str, ...]) -> str:
    constants, in_order = template
    return "".join(in_order((*values, *constants)))


def _claim(page: Page, open_: Open, id_: str, codes: list[str], onset: str, service: str) -> str:
    """A row of claims.csv."""
    visit, payer = open_.visit, insurer(open_.coverage)
    department, provider = _department(page, open_), visit.clinician.id
    status = f"CLOSED,,CLOSED,0.00,,0.00,{service},,{service}" if payer else f",,CLOSED,,,0.00,,,{service}"
    kind = 2 if is_institutional(visit) else 1
    return (
        f"{id_},{page.patient},{provider},{payer.id if payer else page.nobody},{page.nobody},{department},{department},"
        f"{','.join(codes)}{',' * (_DIAGNOSES - len(codes))},,{open_.id},{onset},{service},{provider},"
        f"{status},{kind},0"
    )


def _count(page: Page, open_: Open, total: int, covered: int) -> None:
    if open_.coverage is not None:
        counts = page.totals.payers[open_.coverage.payer.id]
        counts[0] += covered
        counts[1] += total - covered


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
    lines: Sequence[Line],
    stamps: Mapping[Clock, str],
    ids: tuple[str, str],
    number: int,
    diagnoses: int,
) -> list[str]:
    """All rows of one claim.

    Args:
        ids: the start of the transactions' ids, and the claim's.
        number: chooses how the patient pays.
    """
    head, claim = ids
    rows = []
    place, provider, department = open_.visit.facility.id, open_.visit.clinician.id, _department(page, open_)
    insured = insurer(open_.coverage) is not None
    member = page.members[open_.coverage.start] if open_.coverage else ""
    references = _REFERENCE_FIELDS[min(diagnoses, _REFERENCES)]
    tail = f"{open_.id},,{member},1,{provider},{provider}"
    count, outstanding, covered = 0, 0, 0
    for line in lines:
        count += 1
        outstanding += line.cents
        covered += line.covered
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
    for what, amounts, left in _settlement((covered, outstanding - covered), insured, count, method):
        count += 1
        rows.append(f"{head}{count:04x},{claim},{count},{page.patient},{what},{service},{amounts},{left},{tail}")
    return rows


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
