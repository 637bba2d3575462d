"""The small values inside states of a GMF module: codes, amounts, distributions, what goes with a drug or a picture."""

from dataclasses import dataclass
from typing import Literal

Scalar = bool | int | float | str | None  # as the JSON has it: 3 is an int, 3.0 a float
Unit = Literal["seconds", "minutes", "hours", "days", "weeks", "months", "years"]
Operator = Literal["==", "!=", "<", "<=", ">", ">=", "is nil", "is not nil"]
UNITS: tuple[str, ...] = ("seconds", "minutes", "hours", "days", "weeks", "months", "years")
OPERATORS: tuple[str, ...] = ("==", "!=", "<", "<=", ">", ">=", "is nil", "is not nil")


@dataclass(frozen=True, slots=True)
class Code:
    """A code; two are equal when code and system are. The text of `code` is decimal even where the JSON has a number."""

    system: str
    code: str
    display: str = ""
    value_set: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Exact:
    """A fixed value (only an observation's may be a text); `unit` is a unit of time or of the observation."""

    quantity: int | float | str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """Continuous uniform on [low, high), rounded half-up to `decimals` places where given."""

    low: float
    high: float
    unit: str = ""
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Distribution:
    """`kind` says which of the parameters are there: EXACT value; UNIFORM low, high; GAUSSIAN mean, sd [, minimum,
    maximum]; EXPONENTIAL mean; TRIANGULAR minimum, mode, maximum. `round`: half up to a whole number."""

    kind: Literal["EXACT", "UNIFORM", "GAUSSIAN", "EXPONENTIAL", "TRIANGULAR"]
    value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    mean: float = 0.0
    sd: float = 0.0
    mode: float = 0.0
    minimum: float | None = None
    maximum: float | None = None
    round: bool = False


@dataclass(frozen=True, slots=True)
class Dosage:
    """`amount` units, `frequency` times every `period` `unit`."""

    amount: float
    frequency: float
    period: float
    unit: str


@dataclass(frozen=True, slots=True)
class Prescription:
    """What stands on a prescription. `as_needed` is the value, `as_needed_present` whether the key is there at all."""

    as_needed: bool = False
    as_needed_present: bool = False
    refills: int = 0
    dosage: Dosage | None = None
    duration: Exact | None = None
    instructions: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Reaction:
    """An allergic reaction and the weights of its severities: (level, weight), level `none` meaning no such reaction."""

    code: Code
    severities: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Goal:
    """What a care plan is for: a text, codes, or an observation (codes, operator, value)."""

    text: str = ""
    codes: tuple[Code, ...] = ()
    observation: tuple[tuple[Code, ...], str, Scalar] | None = None
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Instance:
    """One picture of a series."""

    title: str
    sop_class: Code


@dataclass(frozen=True, slots=True)
class Series:
    """Pictures of one body site; `least` and `most` are 0 where the number of instances is as listed."""

    body_site: Code | None
    modality: Code
    instances: tuple[Instance, ...]
    least: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Supply:
    """Things handed over."""

    code: Code
    quantity: float


@dataclass(frozen=True, slots=True)
class SampledData:
    """A curve read from time series in attributes."""

    attributes: tuple[str, ...]
    origin_value: float = 0.0
    factor: float = 1.0
    lower_limit: float | None = None
    upper_limit: float | None = None
    decimal_format: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """Media of an observation: a chart, an address or data; `text` is the JSON of it."""

    title: str = ""
    content_type: str = ""
    text: str = ""
