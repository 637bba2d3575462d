"""Every rule that modules must keep, as a tuple of functions; all mistakes are reported together."""

from collections.abc import Callable, Iterable

from healthsynth.compile.checks import care, flow, names, numbers, tests, vocabulary
from healthsynth.compile.codes import codes
from healthsynth.compile.linked import Linked
from healthsynth.errors import Problem

Check = Callable[[Linked], Iterable[Problem]]

CHECKS: tuple[Check, ...] = (
    numbers.evidence,
    numbers.sources,
    numbers.uses,
    numbers.ranges,
    names.owners,
    names.gives,
    names.reads,
    names.conditions,
    names.visits,
    flow.courses,
    flow.rules,
    flow.measures,
    care.truth,
    care.concepts,
    care.treated,
    vocabulary.files,
    vocabulary.entries,
    vocabulary.members,
    codes,
    tests.expectations,
    tests.stories,
)


def check(linked: Linked) -> list[Problem]:
    """The problems of a library by all checks."""
    return [problem for rule in CHECKS for problem in rule(linked)]
