"""HS7: what authors promise about their modules can be tested."""

from collections.abc import Iterable, Iterator

from healthsynth.compile.checks.names import BUILT_IN_MEASURES, own_measures, states_of
from healthsynth.compile.linked import Linked
from healthsynth.errors import Problem, near
from healthsynth.spec.load import Spec
from healthsynth.spec.model import Expectation, Story

FORMS = ("share", "mean", "median", "rate", "correlation", "always", "never")
LEAST_SOURCED = 3
LEAST_STORIES = 2


def expectations(linked: Linked) -> Iterable[Problem]:
    """Each has one form, a target and a source; a module has at least three sourced ones and two stories."""
    for spec in linked.specs:
        for name, expectation in spec.module.expect.items():
            yield from _expectation(spec, name, expectation)
        sourced = [e for e in spec.module.expect.values() if e.source is not None]
        if len(sourced) < LEAST_SOURCED:
            message = f"has {len(sourced)} expectations with a source, needs {LEAST_SOURCED}"
            yield spec.source.problem(("expect",), "HS701", message, "compare with published figures")
        if len(spec.module.stories) < LEAST_STORIES:
            message = f"has {len(spec.module.stories)} stories, needs {LEAST_STORIES}"
            yield spec.source.problem(("stories",), "HS702", message, "tell two lives")


def _expectation(spec: Spec, name: str, e: Expectation) -> Iterator[Problem]:
    path = ("expect", name)
    problem = spec.source.problem
    forms = [form for form in FORMS if getattr(e, form) is not None]
    if len(forms) != 1:
        yield problem(
            path, "HS704", f"'{name}' has {len(forms)} of {', '.join(FORMS)}", "an expectation has exactly one"
        )
        return
    if forms[0] in ("always", "never"):
        return
    targets = [
        e.is_ is not None and e.within is not None,
        e.between is not None,
        e.at_least is not None,
        e.at_most is not None,
    ]
    if sum(targets) != 1:
        yield problem(
            path, "HS704", f"'{name}' does not say what is near enough", "is + within, between, at least or at most"
        )
    if e.source is None and forms[0] != "correlation":
        yield problem(path, "HS705", f"'{name}' has no source", "expectations are published figures")


def stories(linked: Linked) -> Iterable[Problem]:
    """What a story is given and makes happen exists."""
    for spec in linked.specs:
        for title, story in spec.module.stories.items():
            yield from _story(linked, spec, title, story)


_PERSON = ("sex", "age", "race", "ethnicity", "diagnosed", "taking")


def _story(linked: Linked, spec: Spec, title: str, story: Story) -> Iterator[Problem]:
    measures = {m for other in linked.specs for m in own_measures(other.module)} | set(BUILT_IN_MEASURES)
    courses = {course for other in linked.specs for course in other.module.course}
    for key, value in story.given.items():
        path = ("stories", title, "given", key)
        if key in _PERSON or (key in measures and key not in courses):
            continue
        states = states_of(linked, spec, key)
        if states is None:
            hint = near(key, [*_PERSON, *measures, *courses])
            yield spec.source.problem(path, "HS703", f"'{key}' is nothing that a story can be given", hint)
        elif not _is_number(value) and value not in states:
            hint = near(str(value), states) or "it has " + ", ".join(states)
            yield spec.source.problem(path, "HS301", f"'{value}' is no state of '{key}'", hint)
    for i, occasion in enumerate(story.when):
        for name in (*occasion.happens, *occasion.does_not):
            if name not in spec.module.numbers:
                hint = near(name, spec.module.numbers)
                yield spec.source.problem(
                    ("stories", title, "when", i), "HS703", f"'{name}' is no chance of this module", hint
                )


def _is_number(value: object) -> bool:
    try:
        float(str(value).split()[0].rstrip("%"))
    except (ValueError, IndexError):
        return False
    return True
