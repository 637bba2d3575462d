"""The record while it is written: what is present by its primary code, how it begins, is found again and ends."""

from typing import TYPE_CHECKING, Final

from healthsynth.record.events import Dose
from healthsynth.simulate.gmf.state import Entry, GmfLife
from healthsynth.simulate.gmf.visits import current
from healthsynth.spec.gmf.values import Code
from healthsynth.units import Clock
from healthsynth.vocabulary import Concept

if TYPE_CHECKING:
    from healthsynth.simulate.gmf.program import BoundModule

_REASONS: Final = ("condition", "finding", "procedure")


def put(life: GmfLife, entry: Entry) -> None:
    """Make an entry the one of its code."""
    life.present[entry.code] = entry
    if entry.kind == "medication":
        life.drugs[entry.code] = entry
    life.touch_code(entry.code)


def end(life: GmfLife, entry: Entry | None, at: Clock, reason: str) -> None:
    """End an entry; its code is free again."""
    if entry is None or (entry.stop is not None and entry.kind != "procedure"):
        return
    stop = entry.stop = max(at, entry.start)
    if life.present.get(entry.code) is entry:
        del life.present[entry.code]
        life.drugs.pop(entry.code, None)
    if life.chronic.pop(entry.code, None) is not None and not life.chronic:
        life.wants_plan()
    if entry.number is not None and entry.kind != "procedure":
        life.chart.end(entry.number, stop, reason)
    life.touch_code(entry.code)


def named(life: GmfLife, name: str) -> Entry | None:
    """The first present entry, of any kind and module, that a state of this name wrote."""
    code = life.engine.written.get(name)
    if code is None:
        return None
    if code:
        found = life.present.get(code)
        return found if found is not None and found.name == name else None
    for entry in life.present.values():
        if entry.name == name:
            return entry
    return None


def referred(life: GmfLife, attribute: str) -> Entry | None:
    """The entry that an attribute refers to."""
    found = life.attributes.get(attribute)
    return found if isinstance(found, Entry) else None


def by_codes(life: GmfLife, codes: tuple[str, ...]) -> Entry | None:
    """The present entry of the first code that has one."""
    for code in codes:
        found = life.present.get(code)
        if found is not None:
            return found
    return None


class Reason:
    """Why a state does something: by an attribute's entry, by a state that was visited, by an onset of the same file.

    Args:
        name: of the attribute or the state; "" for no reason.
    """

    def __init__(self, name: str, module: "BoundModule"):
        self.name = name
        self.concepts = module.concepts

    def of(self, life: GmfLife) -> Concept | None:
        """The reason now."""
        name = self.name
        if not name:
            return None
        found = life.attributes.get(name)
        if found is not None:
            if isinstance(found, Entry):
                return _usable(found.concept)
            return life.engine.coded_reason(found) if isinstance(found, Code) else None
        if name in life.frame.seen:
            entry = named(life, name)
            return None if entry is None else _usable(entry.concept)
        return _usable(self.concepts.get(name))


def _usable(concept: Concept | None) -> Concept | None:
    return concept if concept is not None and concept.kind in _REASONS else None


# --- medication ---------------------------------------------------------------------------------------------------------
class Order:
    """How a drug is ordered."""

    def __init__(self, dose: Dose, refills: int, origin: int):
        self.dose = dose
        self.refills = refills
        self.origin = origin


def chart_order(life: GmfLife, entry: Entry, order: Order) -> None:
    """A drug is active from the start of its entry on."""
    visit = current(life, entry.start)
    at = visit.time(entry.start)
    entry.number = life.chart.medication(
        visit.number, at, entry.concept, order.dose, entry.reason, order.refills, order.origin
    )
    put(life, entry)


def renew(life: GmfLife) -> None:
    """All chronic medication is ended and ordered again as it was; attributes keep the old entries."""
    for old in list(life.chronic.values()):
        order = old.order
        assert order is not None
        new = Entry("medication", old.name, old.code, old.concept, life.clock)
        new.reason, new.order = old.reason, order
        end(life, old, life.clock, "stopped")
        chart_order(life, new, order)
        life.chronic[new.code] = new
