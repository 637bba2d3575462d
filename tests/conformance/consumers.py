"""Do readers that others wrote for Synthea's CSV files read ours?

    synthea-pydantic   pydantic models of every table, from PyPI (MIT): every row of every table through its model
    pandas             every file, also compressed
    HAPI's parser      none here: bundles and NDJSON go through the validator and the server of other checks

OHDSI's ETL-Synthea (R) and dbt-synthea (dbt) are not run here: no package of them was found on PyPI.
"""

import csv
import gzip
import importlib
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.conformance.populations import generate
from tests.conformance.registries import pip_install
from tests.conformance.verdict import BUILD, Options, Verdict, alone

PACKAGE, VERSION = "synthea-pydantic", "0.1.1"
FEW = 40
_HERE = BUILD / "consumers"
# Table -> its model.
MODELS = {
    "allergies": "Allergy", "careplans": "CarePlan", "claims": "Claim", "claims_transactions": "ClaimTransaction",
    "conditions": "Condition", "devices": "Device", "encounters": "Encounter", "imaging_studies": "ImagingStudy",
    "immunizations": "Immunization", "medications": "Medication", "observations": "Observation",
    "organizations": "Organization", "patients": "Patient", "payer_transitions": "PayerTransition", "payers": "Payer",
    "procedures": "Procedure", "providers": "Provider", "supplies": "Supply",
}  # fmt: skip

# What the models ask for and Synthea 3.3.0, whose layout ours is, does not write or knows more of; and what we do not know.
KNOWN = {
    "payer_transitions.START_YEAR": "an older layout: 3.3.0 has START_DATE and END_DATE",
    "payer_transitions.END_YEAR": "an older layout: 3.3.0 has START_DATE and END_DATE",
    "providers.UTILIZATION": "an older layout: 3.3.0 has ENCOUNTERS and PROCEDURES",
    "patients.MARITAL": "only M and S: 3.3.0 also writes D and W",
    "encounters.ENCOUNTERCLASS": "without home and virtual, which 3.3.0 also writes",
    "devices.UDI": "asked of every device: ours have one where a real one would, in implants",
    "payers.QOLS_AVG": "always a number: quality of life is not computed here, so it is empty",
}


def check(options: Options) -> Iterator[Verdict]:
    """One population, with the dead, plain and compressed."""
    patients = FEW if options.small else options.databases
    output = generate(patients, options.seed, _HERE / "run", "-f", "csv", "--deceased", "recent")
    yield _read_by_models(output)
    packed = generate(
        patients, options.seed, _HERE / "packed", "-f", "csv", "--deceased", "recent", "--compress", "gzip"
    )
    yield _read_by_pandas(output, packed)
    shutil.rmtree(_HERE)


def _library() -> ModuleType:
    """Install it apart from our own packages. It asks for Python 3.12, and runs on 3.11 as well."""
    target = _HERE / "site"
    pip_install(target, f"{PACKAGE}=={VERSION}")
    sys.path.append(str(target))
    return importlib.import_module("synthea_pydantic")


def _read_by_models(output: Path) -> Verdict:
    """Every row through the model of its table; what a model reads must be what the row says."""
    library = _library()
    rows, bad = 0, 0
    examples: dict[str, str] = {}  # one for each column
    known: Counter[str] = Counter()
    for table, name in MODELS.items():
        model: Any = getattr(library, name)
        with (output / "csv" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                rows += 1
                wrong = _refused(model, row, table)
                known.update(wrong.keys() & KNOWN.keys())
                wrong = {column: text for column, text in wrong.items() if column not in KNOWN}
                bad += bool(wrong)
                examples = {**wrong, **examples}
    left = sorted(path.stem for path in (output / "csv").glob("*.csv") if path.stem not in MODELS)
    return Verdict(
        f"{PACKAGE} {VERSION} reads the CSV files", not bad and not left and rows > 0,
        f"{bad:,} of {rows:,} rows of {len(MODELS)} tables refused, but for {len(known)} columns known to differ", "target 0",
        (
            *(f"{column}: {text}" for column, text in examples.items()),
            *(f"no model for {name}" for name in left),
            *(f"known: {column} in {number:,} rows: {KNOWN[column]}" for column, number in sorted(known.items())),
        ),
    )  # fmt: skip


def _refused(model: Any, row: dict[str, str], table: str) -> dict[str, str]:
    """Column -> what the model has against it."""
    from pydantic import ValidationError

    try:
        model(**row)
    except ValidationError as error:
        return {
            f"{table}.{'.'.join(map(str, each['loc']))}": f"{each['msg']}, not {each['input']!r:.60}"
            for each in error.errors()
        }
    return {}


def _read_by_pandas(plain: Path, packed: Path) -> Verdict:
    """Compressed files hold the same table as the others, and the same text."""
    import pandas

    wrong, files = [], 0
    for path in sorted((plain / "csv").glob("*.csv")):
        other = packed / "csv" / f"{path.name}.gz"
        files += 1
        if gzip.decompress(other.read_bytes()) != path.read_bytes():
            wrong.append(f"{path.name}: another text")
        elif not pandas.read_csv(other, dtype=str).equals(pandas.read_csv(path, dtype=str)):
            wrong.append(f"{path.name}: another table")
    return Verdict(
        "pandas reads compressed CSV files", not wrong and files == len(MODELS),
        f"{len(wrong)} of {files} differ from the others", "target 0", tuple(wrong),
    )  # fmt: skip


if __name__ == "__main__":
    alone(check, __doc__)
