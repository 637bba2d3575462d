"""Modules ready to run: states with what they do, how they are left, and which of their visits somebody asks about."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from healthsynth.spec.gmf.states import State
from healthsynth.units import Clock

if TYPE_CHECKING:
    from healthsynth.compile.gmf.conditions import Bound
    from healthsynth.simulate.gmf.polls import Poll
    from healthsynth.simulate.gmf.state import GmfLife
    from healthsynth.vocabulary import Concept

# What a state does with time.
PLAIN = 0  # nothing
ACTS = 1  # `act`, at once
DELAYS = 2  # waits for `length`
TAKES = 3  # `act`, then waits for the deadline that it gives
WAITS = 4  # `act` says whether it may pass
CALLS = 5  # runs `callee`
DIES = 6  # `act`, and maybe nothing more
ENDS = 7  # the end

Act = Callable[["GmfLife"], Any]
Length = Callable[["GmfLife"], Clock]


class BoundState:
    """One state. `next` where there is only one way out; `leave` decides where there are more."""

    __slots__ = (
        "act",
        "callee",
        "entry_kind",
        "guard",
        "kind",
        "leave",
        "length",
        "module",
        "name",
        "next",
        "origin",
        "poll",
        "spec",
        "tracked",
    )

    def __init__(self, module: "BoundModule", spec: State, origin: int):
        self.module = module
        self.spec = spec
        self.name = spec.name
        self.origin = origin  # index into the program's origins
        self.kind = PLAIN
        self.act: Act = _nothing
        self.length: Length | None = None
        self.callee: BoundModule | None = None
        self.guard: Bound | None = None
        self.next: BoundState | None = None
        self.leave: Callable[[GmfLife], BoundState] = _no_way_out
        self.entry_kind = ""  # of what it writes to the record
        self.poll: Poll | None = None  # of a delay that leads back to itself
        self.tracked = False  # somebody asks whether it was visited

    def __repr__(self) -> str:
        return f"<state {self.module.key}: {self.name}>"


class BoundModule:
    """One file."""

    __slots__ = ("concepts", "initial", "is_top", "key", "name", "runtime_name", "specialty", "states")

    def __init__(self, key: str, name: str, runtime_name: str, specialty: str, is_top: bool):
        self.key = key
        self.name = name
        self.runtime_name = runtime_name
        self.specialty = specialty
        self.is_top = is_top
        self.states: dict[str, BoundState] = {}
        self.concepts: dict[
            str, Concept
        ] = {}  # what a state writes, by its name; of an allergy's reactions, by name and place
        self.initial: BoundState = None  # type: ignore[assignment]


def _nothing(life: "GmfLife") -> None:
    return None


def _no_way_out(life: "GmfLife") -> BoundState:
    raise AssertionError("a state without a transition was left")
