"""A run and its workers as processes: started apart, watched and killed one by one (Linux, through /proc)."""

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path


def start(command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Start it as the leader of a process group of its own."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        return subprocess.Popen(command, start_new_session=True, stdout=out, stderr=subprocess.STDOUT)


def kill_all(leader: subprocess.Popen[bytes]) -> None:
    """`kill -9` of the run with all its workers at once."""
    os.killpg(leader.pid, signal.SIGKILL)
    leader.wait()


def workers(leader: subprocess.Popen[bytes]) -> list[int]:
    """The processes that the run has started and that live."""
    try:
        text = Path(f"/proc/{leader.pid}/task/{leader.pid}/children").read_text()
    except OSError:
        return []
    return [int(word) for word in text.split()]


def kill_worker(pid: int) -> bool:
    """`kill -9` of one worker; False if it had ended by itself."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def peak_bytes(pid: int) -> int:
    """The most that a process has had resident; 0 if it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
