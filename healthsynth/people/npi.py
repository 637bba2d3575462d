"""National Provider Identifiers that look right and cannot be anybody's.

An NPI has nine digits and a Luhn check digit, worked out as if the prefix 80840 stood before them. Numbers are issued
with a first digit of 1 or 2 only (NPI final rule, 69 FR 3434, 23 January 2004, section on the NPI standard); the
register's number space ends at 4,999,999,999. All numbers made here begin with 9. They pass the FHIR invariants
us-core-16 (ten digits) and us-core-17 (check digit).
"""

FACILITY_BASE = 900_000_000  # 90......: a facility's row number is added
CLINICIAN_BASE = 910_000_000  # 91...... to 99......: a clinician's number is added
_PREFIX_SUM = 24  # what the digits 80840 add to the Luhn sum
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def check_digit(nine: str) -> str:
    """The tenth digit for the first nine."""
    total = _PREFIX_SUM
    for place, digit in enumerate(nine):
        total += int(digit) if place % 2 else _DOUBLED[int(digit)]
    return str(-total % 10)


def is_valid(npi: str) -> bool:
    """Ten digits with the right check digit; says nothing about whether the number was ever issued."""
    return len(npi) == 10 and npi.isascii() and npi.isdigit() and check_digit(npi[:9]) == npi[9]


def invented(base: int, number: int) -> str:
    """The `number`-th invented NPI of a range.

    Args:
        base: FACILITY_BASE or CLINICIAN_BASE.
        number: 0 <= number < 10 million for facilities, 90 million for clinicians.
    Raises:
        ValueError: the number is outside the range.
    """
    room = CLINICIAN_BASE - FACILITY_BASE if base == FACILITY_BASE else 1_000_000_000 - CLINICIAN_BASE
    if not 0 <= number < room:
        raise ValueError(f"no invented NPI has the number {number}: 0 to {room - 1} exist")
    nine = str(base + number)
    return nine + check_digit(nine)
