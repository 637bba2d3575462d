"""organizations.csv, providers.csv and payers.csv: what patients share, with what was done there."""

from collections.abc import Iterable, Iterator

from healthsynth.export.costs import PREMIUMS
from healthsynth.export.csv.columns import Columns, optional, required
from healthsynth.export.csv.patients import degrees
from healthsynth.export.csv.text import money, quoted
from healthsynth.export.csv.totals import ORGANIZATION, PAYER, PROVIDER, Totals
from healthsynth.people.facility import Clinician, Facility
from healthsynth.people.person import Payer

ORGANIZATIONS: Columns = (
    required("Id", "uuid", "the organization; the same in FHIR"),
    required("NAME", "text", "invented, unless real facilities were asked for"),
    required("ADDRESS", "text", "street line"),
    required("CITY", "text", "town"),
    optional("STATE", "word", "postal code of the state"),
    optional("ZIP", "word", "five digits"),
    optional("LAT", "degrees", "latitude"),
    optional("LON", "degrees", "longitude"),
    optional("PHONE", "text", "555 number"),
    required("REVENUE", "money", "USD of all claims of visits there"),
    required("UTILIZATION", "count", "visits there"),
)

PROVIDERS: Columns = (
    required("Id", "uuid", "the clinician; the same in FHIR"),
    required("ORGANIZATION", "uuid", "organizations.Id"),
    required("NAME", "text", "given and family name, invented"),
    required("GENDER", "word", "M, F"),
    required("SPECIALITY", "text", "in capitals"),
    required("ADDRESS", "text", "street line of the organization"),
    required("CITY", "text", "its town"),
    optional("STATE", "word", "its state"),
    optional("ZIP", "word", "its zip"),
    optional("LAT", "degrees", "its latitude"),
    optional("LON", "degrees", "its longitude"),
    required("ENCOUNTERS", "count", "visits to the clinician"),
    required("PROCEDURES", "count", "procedures in these visits"),
)

PAYERS: Columns = (
    required("Id", "uuid", "the payer; the same in FHIR"),
    required("NAME", "text", "invented"),
    required("OWNERSHIP", "word", "Government, Private or NO_INSURANCE"),
    optional("ADDRESS", "text", "always empty: an invented payer has no office"),
    optional("CITY", "text", "always empty"),
    optional("STATE_HEADQUARTERED", "word", "always empty"),
    optional("ZIP", "word", "always empty"),
    optional("PHONE", "text", "always empty"),
    required("AMOUNT_COVERED", "money", "USD of claims that it paid"),
    required("AMOUNT_UNCOVERED", "money", "USD of its members' claims that they paid"),
    required("REVENUE", "money", "USD of premiums"),
    required("COVERED_ENCOUNTERS", "count", "visits of which it paid a part"),
    required("UNCOVERED_ENCOUNTERS", "count", "visits of which it paid nothing"),
    required("COVERED_MEDICATIONS", "count", "drugs, likewise"),
    required("UNCOVERED_MEDICATIONS", "count", "drugs, likewise"),
    required("COVERED_PROCEDURES", "count", "procedures, likewise"),
    required("UNCOVERED_PROCEDURES", "count", "procedures, likewise"),
    required("COVERED_IMMUNIZATIONS", "count", "vaccines, likewise"),
    required("UNCOVERED_IMMUNIZATIONS", "count", "vaccines, likewise"),
    required("UNIQUE_CUSTOMERS", "count", "patients who were ever its members"),
    optional("QOLS_AVG", "number", "always empty: quality of life scores are not computed"),
    required("MEMBER_MONTHS", "count", "full months of membership of all of them"),
)

_OWNERSHIP = {
    "private": "Private", "medicare": "Government", "medicaid": "Government", "dual": "Government",
    "none": "NO_INSURANCE",
}  # fmt: skip


def organizations(facilities: Iterable[Facility], totals: Totals) -> Iterator[str]:
    """Rows in order of ids; each facility once."""
    for f in sorted({f.id: f for f in facilities}.values(), key=lambda f: f.id):
        revenue, encounters = totals.organizations.get(f.id, [0] * len(ORGANIZATION))
        yield (
            f"{f.id},{quoted(f.name)},{quoted(f.line)},{quoted(f.city)},{f.st},{f.zip},{degrees(f.lat)},{degrees(f.lon)},"
            f"{f.phone},{money(revenue)},{encounters}"
        )


def providers(clinicians: Iterable[Clinician], totals: Totals) -> Iterator[str]:
    """Rows in order of ids; each clinician once."""
    for c in sorted({c.id: c for c in clinicians}.values(), key=lambda c: c.id):
        encounters, procedures = totals.providers.get(c.id, [0] * len(PROVIDER))
        f = c.facility
        yield (
            f"{c.id},{f.id},{quoted(f'{c.given} {c.family}')},{c.sex[0].upper()},{quoted(c.specialty.upper())},"
            f"{quoted(f.line)},{quoted(f.city)},{f.st},{f.zip},{degrees(f.lat)},{degrees(f.lon)},{encounters},{procedures}"
        )


def payers(known: Iterable[Payer], totals: Totals) -> Iterator[str]:
    """Rows in order of ids; each payer once."""
    for p in sorted({p.id: p for p in known}.values(), key=lambda p: p.id):
        counts = totals.payers.get(p.id, [0] * len(PAYER))
        covered, uncovered, *numbers = counts
        *numbers, months = numbers
        revenue = months * PREMIUMS[p.kind]
        yield (
            f"{p.id},{quoted(p.name)},{_OWNERSHIP[p.kind]},,,,,,{money(covered)},{money(uncovered)},{money(revenue)},"
            f"{','.join(map(str, numbers))},,{months}"
        )
