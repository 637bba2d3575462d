"""The constraints of R4 and US Core, written as predicates: no FHIRPath is evaluated.

datatypes   Period, Quantity, Reference ... and what holds for every resource (dom-)
resources   con-, obs-, ait-, bdl- ...
us_core     us-core- and vs-, attached to the elements of profiles by key
"""

from healthsynth.guides.invariants.datatypes import DOMAIN, TYPES
from healthsynth.guides.invariants.resources import FIELDS, RESOURCES
from healthsynth.guides.invariants.rule import Rule
from healthsynth.guides.invariants.us_core import by_key, covered

_NOT_DOMAIN = ("Bundle", "Binary", "Parameters")


def at(name: str, kind: str) -> tuple[Rule, ...]:
    """The rules of a type or of an element that has its own elements."""
    rules = TYPES.get(name, ()) + RESOURCES.get(name, ())
    return rules + DOMAIN if kind == "resource" and name not in _NOT_DOMAIN else rules


def at_field(where: str) -> tuple[Rule, ...]:
    """The rules of an element whose type is shared with others ("Organization.address")."""
    return FIELDS.get(where, ())


def keys() -> list[str]:
    """The keys of all constraints that are checked, those within the walk itself included."""
    tables = (*TYPES.values(), *RESOURCES.values(), *FIELDS.values(), DOMAIN)
    return sorted({rule.key for rules in tables for rule in rules} | {*covered(), "ele-1"})


__all__ = ["Rule", "at", "at_field", "by_key", "keys"]
