"""Questionnaires: all questions, and one event that holds them together."""

from healthsynth.record.events import Survey
from healthsynth.simulate.charting import Chart
from healthsynth.simulate.encounter import Encounter
from healthsynth.simulate.patient import Patient
from healthsynth.units import MINUTE
from healthsynth.vocabulary import Concept


class SurveyChart(Chart):
    """All questions; those already answered in this visit are not asked again, but belong to it all the same."""

    def __init__(self, concept: Concept, members: tuple[str, ...]):
        self.concept = concept
        self.members = members

    def chart(self, p: Patient, encounter: Encounter, origin: int) -> int | None:
        charts = p.engine.charts
        found: list[int] = []
        for name in self.members:
            number = charts[name].chart(p, encounter, origin)
            if number is not None:
                found.append(number)
        encounter.clock += MINUTE
        if encounter.charting and found:
            p.events.append(Survey(p.number(), encounter.number, encounter.clock, self.concept, tuple(found), origin))
        return None
