"""Sums over records for the shared tables: whole numbers that are added, so that neither order nor chunks matter."""

from collections import defaultdict
from collections.abc import Mapping

# What is counted, in this order; amounts are cents.
ORGANIZATION = ("revenue", "encounters")
PROVIDER = ("encounters", "procedures")
PAYER = (
    "covered", "uncovered", "encounters_covered", "encounters_uncovered", "medications_covered",
    "medications_uncovered", "procedures_covered", "procedures_uncovered", "immunizations_covered",
    "immunizations_uncovered", "customers", "months",
)  # fmt: skip
GROUPS = {"organizations": ORGANIZATION, "providers": PROVIDER, "payers": PAYER}

Counts = defaultdict[str, list[int]]


class Totals:
    """Counts by id, for organizations, providers and payers. Adding is exact, commutative and associative."""

    __slots__ = ("organizations", "payers", "providers")

    def __init__(self) -> None:
        self.organizations: Counts = defaultdict(lambda: [0] * len(ORGANIZATION))
        self.providers: Counts = defaultdict(lambda: [0] * len(PROVIDER))
        self.payers: Counts = defaultdict(lambda: [0] * len(PAYER))

    def add(self, other: "Totals") -> None:
        """Take another's counts in."""
        for group in GROUPS:
            mine, theirs = getattr(self, group), getattr(other, group)
            for id_, counts in theirs.items():
                mine[id_] = [a + b for a, b in zip(mine[id_], counts, strict=True)]

    def plain(self) -> dict[str, dict[str, list[int]]]:
        """For JSON: group -> id -> counts, in order of ids."""
        return {group: dict(sorted(getattr(self, group).items())) for group in GROUPS}

    @classmethod
    def of(cls, plain: Mapping[str, Mapping[str, list[int]]]) -> "Totals":
        """The inverse of `plain`."""
        totals = cls()
        for group in GROUPS:
            counts = getattr(totals, group)
            for id_, values in plain[group].items():
                counts[id_] = list(values)
        return totals

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Totals) and self.plain() == other.plain()

    __hash__ = None  # type: ignore[assignment]  # it changes
