"""Courses: waits, conditions, choices and what wakes them."""

from healthsynth.units import DAY, add_months
from tests.simulate.worlds import engine, live, steps


def test_a_wait_of_months_ends_on_the_same_day_of_the_month():
    world = engine("course: {thing: {starts: a, a: {to b: after 18 months}, b: {}}}\n")
    p = live(world, age=10)
    assert steps(p, "thing") == [("a", p.birth), ("b", add_months(p.birth, 18))]


def test_an_age_in_a_condition_becomes_true_on_the_birthday():
    world = engine("course: {thing: {starts: a, a: {to b: when age >= 40}, b: {}}}\n")
    p = live(world, age=60)
    assert steps(p, "thing")[-1] == ("b", add_months(p.birth, 40 * 12))


def test_a_state_that_is_waited_for_wakes_its_reader_at_the_same_instant():
    world = engine(
        "course: {cause: {starts: off, off: {to on: after 100 days}, on: {}},"
        " effect: {starts: none, none: {to some: when cause is on}, some: {}}}\n"
    )
    p = live(world)
    assert steps(p, "effect")[-1] == ("some", p.birth + 100 * DAY)


def test_for_at_least_counts_without_a_break():
    world = engine(
        "course: {blink: {starts: off, off: {to on: after 10 days}, on: {to off: after 20 days}},"
        " long: {starts: no, no: {to yes: when blink has been on for at least 15 days}, yes: {}},"
        " longer: {starts: no, no: {to yes: when blink has been on for at least 25 days}, yes: {}}}\n"
    )
    p = live(world, age=2)
    assert steps(p, "long")[1] == ("yes", p.birth + 25 * DAY)
    assert steps(p, "longer") == [("no", p.birth)]


def test_a_choice_gives_each_option_its_share_of_those_who_reach_it():
    world = engine(
        "numbers: {half: {chance: 50%, source: t}}\n"
        "course: {thing: {starts: a, a: {after: 1 day, choose: [{chance: half, to: b}, {chance: half, to: c}, {otherwise: d}]},"
        " b: {}, c: {}, d: {}}}\n"
    )
    ends = [steps(live(world, k, 1), "thing")[-1][0] for k in range(1, 801)]
    # 50, 25 and 25 % of 800: five standard deviations are 71, 62 and 62; a false alarm once in a million.
    assert abs(ends.count("b") - 400) < 71
    assert abs(ends.count("c") - 200) < 62
    assert abs(ends.count("d") - 200) < 62


def test_a_lifelong_trait_has_its_share_from_birth():
    world = engine(
        "numbers: {share: {chance: 10%, source: t}}\n"
        "course: {trait: {starts: {by chance: share, yes: has, no: has_not}, has: {}, has_not: {}}}\n"
    )
    count = sum(steps(live(world, k, 1), "trait")[0][0] == "has" for k in range(1, 1001))
    assert abs(count - 100) < 48  # five standard deviations


def test_a_guard_on_a_wait_is_asked_at_that_moment_only():
    world = engine(
        "course: {door: {starts: shut, shut: {to open: after 5 days}, open: {}},"
        " walker: {starts: in, in: {to out: after 3 days while door is open}, out: {}}}\n"
    )
    assert [state for state, _ in steps(live(world, age=1), "walker")] == ["in"]


def test_two_states_that_turn_into_each_other_at_once_do_not_hang_the_engine():
    world = engine("course: {thing: {starts: a, a: {to b: after 1 day}, b: {to a: after 1 day}}}\n")
    assert len(steps(live(world, age=1), "thing")) == 366
