"""Build healthsynth/data/costs.csv from the reference data folder.

    python scripts/build_costs.py [../shared/data]

Rows are kind, code, st, value. Without a state the value is a price in cents: of a code, or the default of the kind
where the code is empty. With a state it is the factor of that state in ten-thousandths. The output depends on the input
alone.
"""

import csv
import sys
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

OUT = Path(__file__).parents[1] / "healthsynth" / "data" / "costs.csv"
# Kind in the table -> (file of prices, file of factors); an empty name where the reference data has none.
KINDS = {
    "device": ("devices", "devices_adjustments"),
    "encounter": ("encounters", ""),
    "immunization": ("", ""),
    "lab": ("", "labs_adjustments"),
    "medication": ("medications", "medications_adjustments"),
    "procedure": ("procedures", "procedures_adjustments"),
    "supply": ("supplies", "supplies_adjustments"),
}
LEFT_OUT = {"HOSPICE", "SNF", "OUTPATIENT"}  # no visit of ours is one of these

# Screenings and the like, which the reference data prices as if they were operations: about what Medicare's physician fee
# schedule of 2023 pays for CPT 96127, 96160, G0442 and 36415 (recalled), USD; nothing for what is part of the visit.
SMALL_PROCEDURES = {
    "171207006": "5",  # depression screening
    "408942001": "5",  # assessment of drug use
    "430193006": "0",  # medication reconciliation
    "710824005": "3",  # assessment of social needs
    "710841007": "5",  # assessment of anxiety
    "763302001": "18",  # AUDIT-C
    "82078001": "9",  # drawing of blood
    "866148006": "3",  # screening for domestic abuse
}

Row = tuple[str, str, str, int]


def rows(folder: Path) -> Iterator[Row]:
    """All rows, unsorted."""
    for line in _lines(folder, "defaults"):
        yield line["kind"], "", "", _whole(line["default_usd"], 100)
    for kind, (prices, factors) in KINDS.items():
        for line in _lines(folder, prices):
            yield kind, line["code"], "", _whole(line["mode"], 100)
        for line in _lines(folder, factors):
            yield kind, "", line["state"], _whole(line["adj_factor"], 10_000)
    for code, price in SMALL_PROCEDURES.items():
        yield "procedure", code, "", _whole(price, 100)
    for line in _lines(folder, "encounters_adjustments"):
        if line["encounter"] not in LEFT_OUT:
            yield (
                f"encounter {line['encounter'].lower()}",
                "",
                line["state"],
                _whole(line["adj_factor"], 10_000),
            )


def _lines(folder: Path, name: str) -> list[dict[str, str]]:
    if not name:
        return []
    with (folder / "costs" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _whole(text: str, times: int) -> int:
    return int((Decimal(text) * times).quantize(Decimal(1), ROUND_HALF_UP))


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    found = sorted({(kind, code, st): value for kind, code, st, value in rows(folder)}.items())
    with OUT.open("w", encoding="utf-8", newline="") as file:
        file.write("kind,code,st,value\n")
        file.writelines(f"{kind},{code},{st},{value}\n" for (kind, code, st), value in found)
    print(f"{OUT.name}: {len(found):,} rows, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
