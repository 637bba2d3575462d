"""`module test`: every expectation against one population, every story told."""

from collections.abc import Callable
from dataclasses import dataclass

from healthsynth.compile.program import Program
from healthsynth.evaluate.expectations import Counting, Outcome
from healthsynth.evaluate.lives import look_at
from healthsynth.evaluate.stories import Told, tell
from healthsynth.simulate.engine import Engine
from healthsynth.simulate.setup import make_engine
from healthsynth.spec.model import Module
from healthsynth.spec.say import Reader
from healthsynth.units import Clock

FIRST = 2000  # people to begin with; more are added until the standard errors are small enough


@dataclass(frozen=True, slots=True)
class Report:
    """What became of each expectation and story."""

    outcomes: tuple[Outcome, ...]
    told: tuple[Told, ...]
    sentences: dict[tuple[str, str], tuple[str, ...]]  # (module, story) -> what it says must hold, in words
    people: int

    @property
    def passed(self) -> bool:
        return all(o.passed for o in self.outcomes) and all(t.passed for t in self.told)

    def text(self) -> str:
        """A line for each, grouped by module."""
        lines: list[str] = []
        for module in dict.fromkeys([*(o.module for o in self.outcomes), *(t.module for t in self.told)]):
            lines.append(module)
            for outcome in self.outcomes:
                if outcome.module == module:
                    few = "" if outcome.enough else "  (few people)"
                    lines.append(f"  {outcome.sentence()}{few}")
            for told in self.told:
                if told.module == module:
                    lines.append(f"  {'ok  ' if told.passed else 'FAIL'} {told.title}")
                    said = self.sentences[told.module, told.title]
                    lines += [f"         sentence {i + 1} does not hold: {said[i]}" for i in told.failed]
        bad = sum(not o.passed for o in self.outcomes) + sum(not t.passed for t in self.told)
        total = len(self.outcomes) + len(self.told)
        lines.append(f"{total - bad} of {total} hold, {self.people:,} people")
        if not all(outcome.enough for outcome in self.outcomes):
            lines.append("few people: the standard error is over a quarter of the tolerance; --people gives more")
        return "\n".join(lines)


def run(
    program: Program,
    name: str | None,
    most: int,
    seed: int,
    workers: int,
    as_of: Clock,
    stories: bool = True,
    whole: Program | None = None,
) -> Report:
    """Test one module, or all with one population.

    Args:
        most: people at most; fewer are simulated when every standard error is under a quarter of its tolerance.
        whole: what stories are told with where `program` is only a part: they go to visits of other modules.
    """
    engine = make_engine(program)
    modules = [module for module in program.modules if name in (None, module.module)]
    teller = engine if whole is None else make_engine(whole)
    told = tuple(tell(teller, m, title, as_of) for m in modules for title in m.stories) if stories else ()
    counters, people = _count(engine, modules, most, seed, workers, as_of)
    outcomes = tuple(counter.outcome() for counter in counters)
    return Report(outcomes, told, _sentences(program, modules), people)


def _sentences(program: Program, modules: list[Module]) -> dict[tuple[str, str], tuple[str, ...]]:
    found = {}
    for module in modules:
        reader = Reader(module, program.concepts)
        for title, story in module.stories.items():
            found[module.module, title] = tuple(reader.condition(condition) for condition in story.then)
    return found


def _count(
    engine: Engine, modules: list[Module], most: int, seed: int, workers: int, as_of: Clock
) -> tuple[list[Counting], int]:
    def make() -> list[Counting]:
        return [Counting(engine, m, name, e) for m in modules for name, e in m.expect.items()]

    total = make()
    done = 0
    step = min(FIRST, most)
    while total and done < most:
        for mine, part in zip(
            total, look_at(engine, make, range(done + 1, done + step + 1), seed, as_of, workers), strict=True
        ):
            mine.merge(part)
        done += step
        if all(counter.outcome().enough for counter in total):
            break
        step = min(done, most - done)
    return total, done


Maker = Callable[[], list[Counting]]
