"""devices.csv and supplies.csv."""

from healthsynth.export.csv.columns import (
    DESCRIPTION,
    ENCOUNTER,
    PATIENT,
    Columns,
    optional,
    required,
)
from healthsynth.export.csv.page import Page
from healthsynth.export.csv.text import coded, date
from healthsynth.record.events import DeviceGiven, Supplied

DEVICES: Columns = (
    required("START", "instant", "when the patient got it"),
    optional("STOP", "instant", "when it was taken away; empty while in use"),
    PATIENT,
    ENCOUNTER,
    required("CODE", "code", "SNOMED CT"),
    DESCRIPTION,
    optional("UDI", "text", "of implants: GS1 form, with a company prefix that is nobody's; the same in FHIR"),
)

SUPPLIES: Columns = (
    required("DATE", "date", "day it was handed out"),
    PATIENT,
    ENCOUNTER,
    required("CODE", "code", "SNOMED CT"),
    DESCRIPTION,
    required("QUANTITY", "count", "how many"),
)


def device(page: Page, event: DeviceGiven) -> None:
    end = page.end(event.number)
    page.bill(event, event.time, event.time)
    page.out["devices"].append(
        f"{page.key(event.number)}{page.stamps[event.time]},{'' if end is None else page.stamps[end]},{page.open[event.visit].owners},"
        f"{coded(event.concept)},{_udi(event)}"
    )


def _udi(event: DeviceGiven) -> str:
    """Device identifier, lot and serial number; empty for what is not implanted."""
    if event.concept.more.get("category") != "implant":
        return ""
    digits = f"{int(event.concept.primary.code) % 1_000_000:013d}"
    # GS1 General Specifications 7.9: the last digit makes the weighted sum a multiple of ten.
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return f"(01){digits}{-total % 10}(10)L{event.number}(21)S{event.number}"


def supply(page: Page, event: Supplied) -> None:
    page.bill(event, event.time, event.time)
    page.out["supplies"].append(
        f"{page.key(event.number)}{date(event.time)},{page.open[event.visit].owners},{coded(event.concept)},"
        f"{event.quantity}"
    )
