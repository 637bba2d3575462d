"""Where care happens and who gives it: values only; `people/providers.py` makes them."""

from dataclasses import dataclass

FACILITY_KINDS = ("hospital", "primary_care", "urgent_care", "dialysis", "surgery_center", "home_health", "virtual")


@dataclass(frozen=True, slots=True)
class Facility:
    """An organisation with one location."""

    id: str  # UUID, the same in every run
    kind: str  # one of FACILITY_KINDS
    name: str
    npi: str  # ten digits, valid check digit, from a range that is never assigned
    line: str
    city: str
    county: str
    state: str  # full name, e.g. "Massachusetts"
    st: str  # postal code, e.g. "MA"
    zip: str
    lat: float
    lon: float
    phone: str  # 555-xxx-xxxx style, cannot be real


@dataclass(frozen=True, slots=True)
class Clinician:
    """An invented clinician of one facility."""

    id: str  # UUID
    npi: str
    prefix: str  # "Dr."
    given: str
    family: str
    sex: str  # male, female
    specialty: str  # plain words, e.g. "Family Medicine"
    facility: Facility
