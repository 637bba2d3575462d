"""Modules ready to run: states with what they do, how they are left, and which of their visits somebody asks about."""

from typing import TYPE_CHECKING, Final

from healthsynth.simulate.gmf.nodes import Deed, Gate, Length, Way
from healthsynth.spec.gmf.states import State

if TYPE_CHECKING:
    from healthsynth.simulate.gmf.conditions import Bound
    from healthsynth.simulate.gmf.polls import Poll
    from healthsynth.vocabulary import Concept

# What a state does with time.
PLAIN: Final = 0  # nothing
ACTS: Final = 1  # its deed, at once
DELAYS: Final = 2  # waits for its length
WAITS: Final = 3  # its gate says whether it may pass
CALLS: Final = 4  # runs its callee
DIES: Final = 5  # its deed, and maybe nothing more
ENDS: Final = 6  # the end


class BoundState:
    """One state: a deed, a gate, a length or a callee, by its kind. `next` where there is only one way out, else `way`."""

    __slots__ = (
        "callee",
        "deed",
        "gate",
        "guard",
        "kind",
        "length",
        "module",
        "name",
        "next",
        "origin",
        "poll",
        "spec",
        "tracked",
        "way",
    )

    def __init__(self, module: "BoundModule", spec: State, origin: int):
        self.module = module
        self.spec = spec
        self.name = spec.name
        self.origin = origin  # index into the program's origins
        self.kind: int = PLAIN
        self.deed: Deed | None = None
        self.gate: Gate | None = None
        self.length: Length | None = None
        self.callee: BoundModule | None = None
        self.guard: Bound | None = None
        self.next: BoundState | None = None
        self.way: Way | None = None
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
        self.concepts: dict[str, Concept] = {}  # what onsets record, by the names of their states
        self.initial: BoundState = None  # type: ignore[assignment]
