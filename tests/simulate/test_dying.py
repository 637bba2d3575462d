"""Deaths: causes of modules, the background, and that nothing happens afterwards."""

import math

from healthsynth.units import YEAR
from tests.simulate.test_care import STAY
from tests.simulate.worlds import AS_OF, engine, live, person


def test_a_cause_of_its_own_follows_its_rate():
    text = """\
numbers: {fatal: {rate: 2 per 100 person-years, source: t}}
death: [{add: fatal, while: age >= 20, cause: runny_nose}]
"""
    world, n = engine(text), 1500
    dead = [p for p in (live(world, k, 50) for k in range(1, n + 1)) if p.dead is not None]
    share = 1 - math.exp(-0.6)
    # binomial, |z| < 3.9: a false alarm once in 10,000 seeds
    assert abs(len(dead) - n * share) < 3.9 * math.sqrt(n * share * (1 - share))
    assert all(p.dead.time >= p.turns(240) and p.dead.cause.name == "runny_nose" for p in dead)


def test_death_in_hospital_ends_the_stay_and_the_chart():
    text = STAY + "death: [{when: ill has been yes for at least 2 days, cause: runny_nose}]\n"
    p = live(engine(text), age=35)
    stay = p.visits[-1]
    assert p.dead is not None
    assert stay.kind == "inpatient"
    assert stay.end == p.dead.time
    assert stay.discharge == "exp"
    assert all(e.time <= p.dead.time for e in p.events)
    assert p.dead.visit == stay.number


def test_a_factor_doubles_the_background_hazard():
    """Hazard ratio in ages 60 to 70 from two populations of 1,500: log ratio's standard error is about 0.07."""
    plain = "course: {trait: {starts: has, has: {}}}\n"
    raised = plain + "numbers: {risk: {factor: 2.0, source: t}}\ndeath: [{multiply by: risk, while: trait is has}]\n"
    n, hazard = 1500, {}
    for name, text in (("plain", plain), ("raised", raised)):
        world = engine(text, immortal=False)
        deaths = lived = 0.0
        for k in range(1, n + 1):
            p = live(world, k, 75, sex="male")
            end = p.dead.time if p.dead else AS_OF
            from_60, to_70 = p.turns(60 * 12), p.turns(70 * 12)
            if end > from_60:
                lived += (min(end, to_70) - from_60) / YEAR
                deaths += p.dead is not None and end < to_70
        hazard[name] = deaths / lived
    assert abs(math.log(hazard["raised"] / hazard["plain"] / 2.0)) < 3.9 * 0.12


def test_who_would_die_of_the_background_alone_is_known_without_a_life():
    world = engine("course: {trait: {starts: has, has: {}}}\n", immortal=False)
    for number in range(1, 60):
        someone = person(number, 85)
        assert world.dies_before(someone, AS_OF) == (world.life(someone, AS_OF, AS_OF).dead is not None)
