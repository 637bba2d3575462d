"""A child is born: the link from a mother's chart to her newborn."""

from healthsynth.people.names import newborn_name
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
    weight = p.engine.birth_weight(sex, weeks, random.random())
    given = newborn_name(sex, civil(p.now).year, p.person.race, p.person.ethnicity, random.random())
    if encounter.charting:
        p.events.append(
            Newborn(
                p.number(), encounter.number, encounter.clock, sex, given, p.person.family, weight, weeks, origin
            )  # fmt: skip
        )
