"""HS4: the chart holds what a clinician can know, written in a visit, about what was found."""

from collections.abc import Iterable, Iterator

from healthsynth.compile.linked import Linked
from healthsynth.compile.walk import trees, walk
from healthsynth.errors import Problem, near
from healthsynth.spec import ast
from healthsynth.spec.load import Spec
from healthsynth.spec.model import Pathway, Rule, Step
from healthsynth.spec.source import Path_

READABLE = ("sex", "race", "ethnicity", "season", "visit")
READABLE_NAMES = ("age", "income", "bmi", "height", "weight", "head_circumference")

# verb -> the kinds of vocabulary entries it takes
KINDS = {
    "diagnose": ("condition", "finding", "allergy"),
    "resolve": ("condition", "finding", "allergy"),
    "prescribe": ("medication",),
    "give": ("vaccine", "medication"),
    "perform": ("procedure",),
    "image": ("imaging",),
    "refer": ("specialty", "procedure"),
    "educate": ("activity", "procedure"),
    "plan": ("careplan",),
    "end_plan": ("careplan",),
    "goal": ("goal",),
    "device": ("device",),
    "supply": ("supply",),
}


def truth(linked: Linked) -> Iterable[Problem]:
    """Care steps, and rules at a visit, cannot read the body."""
    for spec in linked.specs:
        for path, node in walk(spec.module):
            for where, condition in _of_care(path, node):
                yield from _reads_body(spec, where, condition)


def _of_care(path: Path_, node: object) -> Iterator[tuple[Path_, object]]:
    if isinstance(node, Step):
        for key in ("when", "unless", "until"):
            yield (*path, key), getattr(node, key)
        for i, choice in enumerate(node.choose or ()):
            yield (*path, "choose", i, "when"), choice.when
    elif isinstance(node, Pathway):
        for key in ("until", "unless", "who"):
            yield (*path, key), getattr(node, key)
    elif isinstance(node, Rule) and node.at is not None:
        yield (*path, "who"), node.who
        yield (*path, "when"), node.when


def _reads_body(spec: Spec, path: Path_, condition: object) -> Iterator[Problem]:
    for tree in trees(condition):
        hidden = None
        if (isinstance(tree, (ast.Is, ast.HasBeen)) and tree.name not in READABLE) or (
            isinstance(tree, ast.Name) and tree.name not in READABLE_NAMES
        ):
            hidden = tree.name
        if hidden:
            hint = f"use 'result {hidden}', 'diagnosed ...', or a rule with 'when:' and its own visit"
            yield spec.source.problem(path, "HS402", f"care cannot see '{hidden}': nobody has measured it", hint)


def concepts(linked: Linked) -> Iterable[Problem]:
    """Every short name that care uses is in a vocabulary, of the right kind."""
    for spec in linked.specs:
        for path, node in walk(spec.module):
            if isinstance(node, Step):
                yield from _step(linked, spec, path, node)
            elif isinstance(node, ast.VisitText):
                yield from _visit(linked, spec, path, node)
        for i, entry in enumerate(spec.module.death):
            if entry.multiply_by is None:
                yield from _cause(linked, spec, ("death", i), entry.cause)


def _cause(linked: Linked, spec: Spec, path: Path_, cause: str | None) -> Iterator[Problem]:
    if cause is None:
        yield spec.source.problem(path, "HS105", "'cause' is missing", "every death has a cause")
    else:
        yield from _concept(linked, spec, (*path, "cause"), cause, ("condition", "cause"))


