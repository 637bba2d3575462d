"""Conditions as tests of a life, each with what it reads: whoever waits for one is woken by nothing else."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Final

from healthsynth.simulate.gmf import limits
from healthsynth.simulate.gmf.compare import Comparison, comparison
from healthsynth.simulate.gmf.limits import Fixed
from healthsynth.simulate.gmf.nodes import FOREVER, Computed, OfAttribute, OfVitalSign, Test, Value, Wake
from healthsynth.simulate.gmf.times import length
from healthsynth.spec.gmf import conditions as spec
from healthsynth.units import WEEK, Clock

if TYPE_CHECKING:
    from healthsynth.simulate.gmf.state import GmfLife

NO_NAMES: Final[frozenset[str]] = frozenset()


class Bound:
    """A condition ready to be asked.

    `names`: attributes, and codes after a '#', that it reads. `times`: when its answer may change by itself. `weekly`: it reads
    what nobody announces (vital signs, symptoms, results), so it has to be asked at every grid point.
    """

    def __init__(
        self, test: Test, names: frozenset[str] = NO_NAMES, times: tuple[Wake, ...] = (), weekly: bool = False
    ):
        self.test = test
        self.names = names
        self.times = times
        self.weekly = weekly

    def next_change(self, life: "GmfLife") -> Clock:
        """The first moment after the grid point at which time alone may change the answer."""
        soonest = FOREVER
        for change in self.times:
            at = change.next(life)
            if at < soonest:
                soonest = at
        return soonest


class Binder:
    """Binds the conditions of one program.

    Args:
        computed: attributes that are worked out when they are read.
        announced: those of them that are unset until a life hears of their change, and change every week then.
        corrected: repair what is marked as a quirk in docs/gmf.md.
    """

    def __init__(
        self, computed: Collection[str] = (), corrected: bool = False, announced: Collection[str] = ()
    ):  # fmt: skip
        self.computed = computed
        self.corrected = corrected
        self.announced = announced

    def bind(self, given: spec.Condition) -> Bound:
        """Any condition."""
        found: Bound = _BINDERS[type(given)](self, given)
        return found

    def value(self, attribute: str, default: Any = None) -> Value:
        """What an attribute is when it is read; the cast's have no default."""
        return Computed(attribute) if attribute in self.computed else OfAttribute(attribute, default)


# --- several --------------------------------------------------------------------------------------------------------
class _Both(Test):
    def __init__(self, first: Test, second: Test):
        self.first = first
        self.second = second

    def holds(self, life: "GmfLife") -> bool:
        return self.first.holds(life) and self.second.holds(life)


class _AllOf(Test):
    def __init__(self, parts: list[Test]):
        self.parts = parts

    def holds(self, life: "GmfLife") -> bool:
        for part in self.parts:  # noqa: SIM110  a generator costs more than the parts
            if not part.holds(life):
                return False
        return True


class _AnyOf(Test):
    def __init__(self, parts: list[Test]):
        self.parts = parts

    def holds(self, life: "GmfLife") -> bool:
        for part in self.parts:  # noqa: SIM110
            if part.holds(life):
                return True
        return False


class _Not(Test):
    def __init__(self, part: Test):
        self.part = part

    def holds(self, life: "GmfLife") -> bool:
        return not self.part.holds(life)


class _CountIs(Test):
    """So many hold, at least `least` and at most `most`."""

    def __init__(self, parts: list[Test], least: int, most: int):
        self.parts = parts
        self.least = least
        self.most = most

    def holds(self, life: "GmfLife") -> bool:
        count = 0
        for part in self.parts:
            if part.holds(life):
                count += 1
        return self.least <= count and count <= self.most


def _joined(binder: Binder, given: tuple[spec.Condition, ...], made: Callable[[list[Test]], Test]) -> Bound:
    """Several as one test, with what they read together."""
    parts = [binder.bind(each) for each in given]
    names = NO_NAMES
    times: tuple[Wake, ...] = ()
    for part in parts:
        names |= part.names
        times += part.times
    return Bound(made([part.test for part in parts]), names, times, any(part.weekly for part in parts))


def _and(binder: Binder, given: spec.And) -> Bound:
    return _joined(binder, given.conditions, lambda parts: _Both(*parts) if len(parts) == 2 else _AllOf(parts))


def _or(binder: Binder, given: spec.Or) -> Bound:
    return _joined(binder, given.conditions, _AnyOf)


def _not(binder: Binder, given: spec.Not) -> Bound:
    inner = binder.bind(given.condition)
    return Bound(_Not(inner.test), inner.names, inner.times, inner.weekly)


def _at_least(binder: Binder, given: spec.AtLeast) -> Bound:
    return _joined(binder, given.conditions, lambda parts: _CountIs(parts, given.minimum, len(parts)))


