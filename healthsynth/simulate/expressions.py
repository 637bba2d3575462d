"""Expressions over what names mean in a scope, with what makes their values change."""

import math
from collections.abc import Callable
from typing import Final

from healthsynth.people.growth import bmi_percentile, head_percentile
from healthsynth.simulate.nodes import NO_KEYS, Amount, Fixed, Scope, Wake, together
from healthsynth.simulate.patient import Patient
from healthsynth.spec import ast
from healthsynth.units import MONTH, YEAR, Clock, age_years

NAN: Final = float("nan")
Expressed = tuple[Amount, frozenset[str], tuple[Wake, ...]]


class _Charted(Amount):
    """The latest charted result, NaN if there is none or it is an answer in words."""

    def __init__(self, name: str):
        self.name = name

    def at(self, p: Patient) -> float:
        value = p.result(self.name)
        return value if isinstance(value, float) else NAN


class _Age(Amount):
    def at(self, p: Patient) -> float:
        return (p.now - p.birth) / YEAR


class _Income(Amount):
    def at(self, p: Patient) -> float:
        return float(p.person.income)


class _Yearly(Wake):
    def next(self, p: Patient) -> Clock:
        return p.now + YEAR


class _Sum(Amount):
    def __init__(self, left: Amount, right: Amount):
        self.left = left
        self.right = right

    def at(self, p: Patient) -> float:
        return self.left.at(p) + self.right.at(p)


class _Difference(Amount):
    def __init__(self, left: Amount, right: Amount):
        self.left = left
        self.right = right

    def at(self, p: Patient) -> float:
        return self.left.at(p) - self.right.at(p)


class _Product(Amount):
    def __init__(self, left: Amount, right: Amount):
        self.left = left
        self.right = right

    def at(self, p: Patient) -> float:
        return self.left.at(p) * self.right.at(p)


class _Quotient(Amount):
    """NaN where the divisor is zero."""

    def __init__(self, left: Amount, right: Amount):
        self.left = left
        self.right = right

    def at(self, p: Patient) -> float:
        a, b = self.left.at(p), self.right.at(p)
        return a / b if b else NAN


_OPERATIONS: Final[dict[str, Callable[[Amount, Amount], Amount]]] = {
    "+": _Sum, "-": _Difference, "*": _Product, "/": _Quotient,
}  # fmt: skip


def expression(node: ast.Expression, scope: Scope) -> Expressed:
    """An expression over a scope, with what makes it change. KeyError: a name that means nothing here."""
    if isinstance(node, ast.Number):
        return Fixed(float(node.value)), NO_KEYS, ()
    if isinstance(node, ast.Result):
        return _Charted(node.name), frozenset({f"result:{node.name}"}), ()
    if isinstance(node, ast.Name):
        return _name(node.name, scope)
    if isinstance(node, ast.Binary):
        left, keys, wakes = expression(node.left, scope)
        right, more_keys, more_wakes = expression(node.right, scope)
        return _OPERATIONS[node.op](left, right), keys | more_keys, wakes + more_wakes
    return _call(node, scope)


def _name(name: str, scope: Scope) -> Expressed:
    if name == "age":
        return _Age(), NO_KEYS, (_Yearly(),)
    if name == "income":
        return _Income(), NO_KEYS, ()
    if scope.care:
        return _Charted(name), frozenset({f"result:{name}"}), ()
    measure = scope.measure(name)
    if measure is None:
        raise KeyError(name)
    return measure, scope.measure_keys(name) | {f"measure:{name}"}, ()


def egfr_ckd_epi_2021(creatinine: float, age: float, sex: str) -> float:
    """Estimated GFR in mL/min/1.73 m2 from serum creatinine in mg/dL (adults).

    Source: Inker et al. 2021, N Engl J Med 385:1737, the CKD-EPI 2021 creatinine equation without race.
    """
    kappa, alpha = (0.7, -0.241) if sex == "female" else (0.9, -0.302)
    ratio = creatinine / kappa
    value: float = 142.0 * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** -1.200 * 0.9938**age
    return value * 1.012 if sex == "female" else value


