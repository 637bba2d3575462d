"""A PostgreSQL server of one's own: made in a temporary folder, listening on 127.0.0.1 only, gone afterwards."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.registries import apt_install

ACCOUNT = "postgres"  # the server refuses to run as root; Debian's package makes this account
_DEBIAN = Path("/usr/lib/postgresql")
_PATIENCE = 300.0  # seconds until it answers: one on an idle machine


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs. `password` is in no URL."""

    port: int
    password: str

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{ACCOUNT}@127.0.0.1:{self.port}/{database}"

    @property
    def environment(self) -> Mapping[str, str]:
        return {"PGPASSWORD": self.password}


def binaries() -> Path | None:
    """The folder of `initdb` and `postgres`, the newest; None if there is none."""
    found = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).resolve().parent if elsewhere else None


def install() -> Path:
    """The same, installed from the system's registry if it is not there.

    Raises:
        AssertionError: it cannot be.
    """
    if binaries() is None:
        apt_install("postgresql")
    found = binaries()
    assert found, "there is no PostgreSQL, also after apt-get install postgresql"
    return found


@contextmanager
def server() -> Iterator[Server]:
    """Start one, and end it by its process id.

    Raises:
        RuntimeError: there is none to start, or it does not come up; says what it said.
    """
    programs = install()
    account = ACCOUNT if os.geteuid() == 0 else None
    home = Path(tempfile.mkdtemp(prefix="healthsynth-postgres-"))
    if account:
        shutil.chown(home, account)
    made = Server(_free_port(), secrets.token_hex(12))
    process: subprocess.Popen[bytes] | None = None
    log = home / "log"
    try:
        _initialise(programs, home, made, account)
        with log.open("wb") as out:
            process = subprocess.Popen(
                [
                    str(programs / "postgres"), "-D", str(home / "data"), "-p", str(made.port), "-c",
                    "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_wal_size=4GB",
                ],
                stdout=out, stderr=subprocess.STDOUT, user=account, cwd=home, extra_groups=() if account else None,
            )  # fmt: skip
        _wait(made, process, log)
        yield made
    finally:
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(home, ignore_errors=True)


def _initialise(programs: Path, home: Path, made: Server, account: str | None) -> None:
    secret = home / "password"
    secret.write_text(made.password)
    if account:
        shutil.chown(secret, account)
    command = [
        str(programs / "initdb"), "-D", str(home / "data"), "-U", ACCOUNT, "-A", "scram-sha-256", "--pwfile", str(secret),
        "-E", "UTF8", "--locale", "C",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, user=account, cwd=home, check=False)
    if done.returncode:
        raise RuntimeError(f"initdb ended with {done.returncode}: {done.stderr[-500:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(made: Server, process: "subprocess.Popen[bytes]", log: Path) -> None:
    import psycopg

    end = time.monotonic() + _PATIENCE
    while True:
        try:
            psycopg.connect(made.url(), password=made.password, connect_timeout=2).close()
            return
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL does not come up: {error}\n{log.read_text()[-500:]}") from None
            time.sleep(0.1)
