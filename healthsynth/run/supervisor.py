"""Worker processes that may die: each item goes to one worker; what a killed worker had open goes to another.

The standard library's pool breaks as a whole when one of its processes is killed (out of memory, `kill -9`), so workers are
watched here: a pipe each, one item at a time. A worker notices when its parent is gone, and goes as well.
"""

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

from healthsynth.errors import HealthsynthError, ProblemsError
from healthsynth.run import memory

MOST_DEATHS = 3  # of workers on one item, and of workers in a row that die before they have done anything
_PR_SET_PDEATHSIG = 1

Task = Callable[[int], Any]


class Done(NamedTuple):
    """One item's result, and the most memory its worker has had so far."""

    item: int
    result: Any
    peak_bytes: int


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    item: int | None = None
    has_worked: bool = False


class Supervisor:
    """Does items in several processes.

    Args:
        make: called in each worker, once; gives the function that does an item. With `fork` it may be a closure, elsewhere it must
            be picklable.
        workers: how many processes.
    """

    inherits = sys.platform == "linux"  # workers have what their parent had loaded

    def __init__(self, make: Callable[[], Task], workers: int):
        self._make = make
        self._size = workers
        # fork shares what is loaded; where it is not safe, each worker loads its own
        self._context = multiprocessing.get_context("fork" if self.inherits else "spawn")
        self._workers: list[_Worker] = []
        self._deaths: Counter[int] = Counter()
        self._early = 0

    def run(self, items: Iterable[int]) -> Iterator[Done]:
        """Do all items; results come as they are finished, in any order.

        Raises:
            HealthsynthError: an item failed, or killed its worker three times. Other workers are stopped at once.
        """
        waiting = deque(items)
        left = len(waiting)
        gc.collect()
        gc.freeze()  # pages shared with workers stay shared: the collector does not touch them
        try:
            for _ in range(min(self._size, left)):
                self._start(waiting)
            while left:
                for done in self._listen(waiting):
                    left -= 1
                    yield done
        finally:
            self._stop()
            gc.unfreeze()

    @property
    def pids(self) -> list[int]:
        """The processes at work."""
        return [worker.process.pid for worker in self._workers if worker.process.pid is not None]

    def _start(self, waiting: deque[int]) -> None:
        mine, theirs = self._context.Pipe()
        inherited = [worker.pipe for worker in self._workers] + [mine]
        close = inherited if self.inherits else []
        process = self._context.Process(  # type: ignore[attr-defined]
            target=_work, args=(self._make, theirs, close, os.getpid()), name="healthsynth worker"
        )
        process.start()
        theirs.close()  # so that the worker's death is the end of the pipe
        worker = _Worker(process, mine)
        self._workers.append(worker)
        self._give(worker, waiting)

    def _give(self, worker: _Worker, waiting: deque[int]) -> None:
        worker.item = waiting.popleft() if waiting else None
        if worker.item is not None:
            try:
                worker.pipe.send(worker.item)
            except OSError:
                return  # it has died; its pipe will say so

    def _listen(self, waiting: deque[int]) -> Iterator[Done]:
        ready = wait([worker.pipe for worker in self._workers])
        for worker in [worker for worker in self._workers if worker.pipe in ready]:
            try:
                kind, content, peak = worker.pipe.recv()
            except (EOFError, OSError):
                self._bury(worker, waiting)
                continue
            if kind == "failed":
                raise content
            item = worker.item
            assert item is not None
            worker.has_worked, self._early = True, 0
            self._give(worker, waiting)
            yield Done(item, content, peak)

    def _bury(self, worker: _Worker, waiting: deque[int]) -> None:
        """A worker has died: its item is done again by a new one."""
        self._workers.remove(worker)
        worker.pipe.close()
        worker.process.join()
        how = _how(worker.process.exitcode)
        if worker.item is not None:
            self._deaths[worker.item] += 1
            if self._deaths[worker.item] == MOST_DEATHS:
                raise HealthsynthError(f"chunk {worker.item} ended its worker {MOST_DEATHS} times ({how})")
            waiting.appendleft(worker.item)
        if not worker.has_worked:
            self._early += 1
            if self._early == 2 * MOST_DEATHS:
                raise HealthsynthError(f"workers die before they have done anything ({how})")
        if waiting:
            self._start(waiting)

    def _stop(self) -> None:
        for worker in self._workers:
            worker.process.kill()
            worker.pipe.close()
        for worker in self._workers:
            worker.process.join()
        self._workers.clear()


def _how(code: int | None) -> str:
    if code is None or code >= 0:
        return f"exit code {code}"
    name = signal.Signals(-code).name
    return f"{name}; perhaps too little memory" if name == "SIGKILL" else name


# --- in the worker ----------------------------------------------------------------------------------------------------
def _work(make: Callable[[], Task], pipe: Connection, close: list[Connection], parent: int) -> None:
    """The main function of a worker process."""
    for other in close:
        other.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal; the parent decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _die_with(parent)
    memory.keep_pages()
    try:
        task = make()
        memory.collect_rarely()
        while True:
            item = pipe.recv()
            done = task(item)
            memory.give_back()
            pipe.send(("done", done, memory.peak_bytes()))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the parent is gone or has enough
    except Exception as error:
        pipe.send(("failed", _portable(error), 0))


def _die_with(parent: int) -> None:
    """Have the kernel end this process when its parent ends, however that happens (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)  # it ended before that


def _portable(error: Exception) -> Exception:
    """An exception that survives the pipe, with the worker's traceback as a note for --debug."""
    import traceback

    if isinstance(error, ProblemsError):
        copy: Exception = ProblemsError(error.problems)
    elif isinstance(error, HealthsynthError):
        copy = type(error)(str(error))
    else:
        copy = HealthsynthError(f"{type(error).__name__}: {error}")
    copy.add_note("in a worker:\n" + "".join(traceback.format_exception(error)))
    return copy
