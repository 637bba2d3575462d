"""Medplum's router with its repository in memory, from npm: the second server, by other people than HAPI's."""

import shutil
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.conformance.hapi_server import free_port
from tests.conformance.registries import npm_install
from tests.conformance.verdict import BUILD

VERSION = "5.2.13"
NAME = f"Medplum's router {VERSION}"
PACKAGES = tuple(f"@medplum/{name}@{VERSION}" for name in ("core", "definitions", "fhir-router", "fhirtypes"))
TOOLS = BUILD / "medplum"
DRIVER = Path(__file__).with_name("medplum.mjs")
SECONDS = 120


class Medplum:
    """One server; what it has is gone when it ends."""

    def __init__(self) -> None:
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}/fhir"

    def __enter__(self) -> "Medplum":
        npm_install(TOOLS, PACKAGES)
        shutil.copy(DRIVER, TOOLS / DRIVER.name)
        self._process = subprocess.Popen(["node", "--max-old-space-size=2048", DRIVER.name, str(self._port)], cwd=TOOLS)
        deadline = time.monotonic() + SECONDS
        while not self._answers():
            assert self._process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.2)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/metadata", timeout=10) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
