"""Who is measured: the commands of both sides, and where each writes."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "bench"
AS_OF = "2026-01-01"
STATE = "Massachusetts"

Command = Callable[[int, int, int, Path], list[str]]


def healthsynth(patients: int, workers: int, seed: int, output: Path) -> list[str]:
    """This project with its default formats and history. `workers` 0: all cores."""
    many = ["--workers", str(workers)] if workers else []
    return [
        sys.executable, "-m", "healthsynth", "generate", "-p", str(patients), "-s", str(seed), "--as-of", AS_OF,
        "--state", STATE, "-o", str(output), "--overwrite", "--quiet", *many,
    ]  # fmt: skip


def synthea(patients: int, workers: int, seed: int, output: Path) -> list[str]:
    """The peer with its default formats and history. `workers` 0: all cores, as it does by itself."""
    day = AS_OF.replace("-", "")
    return [
        "java", "-cp", class_path(), "App", "-p", str(patients), "-s", str(seed), "-cs", str(seed), "-r", day, "-e", day,
        f"--generate.thread_pool_size={workers or -1}", f"--exporter.baseDirectory={output}", STATE,
    ]  # fmt: skip


SUBJECTS: dict[str, Command] = {"healthsynth": healthsynth, "synthea": synthea}


def class_path() -> str:
    """Synthea's jars, by Maven into its own repository; asked for once and kept under build/."""
    kept = BUILD / "synthea.classpath"
    if not kept.exists() or not all(Path(jar).exists() for jar in kept.read_text().split(":")):
        BUILD.mkdir(parents=True, exist_ok=True)
        goal = ["dependency:build-classpath", f"-Dmdep.outputFile={kept}"]
        subprocess.run(["mvn", "-q", "-B", *goal], cwd=Path(__file__).parent / "synthea", check=True)
    return kept.read_text().strip()


def why_no_peer() -> str:
    """ "" if Synthea can run here; else what is missing."""
    missing = [tool for tool in ("java", "mvn") if shutil.which(tool) is None]
    return (
        f"{' and '.join(missing)} not found (Debian: apt-get install openjdk-17-jdk-headless maven)" if missing else ""
    )
