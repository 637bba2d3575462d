"""Is this resource valid? Asked once for each shape; what passed is remembered on disk, so that later runs need not ask.

Shapes that differ in nothing that a rule of the guide can tell apart (the codes of two laboratory tests, say) are one.
The memory is a text file of hashes, one a line, only of what passed. Lines are appended in one write each, which
the system keeps whole with any number of processes; what is cut short is not recognised and asked again. Where nothing can be
written, nothing is remembered.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from healthsynth.errors import Problem, ProblemsError
from healthsynth.export.fhir.slots import Json, ShapeError
from healthsynth.vocabulary import Concept

Origin = Sequence[object]  # (module, state, line)


class Verdicts:
    """Validates resources against a guide.

    Args:
        guide: "6.1.0", "7.0.0" or "none".
        origins: where events come from, by `event.origin`.
    """

    def __init__(self, guide: str, origins: Sequence[Origin]):
        self._guide, self._origins = guide, origins
        self._file = _memory()
        self._passed: set[bytes] | None = None

    def check_shape(
        self, template: Json, slots: Sequence[Sequence[Any]], filled: Callable[[], Iterable[Json]], event: object
    ) -> bool:
        """Validate a shape's samples unless they, or others that no rule can tell from them, have passed; True if any was new.

        Args:
            template: the resource with markers where its slots are.
            slots: the sample values of each slot.
            filled: makes the samples to validate.
        Raises:
            ProblemsError: as `check`.
        """
        mark = self._mark(template, slots)
        if mark in self._known():
            return False
        # Asked second, because it takes the guide's tables, which a run of known shapes need not read.
        general = self._mark(self._alike(template), slots)
        is_new = general not in self._known()
        if is_new:
            for resource in filled():
                self.check(resource, event)
            self._remember(general)
        if mark != general:
            self._remember(mark)
        return is_new

    def check(self, resource: Json, event: object) -> None:
        """Validate a resource that an event became.

        Raises:
            ProblemsError: it is not valid; names the resource, the concept, module, state and line.
        """
        findings = _findings(resource, self._guide)
        if findings:
            raise ProblemsError(self._problem(resource, event, *finding) for finding in findings)

    def _mark(self, template: Json, slots: Sequence[Sequence[Any]]) -> bytes:
        return blake2b(orjson.dumps((self._guide, template, slots)), digest_size=16).hexdigest().encode()

    def _alike(self, template: Json) -> Json:
        from healthsynth.guides.mentions import alike

        found: Json = alike(template, self._guide)
        return found

    def _known(self) -> set[bytes]:
        if self._passed is None:
            try:
                lines = self._file.read_bytes().split(b"\n")
            except OSError:
                lines = []
            self._passed = {line for line in lines if len(line) == 32}
        return self._passed

    def _remember(self, mark: bytes) -> None:
        self._known().add(mark)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                # The line's own break stands first too, so that a line cut short by a full disk spoils none after it.
                os.write(handle, b"\n" + mark + b"\n")
            finally:
                os.close(handle)
        except OSError:
            pass  # a read-only home: the shape is validated again in the next run

    def blame(self, event: object, error: ShapeError) -> ProblemsError:
        """The error of a value that its slot cannot hold, with the place that the value comes from."""
        return ProblemsError([self._from(event, "value", type(event).__name__, str(error))])

    def _problem(self, resource: Json, event: object, code: str, path: str, message: str) -> Problem:
        return self._from(event, code, str(resource.get("resourceType")), f"{path}: {message}")

    def _from(self, event: object, code: str, what: str, message: str) -> Problem:
        concept = getattr(event, "concept", None)
        of = f" of '{concept.name}'" if isinstance(concept, Concept) else ""
        file, line, state = "healthsynth", 0, ""
        number = getattr(event, "origin", None)
        if isinstance(number, int) and 0 <= number < len(self._origins):
            module, where, at = self._origins[number]
            file, line, state = str(module), int(str(at)), f" in {where}"
        return Problem(file, line, 1, code, f"{what}{of}{state}: {message}")


def _findings(resource: Json, guide: str) -> list[tuple[str, str, str]]:
    """(code, path, message) of each fault, by the models of fhir.resources and by the rules of the guide.

    fhir.resources takes a second to import, hence only here.
    """
    from fhir.resources.R4B import get_fhir_model_class

    from healthsynth.guides import check

    plain = orjson.loads(orjson.dumps(resource))
    found = [(finding.code, finding.path, finding.message) for finding in check(plain, guide)]
    try:
        get_fhir_model_class(plain["resourceType"]).model_validate(plain)
    except ValueError as error:
        found.append(("structure", plain["resourceType"], " ".join(str(error).split())))
    return found


def _memory() -> Path:
    """The file of what passed by this version of the guides and the models."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "healthsynth" / f"shapes-{_fingerprint()}.txt"


@lru_cache(maxsize=1)
def _fingerprint() -> str:
    """A hash of everything that a verdict depends on, beside the resource itself."""
    root = Path(__file__).parents[2]
    digest = blake2b(digest_size=8)
    for package in ("fhir.resources", "fhir-core"):
        digest.update(f"{package} {version(package)}\n".encode())
    for path in sorted([*(root / "guides").rglob("*"), *(root / "data" / "guides").rglob("*"), Path(__file__)]):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
