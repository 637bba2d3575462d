"""What an author may write, block by block: pydantic models whose texts are already parsed into trees.

Keys that carry a sentence (`to STATE`, `while CONDITION`, `rate by age`) are gathered into a dictionary field before
validation; `GATHERED` says which, so that an error can be led back to the line it stands on.
"""

import itertools
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from healthsynth.spec import ast
from healthsynth.spec.sentences import WORDS


def parse(kind: str, text: str) -> Any:
    """The tree of one sentence; the grammar is loaded when the first one is read, not with a cached program."""
    from healthsynth.spec.grammar import parse as parse_sentence

    return parse_sentence(kind, text)


# gathered field -> how the author's key begins
GATHERED = {"exits": "to ", "whiles": "while ", "answers_while": "answers while "}


def sentence(kind: str) -> Any:
    """A field whose text is one sentence of the grammar."""
    schema = {"type": ["string", "number"], "description": WORDS[kind]}
    return Annotated[Any, BeforeValidator(lambda text: _parsed(kind, text)), WithJsonSchema(schema)]


def _parsed(kind: str, text: Any) -> Any:
    if not isinstance(text, str):
        raise PydanticCustomError("shape", "expected {words}", {"words": WORDS[kind]})
    return parse(kind, text)


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


# The fields that hold a sentence: for the reader of the code their trees, for pydantic texts to be parsed.
if TYPE_CHECKING:
    Condition = ast.Condition
    When = ast.Span | ast.Ref
    FactorText = ast.Factor
    ExitText = ast.Exit
    Value = ast.Quantity | ast.Trend | ast.Ref
    Expression = ast.Expression
    EffectText = ast.Effect
    AmountText = ast.Quantity
    VariesText = ast.Varies
    NoiseText = ast.Noise
    Stay = ast.VisitText
    DoseText = ast.DoseText
    AtVisitText = ast.AtVisit
    LengthText = ast.Length
    VisitText = ast.VisitText
    First = ast.Span | ast.Ref
    RateOfText = ast.RateOf
    PairText = ast.Pair
    OccasionText = ast.Occasion
else:
    Condition = sentence("condition")
    When = sentence("when_")
    FactorText = sentence("factor_text")
    ExitText = sentence("exit")
    Value = sentence("value")
    Expression = sentence("expression")
    EffectText = sentence("effect")
    AmountText = sentence("amount")
    VariesText = sentence("varies")
    NoiseText = sentence("noise")
    Stay = sentence("stay")
    DoseText = sentence("dose")
    AtVisitText = sentence("at_visit")
    LengthText = sentence("length")
    VisitText = sentence("visit")
    First = sentence("first")
    RateOfText = sentence("rate_of")
    PairText = sentence("pair")
    OccasionText = sentence("occasion")


Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Words = Annotated[tuple[Word, ...], BeforeValidator(_one_or_many)]
Text = Annotated[str, StringConstraints(min_length=1)]


