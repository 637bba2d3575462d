"""Logic of GMF: the twenty-one kinds of conditions."""

from collections.abc import Iterator
from dataclasses import dataclass

from healthsynth.spec.gmf.values import Code, Exact, Scalar


@dataclass(frozen=True, slots=True)
class AttributeIs:
    """`value_code` where the right side is a code."""

    attribute: str
    operator: str
    value: Scalar = None
    value_code: Code | None = None


@dataclass(frozen=True, slots=True)
class AgeIs:
    """Whole years or months at the time against `quantity`."""

    operator: str
    quantity: float
    unit: str


@dataclass(frozen=True, slots=True)
class DateIs:
    """One of: the year, the month (1-12), or an instant (milliseconds since 1970-01-01 UTC)."""

    operator: str
    year: int | None = None
    month: int | None = None
    instant: int | None = None


@dataclass(frozen=True, slots=True)
class GenderIs:
    """M or F."""

    gender: str


@dataclass(frozen=True, slots=True)
class RaceIs:
    """Compared without case; `Hispanic` is no race and so never true."""

    race: str


@dataclass(frozen=True, slots=True)
class SocioeconomicIs:
    """High, Middle or Low."""

    category: str


@dataclass(frozen=True, slots=True)
class SymptomIs:
    """The present value of a symptom (0 if never set)."""

    symptom: str
    operator: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class VitalSignIs:
    """The reading at the time."""

    vital_sign: str
    operator: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class ObservationIs:
    """The latest observation by code (the first code that has one) or by attribute."""

    operator: str
    codes: tuple[Code, ...] = ()
    attribute: str = ""
    value: Scalar = None
    value_code: Code | None = None


@dataclass(frozen=True, slots=True)
class PriorState:
    """A state was visited, since another one was, within a time."""

    name: str
    since: str = ""
    within: Exact | None = None


@dataclass(frozen=True, slots=True)
class Active:
    """`kind`: condition, allergy, medication or careplan; by codes or by attribute."""

    kind: str
    codes: tuple[Code, ...] = ()
    attribute: str = ""


@dataclass(frozen=True, slots=True)
class And:
    """True when empty."""

    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """False when empty."""

    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    condition: "Condition"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least so many are true."""

    minimum: int
    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class AtMost:
    """At most so many are true."""

    maximum: int
    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Constant:
    """True or False."""

    value: bool


Condition = (
    AttributeIs
    | AgeIs
    | DateIs
    | GenderIs
    | RaceIs
    | SocioeconomicIs
    | SymptomIs
    | VitalSignIs
    | ObservationIs
    | PriorState
    | Active
    | And
    | Or
    | Not
    | AtLeast
    | AtMost
    | Constant
)


def leaves(condition: Condition) -> Iterator[Condition]:
    """All conditions that hold no others, in the order of the file."""
    if isinstance(condition, Not):
        yield from leaves(condition.condition)
    elif isinstance(condition, (And, Or, AtLeast, AtMost)):
        for inner in condition.conditions:
            yield from leaves(inner)
    else:
        yield condition
