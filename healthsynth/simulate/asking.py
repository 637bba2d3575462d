"""Questionnaires: all questions, and one event that holds them together."""

from healthsynth.record.events import Survey
from healthsynth.simulate.charting import Chart
from healthsynth.simulate.encounter import Encounter
from healthsynth.simulate.patient import Patient
from healthsynth.units import MINUTE
from healthsynth.vocabulary import Concept


def chart_survey(concept: Concept, members: tuple[str, ...]) -> Chart:
    """Ask all questions; those already answered in this visit are not asked again, but belong to it all the same."""

    def chart(p: Patient, encounter: Encounter, origin: int) -> int | None:
        charts = p.engine.charts
        numbers = [charts[name](p, encounter, origin) for name in members]
        encounter.clock += MINUTE
        if encounter.charting:
            found = tuple(number for number in numbers if number is not None)
            if found:
                p.events.append(Survey(p.number(), encounter.number, encounter.clock, concept, found, origin))
        return None

    return chart
