"""Several threads at one list of work; the first mistake stops them all."""

import threading
from collections.abc import Callable, Iterable
from typing import TypeVar

from healthsynth.load.server import Stopped

Work = TypeVar("Work")


def crew(work: Iterable[Work], do: Callable[[Work], None], hands: int, stop: threading.Event) -> None:
    """Do everything, in order of beginning, `hands` at a time.

    Args:
        stop: set when one has failed or somebody interrupts; whoever waits for a server is woken by it.
    Raises:
        whatever the first failure was; KeyboardInterrupt.
    """
    rest, lock = iter(work), threading.Lock()
    failures: list[BaseException] = []

    def hand() -> None:
        while not stop.is_set():
            with lock:
                item = next(rest, None)
            if item is None:
                return
            try:
                do(item)
            except Stopped:
                return
            except BaseException as error:
                failures.append(error)
                stop.set()

    threads = [threading.Thread(target=hand, daemon=True) for _ in range(hands)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            while thread.is_alive():
                thread.join(0.2)  # so that an interrupt is heard
    except KeyboardInterrupt:
        stop.set()
        for thread in threads:
            thread.join(2.0)
        raise
    if failures:
        raise failures[0]
