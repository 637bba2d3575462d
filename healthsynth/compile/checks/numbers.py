"""HS2: numbers, their evidence and their use."""

from collections.abc import Iterable, Iterator

from healthsynth.compile.linked import Linked
from healthsynth.compile.walk import trees, walk
from healthsynth.errors import Problem, near
from healthsynth.spec import ast
from healthsynth.spec.load import Spec
from healthsynth.spec.model import (
    MONTHS,
    SEASONS,
    Choice,
    DeathEntry,
    Measure,
    Number,
    Option,
    Pathway,
    Rule,
    Starts,
    State,
    Step,
)
from healthsynth.spec.source import Path_

EVIDENCE = ("source", "calibrated", "assumed")


def evidence(linked: Linked) -> Iterable[Problem]:
    """Each number has exactly one evidence, and its sources and expectations exist."""
    for spec in linked.specs:
        for name, number in spec.module.numbers.items():
            yield from _evidence(spec, name, number)


def _evidence(spec: Spec, name: str, number: Number) -> Iterator[Problem]:
    path: Path_ = ("numbers", name)
    given = [kind for kind in EVIDENCE if getattr(number, kind) is not None]
    problem = spec.source.problem
    if not given:
        yield problem(path, "HS204", f"'{name}' has no evidence", "add source, calibrated or assumed")
    if len(given) > 1:
        yield problem(path, "HS205", f"'{name}' has {' and '.join(given)}", "keep exactly one evidence")
    if number.source is not None and number.source not in spec.module.sources:
        hint = near(number.source, spec.module.sources) or "add it to sources"
        yield problem((*path, "source"), "HS206", f"'{number.source}' is no source of this module", hint)
    if number.calibrated is not None:
        for target in number.calibrated.to:
            if target not in spec.module.expect:
                hint = near(target, spec.module.expect) or "name an expectation of this module"
                yield problem((*path, "calibrated"), "HS212", f"calibrated to '{target}', which is not expected", hint)
    if number.seasons is not None:
        known = set(MONTHS) if set(number.seasons) & set(MONTHS) else set(SEASONS)
        if number.kind != "rate" or not set(number.seasons) <= known or sum(number.seasons.values()) <= 0:
            yield problem(
                (*path, "seasons"), "HS214", "seasons are winter, spring, summer, autumn or months of a rate", ""
            )
    for i, factor in enumerate(number.times):
        reads = {tree.name for tree in trees(factor.condition) if isinstance(tree, ast.Is)}
        if reads & {"race", "ethnicity"} and not number.because:
            yield problem((*path, "times", i), "HS211", "race is used without a reason", "add because:")
        if factor.odds and number.kind != "chance":
            yield problem((*path, "times", i), "HS213", "odds belong to a chance", "leave 'odds' away")
    if number.times and number.kind not in ("rate", "chance", "amount"):
        yield problem((*path, "times"), "HS213", f"a {number.kind} takes no factors", "")


def sources(linked: Linked) -> Iterable[Problem]:
    """Sources named by measures, rules, steps and expectations exist."""
    for spec in linked.specs:
        for path, node in walk(spec.module):
            source = getattr(node, "source", None)
            if isinstance(node, Number) or not isinstance(source, str) or source in spec.module.sources:
                continue
            hint = near(source, spec.module.sources) or "add it to sources"
            yield spec.source.problem((*path, "source"), "HS206", f"'{source}' is no source of this module", hint)


def uses(linked: Linked) -> Iterable[Problem]:
    """Numbers that are used exist and are of the kind that their place asks for; all are used."""
    for spec in linked.specs:
        used: set[str] = set()
        for path, name, kinds in _uses(spec):
            used.add(name)
            number = spec.module.numbers.get(name)
            if number is None:
                hint = near(name, spec.module.numbers) or "define it under numbers"
                yield spec.source.problem(path, "HS208", f"'{name}' is no number of this module", hint)
            elif number.kind not in kinds:
                wanted = " or ".join(kinds)
                code = "HS201" if {number.kind, *kinds} >= {"rate", "chance"} else "HS209"
                message = f"'{name}' is a {number.kind}, a {wanted} belongs here"
                yield spec.source.problem(path, code, message, f"write it as {kinds[0]}:")
        for name in spec.module.numbers:
            if name not in used:
                yield spec.source.problem(
                    ("numbers", name), "HS210", f"'{name}' is used nowhere", "remove it or use it"
                )


