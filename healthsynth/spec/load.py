"""From files to checked models: every mistake of shape or sentence in every file, all at once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from healthsynth.errors import Problem, near
from healthsynth.spec.model import GATHERED, NUMBER_KINDS, Module, Number
from healthsynth.spec.sentences import SentenceError
from healthsynth.spec.source import Path_, Source, read

MAX_LINES = 400
_M = TypeVar("_M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Spec:
    """A module as its author wrote it, with the places of everything."""

    source: Source
    module: Module


def load(files: Iterable[Path]) -> tuple[list[Spec], list[Problem]]:
    """Read module files.

    Returns:
        The modules that have the right shape, in the order given, and the problems of all files.
    """
    specs, problems = [], []
    for file in files:
        source, found = read(file)
        problems += found
        if source is None:
            continue
        spec, found = understand(source)
        problems += found
        if spec is not None:
            specs.append(spec)
    return specs, problems


def understand(source: Source) -> tuple[Spec | None, list[Problem]]:
    """The model of one module source, or its problems."""
    problems = _head(source)
    expanded = _with_instances(source)
    module, found = validated(Module, expanded)
    problems += found
    return (Spec(expanded, module) if module is not None and not found else None), problems


def _head(source: Source) -> list[Problem]:
    problems = []
    lines = source.text.count("\n")
    if lines > MAX_LINES:
        problems.append(Problem(source.file, MAX_LINES, 1, "HS110", f"has {lines} lines", "split the module in two"))
    stem = Path(source.file).name.removesuffix(".yaml").removesuffix(".yml")
    name = source.data.get("module")
    if isinstance(name, str) and name != stem:
        hint = f"name the file {name}.yaml or the module {stem}"
        problems.append(source.problem(("module",), "HS108", f"module '{name}' stands in {stem}.yaml", hint))
    return problems


def validated(model: type[_M], source: Source) -> tuple[_M | None, list[Problem]]:
    """Validate a source against a pydantic model; errors become Problems at their lines."""
    try:
        return model.model_validate(source.data), []
    except ValidationError as error:
        return None, [_problem(model, source, item) for item in error.errors(include_url=False)]


def _problem(model: type[BaseModel], source: Source, item: Any) -> Problem:
    context = item.get("ctx") or {}
    path = _author_path(source.data, item["loc"])
    if item["type"] == "misplaced":
        code = {"rate_chance": "HS201", "shares_sum": "HS202", "bands": "HS203"}.get(context["kind"], "HS107")
        path = (*path, *context["below"])
        return source.problem(path, code, context["message"], context["hint"] or _hints(code), int(context["shift"]))
    if item["type"] == "extra_forbidden":
        known = _known_words(model, source.data, item["loc"][:-1])
        word = str(item["loc"][-1])
        hint = near(word, known) or "the words are " + ", ".join(known[:12])
        line, column = source.keys.get(path) or source.place(path)
        return Problem(source.file, line, column, "HS104", f"'{word}' is not a word here", hint)
    if item["type"] == "missing":
        return source.problem(path[:-1], "HS105", f"'{item['loc'][-1]}' is missing", "every module has it")
    wrong = context.get("error")
    if isinstance(wrong, SentenceError):
        key_error = "[key]" in item["loc"]
        shift = wrong.column - 1
        if key_error:
            line, column = source.keys.get(path, source.place(path))
            lead = next((len(w) for f, w in GATHERED.items() if f in item["loc"]), 0)
            return Problem(source.file, line, column + shift + lead, "HS107", str(wrong), wrong.hint)
        return source.problem(path, "HS107", str(wrong), wrong.hint, shift)
    code = {"verb": "HS109", "number_kind": "HS106", "string_pattern_mismatch": "HS111"}.get(item["type"], "HS106")
    message = item["msg"] if code != "HS111" else f"'{item['input']}' is not a name"
    hint = "names are lower case words joined by _" if code == "HS111" else _hints(code)
    return source.problem(path, code, message, hint)


def _hints(code: str) -> str:
    return {
        "HS201": "a chance is for one moment ('45%'), a rate is for time ('2% per year')",
        "HS202": "shares are of one whole",
        "HS203": "bands are completed years, the upper one included: '0 to 4', '5 to 17', '18 and over'",
        "HS106": "see docs/module-language.md",
        "HS109": "one verb a step; split it in two",
    }.get(code, "")


def _author_path(data: Any, loc: tuple[Any, ...]) -> Path_:
    """A pydantic location led back to the keys that the author wrote."""
    path: list[Any] = []
    here = data
    parts = list(loc)
    while parts:
        part = parts.pop(0)
        if part == "[key]":
            continue
        if isinstance(here, dict) and part not in here:
            if part in GATHERED and parts:
                part = GATHERED[part] + str(parts.pop(0))
            elif part in ("states", "bands", "options"):
                continue
        if (isinstance(here, dict) and part in here) or (
            isinstance(here, list) and isinstance(part, int) and part < len(here)
        ):
            here = here[part]
        elif isinstance(here, str) and part == 0:
            continue
        else:
            here = None
        path.append(part)
    return tuple(path)


def _known_words(model: type[BaseModel], data: Any, loc: tuple[Any, ...]) -> list[str]:
    """The keys that the model at `loc` knows, for near-names."""
    current: Any = model
    for part in loc:
        fields = getattr(current, "model_fields", None)
        if fields is None:
            break
        field = fields.get(part) or next((f for f in fields.values() if f.alias == part), None)
        if field is None:
            continue
        current = _inner_model(field.annotation) or current
    fields = getattr(current, "model_fields", {})
    words = [field.alias or name for name, field in fields.items() if name not in _MADE]
    return [*NUMBER_KINDS, *words] if current is Number else words


_MADE = ("kind", "bands", "banded", *GATHERED)  # fields that no author writes


def _inner_model(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _inner_model(argument)
        if found is not None:
            return found
    return None


# --- pathways with parameters ------------------------------------------------------------------------------------
_PARAMETER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def _with_instances(source: Source) -> Source:
    """A source in which each `follow: p, with: {...}` of a pathway with `needs` has a pathway of its own.

    The instance is called `p__value`; its places are those of the pathway that the author wrote.
    """
    pathways = source.data.get("pathways")
    if not isinstance(pathways, dict) or not any(isinstance(p, dict) and "needs" in p for p in pathways.values()):
        return source
    templates = {name: p for name, p in pathways.items() if isinstance(p, dict) and "needs" in p}
    made: dict[str, Any] = {}
    values, keys = dict(source.values), dict(source.keys)

    def visit(node: Any, path: Path_) -> Any:
        if isinstance(node, list):
            return [visit(item, (*path, i)) for i, item in enumerate(node)]
        if not isinstance(node, dict):
            return node
        if node.get("follow") in templates and isinstance(node.get("with"), dict):
            name, given = node["follow"], node["with"]
            instance = "__".join([name, *(str(given[key]) for key in sorted(given))])
            if instance not in made:
                made[instance] = None
                rest = {key: value for key, value in templates[name].items() if key != "needs"}
                made[instance] = visit(_filled(rest, given), ("pathways", instance))
                for marks in (values, keys):
                    for at, mark in list(marks.items()):
                        if at[:2] == ("pathways", name):
                            marks[("pathways", instance, *at[2:])] = mark
            node = {key: value for key, value in node.items() if key != "with"} | {"follow": instance}
        return {key: visit(value, (*path, key)) for key, value in node.items()}

    data = {
        key: (
            {name: visit(p, (key, name)) for name, p in value.items() if name not in templates}
            if key == "pathways"
            else visit(value, (key,))
        )
        for key, value in source.data.items()
    }
    data["pathways"] = {**data["pathways"], **made}
    return Source(source.file, source.text, data, values, keys)


def _filled(node: Any, given: dict[str, Any]) -> Any:
    if isinstance(node, str):
        return _PARAMETER.sub(lambda match: str(given.get(match[1], match[0])), node)
    if isinstance(node, list):
        return [_filled(item, given) for item in node]
    if isinstance(node, dict):
        return {_filled(key, given): _filled(value, given) for key, value in node.items()}
    return node
