"""HS3 and HS6: names of courses, states, measures and pathways, inside a module and between modules."""

from collections.abc import Iterable, Iterator

from healthsynth.compile.linked import Linked
from healthsynth.compile.walk import trees, walk
from healthsynth.errors import Problem, near
from healthsynth.record.events import VISIT_KINDS
from healthsynth.spec import ast
from healthsynth.spec.load import Spec
from healthsynth.spec.model import Measure, Module, Rule, Step
from healthsynth.spec.source import Path_

GIVEN = ("age", "sex", "race", "ethnicity", "income", "season", "height", "weight", "bmi", "head_circumference")
BUILT_IN_MEASURES = ("height", "weight", "bmi", "head_circumference")
OPTIONS = {
    "sex": ("female", "male"),
    "race": ("white", "black", "asian", "native", "pacific", "other"),
    "ethnicity": ("hispanic", "non_hispanic"),
    "season": ("winter", "spring", "summer", "autumn"),
}


def own_measures(module: Module) -> list[str]:
    """Measures that a module owns (not those of others that it has effects on)."""
    return [name for name, measure in module.measures.items() if measure.of is None]


def owners(linked: Linked) -> Iterable[Problem]:
    """A course or measure has one owner, and nobody takes a built-in name."""
    seen: dict[str, str] = dict.fromkeys(GIVEN, "healthsynth itself")
    for spec in linked.specs:
        module = spec.module
        for block, names in (("course", list(module.course)), ("measures", own_measures(module))):
            for name in names:
                if name in seen and seen[name] != f"{module.module} {block}":
                    message = f"'{name}' belongs to {seen[name]} already"
                    yield spec.source.problem(
                        (block, name), "HS602", message, "read it from there, or choose another name"
                    )
                seen[name] = f"{module.module} {block}"


def gives(linked: Linked) -> Iterable[Problem]:
    """A module gives only what it has."""
    for spec in linked.specs:
        module = spec.module
        has = {*module.course, *own_measures(module), *module.pathways}
        for i, name in enumerate(module.gives):
            if name not in has:
                message = f"gives '{name}', which it does not have"
                yield spec.source.problem(("gives", i), "HS603", message, near(name, has))


def given_by(linked: Linked) -> dict[str, Spec]:
    """name -> the module that gives it to others."""
    return {name: spec for spec in linked.specs for name in spec.module.gives}


def reads(linked: Linked) -> Iterable[Problem]:
    """What a module reads exists, is given, and is declared."""
    available = given_by(linked)
    for spec in linked.specs:
        for i, name in enumerate(spec.module.reads):
            if name not in available and name not in GIVEN:
                hint = near(name, [*available, *GIVEN]) or "no module gives it"
                yield spec.source.problem(("reads", i), "HS604", f"reads '{name}', which no module here gives", hint)


def states_of(linked: Linked, spec: Spec, name: str) -> tuple[str, ...] | None:
    """The states of a course that a module can read; None if there is no such course."""
    if name in spec.module.course:
        return tuple(spec.module.course[name].states)
    for other in linked.specs:
        if name in other.module.course:
            return tuple(other.module.course[name].states)
    return None


def _known_measure(linked: Linked, name: str) -> bool:
    return name in BUILT_IN_MEASURES or any(name in own_measures(spec.module) for spec in linked.specs)


def conditions(linked: Linked) -> Iterable[Problem]:
    """Every name in every condition and expression means something, and is declared if it is of another module."""
    for spec in linked.specs:
        for path, tree in _all_trees(linked, spec):
            yield from _tree(linked, spec, path, tree)


