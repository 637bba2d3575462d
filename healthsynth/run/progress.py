"""What is shown while a run goes on: a bar with the rate and the time left, on a terminal only."""

import sys
from typing import Any, Protocol


class Progress(Protocol):
    """Told how far a run is."""

    def start(self, total: int, done: int) -> None:
        """`done` of `total` patients, or whatever is counted, were there before."""

    def advance(self, more: int) -> None:
        """So many more are finished."""

    def phase(self, words: str) -> None:
        """What is going on now."""

    def stop(self) -> None:
        """No more to show."""


class Quiet:
    """Shows nothing."""

    def start(self, total: int, done: int) -> None: ...

    def advance(self, more: int) -> None: ...

    def phase(self, words: str) -> None: ...

    def stop(self) -> None: ...


class Bar:
    """A bar on stderr. Drawn when told something: a thread of its own would be in the way of fork."""

    def __init__(self, words: str, unit: str) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.text import Text

        class Rate(TextColumn):
            def render(self, task: Any) -> Text:
                return Text(f"{task.speed:,.1f} {unit}/s" if task.speed else "")

        self._bar = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(""),
            TimeRemainingColumn(), console=Console(stderr=True), auto_refresh=False, transient=True,
        )  # fmt: skip
        self._words = words
        self._task: Any = None

    def start(self, total: int, done: int) -> None:
        self._bar.start()
        self._task = self._bar.add_task(self._words, total=total, completed=done)
        self._bar.refresh()

    def advance(self, more: int) -> None:
        self._bar.advance(self._task, more)
        self._bar.refresh()

    def phase(self, words: str) -> None:
        self._bar.update(self._task, description=words)
        self._bar.refresh()

    def stop(self) -> None:
        self._bar.stop()


def progress(quiet: bool, words: str = "living lives", unit: str = "patients") -> Progress:
    """A bar if someone can see it; `unit` is what it counts."""
    return Quiet() if quiet or not sys.stderr.isatty() else Bar(words, unit)
