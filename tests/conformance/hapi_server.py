"""A HAPI FHIR JPA server of our own on loopback: built through Maven, started, killed and started again on the same database."""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.conformance.registries import fetch, installed
from tests.conformance.verdict import BUILD

SOURCES = Path(__file__).with_name("hapi")
SECONDS = 900  # until it answers: it takes 30 on an idle machine, ten times that on one that others keep busy
# A commit is on the disk when the answer goes out, as in any database that keeps its promises.
_DURABLE = "WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE"


class Hapi:
    """One server; `memory` as Java says it. With `folder` the database is in files and outlives a kill."""

    def __init__(self, name: str, memory: str = "3g", folder: Path | None = None):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/fhir"
        self.log = BUILD / f"hapi-{name}.log"
        self._memory = memory
        self._database = f"jdbc:h2:file:{folder}/fhir;{_DURABLE}" if folder else "jdbc:h2:mem:fhir;DB_CLOSE_DELAY=-1"
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Hapi":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start and wait until it answers.

        Raises:
            AssertionError: it does not.
        """
        command = [
            "java", f"-Xmx{self._memory}", f"-Dport={self.port}", f"-Ddb={self._database}",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", class_path(), "conformance.Hapi",
        ]  # fmt: skip
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + SECONDS
        while not self.answers():
            assert self._process.poll() is None, f"the server ended: {self.log.read_text()[-500:]}"
            assert time.monotonic() < deadline, f"the server does not answer: {self.log.read_text()[-500:]}"
            time.sleep(0.5)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def answers(self) -> bool:
        """Is it up?"""
        try:
            with urllib.request.urlopen(f"{self.url}/metadata", timeout=60) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def class_path() -> str:
    """What java needs, built once for these sources."""
    installed("javac", "default-jdk-headless")
    installed("mvn", "maven")
    files = sorted(path for path in SOURCES.rglob("*") if path.is_file())
    key = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
    home = BUILD.parent / f"hapi-{key}"
    known = home / "classpath"
    if not known.exists():
        home.mkdir(parents=True, exist_ok=True)
        command = [
            "mvn", "-q", "-B", f"-Dout.dir={home}", "compile", "dependency:build-classpath",
            f"-Dmdep.outputFile={home / 'dependencies'}", "-Dmdep.includeScope=runtime",
        ]  # fmt: skip
        fetch(command, cwd=SOURCES)
        known.write_text(f"{home / 'classes'}:{(home / 'dependencies').read_text()}")
    return known.read_text()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
