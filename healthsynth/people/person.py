"""Who someone is, before anything happens to them."""

from dataclasses import dataclass

from healthsynth.units import Clock


@dataclass(frozen=True, slots=True)
class Address:
    line: str
    city: str
    county: str
    state: str  # full name
    st: str  # postal code
    zip: str
    lat: float
    lon: float
    fips: str  # county, 5 digits


@dataclass(frozen=True, slots=True)
class Parent:
    """A parent as a child's chart knows them (FHIR RelatedPerson)."""

    id: str
    given: str
    family: str
    birth: Clock


@dataclass(frozen=True, slots=True)
class Payer:
    """An invented insurer, or 'no insurance'."""

    id: str
    name: str
    kind: str  # private, medicare, medicaid, dual, none


@dataclass(frozen=True, slots=True)
class Coverage:
    """One period of insurance; periods do not overlap and `end` is None for the last one."""

    start: Clock
    end: Clock | None
    payer: Payer
    member_id: str


@dataclass(frozen=True, slots=True)
class Person:
    """One slot of the population, made from the census before the life is simulated."""

    number: int  # 1..N, the slot in the population
    attempt: int  # 0 for the first life tried in this slot
    seed: int  # the run's seed
    id: str  # UUIDv8; see record/ids.py
    birth: Clock
    sex: str  # male, female
    race: str  # white, black, asian, native, pacific, other
    ethnicity: str  # hispanic, non_hispanic
    language: str  # BCP 47, e.g. "en-US"
    given: str
    middle: str
    family: str
    maiden: str | None
    prefix: str | None
    marital: str | None  # M, S, D, W (None for children)
    married_on: Clock | None
    address: Address
    birthplace: tuple[str, str, str]  # city, state, country
    time_zone: str  # IANA, e.g. "America/New_York"
    phone: str
    email: str | None
    ssn: str  # 999-xx-xxxx
    mrn: str  # unique in the run
    drivers: str | None
    passport: str | None
    income: int  # of the household, USD a year
    education: str  # lt_hs, hs, some_college, bs_plus
    mother: Parent
    gestation_weeks: int
    birth_weight_g: int
    birth_length_cm: float
    multiple_birth: int | None  # birth order of a twin
    height_z: float  # standard normal, keeps its rank for life
    weight_z: float  # standard normal (BMI for age), slowly drifting: see people/growth.py
    coverage: tuple[Coverage, ...]  # from birth (or the start of insurance) to now, in order