class Part(BaseModel):
    """Base of all: unknown keys are mistakes, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, arbitrary_types_allowed=True)


def _gather(data: Any, field: str) -> Any:
    """Collect the keys that begin with GATHERED[field] into `field`."""
    if not isinstance(data, dict):
        return data
    start = GATHERED[field]
    rest = {key: value for key, value in data.items() if not key.startswith(start)}
    found = {key[len(start) :]: value for key, value in data.items() if key.startswith(start)}
    return {**rest, field: found} if found else rest


# --- numbers -----------------------------------------------------------------------------------------------------
class Calibrated(Part):
    to: Words
    seed: int = 7
    people: int = 20000


NUMBER_KINDS = ("rate", "chance", "factor", "amount", "duration", "shares")
SEASONS = ("winter", "spring", "summer", "autumn")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
Band = tuple[str | None, float, float, Any]  # sex, age from, age below (years), value


class Number(Part):
    """One number with its evidence. `bands` holds one entry without sex and age when the author gave one value."""

    kind: Literal["rate", "chance", "factor", "amount", "duration", "shares"]
    bands: tuple[Band, ...]
    banded: bool = False
    times: tuple[FactorText, ...] = ()
    seasons: dict[str, float] | None = None
    source: Text | None = None
    calibrated: Calibrated | None = None
    assumed: Text | None = None
    range: Text | None = None
    ci: Text | None = None
    derived: Text | None = None
    because: Text | None = None
    note: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _kind(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            raise PydanticCustomError("shape", "a number is written as {{rate: ..., source: ...}}", {})
        heads = [key for key in data if key.split(" by ")[0] in NUMBER_KINDS]
        if len(heads) != 1:
            message = "a number has exactly one of rate, chance, factor, amount, duration, shares"
            raise PydanticCustomError("number_kind", message, {})
        head = heads[0]
        kind, _, by = head.partition(" by ")
        if by not in ("", "age", "sex", "age and sex", "sex and age"):
            raise PydanticCustomError("number_kind", "bands are 'by age', 'by sex' or 'by age and sex'", {"at": head})
        rest = {key: value for key, value in data.items() if key != head}
        return {**rest, "kind": kind, "bands": _bands(kind, head, by, data[head]), "banded": bool(by)}


_PARSE = {"rate": "rate", "chance": "chance", "amount": "amount", "duration": "span"}


def _number_value(kind: str, text: Any, at: tuple[str, ...]) -> Any:
    if kind == "shares":
        if not isinstance(text, dict) or not text:
            raise _misplaced(at, "shares are written as {wrist: 40%, ankle: 60%}")
        shares = {name: _number_value("chance", value, (*at, name)).share for name, value in text.items()}
        total = sum(shares.values())
        if abs(total - 1) > 1e-6:
            raise _misplaced(at, f"shares add to {total * 100:g}%, not to 100%", code="shares_sum")
        return tuple(shares.items())
    if not isinstance(text, str):
        raise _misplaced(at, f"expected {WORDS.get(_PARSE.get(kind, ''), 'a factor, such as 1.8')}")
    if kind == "factor":
        try:
            value = float(text)
        except ValueError:
            raise _misplaced(at, "expected a factor, such as 1.8") from None
        if value < 0:
            raise _misplaced(at, "a factor is never below 0")
        return value
    try:
        return parse(_PARSE[kind], text)
    except ValueError as error:
        other = {"rate": "chance", "chance": "rate"}.get(kind)
        if other and _parses(other, text):
            words = {
                "rate": "a chance stands where a rate (per time) belongs",
                "chance": "a rate (per time) stands where a chance belongs",
            }
            raise _misplaced(at, words[kind], code="rate_chance") from None
        hint = getattr(error, "hint", "")
        raise _misplaced(at, str(error), shift=getattr(error, "column", 1) - 1, hint=hint) from None


def _parses(kind: str, text: str) -> bool:
    try:
        parse(kind, text)
    except ValueError:
        return False
    return True


def _misplaced(
    at: tuple[str, ...], message: str, code: str = "sentence", shift: int = 0, hint: str = ""
) -> PydanticCustomError:
    """An error at a path below the model that raises it."""
    context = {"message": message, "below": at, "kind": code, "shift": shift, "hint": hint}
    return PydanticCustomError("misplaced", "{message}", context)


def _bands(kind: str, head: str, by: str, data: Any) -> tuple[Band, ...]:
    if not by:
        return ((None, 0.0, 200.0, _number_value(kind, data, (head,))),)
    if not isinstance(data, dict):
        raise _misplaced((head,), f"'{head}' needs a table")
    if by == "age":
        return _age_bands(kind, None, data, (head,))
    for sex in data:
        if sex not in ("female", "male"):
            raise _misplaced((head, sex), f"'{sex}' is neither female nor male")
    if by == "sex":
        return tuple((sex, 0.0, 200.0, _number_value(kind, value, (head, sex))) for sex, value in data.items())
    bands: tuple[Band, ...] = ()
    for sex, table in data.items():
        if not isinstance(table, dict):
            raise _misplaced((head, sex), "needs bands of ages")
        bands += _age_bands(kind, sex, table, (head, sex))
    return bands


def _age_bands(kind: str, sex: str | None, table: dict[str, Any], at: tuple[str, ...]) -> tuple[Band, ...]:
    bands = []
    for key, value in table.items():
        try:
            low, high = parse("band", key)
        except ValueError as error:
            raise _misplaced((*at, key), str(error), code="bands") from None
        bands.append((sex, low, high, _number_value(kind, value, (*at, key))))
    bands.sort(key=lambda band: band[1])
    for before, after in itertools.pairwise(bands):
        if after[1] < before[2] - 1e-9:
            raise _misplaced(at, f"the bands from {before[1]:g} and from {after[1]:g} overlap", code="bands")
    return tuple(bands)


# --- body --------------------------------------------------------------------------------------------------------
class Option(Part):
    """One line of a `choose:` in a course."""

    chance: Word | None = None
    when: Condition | None = None
    shares: Word | None = Field(None, alias="by shares")
    to: Word | None = None
    otherwise: Word | None = None


class State(Part):
    exits: dict[Word, ExitText] = Field(default_factory=dict)
    after: When | None = None
    at_rate: Word | None = Field(None, alias="at rate")
    choose: tuple[Option, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _exits(cls, data: Any) -> Any:
        return _gather(data if data not in ("", None) else {}, "exits")


class Starts(Part):
    shares: Word | None = Field(None, alias="by shares")
    chance: Word | None = Field(None, alias="by chance")
    yes: Word | None = None
    no: Word | None = None
    state: Word | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, data: Any) -> Any:
        return {"state": data} if isinstance(data, str) else data


class Course(Part):
    starts: Starts
    states: dict[Word, State]

    @model_validator(mode="before")
    @classmethod
    def _states(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "starts" not in data:
            raise PydanticCustomError("shape", "a course begins with 'starts: STATE'", {})
        return {"starts": data["starts"], "states": {key: value for key, value in data.items() if key != "starts"}}


class Measure(Part):
    """One of the forms of a measure; effects and limits go with any of them."""

    of: Word | None = None  # effects on the measure of another module
    typical: Value | None = None
    whiles: dict[str, Value] = Field(default_factory=dict)
    table: Word | None = None
    follows: dict[Word, float] = Field(default_factory=dict)
    is_: Expression | None = Field(None, alias="is")
    calculated: Expression | None = None
    answers: dict[Word, str] | None = None
    answers_while: dict[str, dict[Word, str]] = Field(default_factory=dict)
    lowered_by: dict[str, EffectText] = Field(default_factory=dict, alias="lowered by")
    raised_by: dict[str, EffectText] = Field(default_factory=dict, alias="raised by")
    stays: AmountText | None = None
    varies: VariesText | None = None
    measured_with: NoiseText | None = Field(None, alias="measured with")
    source: Text | None = None
    calibrated: Calibrated | None = None
    assumed: Text | None = None
    note: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _whiles(cls, data: Any) -> Any:
        return _gather(_gather(data, "answers_while"), "whiles")


class DeathEntry(Part):
    multiply_by: Word | None = Field(None, alias="multiply by")
    add: Word | None = None
    when: Condition | None = None
    while_: Condition | None = Field(None, alias="while")
    cause: Word | None = None


# --- care --------------------------------------------------------------------------------------------------------
class Choice(Part):
    when: Condition | None = None
    chance: Word | None = None
    do: tuple["Step", ...] = ()
    otherwise: tuple["Step", ...] | None = None


VERBS: dict[str, tuple[str, ...]] = {
    "test": (),
    "ask": (),
    "diagnose": ("severity", "as_", "lasting", "until"),
    "resolve": (),
    "prescribe": ("dose", "for_", "lasting", "until", "refills"),
    "stop": (),
    "give": ("dose", "for_"),
    "immunise": (),
    "perform": ("for_", "lasting", "site"),
    "image": ("for_", "finding", "site"),
    "refer": ("for_",),
    "educate": ("for_",),
    "plan": ("for_", "goals", "until", "lasting"),
    "end_plan": (),
    "goal": ("for_",),
    "device": ("for_",),
    "supply": ("quantity",),
    "note": (),
    "admit": ("do",),
    "wait": (),
    "follow": ("with_",),
    "leave": (),
    "choose": (),
    "newborn": (),
}


class Step(Part):
    """One verb and what goes with it."""

    test: Words | None = None
    ask: Words | None = None
    diagnose: Words | None = None
    resolve: Words | None = None
    prescribe: Word | None = None
    stop: Words | None = None
    give: Word | None = None
    immunise: Literal["due"] | None = None
    perform: Word | None = None
    image: Word | None = None
    refer: Word | None = None
    educate: Words | None = None
    plan: Word | None = None
    end_plan: Word | None = Field(None, alias="end plan")
    goal: Words | None = None
    device: Word | None = None
    supply: Word | None = None
    note: Text | None = None
    admit: Stay | None = None
    wait: When | None = None
    follow: Words | None = None
    leave: Words | None = None
    choose: tuple[Choice, ...] | None = None
    newborn: Literal["born"] | None = None

    when: Condition | None = None
    unless: Condition | None = None
    chance: Word | None = None
    for_: Word | None = Field(None, alias="for")
    dose: DoseText | None = None
    lasting: When | None = None
    until: Condition | None = None
    refills: int | None = Field(None, ge=0, le=12)
    severity: Literal["mild", "moderate", "severe"] | None = None
    as_: Literal["problem", "encounter"] | None = Field(None, alias="as")
    site: Word | None = None
    finding: Text | None = None
    goals: Words = ()
    quantity: int = Field(1, ge=1, le=1000)
    with_: dict[Word, str] | None = Field(None, alias="with")
    do: tuple["Step", ...] = ()
    source: Text | None = None

    @property
    def verb(self) -> str:
        return next(verb for verb in VERBS if getattr(self, verb) is not None)

    @model_validator(mode="after")
    def _one_verb(self) -> "Step":
        verbs = [verb for verb in VERBS if getattr(self, verb) is not None]
        if len(verbs) != 1:
            found = " and ".join(verb.replace("_", " ") for verb in verbs) or "none"
            raise PydanticCustomError("verb", "a step has exactly one verb, this one has {found}", {"found": found})
        every = {"when", "unless", "chance", "source"}
        extra = self.model_fields_set - every - {verbs[0]} - set(VERBS[verbs[0]])
        if extra:
            word = sorted(extra)[0].rstrip("_")
            context = {"word": word, "verb": verbs[0].replace("_", " ")}
            raise PydanticCustomError("verb", "'{word}' says nothing about '{verb}'", context)
        return self


class Every(Part):
    """`every:` of a rule or a pathway: the first option whose condition holds, or by age."""

    options: tuple[tuple[Condition | None, When], ...] = ()
    bands: tuple[tuple[float, float, Any], ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _forms(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"options": ((None, data),)}
        if isinstance(data, dict) and set(data) == {"by age"} and isinstance(data["by age"], dict):
            bands = []
            for key, value in data["by age"].items():
                try:
                    low, high = parse("band", key)
                    bands.append((low, high, parse("when_", value)))
                except ValueError as error:
                    raise _misplaced(("by age", key), str(error)) from None
            return {"bands": tuple(bands)}
        if isinstance(data, list):
            options = []
            for item in data:
                if not isinstance(item, dict) or "every" not in item or set(item) - {"every", "while"}:
                    raise PydanticCustomError("shape", "a list here holds {{every: TIME, while: CONDITION}}", {})
                options.append((item.get("while"), item["every"]))
            return {"options": tuple(options)}
        raise PydanticCustomError("shape", "'every' takes a time, a list, or {{by age: ...}}", {})


class Rule(Part):
    """A care rule: when and why there is a visit, and what is done in it."""

    at: AtVisitText | None = None
    when: Condition | None = None
    at_rate: Word | None = Field(None, alias="at rate")
    at_ages: tuple[LengthText, ...] = Field((), alias="at ages")
    every: Every | None = None
    from_age: LengthText | None = Field(None, alias="from age")
    who: Condition | None = None
    chance: Word | None = None
    after: When | None = None
    visit: VisitText | None = None
    do: tuple[Step, ...] = ()
    source: Text | None = None
    note: Text | None = None


class Pathway(Part):
    needs: dict[Word, str] = Field(default_factory=dict)
    visit: VisitText | None = None
    first: First | None = None
    every: Every | None = None
    no_show: Word | None = Field(None, alias="no show")
    until: Condition | None = None
    times: int | None = Field(None, ge=1)
    chance: Word | None = None
    unless: Condition | None = None
    who: Condition | None = None
    do: tuple[Step, ...] = ()
    steps: tuple[tuple[Step, ...], ...] = ()
    source: Text | None = None
    note: Text | None = None


# --- tests of the author -----------------------------------------------------------------------------------------
class Expectation(Part):
    share: Condition | None = None
    mean: Expression | None = None
    median: Expression | None = None
    rate: RateOfText | None = None
    correlation: PairText | None = None
    always: Condition | None = None
    never: Condition | None = None
    of: Condition | None = None
    is_: str | None = Field(None, alias="is")
    within: str | None = None
    between: str | None = None
    at_least: str | None = Field(None, alias="at least")
    at_most: str | None = Field(None, alias="at most")
    source: Text | None = None
    note: Text | None = None


class Story(Part):
    given: dict[str, Any]
    when: Annotated[tuple[OccasionText, ...], BeforeValidator(_one_or_many)]
    then: tuple[Condition, ...]


class Module(Part):
    """One file of clinical_modules/."""

    module: Word
    title: Text
    language: Literal[1]
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    authors: tuple[Text, ...]
    reviewed: Text
    story: Text
    not_modelled: tuple[Text, ...] = Field((), alias="not modelled")
    reads: tuple[Word, ...] = ()
    gives: tuple[Word, ...] = ()
    vocabulary: tuple[Word, ...] = ()
    sources: dict[Word, Text] = Field(default_factory=dict)
    numbers: dict[Word, Number] = Field(default_factory=dict)
    course: dict[Word, Course] = Field(default_factory=dict)
    measures: dict[Word, Measure] = Field(default_factory=dict)
    death: tuple[DeathEntry, ...] = ()
    care: dict[Word, Rule] = Field(default_factory=dict)
    pathways: dict[Word, Pathway] = Field(default_factory=dict)
    expect: dict[Word, Expectation] = Field(default_factory=dict)
    stories: dict[str, Story] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _ints(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("language") == "1":
            return {**data, "language": 1}
        return data


Step.model_rebuild()
Choice.model_rebuild()
