"""A run from beginning to end: folder, workers, journal, assembly, manifest.

Kill it at any moment: what the journal has is kept, `resume` does the rest, and the bytes are those of a run that was not killed.
"""

import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from healthsynth.errors import EXIT_INTERRUPTED, HealthsynthError
from healthsynth.export.base import Sink
from healthsynth.run import assemble, chunks, disk, folder, layout, manifest
from healthsynth.run import journal as journals
from healthsynth.run.disk import Written
from healthsynth.run.options import Options
from healthsynth.run.progress import Progress, Quiet
from healthsynth.run.summary import Summary
from healthsynth.run.supervisor import Supervisor
from healthsynth.run.worker import Work, bind, chunk_task
from healthsynth.settings import Settings


class Pipeline(Work, Protocol):
    """What a run needs: work, and what decides its bytes beside the settings."""

    def identity(self) -> dict[str, Any]: ...


class InterruptedRunError(HealthsynthError):
    """Stopped by Ctrl-C or SIGTERM; what is there can be resumed."""

    exit_code = EXIT_INTERRUPTED


def recorded(output: Path) -> dict[str, Any] | None:
    """The settings of the run in a folder, interrupted or finished, by name; None where there is none.

    Raises:
        HealthsynthError: there is a run, but it cannot be read.
    """
    with disk.told(output):
        if folder.is_finished(output):
            found: dict[str, Any] = manifest.read(output)["settings"]
            return {**found, "modules": None, "codes": None}  # the manifest has names of folders and files only
        if layout.journal(output).exists():
            lines, _ = journals.read(layout.journal(output))
            if lines:
                told: dict[str, Any] = lines[0]["settings"]
                return told
    return None


