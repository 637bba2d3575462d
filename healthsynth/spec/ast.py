"""What the texts of a module mean once parsed: small immutable trees. `grammar.py` makes them."""

from dataclasses import dataclass, field

from healthsynth.units import DAY, HOUR, MINUTE, MONTH, WEEK, YEAR

UNIT_SECONDS = {"minute": MINUTE, "hour": HOUR, "day": DAY, "week": WEEK, "month": MONTH, "year": YEAR}


# --- amounts of time ---------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Length:
    """A fixed time: calendar months plus seconds; one of them is 0 unless the author mixed units."""

    months: int
    seconds: int

    @property
    def total(self) -> float:
        """Seconds, with months of average length."""
        return self.months * MONTH + self.seconds

    @property
    def text(self) -> str:
        """'12 weeks', '18 months', '36 hours', '11.2 weeks': the largest unit that needs no more than one decimal."""
        if self.months and not self.seconds:
            return _counted(self.months / 12, "year") if self.months % 12 == 0 else _counted(self.months, "month")
        for unit, size, whole in _SAID:
            if self.seconds % size == 0 and self.seconds <= whole * size and not self.months:
                return _counted(self.seconds // size, unit)
        for unit, size, _ in _SAID:
            count = self.total / size
            if abs(count * 10 - round(count * 10)) < 1e-6:
                return _counted(count, unit)
        return _counted(self.total / _SAID[1][1], "day")


# A unit of time, its seconds, and how many of it one would say before a larger unit with a decimal is clearer.
_SAID = (("week", 604_800, 1e9), ("day", 86_400, 1e9), ("hour", 3600, 72), ("minute", 60, 120))


def _counted(count: float, unit: str) -> str:
    return f"{count:.4g} {unit}{'' if count == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Span:
    """A time that may vary. shape: fixed (a), uniform (a..b), normal (mean a, sd b), lognormal (median a, 95 % b..c)."""

    shape: str
    a: Length
    b: Length | None = None
    c: Length | None = None


@dataclass(frozen=True, slots=True)
class Ref:
    """The name of a number of the module."""

    name: str


# --- quantities --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Quantity:
    """shape: fixed (a), uniform (a..b), normal (mean a, sd b)."""

    shape: str
    a: float
    b: float = 0.0
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    """From `a` at the start: to `b` over `over`, or by `slope` a year."""

    a: float
    b: float | None
    over: Length | None
    slope: float


@dataclass(frozen=True, slots=True)
class Rate:
    """A hazard per person-year, and how the author wrote it."""

    per_year: float
    text: str


@dataclass(frozen=True, slots=True)
class Chance:
    share: float
    text: str


# --- expressions -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Number:
    value: float
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Result:
    """The latest charted result of a measure."""

    name: str


@dataclass(frozen=True, slots=True)
class Binary:
    op: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple["Expression", ...]


Expression = Number | Name | Result | Binary | Call


# --- conditions --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class All:
    items: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Any:
    items: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    item: "Condition"


@dataclass(frozen=True, slots=True)
class Compare:
    left: Expression
    op: str  # = < <= > >=
    right: Expression


@dataclass(frozen=True, slots=True)
class Between:
    item: Expression
    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class Is:
    """`name is a`, `is not a`, `is one of [a, b]`: a course, sex, race, ethnicity, season or the visit."""

    name: str
    options: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class ResultIs:
    name: str
    answer: str


@dataclass(frozen=True, slots=True)
class HasBeen:
    name: str
    state: str
    at_least: Length


@dataclass(frozen=True, slots=True)
class Charted:
    """word: diagnosed, ever diagnosed, taking, performed, given, following."""

    word: str
    name: str


@dataclass(frozen=True, slots=True)
class Tested:
    name: str
    within: Length


Condition = All | Any | Not | Compare | Between | Is | ResultIs | HasBeen | Charted | Tested


# --- texts of the blocks -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Exit:
    """How a state is left. kind: rate (Ref), after (Span or Ref), when (Condition)."""

    kind: str
    by: Ref | Span | None
    condition: Condition | None


@dataclass(frozen=True, slots=True)
class Factor:
    """One line of `times:`. `odds` works on the odds of a chance."""

    by: float | Ref
    condition: Condition
    odds: bool = False


@dataclass(frozen=True, slots=True)
class VisitText:
    kind: str
    reason: str | None = None
    lasting: Span | Ref | None = None
    specialty: str | None = None


@dataclass(frozen=True, slots=True)
class AtVisit:
    """`wellness visit`, `NAME visit`, `any visit`; name is a visit kind, a rule, a pathway, or '*'."""

    name: str


@dataclass(frozen=True, slots=True)
class Effect:
    """An amount on a measure, reached within a time; `percent` of the value rather than its unit."""

    by: Ref | Quantity
    within: Length | None
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Noise:
    """The spread of one reading."""

    sd: float
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Varies:
    sd: float
    over: Length


@dataclass(frozen=True, slots=True)
class DoseText:
    amount: float
    unit: str
    times: int
    period: int  # seconds
    as_needed: bool
    text: str


@dataclass(frozen=True, slots=True)
class RateOf:
    """What an expectation counts. kind: becomes (course, state), diagnosed, prescribed, encounter."""

    kind: str
    name: str
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Occasion:
    """`when:` of a story: a visit by name, or time passing, with chances made to happen or not."""

    visit: str | None
    wait: Length | None
    happens: tuple[str, ...] = ()
    does_not: tuple[str, ...] = field(default=())
