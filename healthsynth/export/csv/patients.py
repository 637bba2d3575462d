"""patients.csv and payer_transitions.csv: who someone is, and who insured them when."""

from healthsynth.export.csv.columns import PATIENT, Columns, optional, required
from healthsynth.export.csv.page import Page
from healthsynth.export.csv.text import date, money, quoted
from healthsynth.people.person import Coverage, Person
from healthsynth.units import MONTH, age_years

PATIENTS: Columns = (
    required("Id", "uuid", "the patient; the same in FHIR"),
    required("BIRTHDATE", "date", "day of birth"),
    optional("DEATHDATE", "date", "day of death; empty while alive"),
    required(
        "SSN",
        "word",
        "social security number from the range 999 that is never assigned",
    ),
    optional("DRIVERS", "word", "driver's license"),
    optional("PASSPORT", "word", "passport"),
    optional("PREFIX", "text", "Mr., Mrs., Ms."),
    required("FIRST", "text", "given name"),
    optional("MIDDLE", "text", "middle name"),
    required("LAST", "text", "family name"),
    optional("SUFFIX", "text", "always empty: suffixes are not generated"),
    optional("MAIDEN", "text", "family name before marriage"),
    optional("MARITAL", "word", "M married, S single, D divorced, W widowed"),
    required("RACE", "word", "white, black, asian, native, hawaiian, other"),
    required("ETHNICITY", "word", "hispanic, nonhispanic"),
    required("GENDER", "word", "sex at birth: M, F"),
    required("BIRTHPLACE", "text", "city, state and country of birth, two spaces apart"),
    required("ADDRESS", "text", "street line"),
    required("CITY", "text", "town of residence"),
    required("STATE", "text", "full name of the state"),
    optional("COUNTY", "text", "name of the county"),
    optional("FIPS", "word", "code of the county, five digits"),
    optional("ZIP", "word", "five digits"),
    optional("LAT", "degrees", "latitude of the home"),
    optional("LON", "degrees", "longitude of the home"),
    required(
        "HEALTHCARE_EXPENSES",
        "money",
        "USD that the patient paid for what the record holds",
    ),
    required("HEALTHCARE_COVERAGE", "money", "USD that payers paid for what the record holds"),
    required("INCOME", "count", "USD a year of the household"),
)

PAYER_TRANSITIONS: Columns = (
    PATIENT,
    optional(
        "MEMBERID",
        "uuid",
        "the membership: the Coverage in FHIR; empty without insurance",
    ),
    required("START_DATE", "instant", "first moment of the period"),
    required(
        "END_DATE",
        "instant",
        "its end; while it goes on, the reference date or the death",
    ),
    required("PAYER", "uuid", "payers.Id"),
    optional("SECONDARY_PAYER", "uuid", "always empty: second insurances are not generated"),
    optional(
        "PLAN_OWNERSHIP",
        "word",
        "Guardian for those under 18 at the start, else Self; empty without insurance",
    ),
    optional("OWNER_NAME", "text", "name of the plan's owner"),
)

_RACES = {"pacific": "hawaiian"}  # the layout's word
_ADULT_YEARS = 18


def write_patient(page: Page, paid: int, covered: int) -> None:
    """One row. `paid` and `covered` are cents, from the claims."""
    p, death = page.record.person, page.record.death
    a = p.address
    fields = (
        p.id, date(p.birth), date(death.time) if death else "", p.ssn, p.drivers or "", p.passport or "",
        quoted(p.prefix or ""), quoted(p.given), quoted(p.middle), quoted(p.family), "", quoted(p.maiden or ""),
        p.marital or "", _RACES.get(p.race, p.race), p.ethnicity.replace("_", ""), p.sex[0].upper(),
        quoted("  ".join(part for part in p.birthplace if part)), quoted(a.line), quoted(a.city), quoted(a.state),
        quoted(a.county), a.fips, a.zip, degrees(a.lat), degrees(a.lon), money(paid), money(covered), str(p.income),
    )  # fmt: skip
    page.out["patients"].append(",".join(fields))


def write_transitions(page: Page) -> None:
    """One row for each period of insurance that had begun, and the payers' members and months."""
    person, stamps, rows = (
        page.record.person,
        page.stamps,
        page.out["payer_transitions"],
    )
    members: set[str] = set()
    for period in person.coverage:
        if period.start > page.as_of:
            break
        end = page.as_of if period.end is None else min(period.end, page.as_of)
        rows.append(
            f"{page.patient},{page.members[period.start]},{stamps[period.start]},{stamps[end]},{period.payer.id},,"
            f"{_owner(person, period)}"
        )
        counts = page.totals.payers[period.payer.id]
        counts[10] += period.payer.id not in members
        counts[11] += (end - period.start) // MONTH
        members.add(period.payer.id)


def _owner(person: Person, period: Coverage) -> str:
    if period.payer.kind == "none":
        return ","
    if age_years(person.birth, period.start) < _ADULT_YEARS:
        return f"Guardian,{quoted(f'{person.mother.given} {person.mother.family}')}"
    return f"Self,{quoted(f'{person.given} {person.family}')}"


def degrees(value: float) -> str:
    """Six decimals are 10 cm; always with a decimal point."""
    return f"{value:.6f}"
