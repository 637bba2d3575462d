"""`module test`: expectations are counted, stories are told, and both can fail."""

from functools import lru_cache
from pathlib import Path

import pytest

from healthsynth import resources
from healthsynth.compile import library
from healthsynth.compile.build import Library, compile_library
from healthsynth.compile.program import Program
from healthsynth.evaluate.expectations import first_figure, wanted
from healthsynth.evaluate.testing import Report, run
from healthsynth.spec.model import Expectation
from tests.simulate.worlds import AS_OF, MODULES

GOOD = (MODULES / "good.yaml").read_text()


def program(folder: Path, text: str) -> Program:
    (folder / "good.yaml").write_text(text)
    made, _ = compile_library(Library((folder,), (MODULES, resources.modules())), ["good"])
    return made


@lru_cache(maxsize=1)
def report() -> Report:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        return run(program(Path(folder), GOOD), "good", 800, 7, 1, AS_OF)


def outcome(name: str):
    return next(found for found in report().outcomes if found.name == name)


def test_a_share_is_counted_among_those_it_is_about():
    found = outcome("adults")
    # Two per cent a year and more from 40 on; who is treated (nearly all, at the yearly check) no longer goes back.
    assert 36 < found.value < 56
    assert 200 < found.n < 700


def test_a_rate_counts_events_over_the_years_that_people_lived():
    found = outcome("onsets")
    assert found.unit == "per 1000 person-years"
    assert 8 < found.value < 25
    assert found.n > 3000


def test_a_mean_and_a_median_are_of_the_true_value():
    assert 90 < outcome("mean_sugar").value < 110
    assert 85 < outcome("middle").value < 105


def test_never_counts_the_lives_against():
    assert outcome("order").value == 0
    assert outcome("order").passed


def test_stories_that_come_true_pass():
    assert [told.passed for told in report().told] == [True, True]


def test_the_same_population_comes_out_of_one_and_of_two_workers(tmp_path: Path):
    made = program(tmp_path, GOOD)
    one, two = (run(made, "good", 300, 7, workers, AS_OF, stories=False) for workers in (1, 2))
    assert one == two


@pytest.mark.parametrize(
    ("old", "new", "failing"),
    [
        ("is: 46%, within: 10 points", "is: 90%, within: 1 point", "adults"),
        ("{never: taking", "{always: taking", "order"),
    ],
)
def test_a_figure_that_is_not_met_fails(tmp_path: Path, old: str, new: str, failing: str):
    found = run(program(tmp_path, GOOD.replace(old, new)), "good", 300, 7, 1, AS_OF, stories=False)
    assert not found.passed
    assert f"FAIL {failing}" in found.text()


def test_a_story_that_does_not_come_true_says_which_sentence(tmp_path: Path):
    text = GOOD.replace(
        "then: [diagnosed old_sugar, following treat]", "then: [diagnosed old_sugar, performed taking_out]"
    )
    found = run(program(tmp_path, text), "good", 0, 7, 1, AS_OF)
    assert "FAIL found\n         sentence 2 does not hold: " in found.text()


@pytest.mark.parametrize(
    ("changes", "limits"),
    [
        ({"is": "17.7%", "within": "2 points"}, (15.7, 19.7)),
        ({"is": "56 per 1000 person-years", "within": "5 per 1000 person-years"}, (51, 61)),
        ({"between": "4 to 9"}, (4, 9)),
        ({"at least": "0.8"}, (0.8, None)),
        ({"at most": "5%"}, (None, 5)),
    ],
)
def test_what_is_near_enough_is_read_in_the_units_of_the_author(changes: dict[str, str], limits: tuple):
    low, high = wanted(Expectation.model_validate({"share": "sex is male", **changes}))
    assert (low, high) == (
        pytest.approx(limits[0]) if limits[0] else None,
        pytest.approx(limits[1]) if limits[1] else None,
    )


def test_figures_may_have_thousands():
    assert first_figure("1,234 per 100000 person-years") == 1234


def test_stories_of_a_part_are_told_with_the_whole_library():
    part, whole = (library.program((), patterns=patterns) for patterns in (("smoking",), ()))
    alone, told = (run(part, "smoking", 0, 7, 1, AS_OF, whole=given) for given in (None, whole))
    assert not any(story.passed for story in alone.told)  # the check-up that they go to is another module's
    assert all(story.passed for story in told.told)
