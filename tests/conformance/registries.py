"""What other people's programs come from: Debian, npm, Maven Central, PyPI. A download that fails is tried once more, then it is a failure."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_PAUSE = 15.0  # seconds before the second try
_NPM = ("npm", "install", "--silent", "--no-audit", "--no-fund", "--save-exact")
_APT = {"DEBIAN_FRONTEND": "noninteractive"}


def fetch(
    command: Sequence[str], cwd: Path | None = None, env: Mapping[str, str] | None = None, pause: float = _PAUSE
) -> None:
    """Run a command that downloads, twice if it must be.

    Raises:
        AssertionError: it failed twice; says what it said.
    """
    for last in (False, True):
        done = subprocess.run(
            command, cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            return
        said = (done.stdout + done.stderr).strip()[-1500:]
        assert not last, f"tried twice, ended with {done.returncode}: {' '.join(command)}\n{said}"
        print(
            f"     {command[0]} ended with {done.returncode}; once more in {pause:.0f} s", file=sys.stderr, flush=True
        )
        time.sleep(pause)


def installed(command: str, *debian: str) -> str:
    """The path of a command, from Debian's packages if it is not there.

    Raises:
        AssertionError: it cannot be installed.
    """
    if shutil.which(command) is None:
        apt_install(*debian)
    path = shutil.which(command)
    assert path, f"there is no {command}, also after apt-get install {' '.join(debian)}"
    return path


def apt_install(*packages: str) -> None:
    """Debian packages, without what they recommend.

    Raises:
        AssertionError: apt-get is missing, may not, or fails.
    """
    wanted = f"please install {' '.join(packages)}"
    assert shutil.which("apt-get"), f"{wanted}: there is no apt-get here"
    assert os.geteuid() == 0, f"{wanted}: only root may (apt-get install {' '.join(packages)})"
    fetch(["apt-get", "update", "-qq"], env=_APT)
    fetch(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], env=_APT)


def npm_install(folder: Path, packages: Sequence[str]) -> None:
    """Packages of npm into a folder of their own.

    Raises:
        AssertionError: npm cannot be had, or fails.
    """
    installed("npm", "nodejs", "npm")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true, "type": "module"}\n')
    fetch([*_NPM, *packages], cwd=folder)


def pip_install(target: Path, package: str) -> None:
    """A package of PyPI, alone, apart from our own. What it says about the version of Python is passed over.

    Raises:
        AssertionError: pip fails.
    """
    quiet = ("--quiet", "--disable-pip-version-check", "--no-deps", "--ignore-requires-python", "--upgrade")
    fetch([sys.executable, "-m", "pip", "install", *quiet, "--target", str(target), package])
