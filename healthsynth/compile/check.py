"""Every rule that modules must keep, as a tuple of functions; all mistakes are reported together."""

from collections.abc import Callable, Iterable
from dataclasses import replace

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
    """The problems of a library by all checks, each with a way out."""
    found = [problem for rule in CHECKS for problem in rule(linked)]
    return [problem if problem.hint else replace(problem, hint=_HINTS.get(problem.code, "")) for problem in found]


_HINTS = {
    "HS213": "see 'Numbers and their evidence' in docs/module-language.md",
    "HS214": "seasons: {winter: 1.9, spring: 1.0, summer: 0.4, autumn: 0.7}",
    "HS306": "keep one of the two",
    "HS404": "see 'Steps' in docs/module-language.md for what goes with each verb",
    "HS501": "add it to a file of clinical_modules/vocabulary",
    "HS504": "see 'Vocabulary' in docs/module-language.md",
}
