"""manifest.json: what was generated, how, and the hash of every file. Written last: a folder without it is unfinished.

It has no time of day and nothing about the machine, so that equal runs have equal manifests.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from healthsynth.errors import HealthsynthError
from healthsynth.run import disk, layout
from healthsynth.run.disk import Written
from healthsynth.run.facts import Facts
from healthsynth.settings import Settings

FORMAT = 1  # of the manifest itself


def settings_of(settings: Settings) -> dict[str, Any]:
    """Settings as they are recorded: folders of modules by name only, since their contents are hashed and their place is the
    machine's; and so tables of codes, which decide what is a mistake and no byte."""
    return {
        **settings.plain(),
        "modules": [Path(folder).resolve().name for folder in settings.modules],
        "codes": [Path(file).name for file in settings.codes],
    }


def make(
    settings: Settings,
    identity: Mapping[str, Any],
    facts: Facts,
    counts: Mapping[str, Mapping[str, int]],
    files: Iterable[Written],
) -> dict[str, Any]:
    """The manifest of a finished run."""
    return {
        "manifest": FORMAT,
        "generator": "healthsynth",
        "version": identity["version"],
        "seed": settings.seed,
        "reference_date": settings.as_of,
        "settings": settings_of(settings),
        "identity": {name: value for name, value in identity.items() if name != "version"},
        "counts": {
            "patients": facts.living + facts.deceased,
            "living": facts.living,
            "deceased": facts.deceased,
            "visits": facts.visits,
            "events": facts.events,
            "by_format": {name: dict(sorted(counts[name].items())) for name in sorted(counts)},
        },
        "conditions": dict(sorted(facts.conditions.items(), key=lambda item: (-item[1], item[0]))),
        "files": [written._asdict() for written in sorted(files)],
    }


def write(output: Path, manifest: Mapping[str, Any]) -> None:
    """Put the manifest in place."""
    content = orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n"
    disk.write_whole(output / layout.MANIFEST, layout.temporary(output, "manifest"), (content,))


def read(output: Path) -> dict[str, Any]:
    """The manifest of a finished run.

    Raises:
        HealthsynthError: there is none, or it is not one.
    """
    path = output / layout.MANIFEST
    try:
        found: Any = orjson.loads(path.read_bytes())
    except OSError as error:
        raise HealthsynthError(f"cannot read {path}: {error.strerror}") from None
    except orjson.JSONDecodeError as error:
        raise HealthsynthError(f"{path} is damaged: {error}") from None
    if not isinstance(found, dict) or "files" not in found or "settings" not in found:
        raise HealthsynthError(f"{path} is not a manifest of healthsynth")
    return found
