"""What the cast looks at of a life."""

from collections.abc import Collection
from typing import Any

from healthsynth.units import Clock


class Life:
    """What an engine shows of somebody. Codes are keys of the record's active entries."""

    attributes: dict[str, Any]

    def active_medications(self) -> Collection[str]:
        """RxNorm codes of orders that have not stopped."""
        raise NotImplementedError

    def care_plan_since(self, code: str) -> Clock | None:
        """When an active care plan of this code began."""
        raise NotImplementedError

    def is_active(self, code: str) -> bool:
        """Whether the record's present entries have this code."""
        raise NotImplementedError

    def dies_at(self) -> Clock | None:
        """A death time that is already known."""
        raise NotImplementedError
