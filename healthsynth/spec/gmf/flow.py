"""What belongs together in GMF modules: targets, submodules, waits. These are errors; what Synthea swallows is lint's."""

from collections.abc import Collection, Iterator

from healthsynth.errors import Problem, near
from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf.model import GmfLibrary, GmfModule
from healthsynth.spec.gmf.places import JsonPath
from healthsynth.spec.gmf.transitions import targets


def check(library: GmfLibrary, unread: Collection[str] = ()) -> Iterator[Problem]:
    """All problems between states and between modules; `unread`: keys of files whose own problems say enough."""
    for module in library.modules.values():
        yield from _targets(module)
        yield from _calls(module, library, unread)
        yield from _endless(module)
    yield from _circles(library)


def _targets(module: GmfModule) -> Iterator[Problem]:
    problem = module.source.problem
    if "Initial" not in module.states:
        hint = near("Initial", module.states) or "add a state named Initial"
        yield problem(("states",), "GM201", "there is no state named 'Initial'", hint)
    for title, state in module.states.items():
        for target in dict.fromkeys(targets(state.transition)):
            if target and target not in module.states:
                hint = near(target, module.states) or "add the state, or correct the name"
                yield problem(_place(module, title), "GM401", f"leads to '{target}', which does not exist", hint)


def _place(module: GmfModule, title: str) -> JsonPath:
    """The path of a state's transition."""
    kinds = ("direct", "distributed", "conditional", "complex", "lookup_table", "type_of_care")
    if isinstance(module.states[title], s.Physiology):
        return ("states", title, "alt_direct_transition")
    known = module.source.paths()
    return next(
        (path for kind in kinds if (path := ("states", title, f"{kind}_transition")) in known), ("states", title)
    )


def _calls(module: GmfModule, library: GmfLibrary, unread: Collection[str]) -> Iterator[Problem]:
    for title, state in module.states.items():
        if not isinstance(state, s.CallSubmodule) or not state.submodule:
            continue
        if state.submodule not in library.modules and state.submodule not in unread:
            hint = near(state.submodule, library.modules) or "its key is its path below the folder, without .json"
            path = ("states", title, "submodule")
            yield module.source.problem(path, "GM402", f"the submodule '{state.submodule}' does not exist", hint)


def _circles(library: GmfLibrary) -> Iterator[Problem]:
    calls = {
        key: {st.submodule: title for title, st in module.states.items() if isinstance(st, s.CallSubmodule)}
        for key, module in library.modules.items()
    }
    for circle in components({key: [c for c in called if c in calls] for key, called in calls.items()}):
        first = min(circle)
        called = min(key for key in calls[first] if key in circle)
        way = " and ".join(sorted(circle))
        text = "calls itself" if len(circle) == 1 else f"{way} call each other in a circle"
        path = ("states", calls[first][called], "submodule")
        yield library.modules[first].source.problem(path, "GM403", text, "a submodule has to come to an end")


def waits(state: s.State) -> bool:
    """Whether time passes (or may pass) in a state, whatever the draw."""
    if isinstance(state, s.Delay):
        if state.exact is not None:
            return not isinstance(state.exact.quantity, str) and state.exact.quantity > 0
        return state.range is None or state.range.high > 0
    if isinstance(state, s.Procedure):
        return state.duration is not None or state.distribution is not None
    if isinstance(state, s.Encounter):
        return state.wellness
    return isinstance(state, (s.Guard, s.CallSubmodule, s.Terminal, s.Death))


def _endless(module: GmfModule) -> Iterator[Problem]:
    """Circles of states without waiting from which no way leads out, or none that could ever open."""
    free = {title: state for title, state in module.states.items() if not waits(state)}
    ways = {title: [to for to in targets(state.transition) if to in free] for title, state in free.items()}
    for circle in components(ways):
        leaves = any(to not in circle for title in circle for to in targets(free[title].transition))
        if not leaves:
            names = " -> ".join(f"'{name}'" for name in list(ways) if name in circle)
            first = next(name for name in ways if name in circle)
            text = f"loops without waiting and without a way out: {names}"
            yield module.source.problem(("states", first), "GM404", text, "put a Delay into the circle")


def components(ways: dict[str, list[str]]) -> list[set[str]]:
    """Strongly connected components with a circle in them (Tarjan, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on: set[str] = set()
    found: list[set[str]] = []
    for root in ways:
        if root in index:
            continue
        work = [(root, iter(ways[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on.add(root)
        while work:
            node, rest = work[-1]
            for to in rest:
                if to not in index:
                    index[to] = low[to] = len(index)
                    stack.append(to)
                    on.add(to)
                    work.append((to, iter(ways[to])))
                    break
                if to in on:
                    low[node] = min(low[node], index[to])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    circle = set()
                    while True:
                        member = stack.pop()
                        on.discard(member)
                        circle.add(member)
                        if member == node:
                            break
                    if len(circle) > 1 or node in ways[node]:
                        found.append(circle)
    return found