def _at_most(binder: Binder, given: spec.AtMost) -> Bound:
    return _joined(binder, given.conditions, lambda parts: _CountIs(parts, 0, given.maximum))


def _constant(binder: Binder, given: spec.Constant) -> Bound:
    return Bound(Fixed(given.value))


# --- what a person is -----------------------------------------------------------------------------------------------
class _IsUnset(Test):
    def __init__(self, name: str, negated: bool):
        self.name = name
        self.negated = negated

    def holds(self, life: "GmfLife") -> bool:
        return (self.name not in life.attributes) is not self.negated


class _AttributeIs(Test):
    """An attribute has exactly this flag or this text."""

    def __init__(self, name: str, wanted: bool | str):
        self.name = name
        self.wanted: Any = wanted

    def holds(self, life: "GmfLife") -> bool:
        found = life.attributes.get(self.name)
        return found is self.wanted or (type(found) is str and found == self.wanted)


class _Fits(Test):
    """A value stands in a relation to a constant."""

    def __init__(self, value: Value, relation: Comparison):
        self.value = value
        self.relation = relation

    def holds(self, life: "GmfLife") -> bool:
        return self.relation.fits(self.value.read(life))


class _NextWeek(Wake):
    """Nothing as long as an attribute is not announced; from then on it is another every week."""

    def __init__(self, name: str):
        self.name = name

    def next(self, life: "GmfLife") -> Clock:
        return life.grid + WEEK if life.computed(self.name) is not None else FOREVER


def _attribute(binder: Binder, given: spec.AttributeIs) -> Bound:
    name, right = given.attribute, given.value_code if given.value_code is not None else given.value
    names = frozenset((name,))
    fits = _Fits(binder.value(name), comparison(given.operator, right))
    if name in binder.announced:
        return Bound(fits, names, (_NextWeek(name),))
    if name in binder.computed:
        return Bound(fits, weekly=True)
    if given.operator in ("is nil", "is not nil"):
        return Bound(_IsUnset(name, given.operator == "is not nil"), names)
    if isinstance(right, bool):
        return Bound(_AttributeIs(name, right if given.operator == "==" else not right), names)
    if isinstance(right, str) and given.operator == "==":
        return Bound(_AttributeIs(name, right), names)
    return Bound(fits, names)


def _age(binder: Binder, given: spec.AgeIs) -> Bound:
    test, times = limits.age(given)
    return Bound(test, times=times)


def _date(binder: Binder, given: spec.DateIs) -> Bound:
    test, times = limits.date(given)
    return Bound(test, times=times)


def _gender(binder: Binder, given: spec.GenderIs) -> Bound:
    return Bound(_AttributeIs("gender", given.gender))


def _race(binder: Binder, given: spec.RaceIs) -> Bound:
    race = given.race.lower()
    if race == "hispanic" and binder.corrected:
        return Bound(_AttributeIs("ethnicity", "hispanic"))
    return Bound(_AttributeIs("race", race))


def _socioeconomic(binder: Binder, given: spec.SocioeconomicIs) -> Bound:
    return Bound(_AttributeIs("socioeconomic_category", given.category))


class _OfSymptom(Value):
    def __init__(self, name: str):
        self.name = name

    def read(self, life: "GmfLife") -> Any:
        return life.symptom(self.name)


def _symptom(binder: Binder, given: spec.SymptomIs) -> Bound:
    return Bound(_Fits(_OfSymptom(given.symptom), comparison(given.operator, given.value)), weekly=True)


def _vital_sign(binder: Binder, given: spec.VitalSignIs) -> Bound:
    return Bound(_Fits(OfVitalSign(given.vital_sign), comparison(given.operator, given.value)), weekly=True)


# --- what was observed ----------------------------------------------------------------------------------------------
class _ObservedAttribute(Test):
    def __init__(self, name: str, relation: Comparison, unset: bool):
        self.name = name
        self.relation = relation
        self.unset = unset  # what is true of those without it

    def holds(self, life: "GmfLife") -> bool:
        found = life.attributes.get(self.name)
        return self.unset if found is None else self.relation.fits(getattr(found, "value", found))


class _WasObserved(Test):
    def __init__(self, codes: tuple[str, ...], wanted: bool):
        self.codes = codes
        self.wanted = wanted

    def holds(self, life: "GmfLife") -> bool:
        latest = life.latest
        for code in self.codes:
            if code in latest:
                return self.wanted
        return not self.wanted


class _LatestIs(Test):
    def __init__(self, codes: tuple[str, ...], relation: Comparison):
        self.codes = codes
        self.relation = relation

    def holds(self, life: "GmfLife") -> bool:
        for code in self.codes:
            found = life.latest.get(code)
            if found is not None:
                return self.relation.fits(found[1])
        return False


