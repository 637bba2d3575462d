"""How a GMF state is left."""

from collections.abc import Iterator
from dataclasses import dataclass

from healthsynth.spec.gmf.conditions import Condition


@dataclass(frozen=True, slots=True)
class AttributeWeight:
    """The number in an attribute if set, else the default."""

    attribute: str
    default: float


@dataclass(frozen=True, slots=True)
class Share:
    """One way of a draw."""

    to: str
    weight: float | AttributeWeight


@dataclass(frozen=True, slots=True)
class Direct:
    """Always there."""

    to: str


@dataclass(frozen=True, slots=True)
class Distributed:
    """One draw; what the weights leave goes to the last."""

    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """A way taken when its condition (or none) holds; of a complex transition, `shares` where `to` is empty."""

    condition: Condition | None
    to: str = ""
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class Conditional:
    """The first option that holds, else the last."""

    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Complex:
    """The first option that holds, else the last; its `to`, or a draw of its `shares`."""

    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """The row of a table; `defaults` in the order of the JSON for those whom no row fits."""

    table: str
    defaults: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class TypeOfCare:
    """By payer and date."""

    ambulatory: str
    emergency: str
    telemedicine: str


Transition = Direct | Distributed | Conditional | Complex | Lookup | TypeOfCare


def targets(transition: Transition | None) -> Iterator[str]:
    """The states that may follow, as often as they are named."""
    match transition:
        case Direct(to=to):
            yield to
        case Distributed(shares=shares) | Lookup(defaults=shares):
            yield from (share.to for share in shares)
        case Conditional(options=options) | Complex(options=options):
            for option in options:
                yield from [option.to] if option.to else [share.to for share in option.shares]
        case TypeOfCare(ambulatory=a, emergency=e, telemedicine=t):
            yield from (a, e, t)
        case None:
            return


def conditions(transition: Transition | None) -> Iterator[Condition]:
    """The conditions that decide, outermost ones."""
    if isinstance(transition, (Conditional, Complex)):
        yield from (option.condition for option in transition.options if option.condition is not None)


def draws(transition: Transition | None) -> Iterator[tuple[Share, ...]]:
    """Every list of weights of which one is drawn (not those of a table)."""
    if isinstance(transition, Distributed):
        yield transition.shares
    elif isinstance(transition, Complex):
        yield from (option.shares for option in transition.options if option.shares and not option.to)