Use = tuple[Path_, str, tuple[str, ...]]


def _uses(spec: Spec) -> Iterator[Use]:
    for path, node in walk(spec.module):
        yield from _named(path, node)
        yield from _in_texts(path, node)
        if isinstance(node, Measure):
            yield from _in_measure(path, node)


def _named(path: Path_, node: object) -> Iterator[Use]:
    """Fields that hold the bare name of a number."""
    if isinstance(node, (Rule, Pathway, Step, Choice, Option)) and node.chance is not None:
        yield (*path, "chance"), node.chance, ("chance",)
    if isinstance(node, Pathway) and node.no_show is not None:
        yield (*path, "no show"), node.no_show, ("chance",)
    if isinstance(node, (Rule, State)) and node.at_rate is not None:
        yield (*path, "at rate"), node.at_rate, ("rate",)
    if isinstance(node, Option) and node.shares is not None:
        yield (*path, "by shares"), node.shares, ("shares",)
    if isinstance(node, Starts):
        if node.shares is not None:
            yield (*path, "by shares"), node.shares, ("shares",)
        if node.chance is not None:
            yield (*path, "by chance"), node.chance, ("chance",)
    if isinstance(node, DeathEntry):
        if node.multiply_by is not None:
            yield (*path, "multiply by"), node.multiply_by, ("factor",)
        if node.add is not None:
            yield (*path, "add"), node.add, ("rate",)


def _in_texts(path: Path_, node: object) -> Iterator[Use]:
    if isinstance(node, ast.Exit) and isinstance(node.by, ast.Ref):
        yield path, node.by.name, ("rate",) if node.kind == "rate" else ("duration",)
    elif isinstance(node, ast.Factor) and isinstance(node.by, ast.Ref):
        yield path, node.by.name, ("factor",)
    elif isinstance(node, ast.Effect) and isinstance(node.by, ast.Ref):
        yield path, node.by.name, ("amount",)
    elif isinstance(node, ast.VisitText) and isinstance(node.lasting, ast.Ref):
        yield path, node.lasting.name, ("duration",)
    elif isinstance(node, ast.Ref):
        kind = ("amount",) if path[0] == "measures" else ("duration",)
        yield path, node.name, kind


def _in_measure(path: Path_, node: Measure) -> Iterator[Use]:
    tables = [(("answers",), node.answers or {})]
    tables += [((f"answers while {text}",), table) for text, table in node.answers_while.items()]
    for where, table in tables:
        for answer, text in table.items():
            if answer != "otherwise" and not text[0].isdigit():
                yield (*path, *where, answer), text, ("chance",)


def ranges(linked: Linked) -> Iterable[Problem]:
    """A number lies inside its own range."""
    for spec in linked.specs:
        for name, number in spec.module.numbers.items():
            text = number.range or number.ci
            if text is None or number.banded or number.kind not in ("rate", "chance", "factor", "amount"):
                continue
            value = _plain(number)
            limits = _limits(text)
            if value is None or limits is None:
                continue
            if not limits[0] <= value <= limits[1]:
                path = ("numbers", name, "range" if number.range else "ci")
                message = f"'{name}' is {value:g}, outside its own range {text}"
                yield spec.source.problem(path, "HS207", message, "one of the two is wrong")


def _plain(number: Number) -> float | None:
    """The first figure that the author wrote for the value."""
    value = number.bands[0][3]
    if isinstance(value, (ast.Rate, ast.Chance)):
        return _first_figure(value.text)
    if isinstance(value, ast.Quantity):
        return value.a if value.shape != "uniform" else None
    return float(value) if isinstance(value, float) else None


def _first_figure(text: str) -> float | None:
    try:
        return float(text.split()[0].rstrip("%"))
    except ValueError:
        return None


def _limits(text: str) -> tuple[float, float] | None:
    words = text.replace("%", " ").split()
    try:
        at = words.index("to")
        return float(words[at - 1]), float(words[at + 1])
    except (ValueError, IndexError):
        return None
