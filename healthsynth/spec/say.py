"""A module read aloud: one plain sentence for every construct. If a sentence sounds wrong, the module is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import fill
from typing import Any

from healthsynth.spec import ast
from healthsynth.spec.model import (
    Choice,
    Course,
    DeathEntry,
    Every,
    Expectation,
    Measure,
    Module,
    Number,
    Option,
    Pathway,
    Rule,
    State,
    Step,
    Story,
)
from healthsynth.vocabulary import Concept

INDENT = "  "


def say(module: Module, concepts: Mapping[str, Concept]) -> str:
    """The read-aloud sheet of a module, with a line to sign."""
    return "\n".join(Reader(module, concepts).sheet())


def wrapped(text: str, width: int) -> str:
    """The lines broken between words for a terminal; what goes on stands a little further in than its beginning."""
    return "\n".join([_broken(line, width) for line in text.split("\n")])


def _broken(line: str, width: int) -> str:
    begins = len(line) - len(line.lstrip())
    indent = " " * (begins + 4 if begins else 0)
    return fill(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


class Reader:
    """Puts the parts of one module into words."""

    def __init__(self, module: Module, concepts: Mapping[str, Concept]):
        self.module = module
        self.concepts = concepts

    def sheet(self) -> Iterator[str]:
        m = self.module
        yield f"{m.title}  ({m.module} {m.version}; reviewed: {m.reviewed})"
        yield ""
        yield m.story.strip()
        if m.not_modelled:
            yield f"Not modelled: {', '.join(m.not_modelled)}."
        yield from self._block("What is true", self._courses())
        yield from self._block("What can be measured", self._measures())
        yield from self._block("How it kills", [self._death(entry) for entry in m.death])
        yield from self._block("What care does", self._rules())
        yield from self._block("Pathways", self._pathways())
        yield from self._block("What we expect", [self._expectation(n, e) for n, e in m.expect.items()])
        yield from self._block("Stories", [self._story(t, s) for t, s in m.stories.items()])
        yield from self._block("Sources", [f"{key}: {text}" for key, text in m.sources.items()])
        yield ""
        yield "Read and found right by: ______________________   on: ____________"

    def _block(self, title: str, sentences: Any) -> Iterator[str]:
        lines = list(sentences)
        if lines:
            yield ""
            yield title
            yield from (INDENT + line for line in lines)

    # --- numbers -------------------------------------------------------------------------------------------------
    def number(self, name: str, of: str = "") -> str:
        """'2.7 % per year (Nichols 2007)'; `of` stands before the evidence: '40% of cases (assumed: ...)'."""
        found = self.module.numbers.get(name)
        if found is None:
            return _words(name) + of
        of = "" if found.banded else of  # after bands of age it would seem to belong to the last of them
        return f"{self.figures(found)}{of}{self._factors(found)} ({self._evidence(found)})"

    def _cases(self, name: str) -> str:
        return f"in {self.number(name, ' of cases')}"

    def figures(self, number: Number) -> str:
        if not number.banded:
            return _figure(number.bands[0][3])
        parts = []
        for sex, low, high, value in number.bands:
            who = {"female": "in women", "male": "in men", None: ""}[sex]
            age = _band(low, high)
            parts.append(f"{_figure(value)} {' '.join(word for word in (who, age) if word)}".strip())
        return ", ".join(parts)

    def _factors(self, number: Number) -> str:
        parts = []
        for factor in number.times:
            by = (
                self.figures(self.module.numbers[factor.by.name])
                if isinstance(factor.by, ast.Ref)
                else f"{factor.by:g}"
            )
            parts.append(f"{'odds ' if factor.odds else ''}times {by} if {self.condition(factor.condition)}")
        if number.seasons:
            parts.append("weighted " + ", ".join(f"{season} {w:g}" for season, w in number.seasons.items()))
        return "; " + "; ".join(parts) if parts else ""

    def _evidence(self, number: Number) -> str:
        extra = f"; {number.range or number.ci}" if number.range or number.ci else ""
        if number.source is not None:
            citation = self.module.sources.get(number.source, number.source)
            return citation.split(";")[0].strip() + extra
        if number.calibrated is not None:
            return f"calibrated to {', '.join(_words(name) for name in number.calibrated.to)}{extra}"
        return f"assumed: {number.assumed}{extra}"

    # --- conditions ----------------------------------------------------------------------------------------------
    def condition(self, c: Any) -> str:
        """A condition in words."""
        if isinstance(c, ast.All):
            return " and ".join(self._inner(item) for item in c.items)
        if isinstance(c, ast.Any):
            return " or ".join(self._inner(item) for item in c.items)
        if isinstance(c, ast.Not):
            return self._negated(c.item)
        if isinstance(c, ast.Compare):
            return f"{self.expression(c.left)} is {_COMPARE[c.op]} {self.expression(c.right)}"
        if isinstance(c, ast.Between):
            return f"{self.expression(c.item)} is from {self.expression(c.low)} to {self.expression(c.high)}"
        if isinstance(c, ast.Is):
            states = " or ".join(_words(option) for option in c.options)
            return f"{_words(c.name)} is {'not ' if c.negated else ''}{states}"
        if isinstance(c, ast.ResultIs):
            return f"the {self.name(c.name)} result is {_words(c.answer)}"
        if isinstance(c, ast.HasBeen):
            return f"{_words(c.name)} has been {_words(c.state)} for at least {_length(c.at_least)}"
        if isinstance(c, ast.Tested):
            return f"{self.name(c.name)} was tested within {_length(c.within)}"
        return _CHARTED[c.word].format(self.name(c.name))

    def _inner(self, c: Any) -> str:
        return f"({self.condition(c)})" if isinstance(c, (ast.Any, ast.All)) else self.condition(c)

    def _negated(self, c: Any) -> str:
        if isinstance(c, ast.Charted):
            return _NOT_CHARTED[c.word].format(self.name(c.name))
        if isinstance(c, ast.Tested):
            return f"{self.name(c.name)} was not tested within {_length(c.within)}"
        if isinstance(c, ast.HasBeen):
            return f"{_words(c.name)} has not been {_words(c.state)} for {_length(c.at_least)}"
        if isinstance(c, ast.Is):
            return self.condition(ast.Is(c.name, c.options, not c.negated))
        return f"it is not so that {self.condition(c)}"

    def expression(self, e: Any) -> str:
        """An expression in words."""
        if isinstance(e, ast.Number):
            return f"{e.value:g}{_unit(e.unit)}"
        if isinstance(e, ast.Name):
            return {"bmi": "BMI"}.get(e.name, self.name(e.name))
        if isinstance(e, ast.Result):
            return f"the {self.name(e.name)} result"
        if isinstance(e, ast.Binary):
            return f"{self.expression(e.left)} {e.op} {self.expression(e.right)}"
        return f"{_words(e.function)} of {' and '.join(self.expression(argument) for argument in e.arguments)}"

    def name(self, name: str) -> str:
        """The plain words of a vocabulary entry."""
        concept = self.concepts.get(name)
        return concept.text if concept is not None else _words(name)

    # --- body ----------------------------------------------------------------------------------------------------
    def _courses(self) -> Iterator[str]:
        for name, course in self.module.course.items():
            yield from self._course(name, course)

    def _course(self, name: str, course: Course) -> Iterator[str]:
        starts = course.starts
        if starts.state is not None:
            yield f"{_cap(_words(name))} is {_words(starts.state)} in everybody at birth."
        elif starts.shares is not None:
            yield f"{_cap(_words(name))} at birth: {self.number(starts.shares)}."
        else:
            yes, no = _words(str(starts.yes)), _words(str(starts.no))
            chance = self.number(str(starts.chance))
            yield f"{_cap(_words(name))} at birth: {yes} in {chance}, {no} in the others."
        if not any(rules.exits or rules.choose for rules in course.states.values()):
            yield f"{INDENT}It never changes."
            return
        for state, rules in course.states.items():
            yield from (INDENT + line for line in self._state(state, rules))

    def _state(self, state: str, rules: State) -> Iterator[str]:
        start = f"From {_words(state)}"
        if not rules.exits and not rules.choose:
            yield f"{_cap(_words(state))} changes no more."
        for target, way in rules.exits.items():
            yield f"{start} to {_words(target)}: {self._way(way)}."
        if rules.choose:
            after = f"after {self.when(rules.after)}" if rules.after is not None else "at once"
            if rules.at_rate is not None:
                after = f"at {self.number(rules.at_rate)}"
            options = "; ".join(self._option(option) for option in rules.choose)
            yield f"{start}, {after}: {options}."

    def _way(self, way: ast.Exit) -> str:
        condition = f", while {self.condition(way.condition)}" if way.condition is not None else ""
        if way.kind == "rate":
            return f"at {self.number(way.by.name)}{condition}"  # type: ignore[union-attr]
        if way.kind == "after":
            return f"after {self.when(way.by)}{condition}"
        return f"as soon as {self.condition(way.condition)}"

    def _option(self, option: Option) -> str:
        if option.otherwise is not None:
            return f"otherwise {_words(option.otherwise)}"
        if option.shares is not None:
            return self.number(option.shares)
        if option.chance is not None:
            return f"{_words(str(option.to))} {self._cases(option.chance)}"
        return f"{_words(str(option.to))} if {self.condition(option.when)}"

    def when(self, by: Any) -> str:
        return self.number(by.name) if isinstance(by, ast.Ref) else _span(by)

    # --- measures ------------------------------------------------------------------------------------------------
    def _measures(self) -> Iterator[str]:
        for name, measure in self.module.measures.items():
            text = "; ".join(self._measure(measure))
            yield f"{_cap(self.name(name))}: {text}."

    def _measure(self, m: Measure) -> Iterator[str]:
        if m.table is not None:
            yield f"by age and sex as in the table {_words(m.table)}"
        for other, r in m.follows.items():
            yield f"follows {self.name(other)} (correlation {r:g})"
        for text, value in m.whiles.items():
            yield f"{self._value(value)} while {self._text(text)}"
        if m.typical is not None:
            yield f"{'otherwise' if m.whiles else 'typically'} {self._value(m.typical)}"
        if m.is_ is not None:
            yield f"is {self.expression(m.is_)}"
        if m.calculated is not None:
            yield f"is calculated from the results as {self.expression(m.calculated)}"
        for text, table in m.answers_while.items():
            yield f"{self._answers(table)} while {self._text(text)}"
        if m.answers is not None:
            yield f"{'otherwise ' if m.answers_while else ''}{self._answers(m.answers)}"
        for word, group in (("lowered", m.lowered_by), ("raised", m.raised_by)):
            for text, effect in group.items():
                yield f"{word} by {self._effect(effect)} while {self._text(text)}"
        if m.stays is not None:
            yield f"stays between {m.stays.a:g} and {m.stays.b:g}"
        if m.measured_with is not None:
            yield f"one reading has a spread of {m.measured_with.sd:g}{' %' if m.measured_with.percent else ''}"

    def _text(self, text: str) -> str:
        from healthsynth.spec.model import parse

        return self.condition(parse("condition", text))

    def _value(self, value: Any) -> str:
        if isinstance(value, ast.Ref):
            return self.number(value.name)
        if isinstance(value, ast.Trend):
            if value.b is None:
                word = "rising" if value.slope >= 0 else "falling"
                return f"from {value.a:g} {word} {abs(value.slope):g} a year"
            return f"from {value.a:g} to {value.b:g} over {_length(value.over)}"
        return _figure(value)

    def _answers(self, table: Mapping[str, str]) -> str:
        if list(table) == ["otherwise"]:
            return _words(table["otherwise"])
        parts = []
        for answer, text in table.items():
            if answer == "otherwise":
                parts.append(f"otherwise {_words(text)}")
            else:
                share = text if text[0].isdigit() else self.number(text)
                parts.append(f"{_words(answer)} in {share}")
        return ", ".join(parts)

    def _effect(self, effect: ast.Effect) -> str:
        amount = self.number(effect.by.name) if isinstance(effect.by, ast.Ref) else _figure(effect.by)
        within = f" within {_length(effect.within)}" if effect.within is not None else ""
        return f"{amount}{' percent' if effect.percent else ''}{within}"

    def _death(self, entry: DeathEntry) -> str:
        while_ = f" while {self.condition(entry.while_)}" if entry.while_ is not None else ""
        if entry.multiply_by is not None:
            return f"The risk of dying is multiplied by {self.number(entry.multiply_by)}{while_}."
        cause = self.name(str(entry.cause))
        if entry.add is not None:
            return f"People die of {cause} at {self.number(entry.add)}{while_}."
        return f"People die of {cause} when {self.condition(entry.when)}."

    # --- care ----------------------------------------------------------------------------------------------------
    def _rules(self) -> Iterator[str]:
        for name, rule in self.module.care.items():
            yield f"{_cap(_words(name))}: {self._occasion(rule)}."
            yield from (INDENT + line for line in self.steps(rule.do))

    def _occasion(self, rule: Rule) -> str:
        parts = []
        if rule.at is not None:
            parts.append("at any visit" if rule.at.name == "*" else f"at {_a(_words(rule.at.name))} visit")
        if rule.when is not None:
            parts.append(f"when {self.condition(rule.when)}")
        if rule.at_rate is not None:
            parts.append(f"at {self.number(rule.at_rate)}")
        if rule.at_ages:
            parts.append("at the ages of " + ", ".join(_length(age) for age in rule.at_ages))
        if rule.from_age is not None:
            parts.append(f"from the age of {_length(rule.from_age)}")
        if rule.every is not None:
            parts.append(self._every(rule.every))
        if rule.who is not None:
            parts.append(f"if {self.condition(rule.who)}")
        if rule.chance is not None:
            parts.append(self._cases(rule.chance))
        if rule.after is not None:
            parts.append(f"after {self.when(rule.after)}")
        if rule.visit is not None:
            parts.append(f"there is {self._visit(rule.visit)}")
        return ", ".join(parts)

    def _visit(self, visit: ast.VisitText) -> str:
        kind = {"emergency": "an emergency visit", "inpatient": "a hospital stay", "urgent": "an urgent care visit"}
        text = kind.get(visit.kind, f"{_a(visit.kind)} visit")
        if visit.reason:
            text += f" for {self.name(visit.reason)}"
        if visit.specialty:
            text += f" with {self.name(visit.specialty)}"
        if visit.lasting is not None:
            text += f", lasting {self.when(visit.lasting)}"
        return text

    def _every(self, every: Every) -> str:
        if every.bands:
            return "; ".join(f"every {self.when(by)} {_band(low, high)}" for low, high, by in every.bands)
        parts = []
        for condition, by in every.options:
            while_ = f" while {self.condition(condition)}" if condition is not None else ""
            parts.append(f"every {self.when(by)}{while_}")
        return ", else ".join(parts)

    def steps(self, steps: Sequence[Step]) -> Iterator[str]:
        """The steps of a visit, one sentence each, indented where they hang on a choice."""
        for step in steps:
            yield f"- {self._qualified(step)}"
            yield from (INDENT + line for line in self.steps(step.do))
            for choice in step.choose or ():
                yield f"  - {self._choice(choice)}"
                yield from (INDENT * 2 + line for line in self.steps(choice.otherwise or choice.do))

    def _choice(self, choice: Choice) -> str:
        if choice.otherwise is not None:
            return "otherwise:"
        if choice.chance is not None:
            return f"{self._cases(choice.chance)}:"
        return f"if {self.condition(choice.when)}:"

    def _qualified(self, step: Step) -> str:
        text = self._step(step)
        if step.when is not None:
            text = f"if {self.condition(step.when)}: {text}"
        if step.unless is not None:
            text = f"{text}, unless {self.condition(step.unless)}"
        if step.chance is not None:
            text = f"{text}, {self._cases(step.chance)}"
        return text

    def _step(self, step: Step) -> str:
        verb = step.verb
        value = getattr(step, verb)
        names = (
            " and ".join(self.name(n) for n in ((value,) if isinstance(value, str) else value))
            if verb in _NAMED
            else ""
        )
        for_ = f" for {self.name(step.for_)}" if step.for_ else ""
        lasting = f" for {self.when(step.lasting)}" if step.lasting is not None else ""
        until = f" until {self.condition(step.until)}" if step.until is not None else ""
        if verb == "admit":
            return f"admit to hospital for {self.when(value.lasting)}{f' because of {self.name(value.reason)}' if value.reason else ''}:"
        if verb == "wait":
            return f"{self.when(value)} pass"
        if verb == "choose":
            return "one of these:"
        if verb in ("follow", "leave"):
            return f"{verb} the pathway {' and '.join(_words(n) for n in value)}"
        if verb == "note":
            return f"note: {value}"
        if verb in ("immunise", "newborn"):
            return "give the vaccines that are due" if verb == "immunise" else "a child is born"
        dose = f", {step.dose.text}" if step.dose is not None else ""
        more = f" ({step.severity})" if step.severity else ""
        site = f" at the {self.name(step.site)}" if step.site else ""
        finding = f": {step.finding}" if step.finding else ""
        goals = f", with the goals {' and '.join(self.name(g) for g in step.goals)}" if step.goals else ""
        return f"{_NAMED[verb]} {names}{more}{dose}{site}{for_}{lasting}{until}{goals}{finding}"

    def _pathways(self) -> Iterator[str]:
        for name, pathway in self.module.pathways.items():
            yield f"{_cap(_words(name))}: {self._series(pathway)}."
            yield from (INDENT + line for line in self.steps(pathway.do))
            for i, steps in enumerate(pathway.steps):
                yield f"{INDENT}step {i + 1}:"
                yield from (INDENT * 2 + line for line in self.steps(steps))

    def _series(self, pathway: Pathway) -> str:
        parts = []
        if pathway.chance is not None:
            parts.append(self._cases(pathway.chance))
        if pathway.unless is not None:
            parts.append(f"unless {self.condition(pathway.unless)}")
        if pathway.who is not None:
            parts.append(f"if {self.condition(pathway.who)}")
        if pathway.visit is not None:
            first = pathway.first
            begins = "" if first is None else f", the first after {self.when(first)}"
            parts.append(f"{self._visit(pathway.visit)}{begins}")
        if pathway.every is not None:
            parts.append(self._every(pathway.every))
        if pathway.times is not None:
            parts.append(f"{pathway.times} times at most")
        if pathway.no_show is not None:
            parts.append(f"missed {self._cases(pathway.no_show)}")
        if pathway.until is not None:
            parts.append(f"until {self.condition(pathway.until)}")
        if pathway.steps:
            parts.append("one step further each time")
        return ", ".join(parts) or "at once"

    # --- tests ---------------------------------------------------------------------------------------------------
    def _expectation(self, name: str, e: Expectation) -> str:
        of = f"If {self.condition(e.of)}, " if e.of is not None else "In everybody, "
        target = f"{e.is_} (within {e.within})" if e.is_ else f"{e.between}" if e.between else ""
        target = target or (f"at least {e.at_least}" if e.at_least else f"at most {e.at_most}")
        cited = f" [{e.source}]" if e.source else ""
        if e.share is not None:
            return f"{of}{self.condition(e.share)} in {target}{cited}."
        if e.mean is not None or e.median is not None:
            word, value = ("mean", e.mean) if e.mean is not None else ("median", e.median)
            return f"{of}the {word} of {self.expression(value)} is {target}{cited}."
        if e.rate is not None:
            return f"{of}{_rate_of(e.rate)} happens {target}{cited}."
        if e.correlation is not None:
            pair = f"{self.expression(e.correlation.left)} and {self.expression(e.correlation.right)}"
            return f"{of}{pair} correlate {target}{cited}."
        return f"{of}{'always' if e.always is not None else 'never'} {self.condition(e.always or e.never)}."

    def _story(self, title: str, story: Story) -> str:
        given = ", ".join(f"{_words(key)} {_given(value)}" for key, value in story.given.items())
        when = ", then ".join(_happening(occasion) for occasion in story.when)
        then = "; ".join(self.condition(condition) for condition in story.then)
        return f"{_cap(title)}. Given {given}: after {when}, {then}."


_UNITS = {"Cel": "°C", "mm[Hg]": "mmHg"}
_COMPARE = {"=": "exactly", "<": "below", "<=": "at most", ">": "above", ">=": "at least"}
_CHARTED = {
    "diagnosed": "{} is diagnosed",
    "ever diagnosed": "{} was ever diagnosed",
    "taking": "{} is being taken",
    "performed": "{} was done",
    "given": "{} was given",
    "following": "the pathway {} is under way",
}
_NOT_CHARTED = {
    "diagnosed": "{} is not diagnosed",
    "ever diagnosed": "{} was never diagnosed",
    "taking": "{} is not being taken",
    "performed": "{} was not done",
    "given": "{} was not given",
    "following": "the pathway {} is not under way",
}
_NAMED = {
    "test": "test",
    "ask": "ask",
    "diagnose": "diagnose",
    "resolve": "resolve",
    "prescribe": "prescribe",
    "stop": "stop",
    "give": "give",
    "perform": "do",
    "image": "image with",
    "refer": "refer to",
    "educate": "educate:",
    "plan": "agree on the plan",
    "end_plan": "end the plan",
    "goal": "set the goal",
    "device": "provide",
    "supply": "hand out",
}


def _given(value: Any) -> str:
    return ", ".join(_words(str(v)) for v in value) if isinstance(value, list) else _words(str(value))


def _happening(occasion: ast.Occasion) -> str:
    if occasion.wait is not None:
        return _length(occasion.wait)
    text = f"{_a(_words(str(occasion.visit)))} visit"
    if occasion.happens:
        text += f" with {' and '.join(_words(n) for n in occasion.happens)}"
    if occasion.does_not:
        text += f" without {' and '.join(_words(n) for n in occasion.does_not)}"
    return text


def _rate_of(what: ast.RateOf) -> str:
    if what.kind == "becomes":
        return f"{_words(what.name)} becoming {_words(str(what.state))}"
    return {"encounter": "a {} visit"}.get(what.kind, what.kind + " {}").format(_words(what.name))


def _words(name: str) -> str:
    return name.replace("__", ", ").replace("_", " ")


def _a(what: str) -> str:
    return f"a{'n' if what[0] in 'aeio' else ''} {what}"


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]


def _unit(unit: str | None) -> str:
    return "" if not unit else f" {_UNITS.get(unit, unit)}"


def _band(low: float, high: float) -> str:
    if low <= 0 and high >= 199:
        return ""
    if high >= 199:
        return f"from age {low:g}"
    if high < 1 or not float(low).is_integer():
        return f"from {low * 12:.0f} to {high * 12 - 1:.0f} months of age"
    return f"at {low:g}" if high == low + 1 else f"at {low:g} to {high - 1:g}"


def _figure(value: Any) -> str:
    if isinstance(value, (ast.Rate, ast.Chance)):
        return value.text
    if isinstance(value, ast.Span):
        return _span(value)
    if isinstance(value, ast.Quantity):
        unit = _unit(value.unit)
        if value.shape == "fixed":
            return f"{value.a:g}{unit}"
        return (
            f"{value.a:g} to {value.b:g}{unit}" if value.shape == "uniform" else f"{value.a:g}{unit} (sd {value.b:g})"
        )
    if isinstance(value, tuple):
        return ", ".join(f"{share * 100:g}% {_words(name)}" for name, share in value)
    return f"{value:g}"


def _length(length: ast.Length | None) -> str:
    return "no time" if length is None else length.text


def _span(span: ast.Span) -> str:
    if span.shape == "fixed":
        return _length(span.a)
    if span.shape == "uniform":
        first, last = _length(span.a), _length(span.b)
        same = first.split()[-1].rstrip("s") == last.split()[-1].rstrip("s")
        return f"{first.split()[0]} to {last}" if same else f"{'0' if not span.a.total else first} to {last}"
    if span.shape == "normal":
        return f"about {_length(span.a)} (sd {_length(span.b)})"
    return f"a median of {_length(span.a)} (95 % within {_length(span.b)} to {_length(span.c)})"