def _all_trees(linked: Linked, spec: Spec) -> Iterator[tuple[Path_, object]]:
    for path, node in walk(spec.module):
        for tree in trees(node):
            yield path, tree
        if isinstance(node, Measure):
            for lead, texts in (("while ", tuple(node.whiles)), ("answers while ", tuple(node.answers_while))):
                for text in texts:
                    for tree in trees(linked.conditions.get(text)):
                        yield (*path, lead + text), tree
            for lead, group in (("lowered by", node.lowered_by), ("raised by", node.raised_by)):
                for text in group:
                    for tree in trees(linked.conditions.get(text)):
                        yield (*path, lead, text), tree


def _tree(linked: Linked, spec: Spec, path: Path_, tree: object) -> Iterator[Problem]:
    if isinstance(tree, ast.Is):
        yield from _is(linked, spec, path, tree.name, tree.options)
    elif isinstance(tree, ast.HasBeen):
        yield from _is(linked, spec, path, tree.name, (tree.state,))
    elif isinstance(tree, ast.Name):
        yield from _name(linked, spec, path, tree.name)
    elif isinstance(tree, ast.Result):
        if not _known_measure(linked, tree.name) and tree.name not in linked.concepts:
            yield _unknown_measure(linked, spec, path, tree.name)
    elif isinstance(tree, ast.ResultIs):
        yield from _answer(linked, spec, path, tree)
    elif isinstance(tree, ast.Tested) and tree.name not in linked.concepts:
        yield _unknown_measure(linked, spec, path, tree.name)
    elif isinstance(tree, ast.Call):
        yield from _call(spec, path, tree)
    elif isinstance(tree, ast.Charted):
        yield from _charted(linked, spec, path, tree)


FUNCTIONS = (
    "min", "max", "ln", "exp", "round", "bmi", "egfr_ckd_epi_2021", "creatinine_for_gfr", "cdc_bmi_percentile",
    "cdc_head_percentile",
)  # fmt: skip


def _call(spec: Spec, path: Path_, tree: ast.Call) -> Iterator[Problem]:
    if tree.function not in FUNCTIONS:
        hint = near(tree.function, FUNCTIONS) or "there are " + ", ".join(FUNCTIONS)
        yield spec.source.problem(path, "HS303", f"there is no function '{tree.function}'", hint)


def _is(linked: Linked, spec: Spec, path: Path_, name: str, options: tuple[str, ...]) -> Iterator[Problem]:
    if name == "visit":
        return
    known = OPTIONS.get(name)
    if known is None:
        found = states_of(linked, spec, name)
        if found is None:
            courses = [*OPTIONS, *(course for other in linked.specs for course in other.module.course)]
            hint = near(name, courses) or "define it under course, or read it"
            yield spec.source.problem(path, "HS303", f"'{name}' is no course", hint)
            return
        known = found
    yield from _declared(linked, spec, path, name)
    for option in options:
        if option not in known:
            hint = near(option, known) or "it has " + ", ".join(known)
            yield spec.source.problem(path, "HS301", f"'{option}' is no state of '{name}'", hint)


def _name(linked: Linked, spec: Spec, path: Path_, name: str) -> Iterator[Problem]:
    if name in ("age", "income") or _known_measure(linked, name):
        yield from _declared(linked, spec, path, name)
    elif states_of(linked, spec, name) is not None:
        yield spec.source.problem(path, "HS303", f"'{name}' is a course", f"write '{name} is STATE'")
    else:
        yield _unknown_measure(linked, spec, path, name)


def _unknown_measure(linked: Linked, spec: Spec, path: Path_, name: str) -> Problem:
    known = [*BUILT_IN_MEASURES, *(measure for other in linked.specs for measure in own_measures(other.module))]
    hint = near(name, known) or "define it under measures, or read it"
    return spec.source.problem(path, "HS303", f"'{name}' is no measure", hint)


def _declared(linked: Linked, spec: Spec, path: Path_, name: str) -> Iterator[Problem]:
    module = spec.module
    if path[0] in ("expect", "stories"):
        return  # they look at the whole population
    if name in module.course or name in own_measures(module) or name in module.reads:
        return
    if name in GIVEN and path[0] in ("care", "pathways"):
        return  # what every clinician can see
    yield spec.source.problem(path, "HS601", f"'{name}' is read but not declared", f"add {name} to reads:")