def _step(linked: Linked, spec: Spec, path: Path_, step: Step) -> Iterator[Problem]:
    verb = step.verb
    key = verb.replace("_", " ")
    for name in _names(step, verb):
        if verb in KINDS:
            yield from _concept(linked, spec, (*path, key), name, KINDS[verb])
        elif verb in ("test", "ask"):
            yield from _testable(linked, spec, (*path, verb), name)
    if step.for_ is not None:
        yield from _concept(linked, spec, (*path, "for"), step.for_, ("condition", "finding", "allergy", "procedure"))
    if step.site is not None:
        yield from _concept(linked, spec, (*path, "site"), step.site, ("body_site",))
    for name in step.goals:
        yield from _concept(linked, spec, (*path, "goals"), name, ("goal",))
    needs_dose = verb == "prescribe" or (
        verb == "give" and (c := linked.concepts.get(str(step.give))) is not None and c.kind == "medication"
    )
    if needs_dose and step.dose is None:
        yield spec.source.problem(path, "HS405", f"'{key}' has no dose", "add dose: 1 tablet twice a day")
    if verb == "stop":
        for name in step.stop or ():
            if not _is_drug(linked, name):
                yield spec.source.problem((*path, "stop"), "HS501", f"'{name}' is no drug, ingredient or class", "")


def _names(step: Step, verb: str) -> tuple[str, ...]:
    value = getattr(step, verb)
    if isinstance(value, str):
        return (value,)
    return value if isinstance(value, tuple) and all(isinstance(item, str) for item in value) else ()


def _is_drug(linked: Linked, name: str) -> bool:
    return any(
        name in (c.name, c.more.get("ingredient"), *c.more.get("class", "").split())
        for c in linked.concepts.values()
        if c.kind == "medication"
    )


def _visit(linked: Linked, spec: Spec, path: Path_, visit: ast.VisitText) -> Iterator[Problem]:
    if visit.reason is not None:
        yield from _concept(linked, spec, path, visit.reason, ("condition", "finding", "procedure", "allergy"))
    if visit.specialty is not None:
        yield from _concept(linked, spec, path, visit.specialty, ("specialty",))


def _concept(linked: Linked, spec: Spec, path: Path_, name: str, kinds: tuple[str, ...]) -> Iterator[Problem]:
    concept = linked.concepts.get(name)
    if concept is None:
        hint = near(name, linked.concepts) or "add it to a vocabulary file"
        yield spec.source.problem(path, "HS501", f"'{name}' is in no vocabulary", hint)
    elif concept.kind not in kinds:
        message = f"'{name}' is a {concept.kind}; a {' or '.join(kinds)} belongs here"
        yield spec.source.problem(path, "HS404", message, "")


def _testable(linked: Linked, spec: Spec, path: Path_, name: str) -> Iterator[Problem]:
    concept = linked.concepts.get(name)
    if concept is None:
        hint = near(name, linked.concepts) or "add it to a vocabulary file"
        yield spec.source.problem(path, "HS501", f"'{name}' is in no vocabulary", hint)
        return
    owned = {measure for other in linked.specs for measure in other.module.measures}
    builtin = ("height", "weight", "bmi", "head_circumference")
    if not concept.members and name not in owned and name not in builtin:
        yield spec.source.problem(path, "HS303", f"no module says what '{name}' is", "define it under measures")
    for member in concept.members:
        inner = linked.concepts.get(member)
        if inner is None or not (inner.members or member in owned or member in builtin):
            message = f"'{member}', a part of '{name}', is no measure of any module"
            yield spec.source.problem(path, "HS303", message, "define it under measures, or leave it out of the panel")


def treated(linked: Linked) -> Iterable[Problem]:
    """Nobody is treated for what no module ever diagnoses."""
    diagnosed = {
        name
        for spec in linked.specs
        for _, node in walk(spec.module)
        if isinstance(node, Step)
        for name in node.diagnose or ()
    }
    for spec in linked.specs:
        for path, node in walk(spec.module):
            if not isinstance(node, Step) or node.for_ is None or node.for_ in diagnosed:
                continue
            concept = linked.concepts.get(node.for_)
            if concept is not None and concept.kind == "condition" and node.verb in ("prescribe", "plan"):
                message = f"'{node.for_}' is treated but never diagnosed"
                yield spec.source.problem((*path, "for"), "HS403", message, "diagnose it first")
