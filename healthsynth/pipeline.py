"""The whole flow on one screen: settings -> program -> people -> lives -> records -> formats.

work = Pipeline(resolve(settings))
for number in settings.numbers:
    for record in work.patients(number):
        for exporter in work.exporters.values():
            exporter.add(record, out)
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from healthsynth import __version__, plugins, resources
from healthsynth.compile import library
from healthsynth.compile.program import GmfProgram, Program
from healthsynth.errors import HealthsynthError, UsageError
from healthsynth.export.base import Exporter
from healthsynth.people.places import resolve_place
from healthsynth.people.population import OLDEST, People, Selection, at_death
from healthsynth.record.record import Record
from healthsynth.record.window import within
from healthsynth.settings import Settings
from healthsynth.simulate.engine import record_of
from healthsynth.simulate.setup import make_engine
from healthsynth.units import YEAR, Clock

ATTEMPTS = 20_000  # lives tried for one slot: of those born 105 years ago one in a thousand lives
_EVER = -400 * YEAR


def resolve(settings: Settings) -> Settings:
    """The same settings with the names of places as the census writes them.

    Raises:
        UsageError: there is no such place or format, with near names.
    """
    for name in settings.format:
        plugins.maker(name)
    if not settings.format:
        raise UsageError("there is no format to write")
    state, city = resolve_place(settings.state, settings.city)
    return replace(settings, state=state, city=city)


class Pipeline:
    """Everything bound once per process. Nothing in it knows who calls it: a worker, a notebook, a cluster.

    Args:
        settings: resolved ones, with a seed and a reference date.
    Raises:
        ProblemsError: mistakes in modules, all of them.
        UsageError: nobody or nothing is asked for.
    """

    def __init__(self, settings: Settings):
        if settings.seed is None:
            raise UsageError("a run needs a seed")
        self.settings = settings
        folders = tuple(Path(folder) for folder in settings.modules)
        self.program: Program = library.program(
            folders, settings.builtin, settings.module, settings.gmf, tuple(map(Path, settings.codes))
        )
        self._engine = make_engine(self.program, settings.real_facilities)
        self._people = People(_selection(settings), settings.seed, settings.end)
        self._exporters: dict[str, Exporter] | None = None

    @property
    def exporters(self) -> Mapping[str, Exporter]:
        """The formats asked for, by name; made when first used."""
        if self._exporters is None:
            made = {name: plugins.maker(name)(self.settings, self.program) for name in self.settings.format}
            self._exporters = made
        return self._exporters

    def patients(self, number: int) -> Iterator[Record]:
        """The records of one slot: of those who died on the way, if wanted, then of the one who lives.

        Raises:
            HealthsynthError: nobody lives to the reference date in so many attempts.
        """
        settings, engine, end = self.settings, self._engine, self.settings.end
        dead, window = settings.deceased, settings.history_seconds
        since = _EVER if window is None else end - window
        charted = since if dead == "none" else _EVER if dead in ("all", "only") else since - (window or 0)
        for attempt in range(ATTEMPTS):
            person = self._people.person(number, attempt)
            if dead == "none" and engine.dies_before(person, end):
                continue
            record = record_of(engine.life(person, end, charted))
            if record.death is None:
                if dead != "only":
                    yield within(record, since)
                return
            died = record.death.time
            if dead in ("all", "only") or (dead == "recent" and died >= since):
                yield _of_the_dead(record, died, window)
        raise HealthsynthError(
            f"nobody of patient {number}'s census slot lives to {settings.as_of} in {ATTEMPTS} lives"
        )

    def identity(self) -> dict[str, Any]:
        """What else decides the bytes: the version, and the hashes of modules, tables and templates."""
        return {
            "version": __version__,
            "modules": {module.module: module.version for module in self.program.modules},
            "module_files": self._module_files(),
            "program": self.program.digest,
            "tables": _hashes(resources.data()),
            **self._gmf(),
            "templates": _hashes(resources.templates()),
            "schemas": {name: exporter.schema for name, exporter in self.exporters.items()},
        }

    def _gmf(self) -> dict[str, Any]:
        """Modules of Synthea and what is repaired in them; nothing where there are none."""
        gmf = self.program.gmf
        if gmf is None:
            return {}
        return {
            "synthea_modules": list(gmf.running),
            "synthea_corrections": list(gmf.corrections),
            **_repairs(gmf),
        }

    def _module_files(self) -> dict[str, str]:
        folders = tuple(Path(folder) for folder in self.settings.modules)
        known = (*library.folders(folders, self.settings.builtin), resources.modules())
        return {
            f"{folder.resolve().name}/{path}": hexdigest
            for folder in dict.fromkeys(known)
            for path, hexdigest in _hashes(folder).items()
            if path.endswith((".yaml", ".csv", ".json"))
        }


def _repairs(gmf: GmfProgram) -> dict[str, Any]:
    """What the corrected mode repairs in codes and values, place by place, and what it cannot; nothing in the other mode."""
    if not gmf.corrected:
        return {}
    return {
        "synthea_repairs": [
            {"module": one.module, "at": list(one.places), "from": dict(one.before), "to": dict(one.after)}
            for one in gmf.repairs
            if one.after
        ],
        "synthea_unrepaired": [
            {"module": one.module, "at": list(one.places), "is": dict(one.before), "why": one.why}
            for one in gmf.repairs
            if not one.after
        ],
    }


def _selection(settings: Settings) -> Selection:
    low, high = settings.ages or (0, OLDEST)
    sex = None if settings.sex is None else {"F": "female", "M": "male"}[settings.sex]
    return Selection(settings.state, settings.city, sex, low, high)


def _of_the_dead(record: Record, died: Clock, window: int | None) -> Record:
    """The window reaches back from the death; the person is who they were then."""
    shown = record if window is None else within(record, died - window)
    return replace(shown, person=at_death(record.person, died))


def _hashes(folder: Path) -> dict[str, str]:
    """SHA-256 by path in the folder, of what is read when generating: no pages for people, no leftovers of Python."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".md", ".py", ".pyc"))
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
