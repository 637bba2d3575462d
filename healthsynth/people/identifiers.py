"""Numbers that identify people, shaped like real ones and certain not to be: area 999, exchange and area code 555."""

import unicodedata


def ssn(draw: float) -> str:
    """A social security number in area 999, which is never issued."""
    number = int(draw * 990_000)
    return f"999-{10 + number // 10_000 % 90:02d}-{1 + number % 9_999:04d}"


def phone(draw: float) -> str:
    """A telephone number in area code 555, which is not assigned."""
    number = int(draw * 8_000_000)
    return f"555-{200 + number // 10_000:03d}-{number % 10_000:04d}"


def mrn(number: int, attempt: int) -> str:
    """A medical record number: unique in a run, because slot and attempt are."""
    return f"{number:08d}-{attempt:03d}"


def drivers(draw: float) -> str:
    """A driver's licence: no state issues S999."""
    return f"S999{int(draw * 100_000):05d}"


def passport(draw: float) -> str:
    """A passport: one character longer than real ones."""
    return f"X{int(draw * 100_000_000):08d}X"


def email(given: str, family: str, number: int) -> str:
    """An address in a domain that is reserved for examples (RFC 2606)."""
    return f"{_letters(given)}.{_letters(family)}{number % 1000:03d}@example.com"


def _letters(name: str) -> str:
    if not name.isascii():
        name = unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode()
    return "".join(c for c in name if c.isalpha()).lower()
