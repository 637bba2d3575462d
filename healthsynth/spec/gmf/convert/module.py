"""A whole GMF module as a module of the language, and everything about it that the language could not say."""

from dataclasses import dataclass
from typing import Any

import yaml

from healthsynth.spec.gmf import conditions as c
from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf.convert.asking import Asking, traits
from healthsynth.spec.gmf.convert.care import Care
from healthsynth.spec.gmf.convert.course import Body, memories
from healthsynth.spec.gmf.convert.course import traits as trait_courses
from healthsynth.spec.gmf.convert.names import Words, slug
from healthsynth.spec.gmf.convert.runs import Run, runs
from healthsynth.spec.gmf.model import GmfModule
from healthsynth.spec.gmf.uses import asked


@dataclass(frozen=True, slots=True, order=True)
class Unsaid:
    """Something that the language has no words for, or says otherwise."""

    construct: str
    what: str


@dataclass(frozen=True, slots=True)
class Converted:
    """A module's name, its YAML, what was left out or changed, and how many numbers want a source."""

    name: str
    text: str
    unsaid: tuple[Unsaid, ...]
    numbers: int


def convert(module: GmfModule, words: Words, extra: str = "converted") -> Converted:
    """A GMF module in the module language.

    Args:
        module: one that loads without errors.
        words: the vocabulary to take names from; what is missing is added to it.
        extra: the vocabulary file that the added names will stand in.
    """
    name = slug(module.key.replace("/", "_"))
    main = f"{name}_course"
    found: dict[Unsaid, None] = {}
    made = runs(module)
    visited = _visited(module, made, name)
    seen = traits(module, made, name)
    asking = Asking(seen, words, main, visited, lambda construct, what: found.setdefault(Unsaid(construct, what)))
    body = Body(module.key, made, asking)
    course = {main: body.make(), **trait_courses(seen, main), **memories(visited, made, main)}
    care = Care(module, body, words, asking, main)
    care.make(made)
    deaths = _deaths(body, care, main)
    files = sorted({file for used in care.used if (file := words.file(used)) is not None})
    data: dict[str, Any] = {
        "module": name,
        "title": module.name,
        "language": 1,
        "version": "0.1.0",
        "authors": ["converted from the Generic Module Framework"],
        "reviewed": "not yet",
        "story": " ".join(" ".join(module.remarks).split())
        or f"{module.name}, converted; nobody has told its story yet.",
        "reads": ["age", "sex", "race", "bmi", "height", "weight", *sorted(care.borrowed)],
        "gives": [main, *care.measures],
        "vocabulary": [*files, extra],
        "numbers": body.numbers,
        "course": course,
        "measures": care.measures,
        "death": deaths,
        "care": care.rules,
    }
    kept = {key: value for key, value in data.items() if value or key == "numbers"}
    lines = [f"#   {one.construct}: {one.what}" for one in sorted(found)]
    head = f"# Converted from {module.key}.json. Every number wants its evidence; expectations and stories are to be written.\n"
    head += "# What could not be said, or is said otherwise:\n" + "\n".join(lines) + "\n" if lines else ""
    return Converted(name, head + _yaml(kept), tuple(sorted(found)), len(body.numbers))


def _visited(module: GmfModule, made: dict[str, Run], name: str) -> dict[str, str]:
    """The states whose visit is asked for and can be remembered -> names of courses."""
    there = {state.name for run in made.values() for state in run.states}
    wanted = {
        leaf.name
        for run in made.values()
        for state in run.states
        for leaf in asked(state)
        if isinstance(leaf, c.PriorState) and not leaf.since and not leaf.within
    }
    waiting: dict[str, list[str]] = {}
    for title, state in module.states.items():
        if isinstance(state, (s.ConditionOnset, s.AllergyOnset)) and state.target_encounter:
            waiting.setdefault(state.target_encounter, []).append(title)
    wanted |= {title for several in waiting.values() if len(several) > 1 for title in several}
    return {title: f"{name}_was_{slug(title)}" for title in sorted(wanted & there)}


def _deaths(body: Body, care: Care, main: str) -> list[dict[str, str]]:
    made = []
    for state, death in body.deaths:
        cause = care.name("condition", death.codes) or care.condition(
            death.condition_onset or death.referenced_by_attribute
        )
        if cause is None:
            care.asking.unsaid("Death without a cause that is known here", f"'{death.name}' is left out")
        else:
            made.append({"when": f"{main} is {state}", "cause": cause})
    return made


def vocabulary(words: Words) -> str:
    """The YAML of what was added."""
    head = "# Short names that conversions added. Kinds and units are the module's; check them.\n"
    return head + (_yaml(words.added) if words.added else "{}\n")


def _yaml(data: Any) -> str:
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, default_flow_style=None, width=10_000)
