"""Warnings: what Synthea swallows without a word and an author would want to know. Nothing here keeps a module from running."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from healthsynth.errors import Problem, near
from healthsynth.spec.gmf import conditions as c
from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf.codings import Coding, Names
from healthsynth.spec.gmf.flow import components, waits
from healthsynth.spec.gmf.lint_codes import codes
from healthsynth.spec.gmf.model import GmfLibrary, GmfModule
from healthsynth.spec.gmf.outside import ATTRIBUTES, VITAL_SIGNS
from healthsynth.spec.gmf.quirks import quirks
from healthsynth.spec.gmf.transitions import (
    Complex,
    Conditional,
    Distributed,
    Lookup,
    Share,
    targets,
)
from healthsynth.spec.gmf.uses import Uses, asked, attributes_read, reachable, uses

TOLERANCE = 0.001
ROUNDED = 0.0025  # rows of tables are rounded figures


def lint(
    library: GmfLibrary,
    known: Mapping[tuple[str, str], Names] | None = None,
    repaired: Mapping[Coding, Coding] | None = None,
) -> list[Problem]:
    """All warnings (GM5xx) of a library.

    Args:
        known: displays by (system letter, code), to look codes up in.
        repaired: what the corrected mode puts instead of wrong codes, to say so.
    """
    made = uses(library)
    found: list[Problem] = []
    for module in library.modules.values():
        for check in _CHECKS:
            found += check(module, library, made)
        if known is not None:
            found += codes(module, known, repaired or {})
    for name in sorted(library.tables):
        table = library.tables[name]
        off = [(i, sum(row.weights)) for i, row in enumerate(table.rows, 2) if abs(sum(row.weights) - 1) > ROUNDED]
        if off:
            rows = "1 row" if len(off) == 1 else f"{len(off)} rows"
            text = f"{rows} with weights that do not add to 1; the first adds to {off[0][1]:.6g}"
            found.append(Problem(table.file, off[0][0], 1, "GM502", text, "what is missing goes to the last column"))
    return sorted(set(found))


def _oddities(module: GmfModule, library: GmfLibrary, made: Uses) -> Iterator[Problem]:
    yield from module.oddities
    for path in module.ignored:
        yield module.source.problem(
            path, "GM507", f"nothing reads '{path[-1]}' here", "take it away, or look for its right name"
        )
    for name in dict.fromkeys(module.repeated):
        hint = "the last one counts; take the others away"
        yield Problem(module.source.file, 1, 1, "GM507", f"the key '{name}' stands twice in one object", hint)


def _weights(module: GmfModule, library: GmfLibrary, made: Uses) -> Iterator[Problem]:
    for title, state in module.states.items():
        path = ("states", title)
        match state.transition:
            case Distributed(shares=shares):
                yield from _sum(module, (*path, "distributed_transition"), shares)
            case Lookup(defaults=shares):
                yield from _sum(module, (*path, "lookup_table_transition"), shares)
            case Complex(options=options):
                for i, option in enumerate(options):
                    if option.shares and not option.to:
                        yield from _sum(module, (*path, "complex_transition", i, "distributions"), option.shares)
            case _:
                pass


def _sum(module: GmfModule, path: tuple[str | int, ...], shares: Sequence[Share]) -> Iterator[Problem]:
    numbers = [share.weight for share in shares if isinstance(share.weight, (int, float))]
    if len(numbers) < len(shares):
        return
    total = sum(numbers)
    if abs(total - 1) > TOLERANCE:
        cut = [shares[i].to for i in range(1, len(shares)) if sum(numbers[:i]) >= 1 - 1e-12]
        hint = f"'{cut[0]}' is never taken" if cut else f"the rest goes to the last, '{shares[-1].to}'"
        yield module.source.problem(path, "GM502", f"the weights add to {total:.6g}, not 1", hint)
    for i, weight in enumerate(numbers):
        if weight < 0:
            yield module.source.problem((*path, i), "GM502", f"the weight {weight:g} is negative", "weights are 0 to 1")


def _unreachable(module: GmfModule, library: GmfLibrary, made: Uses) -> Iterator[Problem]:
    found = reachable(module)
    for title in module.states:
        if title not in found and "Initial" in module.states:
            yield module.source.problem(("states", title), "GM503", "no way leads here", "lead to it, or take it away")
    if module.is_submodule and module.key not in made.called:
        yield module.source.problem((), "GM503", "no module calls this submodule", "call it, or take it away")


def _unset(module: GmfModule, library: GmfLibrary, made: Uses) -> Iterator[Problem]:
    outside = ATTRIBUTES | made.attributes
    for title, state in module.states.items():
        for name, _ in dict.fromkeys(attributes_read(state)):
            if name not in outside:
                hint = near(name, made.attributes) or "it counts as unset for everybody"
                yield module.source.problem(("states", title), "GM504", f"nobody sets the attribute '{name}'", hint)
        for leaf in dict.fromkeys(asked(state)):
            yield from _unheard(module, title, leaf, made)
    for title, state in module.states.items():
        if isinstance(state.transition, Lookup) and state.transition.table in library.tables:
            for name in library.tables[state.transition.table].attributes:
                if name not in outside:
                    text = f"nobody sets the attribute '{name}' that the table asks for"
                    yield module.source.problem(("states", title), "GM504", text, near(name, outside))


def _unheard(module: GmfModule, title: str, leaf: c.Condition, made: Uses) -> Iterator[Problem]:
    path = ("states", title)
    match leaf:
        case c.SymptomIs(symptom=name) if name not in made.symptoms:
            hint = near(name, made.symptoms) or "it counts as 0 for everybody"
            yield module.source.problem(path, "GM504", f"nobody sets the symptom '{name}'", hint)
        case c.VitalSignIs(vital_sign=name) if name not in VITAL_SIGNS | made.vital_signs:
            hint = near(name, VITAL_SIGNS) or "a reading that does not exist stops Synthea"
            yield module.source.problem(path, "GM504", f"there is no vital sign '{name}'", hint)
        case c.Active(codes=several) if several and not any(code.code in made.present for code in several):
            what = f"no module ever records {several[0].system} {several[0].code} ({several[0].display})"
            yield module.source.problem(path, "GM504", what, "the condition is never true")
        case c.ObservationIs(codes=several) if several and not any(code.code in made.observed for code in several):
            what = f"no module ever observes {several[0].system} {several[0].code} ({several[0].display})"
            yield module.source.problem(path, "GM504", what, "the condition is never true")
        case c.PriorState(name=name, since=since):
            for wanted in (name, since):
                if wanted and wanted not in made.states:
                    yield module.source.problem(
                        path, "GM508", f"no state is called '{wanted}'", near(wanted, module.states)
                    )
        case _:
            return


def _named(module: GmfModule, library: GmfLibrary, made: Uses) -> Iterator[Problem]:
    """Names of states and attributes in places where a wrong one is silently nothing."""
    for title, state in module.states.items():
        target = getattr(state, "target_encounter", "")
        if target and s.Encounter not in made.states.get(target, ()):
            hint = (
                near(target, [n for n, kinds in made.states.items() if s.Encounter in kinds]) or "it is never recorded"
            )
            yield module.source.problem(
                ("states", title, "target_encounter"), "GM508", f"no encounter is called '{target}'", hint
            )
        if isinstance(state, s.End) and state.by_state and state.by_state not in made.states:
            hint = near(state.by_state, made.states) or "it ends nothing"
            yield module.source.problem(("states", title), "GM508", f"no state is called '{state.by_state}'", hint)
        reason = getattr(state, "reason", "")
        if reason and reason not in made.states and reason not in made.attributes | ATTRIBUTES:
            hint = near(reason, [*module.states, *made.attributes]) or "there is no reason then"
            text = f"'{reason}' is neither a state nor an attribute"
            yield module.source.problem(("states", title, "reason"), "GM508", text, hint)
    for title, state in module.states.items():
        if isinstance(state, s.Death) and state.condition_onset and state.condition_onset not in made.states:
            text = f"no state is called '{state.condition_onset}'"
            yield module.source.problem(
                ("states", title, "condition_onset"), "GM508", text, near(state.condition_onset, module.states)
            )


def _options(module: GmfModule, library: GmfLibrary, made: Uses) -> Iterator[Problem]:
    for title, state in module.states.items():
        way = state.transition
        if not isinstance(way, (Conditional, Complex)) or not way.options:
            continue
        kind = "conditional_transition" if isinstance(way, Conditional) else "complex_transition"
        for i, option in enumerate(way.options):
            last = i == len(way.options) - 1
            path = ("states", title, kind, i)
            if option.condition is None and not last:
                yield module.source.problem(
                    path, "GM509", "what follows this option is never looked at", "give it a condition"
                )
                break
            if option.condition is not None and last:
                hint = "add an option without condition, so that a reader sees it"
                yield module.source.problem(
                    path, "GM510", "the last option is taken even where its condition is false", hint
                )


def _circles(module: GmfModule, library: GmfLibrary, made: Uses) -> Iterator[Problem]:
    """Circles without waiting that only conditions lead out of, when nothing in the circle can change them."""
    free = {title: state for title, state in module.states.items() if not waits(state)}
    ways = {title: [to for to in targets(state.transition) if to in free] for title, state in free.items()}
    for circle in components(ways):
        members = [free[title] for title in ways if title in circle]
        changes = any(isinstance(m, (s.SetAttribute, s.Counter, s.Symptom, s.ConditionOnset, s.End)) for m in members)
        drawn = any(not isinstance(m.transition, Conditional) and len(set(targets(m.transition))) > 1 for m in members)
        out = any(to not in circle for m in members for to in targets(m.transition))
        if out and not changes and not drawn:
            first = next(title for title in ways if title in circle)
            text = f"may loop without waiting: {' -> '.join(repr(m.name) for m in members)}"
            yield module.source.problem(("states", first), "GM511", text, "put a Delay into the circle")


def _gates(module: GmfModule, library: GmfLibrary, made: Uses) -> Iterator[Problem]:
    """A wellness encounter that can be come to again, with no EncounterEnd anywhere on the way back."""
    ways = {
        title: [to for to in targets(state.transition) if to in module.states and not isinstance(state, s.EncounterEnd)]
        for title, state in module.states.items()
    }
    ending = _ending(library)
    calls = {
        t for t, state in module.states.items() if isinstance(state, s.CallSubmodule) and state.submodule in ending
    }
    for circle in components(ways):
        gates = [t for t in ways if t in circle and getattr(module.states[t], "wellness", False)]
        if gates and not circle & calls:
            hint = "add an EncounterEnd after it"
            yield module.source.problem(("states", gates[0]), "GM512", "passes once and then never again", hint)


def _ending(library: GmfLibrary) -> set[str]:
    """The keys of modules with an EncounterEnd, in themselves or in what they call."""
    found: set[str] = set()
    while True:
        more = {
            key
            for key, module in library.modules.items()
            if key not in found
            and any(
                isinstance(state, s.EncounterEnd) or (isinstance(state, s.CallSubmodule) and state.submodule in found)
                for state in module.states.values()
            )
        }
        if not more:
            return found
        found |= more


def _types(module: GmfModule, library: GmfLibrary, made: Uses) -> Iterator[Problem]:
    """Comparisons of a text with a number, where every module sets the attribute to the other kind."""
    kinds = _kinds(library)
    for title, state in module.states.items():
        for leaf in dict.fromkeys(asked(state)):
            if not isinstance(leaf, c.AttributeIs) or leaf.value is None or "nil" in leaf.operator:
                continue
            given, wanted = kinds.get(leaf.attribute, set()), _kind(leaf.value)
            if given and wanted not in given and leaf.attribute not in ATTRIBUTES:
                text = f"'{leaf.attribute}' is compared with a {wanted} and set to a {' or a '.join(sorted(given))}"
                yield module.source.problem(
                    ("states", title), "GM513", text, "such a comparison stops Synthea's patient"
                )


def _kind(value: object) -> str:
    return "truth value" if isinstance(value, bool) else "number" if isinstance(value, (int, float)) else "text"


def _kinds(library: GmfLibrary) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    copies = False
    for module in library.modules.values():
        for state in module.states.values():
            if isinstance(state, s.Counter):
                found.setdefault(state.attribute, set()).add("number")
            if isinstance(state, s.SetAttribute):
                copies = copies or bool(state.value_attribute)
                kinds = found.setdefault(state.attribute, set())
                if state.range or state.distribution:
                    kinds.add("number")
                elif state.value_attribute or state.value_code or state.expression or state.series_data:
                    kinds.update(("number", "text", "truth value"))
                elif state.value is not None:
                    kinds.add(_kind(state.value))
            if getattr(state, "assign_to_attribute", ""):
                found.setdefault(state.assign_to_attribute, set()).update(("number", "text", "truth value"))  # type: ignore[attr-defined]
    return {name: kinds for name, kinds in found.items() if kinds}


def _quirks(module: GmfModule, library: GmfLibrary, made: Uses) -> Iterator[Problem]:
    for path, what in quirks(module):
        hint = "`--gmf corrected` does what is meant, `--gmf compatible` what Synthea does"
        yield module.source.problem(path, "GM514", what, hint)
    others = [key for key in made.names[module.name] if key != module.key]
    if others and module.is_submodule:
        text = f"has the name of {', '.join(others)}: Synthea may go on in the other"
        yield module.source.problem(("name",), "GM514", text, "give each file a name of its own")


_Check = Callable[[GmfModule, GmfLibrary, Uses], Iterator[Problem]]
_CHECKS: tuple[_Check, ...] = (
    _oddities, _weights, _unreachable, _unset, _named, _options, _circles, _gates, _types, _quirks,
)  # fmt: skip
