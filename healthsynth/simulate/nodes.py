"""What a bound module is made of: small objects, each with one question that it answers of a patient.

They are objects with a method and not functions, because a method is called without boxing its arguments or its answer
where the package is compiled (docs/native.md).
"""

from typing import Final, Protocol

from healthsynth.simulate.patient import FOREVER, Patient
from healthsynth.units import Clock

NO_KEYS: Final[frozenset[str]] = frozenset()


class Test:
    """Something that is true or not of a patient now."""

    def holds(self, p: Patient) -> bool:
        raise NotImplementedError


def first_to_hold(tests: list[Test], p: Patient) -> int:
    """The place of the first test that holds; how many there are if none does."""
    for i, test in enumerate(tests):
        if test.holds(p):
            return i
    return len(tests)


class Amount:
    """A number of a patient now."""

    def at(self, p: Patient) -> float:
        raise NotImplementedError


class Wake:
    """The next instant at which an answer may change by itself."""

    def next(self, p: Patient) -> Clock:
        raise NotImplementedError


class Fixed(Amount):
    """The same for everybody, always."""

    def __init__(self, value: float):
        self.value = value

    def at(self, p: Patient) -> float:
        return self.value


Changes = tuple[frozenset[str], tuple[Wake, ...]]  # the writes that re-test an answer, and when it may change by itself


def together(parts: list[Changes]) -> Changes:
    """What changes any of several."""
    keys: set[str] = set()
    wakes: tuple[Wake, ...] = ()
    for more_keys, more_wakes in parts:
        keys |= more_keys
        wakes += more_wakes
    return frozenset(keys), wakes


class Scope(Protocol):
    """What names mean where a condition stands."""

    care: bool  # a step of care: the body cannot be read, bmi is the charted one

    def course(self, name: str) -> int | None: ...
    def measure(self, name: str) -> Amount | None: ...
    def measure_keys(self, name: str) -> frozenset[str]: ...
    def watch(self, name: str, limit: float) -> None: ...
    def pathway(self, name: str) -> str: ...


class Bound:
    """A condition ready to run."""

    def __init__(self, node: Test, keys: frozenset[str] = NO_KEYS, wakes: tuple[Wake, ...] = ()):
        self.node = node
        self.keys = keys
        self.wakes = wakes

    def test(self, p: Patient) -> bool:
        return self.node.holds(p)

    def next_wake(self, p: Patient) -> Clock:
        """The next instant after now at which the answer may change without any write."""
        soonest = FOREVER
        for wake in self.wakes:
            at = wake.next(p)
            if at < soonest:
                soonest = at
        return soonest


class _True(Test):
    def holds(self, p: Patient) -> bool:
        return True


ALWAYS: Final = Bound(_True())
