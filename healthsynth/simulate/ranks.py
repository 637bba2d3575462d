"""Where a person stands among all others: standard normals that stay theirs for life, correlated as modules say."""

from statistics import NormalDist
from typing import Final

from healthsynth.randomness import key
from healthsynth.simulate.patient import Patient

_NORMAL: Final = NormalDist()


def rank(p: Patient, name: str) -> float:
    """A person's own standard normal for one purpose, the same for life and whatever else is modelled."""
    z = p.ranks.get(name)
    if z is None:
        person = p.person
        draw = key(person.seed, person.number, person.attempt, "rank", name) >> 75
        z = p.ranks[name] = _NORMAL.inv_cdf((draw + 0.5) / 2**53)
    return z


class OwnRank:
    """Where a person stands among all, as a standard normal."""

    def of(self, p: Patient) -> float:
        raise NotImplementedError


class NamedRank(OwnRank):
    """The person's own rank for one name."""

    def __init__(self, name: str):
        self.name = name

    def of(self, p: Patient) -> float:
        return rank(p, self.name)


class _BodyMassRank(OwnRank):
    """It drifts over the years."""

    def of(self, p: Patient) -> float:
        return p.growth.bmi_rank(p.now)


class _Correlated(OwnRank):
    """Part own, part of others; kept where none of them drifts."""

    def __init__(self, name: str, own: float, parts: list[tuple[float, OwnRank]], drifts: bool):
        self.name = name
        self.kept = f"~{name}"
        self.own = own
        self.weights = [weight for weight, _ in parts]
        self.others = [other for _, other in parts]
        self.drifts = drifts

    def of(self, p: Patient) -> float:
        if self.drifts:
            return self._now(p)
        found = p.ranks.get(self.kept)
        if found is None:
            found = p.ranks[self.kept] = self._now(p)
        return found

    def _now(self, p: Patient) -> float:
        z = self.own * rank(p, self.name)
        for i, other in enumerate(self.others):
            z += self.weights[i] * other.of(p)
        return z


class Ranks:
    """The standard normal of each measure, correlated as `follows` says."""

    def __init__(self, follows: dict[str, dict[str, float]]):
        self.follows = follows

    def of(self, name: str) -> OwnRank:
        others = self.follows.get(name)
        if not others:
            return _BodyMassRank() if name in ("bmi", "weight") else NamedRank(name)
        own: float = max(0.0, 1.0 - float(sum([r * r for r in others.values()]))) ** 0.5
        return _Correlated(name, own, [(r, self.of(other)) for other, r in others.items()], self._drifts(name))

    def _drifts(self, name: str) -> bool:
        return name in ("bmi", "weight") or any(self._drifts(other) for other in self.follows.get(name, {}))
