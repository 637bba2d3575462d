"""medications.csv and immunizations.csv."""

from healthsynth.export.charges import Fills
from healthsynth.export.csv.columns import (
    DESCRIPTION,
    ENCOUNTER,
    PATIENT,
    REASON,
    Columns,
    optional,
    required,
)
from healthsynth.export.csv.page import Page, payer_id
from healthsynth.export.csv.text import coded, money, reason
from healthsynth.record.events import Administration, Prescription, Vaccination

MEDICATIONS: Columns = (
    required("START", "instant", "when it was prescribed or given"),
    optional("STOP", "instant", "when it ended; empty while taken"),
    PATIENT,
    optional("PAYER", "uuid", "payers.Id; empty where no coverage is known"),
    ENCOUNTER,
    required("CODE", "code", "RxNorm"),
    DESCRIPTION,
    required("BASE_COST", "money", "USD of one dispense"),
    required("PAYER_COVERAGE", "money", "USD of TOTALCOST that the payer paid"),
    required("DISPENSES", "count", "how often it was filled since the history opens, at least once"),
    required("TOTALCOST", "money", "BASE_COST times DISPENSES"),
    *REASON,
)

IMMUNIZATIONS: Columns = (
    required("DATE", "instant", "when it was given"),
    PATIENT,
    ENCOUNTER,
    required("CODE", "code", "CVX"),
    DESCRIPTION,
    required("BASE_COST", "money", "USD of the dose"),
)


def prescription(page: Page, event: Prescription) -> list[Fills]:
    """One row; returns its fills, as pharmacies bill each on a claim of its own."""
    open_ = page.open[event.visit]
    end = page.end(event.number)
    fills = page.charges.fills(event, open_.st, page.record)
    price, number = fills[0].price, sum([each.number for each in fills])
    share = sum([each.number * each.covered for each in fills])
    page.out["medications"].append(
        f"{page.key(event.number)}{page.stamps[event.time]},{'' if end is None else page.stamps[end]},{page.patient},"
        f"{payer_id(open_.coverage)},{open_.id},{coded(event.concept)},{money(price)},{money(share)},{number},"
        f"{money(price * number)},{reason(event.reason)}"
    )
    _count(page, event.visit, 4, share)
    return fills


def administration(page: Page, event: Administration) -> None:
    """One row that starts and stops at once; the visit's claim bills it."""
    open_ = page.open[event.visit]
    price, _, share = page.bill(event, event.time, event.time)
    stamp = page.stamps[event.time]
    page.out["medications"].append(
        f"{page.key(event.number)}{stamp},{stamp},{page.patient},{payer_id(open_.coverage)},{open_.id},{coded(event.concept)},{money(price)},"
        f"{money(share)},1,{money(price)},{reason(event.reason)}"
    )
    _count(page, event.visit, 4, share)


def immunization(page: Page, event: Vaccination) -> None:
    open_ = page.open[event.visit]
    price, _, share = page.bill(event, event.time, event.time)
    page.out["immunizations"].append(
        f"{page.key(event.number)}{page.stamps[event.time]},{open_.owners},{coded(event.concept)},{money(price)}"
    )
    _count(page, event.visit, 8, share)


def _count(page: Page, visit: int, column: int, share: int) -> None:
    """Count it as covered, or in the next column as uncovered, for the payer."""
    coverage = page.open[visit].coverage
    if coverage is not None:
        page.totals.payers[coverage.payer.id][column + (share == 0)] += 1
