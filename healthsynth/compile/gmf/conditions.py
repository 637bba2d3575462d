"""Conditions as functions of a life, each with what it reads: whoever waits for one is woken by nothing else."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from healthsynth.compile.gmf import limits
from healthsynth.compile.gmf.compare import comparison
from healthsynth.compile.gmf.limits import FOREVER, Life, Next
from healthsynth.compile.gmf.times import length
from healthsynth.spec.gmf import conditions as spec
from healthsynth.units import WEEK, Clock

Test = Callable[[Life], bool]


class Bound(NamedTuple):
    """A condition ready to be asked.

    `names`: attributes, and codes after a '#', that it reads. `times`: when its answer may change by itself. `weekly`: it reads
    what nobody announces (vital signs, symptoms, results), so it has to be asked at every grid point.
    """

    test: Test
    names: frozenset[str] = frozenset()
    times: tuple[Next, ...] = ()
    weekly: bool = False


def next_change(bound: Bound, life: Life) -> Clock:
    """The first moment after the grid point at which time alone may change the answer."""
    return min((change(life) for change in bound.times), default=FOREVER)


@dataclass(frozen=True, slots=True)
class Binder:
    """Binds the conditions of one program.

    Args:
        computed: attributes that are worked out when they are read.
        announced: those of them that are unset until a life hears of their change, and change every week then.
        corrected: repair what is marked as a quirk in docs/gmf.md.
    """

    computed: Collection[str] = ()
    corrected: bool = False
    announced: Collection[str] = ()

    def bind(self, given: spec.Condition) -> Bound:
        """Any condition."""
        found: Bound = _BINDERS[type(given)](self, given)
        return found

    def all(self, given: tuple[spec.Condition, ...]) -> tuple[tuple[Test, ...], Bound]:
        """Several: their tests, and what they read together (its own test is never asked)."""
        bound = [self.bind(each) for each in given]
        names: frozenset[str] = frozenset().union(*(each.names for each in bound))
        times = tuple(change for each in bound for change in each.times)
        return tuple(each.test for each in bound), Bound(_false, names, times, any(each.weekly for each in bound))


def _false(life: Life) -> bool:
    return False


def _attribute(binder: Binder, given: spec.AttributeIs) -> Bound:
    name, right = given.attribute, given.value_code if given.value_code is not None else given.value
    compare = comparison(given.operator, right)
    if name in binder.announced:
        # Nothing as long as it is not announced; from then on it is another every week.
        weekly: Next = lambda life: life.grid + WEEK if life.computed(name) is not None else FOREVER  # noqa: E731
        return Bound(lambda life: compare(life.computed(name)), frozenset((name,)), (weekly,))
    if name in binder.computed:
        return Bound(lambda life: compare(life.computed(name)), weekly=True)
    names = frozenset((name,))
    if given.operator == "is nil":
        return Bound(lambda life: name not in life.attributes, names)
    if given.operator == "is not nil":
        return Bound(lambda life: name in life.attributes, names)
    if isinstance(right, bool):
        wanted = right if given.operator == "==" else not right
        return Bound(lambda life: life.attributes.get(name) is wanted, names)
    if isinstance(right, str) and given.operator == "==":
        return Bound(lambda life: life.attributes.get(name) == right, names)
    return Bound(lambda life: compare(life.attributes.get(name)), names)


def _age(binder: Binder, given: spec.AgeIs) -> Bound:
    found = limits.age(given)
    return Bound(found.test, times=(found.next,))


def _date(binder: Binder, given: spec.DateIs) -> Bound:
    found = limits.date(given)
    return Bound(found.test, times=(found.next,))


def _gender(binder: Binder, given: spec.GenderIs) -> Bound:
    return _constant_of("gender", given.gender)


def _constant_of(name: str, wanted: str) -> Bound:
    return Bound(lambda life: life.attributes.get(name) == wanted)


def _race(binder: Binder, given: spec.RaceIs) -> Bound:
    race = given.race.lower()
    if race == "hispanic" and binder.corrected:
        return _constant_of("ethnicity", "hispanic")
    return _constant_of("race", race)


def _socioeconomic(binder: Binder, given: spec.SocioeconomicIs) -> Bound:
    return _constant_of("socioeconomic_category", given.category)


def _symptom(binder: Binder, given: spec.SymptomIs) -> Bound:
    name, compare = given.symptom, comparison(given.operator, given.value)
    return Bound(lambda life: compare(life.symptom(name)), weekly=True)


def _vital_sign(binder: Binder, given: spec.VitalSignIs) -> Bound:
    name, compare = given.vital_sign, comparison(given.operator, given.value)
    return Bound(lambda life: compare(life.vital(name)), weekly=True)


def _observation(binder: Binder, given: spec.ObservationIs) -> Bound:
    right = given.value_code if given.value_code is not None else given.value
    compare = comparison(given.operator, right)
    if given.attribute:
        name, unset = given.attribute, binder.corrected and given.operator == "is nil"

        def by_attribute(life: Life) -> bool:
            found = life.attributes.get(name)
            return unset if found is None else compare(getattr(found, "value", found))

        return Bound(by_attribute, frozenset((name,)), weekly=True)
    codes = tuple(code.code for code in given.codes)
    if given.operator in ("is nil", "is not nil"):
        wanted = given.operator == "is not nil"
        return Bound(lambda life: any(code in life.latest for code in codes) is wanted, weekly=True)

    def latest(life: Life) -> bool:
        for code in codes:
            found = life.latest.get(code)
            if found is not None:
                return compare(found[1])
        return False

    return Bound(latest, weekly=True)


def _prior_state(binder: Binder, given: spec.PriorState) -> Bound:
    name, since = given.name, given.since
    if given.within is None:

        def visited(life: Life) -> bool:
            found = life.frame.seen.get(name)
            if found is None:
                return False
            other = life.frame.seen.get(since) if since else None
            return other is None or other[0] < found[0]

        return Bound(visited)
    within = length(float(given.within.quantity), given.within.unit)

    def recently(life: Life) -> bool:
        found = life.frame.seen.get(name)
        if found is None or (found[1] is not None and found[1] <= life.clock - within):
            return False
        other = life.frame.seen.get(since) if since else None
        return other is None or other[0] < found[0]

    def change(life: Life) -> Clock:
        found = life.frame.seen.get(name)
        if found is None or found[1] is None or found[1] + within <= life.grid:
            return FOREVER
        return int(found[1] + within)

    return Bound(recently, times=(change,))


def _active(binder: Binder, given: spec.Active) -> Bound:
    must_go_on = given.kind in ("medication", "careplan")
    if given.attribute:
        name = given.attribute

        def by_attribute(life: Life) -> bool:
            code = getattr(life.attributes.get(name), "code", None)
            found = life.present.get(code)
            return found is not None and (found.stop is None or not must_go_on)

        return Bound(by_attribute, frozenset((name,)), weekly=True)
    codes = tuple(code.code for code in given.codes)
    names = frozenset("#" + code for code in codes)
    if must_go_on:

        def going_on(life: Life) -> bool:
            for code in codes:
                found = life.present.get(code)
                if found is not None and found.stop is None:
                    return True
            return False

        return Bound(going_on, names)
    if len(codes) == 1:
        code = codes[0]
        return Bound(lambda life: code in life.present, names)
    return Bound(lambda life: any(code in life.present for code in codes), names)


def _and(binder: Binder, given: spec.And) -> Bound:
    tests, reads = binder.all(given.conditions)
    if len(tests) == 2:
        first, second = tests
        return reads._replace(test=lambda life: first(life) and second(life))

    def every(life: Life) -> bool:
        for test in tests:  # noqa: SIM110 - twice as fast as all()
            if not test(life):
                return False
        return True

    return reads._replace(test=every)


def _or(binder: Binder, given: spec.Or) -> Bound:
    tests, reads = binder.all(given.conditions)

    def some(life: Life) -> bool:
        for test in tests:  # noqa: SIM110 - twice as fast as any()
            if test(life):
                return True
        return False

    return reads._replace(test=some)


def _not(binder: Binder, given: spec.Not) -> Bound:
    inner = binder.bind(given.condition)
    test = inner.test
    return inner._replace(test=lambda life: not test(life))


def _at_least(binder: Binder, given: spec.AtLeast) -> Bound:
    tests, reads = binder.all(given.conditions)
    minimum = given.minimum
    return reads._replace(test=lambda life: sum(test(life) for test in tests) >= minimum)


def _at_most(binder: Binder, given: spec.AtMost) -> Bound:
    tests, reads = binder.all(given.conditions)
    maximum = given.maximum
    return reads._replace(test=lambda life: sum(test(life) for test in tests) <= maximum)


def _constant(binder: Binder, given: spec.Constant) -> Bound:
    value = given.value
    return Bound(lambda life: value)


_BINDERS: dict[type, Callable[[Binder, Any], Bound]] = {
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