def _observation(binder: Binder, given: spec.ObservationIs) -> Bound:
    right = given.value_code if given.value_code is not None else given.value
    relation = comparison(given.operator, right)
    if given.attribute:
        unset = binder.corrected and given.operator == "is nil"
        test = _ObservedAttribute(given.attribute, relation, unset)
        return Bound(test, frozenset((given.attribute,)), weekly=True)
    codes = tuple([code.code for code in given.codes])
    if given.operator in ("is nil", "is not nil"):
        return Bound(_WasObserved(codes, given.operator == "is not nil"), weekly=True)
    return Bound(_LatestIs(codes, relation), weekly=True)


# --- where a module was ---------------------------------------------------------------------------------------------
class _Visited(Test):
    """A state was entered, and `since` was not entered after it."""

    def __init__(self, name: str, since: str):
        self.name = name
        self.since = since

    def holds(self, life: "GmfLife") -> bool:
        seen = life.frame.seen
        found = seen.get(self.name)
        if found is None:
            return False
        other = seen.get(self.since) if self.since else None
        return other is None or other.count < found.count


class _VisitedWithin(_Visited):
    """And it was not left so long ago."""

    def __init__(self, name: str, since: str, within: Clock):
        super().__init__(name, since)
        self.within = within

    def holds(self, life: "GmfLife") -> bool:
        found = life.frame.seen.get(self.name)
        if found is None or (found.left is not None and found.left <= life.clock - self.within):
            return False
        return super().holds(life)


class _Forgotten(Wake):
    def __init__(self, name: str, within: Clock):
        self.name = name
        self.within = within

    def next(self, life: "GmfLife") -> Clock:
        found = life.frame.seen.get(self.name)
        if found is None or found.left is None:
            return FOREVER
        at = found.left + self.within
        return at if at > life.grid else FOREVER


def _prior_state(binder: Binder, given: spec.PriorState) -> Bound:
    if given.within is None:
        return Bound(_Visited(given.name, given.since))
    within = length(float(given.within.quantity), given.within.unit)
    return Bound(_VisitedWithin(given.name, given.since, within), times=(_Forgotten(given.name, within),))


# --- what is present in the record ----------------------------------------------------------------------------------
class _Present(Test):
    def __init__(self, code: str):
        self.code = code

    def holds(self, life: "GmfLife") -> bool:
        return self.code in life.present


class _AnyPresent(Test):
    def __init__(self, codes: tuple[str, ...]):
        self.codes = codes

    def holds(self, life: "GmfLife") -> bool:
        present = life.present
        for code in self.codes:  # noqa: SIM110
            if code in present:
                return True
        return False


class _GoingOn(Test):
    """Present, and not one that is over although its code is kept."""

    def __init__(self, codes: tuple[str, ...]):
        self.codes = codes

    def holds(self, life: "GmfLife") -> bool:
        for code in self.codes:
            found = life.present.get(code)
            if found is not None and found.stop is None:
                return True
        return False


class _PresentByAttribute(Test):
    def __init__(self, name: str, must_go_on: bool):
        self.name = name
        self.must_go_on = must_go_on

    def holds(self, life: "GmfLife") -> bool:
        code = getattr(life.attributes.get(self.name), "code", None)
        found = life.present.get(code) if code is not None else None
        return found is not None and (found.stop is None or not self.must_go_on)


def _active(binder: Binder, given: spec.Active) -> Bound:
    must_go_on = given.kind in ("medication", "careplan")
    if given.attribute:
        test = _PresentByAttribute(given.attribute, must_go_on)
        return Bound(test, frozenset((given.attribute,)), weekly=True)
    codes = tuple([code.code for code in given.codes])
    names = frozenset(["#" + code for code in codes])
    if must_go_on:
        return Bound(_GoingOn(codes), names)
    return Bound(_Present(codes[0]) if len(codes) == 1 else _AnyPresent(codes), names)


_BINDERS: Final[dict[type, Callable[..., Bound]]] = {
    spec.AttributeIs: _attribute,
    spec.AgeIs: _age,
    spec.DateIs: _date,
    spec.GenderIs: _gender,
    spec.RaceIs: _race,
    spec.SocioeconomicIs: _socioeconomic,
    spec.SymptomIs: _symptom,
    spec.VitalSignIs: _vital_sign,
    spec.ObservationIs: _observation,
    spec.PriorState: _prior_state,
    spec.Active: _active,
    spec.And: _and,
    spec.Or: _or,
    spec.Not: _not,
    spec.AtLeast: _at_least,
    spec.AtMost: _at_most,
    spec.Constant: _constant,
}