def _answer(linked: Linked, spec: Spec, path: Path_, tree: ast.ResultIs) -> Iterator[Problem]:
    if not _known_measure(linked, tree.name):
        yield _unknown_measure(linked, spec, path, tree.name)
        return
    for other in linked.specs:
        measure = other.module.measures.get(tree.name)
        if measure is None or measure.answers is None:
            continue
        known = set()
        for table in (measure.answers, *measure.answers_while.values()):
            known |= {value if key == "otherwise" else key for key, value in table.items()}
        if tree.answer not in known:
            hint = near(tree.answer, known) or "it has " + ", ".join(sorted(known))
            yield spec.source.problem(path, "HS301", f"'{tree.answer}' is no answer of '{tree.name}'", hint)


KINDS_OF_WORD = {
    "diagnosed": ("condition", "allergy", "finding"),
    "ever diagnosed": ("condition", "allergy", "finding"),
    "performed": ("procedure", "imaging", "activity"),
    "given": ("vaccine", "medication"),
}


def _charted(linked: Linked, spec: Spec, path: Path_, tree: ast.Charted) -> Iterator[Problem]:
    if tree.word == "following":
        if tree.name not in spec.module.pathways and tree.name not in given_by(linked):
            hint = near(tree.name, spec.module.pathways) or "define it under pathways"
            yield spec.source.problem(path, "HS307", f"'{tree.name}' is no pathway", hint)
        return
    if tree.word in ("taking", "given") and tree.name in _drug_words(linked):
        return
    concept = linked.concepts.get(tree.name)
    if concept is None:
        hint = near(tree.name, linked.concepts) or "add it to a vocabulary file"
        yield spec.source.problem(path, "HS501", f"'{tree.name}' is in no vocabulary", hint)
    elif tree.word != "taking" and concept.kind not in KINDS_OF_WORD[tree.word]:
        message = f"'{tree.word}' goes with a {KINDS_OF_WORD[tree.word][0]}; '{tree.name}' is a {concept.kind}"
        yield spec.source.problem(path, "HS404", message, "")
    elif tree.word == "taking":
        yield spec.source.problem(path, "HS404", f"'{tree.name}' is no drug, ingredient or class", "")


def _drug_words(linked: Linked) -> set[str]:
    """Every name that `taking` understands."""
    found: set[str] = set()
    for concept in linked.concepts.values():
        if concept.kind in ("medication", "vaccine"):
            found |= {concept.name, concept.more.get("ingredient", ""), *concept.more.get("class", "").split()}
    return found


def visits(linked: Linked) -> Iterable[Problem]:
    """`at: NAME visit` names a kind of visit, a rule or a pathway; pathways that are followed exist."""
    named = {name for spec in linked.specs for name in (*spec.module.care, *spec.module.pathways)}
    known = {*VISIT_KINDS, *named, "*"}
    for spec in linked.specs:
        for path, node in walk(spec.module):
            if isinstance(node, Rule) and node.at is not None and node.at.name not in known:
                hint = near(node.at.name, known) or "a kind of visit, a care rule or a pathway"
                yield spec.source.problem((*path, "at"), "HS307", f"there is no '{node.at.name}' visit", hint)
            if isinstance(node, Step):
                for verb in ("follow", "leave"):
                    for name in getattr(node, verb) or ():
                        if name not in spec.module.pathways and name not in _given_pathways(linked):
                            hint = near(name, spec.module.pathways) or "define it under pathways"
                            yield spec.source.problem((*path, verb), "HS307", f"'{name}' is no pathway", hint)


def _given_pathways(linked: Linked) -> set[str]:
    return {name for spec in linked.specs for name in spec.module.gives if name in spec.module.pathways}