def creatinine_for_gfr(gfr: float, age: float, sex: str) -> float:
    """The serum creatinine in mg/dL at which CKD-EPI 2021 gives `gfr`: its inverse."""
    kappa, alpha = (0.7, -0.241) if sex == "female" else (0.9, -0.302)
    base = 142.0 * 0.9938**age * (1.012 if sex == "female" else 1.0)
    ratio = max(gfr, 1.0) / base
    return float(kappa * (ratio ** (1 / -1.200) if ratio <= 1.0 else ratio ** (1 / alpha)))


class _Least(Amount):
    def __init__(self, parts: list[Amount]):
        self.parts = parts

    def at(self, p: Patient) -> float:
        found = self.parts[0].at(p)
        for part in self.parts[1:]:
            found = min(found, part.at(p))
        return found


class _Greatest(Amount):
    def __init__(self, parts: list[Amount]):
        self.parts = parts

    def at(self, p: Patient) -> float:
        found = self.parts[0].at(p)
        for part in self.parts[1:]:
            found = max(found, part.at(p))
        return found


class _Logarithm(Amount):
    def __init__(self, parts: list[Amount]):
        self.part = parts[0]

    def at(self, p: Patient) -> float:
        x = self.part.at(p)
        return math.log(x) if x > 0 else NAN


class _Exponential(Amount):
    def __init__(self, parts: list[Amount]):
        self.part = parts[0]

    def at(self, p: Patient) -> float:
        return math.exp(self.part.at(p))


class _Rounded(Amount):
    def __init__(self, parts: list[Amount]):
        self.part = parts[0]

    def at(self, p: Patient) -> float:
        x = self.part.at(p)
        return float(round(x)) if x == x else x


class _BodyMassIndex(Amount):
    def __init__(self, parts: list[Amount]):
        self.height = parts[0]
        self.weight = parts[1]

    def at(self, p: Patient) -> float:
        metres = self.height.at(p) / 100
        return self.weight.at(p) / metres**2


class _OfPerson(Amount):
    """An equation with age and sex. Completed years: it is published, and recomputed by readers, with whole years."""

    def __init__(self, function: Callable[[float, float, str], float], part: Amount):
        self.function = function
        self.part = part

    def at(self, p: Patient) -> float:
        return self.function(self.part.at(p), float(age_years(p.birth, p.now)), p.sex)


class _OfChild(Amount):
    """A growth chart: of sex, age in months and a value."""

    def __init__(self, function: Callable[[str, float, float], float], part: Amount):
        self.function = function
        self.part = part

    def at(self, p: Patient) -> float:
        return self.function(p.sex, (p.now - p.birth) / MONTH, self.part.at(p))


_FUNCTIONS: Final[dict[str, Callable[[list[Amount]], Amount]]] = {
    "min": _Least,
    "max": _Greatest,
    "ln": _Logarithm,
    "exp": _Exponential,
    "round": _Rounded,
    "bmi": _BodyMassIndex,
}
_OF_PERSON: Final[dict[str, Callable[[float, float, str], float]]] = {
    "egfr_ckd_epi_2021": egfr_ckd_epi_2021,
    "creatinine_for_gfr": creatinine_for_gfr,
}
_OF_CHILD: Final[dict[str, Callable[[str, float, float], float]]] = {
    "cdc_bmi_percentile": bmi_percentile,
    "cdc_head_percentile": head_percentile,
}
FUNCTIONS: Final = tuple(sorted([*_FUNCTIONS, *_OF_PERSON, *_OF_CHILD]))


def _call(node: ast.Call, scope: Scope) -> Expressed:
    bound = [expression(argument, scope) for argument in node.arguments]
    keys, wakes = together([(more_keys, more_wakes) for _, more_keys, more_wakes in bound])
    arguments = [part for part, _, _ in bound]
    of_child, of_person = _OF_CHILD.get(node.function), _OF_PERSON.get(node.function)
    if of_child is not None:
        return _OfChild(of_child, arguments[0]), keys, wakes
    if of_person is not None:
        return _OfPerson(of_person, arguments[0]), keys, wakes
    return _FUNCTIONS[node.function](arguments), keys, wakes