class Run:
    """One run.

    Args:
        settings: resolved ones, with seed and reference date.
        options: where to and how.
        make: makes the pipeline; called in this process, and in workers where they cannot inherit it.
        progress: told how far it is.
    """

    def __init__(
        self,
        settings: Settings,
        options: Options,
        make: Callable[[Settings], Pipeline],
        progress: Progress | None = None,
    ):
        self.settings, self.options = settings, options
        self._output = options.output
        self._make = make
        self._progress = progress or Quiet()
        self._chunks: dict[int, dict[str, Any]] = {}
        self._files: dict[str, Written] = {}
        self._began = False
        self._peak = 0
        self._now = 0

    def go(self) -> Summary:
        """Do it.

        Raises:
            HealthsynthError: the folder or the disk; what is there stays resumable.
            InterruptedRunError: by Ctrl-C; likewise.
            ProblemsError, UsageError: nothing was written.
        """
        begun = time.monotonic()
        output, options = self._output, self.options
        if not options.resume and not options.overwrite:
            folder.refuse_other_run(output)
        work = self._make(self.settings)
        bind(work, options.database_url)
        identity = work.identity()
        own = sorted({name for exporter in work.exporters.values() for name in exporter.folders})
        held = folder.prepare(output, own, options.resume, options.overwrite)
        try:
            if folder.is_finished(output):
                done = self._finished_before(identity)
            else:
                with _terminable():
                    done = self._finish(work, identity, own)
            shutil.rmtree(output / layout.WORK)
        except KeyboardInterrupt:
            raise InterruptedRunError(self._left("interrupted", own)) from None
        except OSError as error:
            raise HealthsynthError(self._left(disk.sentence(error, output), own)) from error
        except HealthsynthError as error:
            if type(error) is HealthsynthError:
                error.args = (self._left(str(error), own),)
            else:
                self._left("", own)
            raise
        finally:
            self._progress.stop()
            folder.release(held)
        seconds = time.monotonic() - begun
        return Summary(
            output, done, seconds, self._now, self._peak, min(options.processes, chunks.count(self.settings))
        )

    def _finish(self, work: Pipeline, identity: dict[str, Any], own: list[str]) -> dict[str, Any]:
        journal = self._open_journal(identity, own)
        try:
            self._prepare(work, identity)
            self._do_chunks(work, journal)
            return self._assemble(work, identity, journal)
        finally:
            journal.close()

    # --- what was there before ------------------------------------------------------------------------------------
    def _open_journal(self, identity: dict[str, Any], own: list[str]) -> journals.Journal:
        path = layout.journal(self._output)
        lines, keep = journals.read(path) if path.exists() else ([], 0)
        folders = [str(Path(name).resolve()) for name in self.settings.modules]
        codes = [str(Path(file).resolve()) for file in self.settings.codes]
        first = {
            "event": "start",
            "settings": {**self.settings.plain(), "modules": folders, "codes": codes},
            "identity": identity,
            "chunk_size": chunks.SIZE,
            "folders": own,
        }
        if not lines:
            self._began = True
            journal = journals.Journal(path, 0)
            journal.add(first)
            return journal
        self._refuse_another(lines[0], first)
        shutil.rmtree(layout.open_chunks(self._output), ignore_errors=True)
        for line in lines[1:]:
            self._take_in(line)
        return journals.Journal(path, keep)

    def _refuse_another(self, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        found = folder.differences(before["settings"], now["settings"])
        found += folder.differences(before["identity"], now["identity"])
        if before["chunk_size"] != now["chunk_size"]:
            found.append("the size of chunks has changed")
        if found:
            raise _AnotherRunError(self._output, found)

    def _take_in(self, line: dict[str, Any]) -> None:
        """Believe a line of the journal if the files that it speaks of are there."""
        if line["event"] == "chunk":
            files = [Written(*file) for file in line["files"]]
            part = layout.part(self._output, line["chunk"])
            if part.exists() and all(self._is_there(file) for file in files):
                self._chunks[line["chunk"]] = line
                self._files.update({file.path: file for file in files})
        elif line["event"] == "file":
            file = Written(*line["file"])
            if self._is_there(file):
                self._files[file.path] = file

    def _is_there(self, file: Written) -> bool:
        path = self._output / file.path
        return path.is_file() and path.stat().st_size == file.size

    def _finished_before(self, identity: Mapping[str, Any]) -> dict[str, Any]:
        """A finished folder that is to be resumed: nothing to do, if it is the same run."""
        found = manifest.read(self._output)
        now = {"version": identity["version"], "settings": manifest.settings_of(self.settings)}
        now["identity"] = {name: value for name, value in identity.items() if name != "version"}
        different = folder.differences({name: found.get(name) for name in now}, now)
        if different:
            raise _AnotherRunError(self._output, different)
        return found

    # --- the work -------------------------------------------------------------------------------------------------
    def _do_chunks(self, work: Pipeline, journal: journals.Journal) -> None:
        total = chunks.count(self.settings)
        missing = [chunk for chunk in range(total) if chunk not in self._chunks]
        before = sum(len(chunks.numbers(self.settings, chunk)) for chunk in self._chunks)
        self._progress.start(self.settings.population, before)
        if not missing:
            return
        supervisor = Supervisor(self._task(work), self.options.processes)
        for done in supervisor.run(missing):
            with disk.told(self._output):
                journal.add(done.result)
            self._chunks[done.item] = done.result
            self._files.update({file[0]: Written(*file) for file in done.result["files"]})
            self._peak = max(self._peak, done.peak_bytes)
            patients = len(chunks.numbers(self.settings, done.item))
            self._now += patients
            self._progress.advance(patients)

    def _task(self, work: Pipeline) -> Callable[[], Callable[[int], dict[str, Any]]]:
        """What makes the function of a worker: with fork it inherits the pipeline, elsewhere it makes its own."""
        if Supervisor.inherits:
            return partial(chunk_task, lambda: work, self._output, self.options.database_url)
        return partial(chunk_task, partial(self._make, self.settings), self._output, self.options.database_url)

    def _prepare(self, work: Pipeline, identity: dict[str, Any]) -> None:
        """Make the places ready where formats keep records elsewhere."""
        which = {"settings": manifest.settings_of(self.settings), "identity": identity, "chunk_size": chunks.SIZE}
        for exporter in work.exporters.values():
            if isinstance(exporter, Sink):
                exporter.prepare(which, self._chunks.keys(), self.options.overwrite)

    def _assemble(self, work: Pipeline, identity: dict[str, Any], journal: journals.Journal) -> dict[str, Any]:
        done = set(self._files)

        def told(file: Written) -> None:
            journal.add({"event": "file", "file": list(file)})
            self._files[file.path] = file

        with disk.told(self._output):
            self._progress.phase("joining tables")
            assemble.tables(self._output, self._chunks, work.exporters, done, told)
            self._progress.phase("writing what is shared")
            facts, counted = assemble.shared(self._output, self._chunks, work.exporters, done, told)
            self._progress.phase("merging")
            assemble.merge(self._output, self._chunks, work.exporters, done, told)
            counts = _sum([counted, *(line["counts"] for line in self._chunks.values())])
            made = manifest.make(self.settings, identity, facts, counts, self._files.values())
            manifest.write(self._output, made)
        return made

    # --- when it does not end well --------------------------------------------------------------------------------
    def _left(self, message: str, own: list[str]) -> str:
        """The message, with what is left in the folder; a run that has nothing yet leaves nothing."""
        if folder.is_finished(self._output):
            shutil.rmtree(self._output / layout.WORK, ignore_errors=True)
            return message
        if not self._chunks:
            if self._began:  # here and now; what an earlier session left is never touched
                folder.forget(self._output, own)
            return message
        shutil.rmtree(layout.open_chunks(self._output), ignore_errors=True)
        there = sum(len(chunks.numbers(self.settings, chunk)) for chunk in self._chunks)
        return (
            f"{message}\n{there:,} of {self.settings.population:,} patients are there; "
            f"to finish: healthsynth generate --resume -o {self._output}"
        )


class _AnotherRunError(HealthsynthError):
    """--resume of a run with other settings."""

    def __init__(self, output: Path, found: list[str]):
        lines = "\n".join(f"  {line}" for line in found[:20])
        super().__init__(
            f"{output} holds a run with other settings; resume it with its own, or use --overwrite:\n{lines}"
        )


def _sum(counts: list[Mapping[str, Mapping[str, int]]]) -> dict[str, dict[str, int]]:
    total: dict[str, dict[str, int]] = {}
    for by_format in counts:
        for name, numbers in by_format.items():
            mine = total.setdefault(name, {})
            for what, number in numbers.items():
                mine[what] = mine.get(what, 0) + number
    return total


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM ends a run as Ctrl-C does."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
