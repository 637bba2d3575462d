"""A child is born: the link from a mother's chart to her newborn."""

from healthsynth.people.birth import birth_weight_g
from healthsynth.people.names import given_name, group
from healthsynth.record.events import Newborn
from healthsynth.simulate.encounter import Encounter
from healthsynth.simulate.patient import Patient
from healthsynth.units import WEEK, civil

# Boys per girl at birth in the United States: 1,049 per 1,000 (NVSS, Births: Final Data for 2022).
BOYS = 1049 / 2049
GESTATION = 40 * WEEK


def deliver(p: Patient, encounter: Encounter, origin: int) -> None:
    """Write the newborn: sex, name, weight for the weeks of gestation (LMP to now, where a course gives them)."""
    random = p.stream("births")
    sex = "male" if random.random() < BOYS else "female"
    weeks = p.engine.gestation_weeks(p)
    weight = birth_weight_g(p.person.ethnicity, sex, weeks, random.random())
    people = group(p.person.race, p.person.ethnicity)
    given = given_name(sex, civil(p.now).year, people, random.random())
    if encounter.charting:
        p.events.append(
            Newborn(p.number(), encounter.number, encounter.clock, sex, given, p.person.family, weight, weeks, origin)
        )
