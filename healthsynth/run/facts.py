"""What a run must remember of each chunk: whom it held, what they share, and what the summary tells."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from healthsynth.export.base import Json, Used
from healthsynth.record.events import Diagnosis
from healthsynth.record.record import Record


class Facts:
    """Sums over records. Adding is commutative, so neither chunks nor their order matter."""

    def __init__(self) -> None:
        self.used = Used()
        self.living = 0
        self.deceased = 0
        self.visits = 0
        self.events = 0
        self.conditions: Counter[str] = Counter()  # plain name -> patients in whose chart it is

    def add(self, record: Record) -> None:
        """Take one record in."""
        self.used.add(record)
        if record.death is None:
            self.living += 1
        else:
            self.deceased += 1
        self.visits += len(record.visits)
        self.events += len(record.events)
        self.conditions.update({e.concept.text for e in record.events if e.__class__ is Diagnosis})

    def merge(self, other: "Facts") -> None:
        """Take another's sums in."""
        self.used.merge(other.used)
        self.living += other.living
        self.deceased += other.deceased
        self.visits += other.visits
        self.events += other.events
        self.conditions.update(other.conditions)

    def plain(self) -> Json:
        """For JSON."""
        return {
            "living": self.living,
            "deceased": self.deceased,
            "visits": self.visits,
            "events": self.events,
            "conditions": dict(sorted(self.conditions.items())),
            "used": self.used.plain(),
        }

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Facts":
        """The inverse of `plain`."""
        facts = cls()
        facts.used = Used.of(plain["used"])
        facts.living, facts.deceased = plain["living"], plain["deceased"]
        facts.visits, facts.events = plain["visits"], plain["events"]
        facts.conditions = Counter(plain["conditions"])
        return facts
