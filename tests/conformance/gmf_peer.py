"""Synthea 3.3.0 itself: its jar from Maven Central, its modules, and what its populations count to.

Everything is kept in a cache folder outside the repository, so that it is fetched and simulated once.
"""

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from zipfile import ZipFile

from benchmarks.subjects import class_path, why_no_peer
from tests.conformance import gmf_counting
from tests.conformance.gmf_counting import Counted

VERSION = "3.3.0"
AS_OF = date(2026, 1, 1)
STATE = "Massachusetts"
_UNUSED = "claims.csv,claims_transactions.csv,payer_transitions.csv,organizations.csv,providers.csv,payers.csv,patient_expenses.csv"


def cache() -> Path:
    """Where downloads and counts are kept between runs."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "healthsynth" / f"synthea-{VERSION}"


def jar() -> Path:
    """The jar, fetched by Maven into its own repository.

    Raises:
        RuntimeError: Java or Maven is missing.
    """
    missing = why_no_peer()
    if missing:
        raise RuntimeError(missing)
    return Path(next(path for path in class_path().split(":") if path.endswith(f"synthea-{VERSION}.jar")))


def modules() -> Path:
    """The folder of the jar's modules and lookup tables, unpacked."""
    folder = cache() / "modules"
    if not folder.is_dir():
        partial = cache() / f"modules.{os.getpid()}"
        with ZipFile(jar()) as archive:
            names = [name for name in archive.namelist() if name.startswith("modules/") and not name.endswith("/")]
            archive.extractall(partial, names)
        (partial / "modules").rename(folder)
        shutil.rmtree(partial)
    return folder


def command(patients: int, seed: int, output: Path, *more: str) -> list[str]:
    """One run of the peer: one thread, a fixed day, no facility bundles."""
    day = AS_OF.isoformat().replace("-", "")
    return [
        "java", "-Xmx3g", "-cp", class_path(), "App", "-p", str(patients), "-s", str(seed), "-cs", str(seed), "-r", day,
        "-e", day, "--generate.thread_pool_size=1", f"--exporter.baseDirectory={output}",
        "--exporter.hospital.fhir.export=false", "--exporter.practitioner.fhir.export=false", *more, STATE,
    ]  # fmt: skip


def population(patients: int, seed: int) -> Counted:
    """Whole lives of that many living people of Massachusetts, counted; simulated at the first call, about 0.25 s each."""
    kept = cache() / f"massachusetts-{patients}-s{seed}" / "counted.json.gz"
    if kept.exists():
        return gmf_counting.load(kept)
    raw = kept.parent / "raw"
    if not (raw / "csv" / "patients.csv").exists() or not (raw / "finished").exists():
        jar()
        shutil.rmtree(raw, ignore_errors=True)
        raw.mkdir(parents=True)
        settings = (
            "--exporter.years_of_history=0", "--exporter.csv.export=true", "--exporter.fhir.export=false",
            f"--exporter.csv.excluded_files={_UNUSED}",
        )  # fmt: skip
        print(f"     running Synthea {VERSION} for {patients} patients, once", file=sys.stderr, flush=True)
        with (kept.parent / "log").open("w") as log:
            subprocess.run(command(patients, seed, raw, *settings), check=True, stdout=log, stderr=log)
        (raw / "finished").touch()
    counted = gmf_counting.count(raw / "csv", AS_OF)
    counted.save(kept)
    shutil.rmtree(raw)
    return counted
