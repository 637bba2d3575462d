"""GMF conditions as sentences of the module language; those it has no words for are None, and noted."""

from collections.abc import Callable
from dataclasses import dataclass, field

from healthsynth.spec.gmf import conditions as c
from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf.convert.names import Words, slug
from healthsynth.spec.gmf.convert.runs import Run
from healthsynth.spec.gmf.model import GmfModule
from healthsynth.spec.gmf.values import Scalar

ALWAYS, NEVER = "age >= 0", "age < 0"
_RACES = {"hawaiian": "pacific"}
_VITALS = {"BMI": "bmi", "Height": "height", "Weight": "weight"}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip


@dataclass(slots=True)
class Traits:
    """Attributes of a module as courses: attribute -> (course, {value: state}), and which runs lead into each state."""

    course: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[Scalar, str]] = field(default_factory=dict)
    open_ended: set[str] = field(default_factory=set)  # set to numbers or copies too: only `is nil` can be asked
    set_by: dict[tuple[str, str], list[str]] = field(default_factory=dict)  # (attribute, state) -> names of runs


def traits(module: GmfModule, runs: dict[str, Run], prefix: str) -> Traits:
    """The attributes that a module itself sets."""
    found = Traits()
    for run in runs.values():
        last: dict[str, str] = {}
        for state in run.states:
            name = getattr(state, "assign_to_attribute", "")
            if isinstance(state, (s.SetAttribute, s.Counter)):
                last[state.attribute] = _state_of(state, found)
            elif name:
                last[name] = "set"
                found.open_ended.add(name)
        for attribute, to in last.items():
            found.course.setdefault(attribute, f"{prefix}_{slug(attribute)}_trait")
            found.values.setdefault(attribute, {})
            found.set_by.setdefault((attribute, to), []).append(run.name)
    return found


def _state_of(state: s.SetAttribute | s.Counter, found: Traits) -> str:
    values = found.values.setdefault(state.attribute, {})
    if isinstance(state, s.Counter) or state.range or state.distribution or state.value_attribute or state.expression:
        found.open_ended.add(state.attribute)
        return "set"
    if state.value_code or state.series_data:
        found.open_ended.add(state.attribute)
        return "set"
    if state.value is None:
        return "unset"
    text = str(state.value).lower() if isinstance(state.value, bool) else str(state.value)
    return values.setdefault(
        state.value, "v_" + slug(text.replace("-", "minus_").replace(".", "_point_")).removeprefix("n_")
    )


class Asking:
    """Says conditions; `unsaid` is called with what has no words."""

    def __init__(
        self, traits: Traits, words: Words, main: str, visited: dict[str, str], unsaid: Callable[[str, str], None]
    ):
        self.traits, self.words, self.main, self.visited, self.unsaid = traits, words, main, visited, unsaid
        self.names: set[str] = set()

    def say(self, asked: c.Condition) -> str | None:
        """A sentence, or None."""
        match asked:
            case c.And(conditions=several) | c.Or(conditions=several):
                return self._joined(asked, several)
            case c.Not(condition=inner):
                said = self.say(inner)
                return f"not ({said})" if said else None
            case c.Constant(value=value):
                return ALWAYS if value else NEVER
            case c.GenderIs(gender=gender):
                return f"sex is {'male' if gender == 'M' else 'female'}"
            case c.RaceIs(race=race):
                return NEVER if race == "hispanic" else f"race is {_RACES.get(race, race)}"
            case c.AgeIs():
                unit = "" if asked.unit == "years" else " months"
                return _compared("age", asked.operator, f"{asked.quantity:g}{unit}")
            case c.VitalSignIs(vital_sign=name) if name in _VITALS and isinstance(asked.value, (int, float)):
                return _compared(_VITALS[name], asked.operator, f"{asked.value:g}")
            case c.AttributeIs(attribute="gender"):
                return f"sex is {'male' if asked.value == 'M' else 'female'}" if asked.operator == "==" else None
            case c.AttributeIs() | c.PriorState() | c.Active():
                return self._remembered(asked)
        return self._no(type(asked).__name__)

    def _joined(self, asked: c.Condition, several: tuple[c.Condition, ...]) -> str | None:
        said = [self.say(inner) for inner in several]
        if None in said:
            return None
        if not said:
            return ALWAYS if isinstance(asked, c.And) else NEVER
        return (" and " if isinstance(asked, c.And) else " or ").join(f"({text})" for text in said)

    def _no(self, kind: str, what: str = "") -> str | None:
        self.unsaid(f"condition {kind}", what or "the language has no words for it")
        return None

    def _remembered(self, asked: c.AttributeIs | c.PriorState | c.Active) -> str | None:
        if isinstance(asked, c.PriorState):
            if asked.since or asked.within or asked.name not in self.visited:
                return self._no("PriorState")
            return f"{self.visited[asked.name]} is yes"
        if isinstance(asked, c.Active):
            return self._active(asked)
        course = self.traits.course.get(asked.attribute)
        if course is None:
            return self._no("AttributeIs", f"'{asked.attribute}' is not set in this module")
        if "nil" in asked.operator:
            return f"{course} {'is' if asked.operator == 'is nil' else 'is not'} unset"
        states = self._fitting(asked)
        if states is None:
            return self._no("AttributeIs", f"'{asked.attribute}' holds a number")
        return f"{course} is one of [{', '.join(states)}]" if states else NEVER

    def _fitting(self, asked: c.AttributeIs) -> list[str] | None:
        """The states of an attribute's course for which a comparison holds; None where they cannot be told."""
        values, value = self.traits.values[asked.attribute], asked.value
        if asked.attribute in self.traits.open_ended or value is None:
            return None
        if asked.operator in ("==", "!="):
            same = [st for v, st in values.items() if v == value and isinstance(v, bool) == isinstance(value, bool)]
            return sorted(set(same) if asked.operator == "==" else set(values.values()) - set(same))
        if isinstance(value, (bool, str)):
            return None
        numbers = [(v, st) for v, st in values.items() if isinstance(v, (int, float)) and not isinstance(v, bool)]
        return sorted({st for v, st in numbers if _COMPARE[asked.operator](v, value)})

    def _active(self, asked: c.Active) -> str | None:
        kind, verb = {"condition": ("condition", "diagnosed"), "allergy": ("allergy", "diagnosed"),
                      "medication": ("medication", "taking")}.get(asked.kind, ("", ""))  # fmt: skip
        names = [self.words.name(kind, (code,)) for code in asked.codes] if kind else []
        if not names or None in names:
            return self._no(f"Active {asked.kind}")
        self.names.update(name for name in names if name)
        return " or ".join(f"{verb} {name}" for name in names)


def _compared(left: str, operator: str, right: str) -> str:
    if operator == "!=":
        return f"not {left} = {right}"
    return f"{left} {'=' if operator == '==' else operator} {right}" if "nil" not in operator else ALWAYS
