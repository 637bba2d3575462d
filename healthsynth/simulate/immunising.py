"""The vaccines due at a visit, for the engine."""

from healthsynth.people.immunisation import Acceptance
from healthsynth.simulate.patient import Patient
from healthsynth.units import Clock


def immunise(p: Patient, at: Clock) -> list[tuple[str, str]]:
    """(vaccine, series) of every dose that is due at `at` and accepted; doses given are in `Patient.doses`."""
    accepts = p.accepts
    if accepts is None:
        person = p.person
        accepts = p.accepts = Acceptance(person.seed, person.number, person.attempt)
    due = p.engine.schedule.due(p.birth, p.sex, at, p.doses, accepts)
    return [(dose.vaccine, dose.series) for dose in due]
