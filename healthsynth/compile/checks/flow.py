"""HS3: courses that can be walked, rules that can fire."""

from collections.abc import Iterable, Iterator

from healthsynth.compile.linked import Linked
from healthsynth.errors import Problem, near
from healthsynth.spec import ast
from healthsynth.spec.load import Spec
from healthsynth.spec.model import Course, Measure, Pathway, Rule, State


def courses(linked: Linked) -> Iterable[Problem]:
    """Targets exist, every state can be reached, every `choose` is complete."""
    for spec in linked.specs:
        for name, course in spec.module.course.items():
            yield from _course(spec, name, course)


def _course(spec: Spec, name: str, course: Course) -> Iterator[Problem]:
    problem = spec.source.problem
    reached = set(_first(spec, course))
    for state in reached - set(course.states):
        hint = near(state, course.states) or "define it"
        yield problem(("course", name, "starts"), "HS301", f"'{state}' is no state of '{name}'", hint)
    for state, rules in course.states.items():
        path = ("course", name, state)
        for target, where in _targets(spec, rules):
            reached.add(target)
            if target not in course.states:
                hint = near(target, course.states) or "define it"
                yield problem((*path, *where), "HS301", f"'{target}' is no state of '{name}'", hint)
        yield from _choose(spec, path, rules)
    for state in course.states:
        if state not in reached:
            yield problem(("course", name, state), "HS302", f"nobody ever becomes '{state}'", "add a way into it")


def _first(spec: Spec, course: Course) -> list[str]:
    starts = course.starts
    if starts.shares is not None:
        return _shares(spec, starts.shares)
    return [state for state in (starts.state, starts.yes, starts.no) if state is not None]


def _shares(spec: Spec, name: str) -> list[str]:
    number = spec.module.numbers.get(name)
    if number is None or number.kind != "shares":
        return []
    return [key for key, _ in number.bands[0][3]]


def _targets(spec: Spec, rules: State) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    for target in rules.exits:
        yield target, (f"to {target}",)
    for i, option in enumerate(rules.choose):
        for key in ("to", "otherwise"):
            target = getattr(option, key)
            if target is not None:
                yield target, ("choose", i, key)
        if option.shares is not None:
            for target in _shares(spec, option.shares):
                yield target, ("choose", i, "by shares")


def _choose(spec: Spec, path: tuple[str | int, ...], rules: State) -> Iterator[Problem]:
    problem = spec.source.problem
    if rules.choose:
        last = rules.choose[-1]
        if last.otherwise is None and last.shares is None:
            yield problem(
                (*path, "choose"), "HS304", "the last line of 'choose' is not 'otherwise'", "add {otherwise: STATE}"
            )
        if rules.exits:
            yield problem((*path, "choose"), "HS306", "a state has 'to' exits or one 'choose', not both", "")
        for i, option in enumerate(rules.choose):
            if (option.chance is not None or option.when is not None) and option.to is None:
                yield problem((*path, "choose", i), "HS105", "'to' is missing", "say which state it leads to")
    elif rules.after is not None or rules.at_rate is not None:
        yield problem(path, "HS304", "'after' needs a 'choose' that says where to", "or write 'to STATE: after TIME'")


def rules(linked: Linked) -> Iterable[Problem]:
    """A care rule either acts at a visit or has one of its own, and something brings it about."""
    for spec in linked.specs:
        for name, rule in spec.module.care.items():
            yield from _rule(spec, name, rule)
        for name, pathway in spec.module.pathways.items():
            yield from _pathway(spec, name, pathway)


def _rule(spec: Spec, name: str, rule: Rule) -> Iterator[Problem]:
    path = ("care", name)
    problem = spec.source.problem
    if rule.at is not None and rule.visit is not None:
        yield problem(path, "HS306", f"'{name}' has both 'at' and 'visit'", "it acts in another visit, or has its own")
    if rule.at is None and rule.visit is None:
        yield problem(path, "HS401", f"'{name}' does things outside a visit", "add at: or visit:")
    own = [rule.when is not None, rule.at_rate is not None, bool(rule.at_ages), rule.every is not None]
    if rule.visit is not None and not any(own):
        yield problem(path, "HS305", f"nothing brings about '{name}'", "add when:, at rate:, at ages: or every:")
    if rule.at is not None and (rule.at_rate is not None or rule.at_ages or rule.after is not None):
        yield problem(path, "HS306", "'at' a visit goes with who, when, every and chance only", "")


def _pathway(spec: Spec, name: str, pathway: Pathway) -> Iterator[Problem]:
    path = ("pathways", name)
    if pathway.visit is None and (pathway.every is not None or pathway.first is not None or pathway.times is not None):
        yield spec.source.problem(path, "HS401", f"'{name}' has times but no visit", "add visit:")
    if pathway.steps and (pathway.do or pathway.visit is not None):
        yield spec.source.problem(path, "HS306", f"'{name}' has both steps and do or visit", "a ladder has only steps")
    if not pathway.steps and not pathway.do:
        yield spec.source.problem(path, "HS105", f"'{name}' does nothing", "add do: or steps:")


def measures(linked: Linked) -> Iterable[Problem]:
    """A measure has one form, its table exists, and it can be charted."""
    for spec in linked.specs:
        for name, measure in spec.module.measures.items():
            yield from _measure(linked, spec, name, measure)


def _measure(linked: Linked, spec: Spec, name: str, measure: Measure) -> Iterator[Problem]:
    path = ("measures", name)
    problem = spec.source.problem
    forms = [
        measure.table is not None,
        measure.is_ is not None,
        measure.calculated is not None,
        measure.answers is not None,
        measure.typical is not None or bool(measure.whiles),
    ]
    if measure.of is not None:
        if any(forms):
            yield problem(path, "HS306", f"'{name}' is of another module: only effects can be said here", "")
        return
    if sum(forms) != 1:
        message = f"'{name}' has {'no form' if not any(forms) else 'more than one form'}"
        yield problem(path, "HS308", message, "typical/while, table, is, calculated or answers")
    if measure.table is not None and measure.table not in linked.tables:
        hint = near(measure.table, linked.tables) or "add it to clinical_modules/tables"
        yield problem((*path, "table"), "HS303", f"there is no table '{measure.table}'", hint)
    tables = (measure.answers, *measure.answers_while.values()) if measure.answers is not None else ()
    for table in tables:
        for answer in {value if key == "otherwise" else key for key, value in table.items()}:
            concept = linked.concepts.get(answer)
            if concept is None or concept.kind != "answer":
                hint = near(answer, [c.name for c in linked.concepts.values() if c.kind == "answer"])
                yield problem(
                    path, "HS501", f"'{answer}' is no answer in a vocabulary", hint or "add it with kind: answer"
                )
    if measure.stays is not None and isinstance(measure.stays, ast.Quantity) and measure.stays.shape != "uniform":
        yield problem((*path, "stays"), "HS107", "'stays' takes two limits", "such as '4.0 to 15.0'")
