"""How the format compares: what is absent is never equal, unequal, less or more; and kinds of values do not mix."""

import operator
from collections.abc import Callable
from typing import Any

from healthsynth.spec.gmf.values import Code, Scalar

Test = Callable[[Any], bool]  # of a value, None where there is none

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_NUMBERS = (int, float)


def comparison(sign: str, right: Scalar | Code) -> Test:
    """Whether a value stands in a relation to a constant; values of another kind never do."""
    if sign == "is nil":
        return lambda left: left is None
    if sign == "is not nil":
        return lambda left: left is not None
    compare = _OPERATORS.get(sign)
    if compare is None or right is None:
        return lambda left: False
    if isinstance(right, bool):
        wanted = right if sign == "==" else not right  # any sign but == means "differs"
        return lambda left: left is wanted
    if isinstance(right, _NUMBERS):
        number = right
        return lambda left: left.__class__ in _NUMBERS and compare(left, number)
    if isinstance(right, str):
        text = right
        return lambda left: left.__class__ is str and compare(left, text)
    return _codes(sign, right)


def _codes(sign: str, right: Code) -> Test:
    def same(left: Any) -> bool:
        return left.code == right.code and left.system == right.system  # type: ignore[no-any-return]

    if sign == "==":
        return lambda left: isinstance(left, Code) and same(left)
    if sign == "!=":
        return lambda left: isinstance(left, Code) and not same(left)
    return lambda left: False


def numbers(sign: str, left: float, right: float) -> bool:
    """Two numbers; a sign that is not known gives False."""
    compare = _OPERATORS.get(sign)
    return compare is not None and compare(left, right)
