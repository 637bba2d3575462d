"""How the format compares: what is absent is never equal, unequal, less or more; and kinds of values do not mix."""

from typing import Any, Final

from healthsynth.spec.gmf.values import Code, Scalar


class Comparison:
    """With a constant."""

    def fits(self, left: Any) -> bool:
        """Whether a value (None where there is none) stands in the relation."""
        raise NotImplementedError


class _Never(Comparison):
    def fits(self, left: Any) -> bool:
        return False


class _IsNil(Comparison):
    def __init__(self, negated: bool):
        self.negated = negated

    def fits(self, left: Any) -> bool:
        return (left is None) is not self.negated


class _Flag(Comparison):
    def __init__(self, wanted: bool):
        self.wanted = wanted

    def fits(self, left: Any) -> bool:
        return left is self.wanted


class _Number(Comparison):
    def __init__(self, sign: str, right: float):
        self.sign = sign
        self.right = right

    def fits(self, left: Any) -> bool:
        kind = type(left)
        return (kind is float or kind is int) and numbers(self.sign, float(left), self.right)


class _Text(Comparison):
    def __init__(self, sign: str, right: str):
        self.sign = sign
        self.right = right

    def fits(self, left: Any) -> bool:
        if type(left) is not str:
            return False
        sign, right = self.sign, self.right
        if sign == "==":
            return left == right
        if sign == "!=":
            return left != right
        if sign == "<":
            return left < right
        if sign == "<=":
            return left <= right
        return left > right if sign == ">" else left >= right


class _IsCode(Comparison):
    def __init__(self, right: Code, negated: bool):
        self.right = right
        self.negated = negated

    def fits(self, left: Any) -> bool:
        if not isinstance(left, Code):
            return False
        right = self.right
        return (left.code == right.code and left.system == right.system) is not self.negated


_SIGNS: Final = ("==", "!=", "<", "<=", ">", ">=")


def comparison(sign: str, right: Scalar | Code) -> Comparison:
    """Whether a value stands in a relation to a constant; values of another kind never do."""
    if sign in ("is nil", "is not nil"):
        return _IsNil(sign == "is not nil")
    if sign not in _SIGNS or right is None:
        return _Never()
    if isinstance(right, bool):
        return _Flag(right if sign == "==" else not right)  # any sign but == means "differs"
    if isinstance(right, (int, float)):
        return _Number(sign, float(right))
    if isinstance(right, str):
        return _Text(sign, right)
    return _IsCode(right, sign == "!=") if sign in ("==", "!=") else _Never()


def numbers(sign: str, left: float, right: float) -> bool:
    """Two numbers; a sign that is not known gives False."""
    if sign == "==":
        return left == right
    if sign == "!=":
        return left != right
    if sign == ">=":
        return left >= right
    if sign == "<":
        return left < right
    if sign == "<=":
        return left <= right
    return left > right if sign == ">" else False
