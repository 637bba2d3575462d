"""What things cost, in whole cents, and who pays.

Base prices are the most usual ones of healthsynth/data/costs.csv, times the factor of the facility's state. Nothing is
drawn: the same thing costs the same in one state.

Who pays, by kind of payer (deductibles and yearly limits are left out, so that a row can be checked by itself):

| payer | share it pays | wellness visits and vaccines |
|---|---|---|
| private, medicare | 80 % | all |
| medicaid, dual | all | all |
| none | nothing | nothing |

80 % is the usual coinsurance of a gold plan and of Medicare Part B; preventive care is free of cost sharing by the
Affordable Care Act, section 2713.
"""

from csv import reader
from functools import cache
from importlib.resources import files

from healthsynth.errors import HealthsynthError
from healthsynth.record.events import Visit
from healthsynth.vocabulary import Concept

SHARES = {
    "private": 80,
    "medicare": 80,
    "medicaid": 100,
    "dual": 100,
    "none": 0,
}  # percent
# USD cents a month: the premiums of the reference plans (private: the silver one), for every month of membership.
PREMIUMS = {
    "private": 45_900,
    "medicare": 17_010,
    "medicaid": 1_000,
    "dual": 1_000,
    "none": 0,
}

_MOST_KEPT = 4_000  # prices; emptied then: a run of the whole country asks for all codes in all states
_FACTOR = 10_000  # state factors have four decimals
# The kinds of visit in words of the adjustment table; it has none for virtual ones.
VISIT_WORDS = {
    "wellness": "wellness", "outpatient": "ambulatory", "urgent": "urgentcare", "emergency": "emergency",
    "inpatient": "inpatient", "home": "home", "virtual": "ambulatory", "ambulatory": "ambulatory", "hospice": "home", "snf": "inpatient",
}  # fmt: skip


class Costs:
    """Prices by kind, code and state. Kinds: procedure, medication, immunization, lab, device, supply.

    Raises:
        HealthsynthError: the installation has no cost table.
    """

    def __init__(self) -> None:
        self._prices, self._factors = _load()
        self._known: dict[tuple[str, str, str], int] = {}

    def price(self, kind: str, code: str, st: str) -> int:
        """Cents for one; the default of the kind where the table has no such code."""
        found = self._known.get((kind, code, st))
        if found is None:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            base = self._prices.get((kind, code))
            if base is None:
                base = self._prices[kind, ""]
            found = self._known[kind, code, st] = _scaled(base, self._factors.get((kind, st), _FACTOR))
        return found

    def visit(self, visit: Visit, code: str) -> int:
        """Cents for the visit itself, without what was done in it."""
        st = visit.facility.st
        kind = f"encounter {VISIT_WORDS[visit.kind]}"
        found = self._known.get((kind, code, st))
        if found is None:
            base = self._prices.get(("encounter", code), self._prices["encounter", ""])
            found = self._known[kind, code, st] = _scaled(base, self._factors.get((kind, st), _FACTOR))
        return found

    def of(self, kind: str, concept: Concept, st: str) -> int:
        """Cents for one of a concept, by its primary code."""
        return self.price(kind, concept.primary.code, st)


def covered(payer: str, cents: int, preventive: bool) -> int:
    """The cents of a charge that a kind of payer pays; the rest is the patient's."""
    share = SHARES[payer]
    return cents if preventive and share else cents * share // 100


def _scaled(cents: int, factor: int) -> int:
    return (cents * factor + _FACTOR // 2) // _FACTOR


@cache
def _load() -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """(kind, code) -> cents, "" being the default; (kind, st) -> factor in ten-thousandths."""
    try:
        text = (files("healthsynth") / "data" / "costs.csv").read_text(encoding="utf-8")
    except OSError as error:
        raise HealthsynthError("the installation is incomplete: healthsynth/data/costs.csv cannot be read") from error
    prices: dict[tuple[str, str], int] = {}
    factors: dict[tuple[str, str], int] = {}
    for kind, code, st, value in list(reader(text.splitlines()))[1:]:
        if st:
            factors[kind, st] = int(value)
        else:
            prices[kind, code] = int(value)
    return prices, factors
