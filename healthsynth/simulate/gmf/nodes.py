"""What a bound state is made of: small objects, each with one question that it answers of a life.

They are objects with a method and not functions for the reason that `simulate/nodes.py` gives; those are of a patient, these of a
life in modules of Synthea's format.
"""

from typing import TYPE_CHECKING, Any, Final

from healthsynth.units import Clock

if TYPE_CHECKING:
    from healthsynth.simulate.gmf.program import BoundState
    from healthsynth.simulate.gmf.state import GmfLife

FOREVER: Final = 1 << 60


class Test:
    """Something that is true or not now."""

    def holds(self, life: "GmfLife") -> bool:
        raise NotImplementedError


class Wake:
    """The first moment after a grid point at which an answer may change by itself; FOREVER if it will not."""

    def next(self, life: "GmfLife") -> Clock:
        raise NotImplementedError


class Amount:
    """A number, most often drawn from the stream of the module that runs."""

    def at(self, life: "GmfLife") -> float:
        raise NotImplementedError


class Length:
    """How long something takes from now on, in seconds, never negative."""

    def of(self, life: "GmfLife") -> Clock:
        raise NotImplementedError


class Value:
    """A value of an attribute or an observation; None where there is none."""

    def read(self, life: "GmfLife") -> Any:
        raise NotImplementedError


class Deed:
    """What a state does, at once."""

    def do(self, life: "GmfLife") -> None:
        raise NotImplementedError


class Gate:
    """Whether a state may be passed now, and what is done then; if not, whoever can open it knows who waits."""

    def opens(self, life: "GmfLife") -> bool:
        raise NotImplementedError


class Way:
    """Where a state leads."""

    def out(self, life: "GmfLife") -> "BoundState":
        raise NotImplementedError


class Straight(Way):
    """Always to one state."""

    def __init__(self, to: "BoundState"):
        self.to = to

    def out(self, life: "GmfLife") -> "BoundState":
        return self.to


class Sampled(Value):
    """A number as a value."""

    def __init__(self, amount: Amount):
        self.amount = amount

    def read(self, life: "GmfLife") -> Any:
        return self.amount.at(life)


class Literal(Value):
    """The same for everybody, always."""

    def __init__(self, value: Any):
        self.value = value

    def read(self, life: "GmfLife") -> Any:
        return self.value


class OfAttribute(Value):
    """What an attribute holds."""

    def __init__(self, name: str, default: Any = None):
        self.name = name
        self.default = default

    def read(self, life: "GmfLife") -> Any:
        return life.attributes.get(self.name, self.default)


class Computed(Value):
    """An attribute that the cast works out when it is read."""

    def __init__(self, name: str):
        self.name = name

    def read(self, life: "GmfLife") -> Any:
        return life.computed(self.name)


class OfVitalSign(Value):
    """A reading."""

    def __init__(self, name: str):
        self.name = name

    def read(self, life: "GmfLife") -> Any:
        return life.vital(self.name)
