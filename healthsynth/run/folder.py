"""The output folder: whose it is, whether this run may use it, and what a run that was interrupted left there."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from healthsynth.errors import HealthsynthError
from healthsynth.run import disk, layout
from healthsynth.run import journal as journals

_PATIENCE = 5.0  # seconds: how long the workers of a killed run may take to notice


def is_finished(output: Path) -> bool:
    """Whether a run has come to its end here."""
    return (output / layout.MANIFEST).exists()


def is_begun(output: Path) -> bool:
    """Whether a run was interrupted here."""
    return (output / layout.WORK).is_dir()


def prepare(output: Path, own: Iterable[str], resume: bool, overwrite: bool) -> int:
    """Make the folder ready and hold it, or refuse.

    Args:
        output: the folder; made if it is not there.
        own: top-level names that this run will write.
        resume, overwrite: what the user allows.
    Returns:
        What to `release` in the end.
    Raises:
        HealthsynthError: it holds another run, or something else under these names; another run is at work in it; or it
            cannot be written.
    """
    with disk.told(output):
        if output.exists() and not output.is_dir():
            raise HealthsynthError(f"{output} is not a folder")
        if not resume and not overwrite:
            refuse_other_run(output)
        if not is_begun(output) and not is_finished(output):
            _refuse_what_is_in_the_way(output, own)
        (output / layout.WORK).mkdir(parents=True, exist_ok=True)
        held = _hold(output)
        try:
            if overwrite or _half_cleared(output).exists():
                _clear(output)
        except BaseException:
            release(held)
            raise
        return held


def _refuse_what_is_in_the_way(output: Path, own: Iterable[str]) -> None:
    for name in own:
        path = output / name
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise HealthsynthError(
                f"{output} already has '{name}', which is not of a healthsynth run; choose another folder (-o)"
            )


def refuse_other_run(output: Path) -> None:
    """Raises HealthsynthError if a run, finished or not, is in the folder."""
    if is_finished(output):
        raise HealthsynthError(
            f"{output} holds a finished run; choose another folder (-o), or replace it with --overwrite"
        )
    if is_begun(output):
        raise HealthsynthError(
            f"{output} holds an interrupted run; finish it with --resume, or replace it with --overwrite"
        )


def _half_cleared(output: Path) -> Path:
    """The manifest of a run that is being removed: while it is there, the removal has not come to its end."""
    return output / layout.WORK / "overwritten.json"


def _clear(output: Path) -> None:
    """Remove a run, and only what a run wrote. Safe to kill: the folder stays recognisable to the end."""
    manifest, old = output / layout.MANIFEST, _half_cleared(output)
    if manifest.exists():
        os.replace(manifest, old)
    for name in _names(output, old):
        path = output / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for path in (layout.open_chunks(output), layout.parts(output)):
        shutil.rmtree(path, ignore_errors=True)
    layout.journal(output).unlink(missing_ok=True)
    old.unlink(missing_ok=True)


def _names(output: Path, old: Path) -> list[str]:
    """Top-level names that the run before wrote."""
    names: set[str] = set()
    try:
        if old.exists():
            names.update(entry["path"].split("/")[0] for entry in orjson.loads(old.read_bytes())["files"])
        if layout.journal(output).exists():
            lines, _ = journals.read(layout.journal(output))
            names.update(name for line in lines[:1] for name in line.get("folders", ()))
    except (HealthsynthError, orjson.JSONDecodeError, KeyError, TypeError):
        raise HealthsynthError(f"what wrote {output} cannot be told any more: remove it yourself") from None
    return sorted(name for name in names if name and name not in (".", "..") and "/" not in name)


def forget(output: Path, own: Iterable[str]) -> None:
    """Remove what a run left that has not finished anything; `own` were empty before it."""
    for name in own:
        shutil.rmtree(output / name, ignore_errors=True)
    shutil.rmtree(output / layout.WORK, ignore_errors=True)


def _hold(output: Path) -> int:
    """Keep other runs out of the folder while this process and its workers live."""
    descriptor = os.open(layout.lock(output), os.O_RDWR | os.O_CREAT, 0o644)
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > deadline:
                os.close(descriptor)
                raise HealthsynthError(f"another run is writing to {output} just now") from None
            time.sleep(0.05)
        else:
            return descriptor


def release(descriptor: int) -> None:
    """Let others in."""
    os.close(descriptor)


def differences(before: Mapping[str, Any], now: Mapping[str, Any], path: str = "") -> list[str]:
    """What sets two descriptions of runs apart, a line each, by name."""
    found = []
    for name in dict.fromkeys((*before, *now)):
        old, new = before.get(name), now.get(name)
        if old == new:
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found += differences(old, new, f"{path}{name}: ")
        elif isinstance(old, str) and isinstance(new, str) and len(old) == len(new) == 64:
            found.append(f"{path}{name} has changed")
        else:
            found.append(f"{path}{name} was {_said(old)}, now {_said(new)}")
    return found


def _said(value: Any) -> str:
    if value is None:
        return "not given"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
