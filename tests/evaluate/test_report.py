"""`evaluate`: what is measured in records, with which error, and what is said of it."""

import json
import math
import random
from datetime import date
from pathlib import Path

import pytest

from healthsynth.cli.main import run
from healthsynth.errors import UsageError
from healthsynth.evaluate.report import evaluate, people
from healthsynth.evaluate.report.measures import Measured, NotMeasuredError, measure, share
from healthsynth.evaluate.report.page import page
from healthsynth.evaluate.report.population import Patient, Population, Problem, day, nights
from healthsynth.evaluate.report.reference import MEASURES, Figure, figures
from healthsynth.evaluate.report.report import FEWEST, VERDICTS, _line, number

AS_OF = day("2025-01-01")
HEADING = "id,condition_or_measure,icd10_loinc_snomed,sex,age_low,age_high,statistic,value,ci_low,ci_high,source,measure,limit\n"


def figure(measure_: str = "diagnosed_ever", codes: str = "SNOMED 1", limit: str = "", **given) -> Figure:
    statistic = given.pop("statistic", MEASURES[measure_][0] if measure_ else "mean")
    parts = {
        "id": "x", "topic": "t", "title": "a figure", "sex": "both", "age_low": 0, "age_high": 120, "race": "all",
        "statistic": statistic, "value": 10.0, "error": 0.0, "unit": "%", "year": "2020", "source": "s",
        "measure": measure_, "codes": tuple(codes.split("|")), "limit": limit, "note": "",
    } | given  # fmt: skip
    return Figure(**parts)


def patient(name: str, born: str, sex: str = "female", **given) -> Patient:
    return Patient(name, day(born), None, sex, given.pop("race", "white"), "non_hispanic", **given)


@pytest.fixture
def four() -> Population:
    """A woman of 54 with hypertension, a man of 44 who had asthma, a girl of 4, and a man who died."""
    woman = patient("a", "1970-06-01")
    woman.problems = [Problem(frozenset({"SNOMED 1", "ICD10 I10"}), day("2015-01-01"), None)]
    woman.latest = {
        "LOINC 8480-6": (day("2024-12-01"), 140.0),
        "LOINC 72166-2": (day("2024-12-01"), "Ex-smoker (finding)"),
    }
    woman.visits = [
        (day("2024-03-01"), "ambulatory", 0.0),
        (day("2024-05-01"), "inpatient", 4.0),
        (day("2020-01-01"), "inpatient", 9.0),
    ]
    man = patient("b", "1980-06-01", "male")
    man.problems = [Problem(frozenset({"SNOMED 2", "ICD10 J45.909"}), day("2000-01-01"), day("2020-01-01"))]
    man.latest = {"LOINC 8480-6": (day("2023-12-01"), 120.0), "SNOMED 24623002": (day("2024-01-05"), "")}
    girl = patient("c", "2020-06-15")
    girl.latest = {"LOINC 8480-6": (day("2015-12-01"), 90.0)}
    girl.doses = [(day("2021-08-01"), "CVX 03"), (day("2022-07-01"), "CVX 03"), (day("2024-10-01"), "CVX 140")]
    dead = patient("d", "1940-01-01", "male")
    dead.death = day("2024-06-01")
    dead.problems = list(woman.problems)
    return Population({p.id: p for p in (woman, man, girl, dead)}, AS_OF, day("2015-01-01"), {}, "csv")


@pytest.mark.parametrize(
    ("wanted", "value", "n"),
    [
        (figure(codes="SNOMED 1"), 100 / 3, 3),
        (figure(codes="ICD10 I1"), 100 / 3, 3),  # a code counts with what is below it
        (figure(codes="ICD10 J45", age_low=18), 50, 2),
        (figure("diagnosed_active", codes="ICD10 J45", age_low=18), 0, 2),
        (figure("diagnosed_year", codes="SNOMED 2"), 0, 3),
        (figure(codes="SNOMED 1", sex="female"), 50, 2),
        (figure(codes="SNOMED 1", race="nh_white", age_low=18), 50, 2),
        (figure("latest", "LOINC 8480-6"), 130, 2),  # the girl's is too old
        (figure("latest", "LOINC 8480-6", statistic="sd"), math.sqrt(200), 2),
        (figure("latest_at_least", "LOINC 8480-6", "130"), 50, 2),
        (figure("latest_below", "LOINC 8480-6", "130"), 50, 2),
        (figure("latest_between", "LOINC 8480-6", "120 to 140"), 50, 2),
        (figure("latest_is", "LOINC 72166-2", "ex-smoker|former smoker"), 100, 1),
        (figure("visits_per_person", "any"), 200 / 3, 3),
        (figure("visits_per_person", "inpatient", statistic="rate_per_1000"), 1000 / 3, 3),
        (figure("visits_at_least", "any", "2"), 100 / 3, 3),
        (figure("visits_none", "any"), 200 / 3, 3),
        (figure("within_years", "SNOMED 24623002", "2"), 100 / 3, 3),
        (figure("doses", "CVX 03", "1 by 24 months", age_low=2, age_high=2), 100, 1),
        (figure("doses", "CVX 03", "2 by 24 months", age_low=2, age_high=2), 0, 1),
        (figure("doses", "CVX 03", "2 ever", age_high=17), 100, 1),
        (figure("doses", "CVX 140|CVX 150", "1 in 12 months"), 100 / 3, 3),
    ],
)
def test_figures_are_measured_among_the_living_of_their_group(four, wanted, value, n):
    found = measure(wanted, four, four.living())
    assert found.value == pytest.approx(value, rel=1e-3)
    assert found.n == n


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (figure("", note="because"), "because"),
        (figure(codes="SNOMED 99"), "no chart has it"),
        (figure(race="mexican_american"), "do not say who is 'mexican_american'"),
        (figure("latest", "LOINC 1-1"), "nobody of this group has such a result"),
        (figure("latest", "LOINC 8480-6", sex="male"), "one person"),
        (figure("stay_days", "inpatient", statistic="mean"), "one person"),
        (figure("within_years", "SNOMED 24623002", "20"), "do not reach back 20 years"),
        (figure("within_years", "SNOMED 5", "2"), "no record has such a procedure"),
        (figure("doses", "CVX 03", "1 by 24 months", sex="male"), "nobody was of this age"),
        (figure(age_low=90), "nobody of this group"),
    ],
)
def test_what_cannot_be_measured_says_why(four, wanted, reason):
    with pytest.raises(NotMeasuredError, match=reason):
        measure(wanted, four, four.living())


def test_the_errors_of_means_and_quantiles_are_those_of_theory():
    draw = random.Random(1)
    lives = []
    for k in range(4000):
        p = patient(str(k), "1980-01-01")
        p.latest = {"LOINC 1-1": (AS_OF - 10, draw.gauss(100, 15))}
        lives.append(p)
    everyone = Population({p.id: p for p in lives}, AS_OF, None, {}, "csv")
    # Of a normal distribution: sd / sqrt(n), sd / sqrt(2 n), 1.2533 sd / sqrt(n), 2.11 sd / sqrt(n) at 5 and 95 %.
    for statistic, value, error in (
        ("mean", 100, 15),
        ("sd", 15, 15 / 2**0.5),
        ("p50", 100, 18.8),
        ("p95", 124.67, 31.7),
    ):
        found = measure(figure("latest", "LOINC 1-1", statistic=statistic), everyone, lives)
        expected = error / math.sqrt(4000)
        # 4.5 standard errors: false alarm 1 in 150,000; the error itself within a quarter (of the mean's and sd's: far less)
        assert abs(found.value - value) < 4.5 * expected
        assert found.error == pytest.approx(expected, rel=0.25)


@pytest.mark.parametrize(("p", "n"), [(0.08, 300), (0.3, 100), (0.5, 900), (0.02, 900)])
def test_a_right_figure_is_said_to_be_far_off_no_more_often_than_chance_allows(p, n):
    # Exact, by the binomial law. The larger of two errors is taken, so |z| > 2 is rarer than the 4.6 % of a normal, not far rarer;
    # as counts are whole, one of them on either side may fall across the threshold.
    wanted = figure(value=100 * p)
    chances = [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    off = [abs(_line(wanted, share(wanted, k, n, "")).z) for k in range(n + 1)]
    far = sum(chance for chance, z in zip(chances, off, strict=True) if z > 2)
    step = max(chance for chance, z in zip(chances, off, strict=True) if z > 2)
    assert 0.015 < far < 0.0455 + 2 * step


def test_a_share_of_none_still_has_an_error():
    found = share(figure(value=1.0), 0, 50, "")
    assert found.value == 0
    assert found.error == pytest.approx(100 * math.sqrt((2 / 54) * (52 / 54) / 54))


@pytest.mark.parametrize(
    ("published", "measured", "verdict"),
    [
        (10.0, Measured(11.0, 1.0, 500), "agrees"),
        (10.0, Measured(20.0, 1.0, 500), "differs"),
        (10.0, Measured(10.9, 0.1, 500), "close"),
        (10.0, Measured(11.1, 0.1, 500), "differs"),
        (10.0, Measured(12.0, 4.0, 500), "few"),
        (10.0, Measured(50.0, 1.0, FEWEST - 1), "few"),
        (10.0, Measured(50.0, 4.0, FEWEST), "differs"),
        (0.0, Measured(0.0, 0.0, 500), "agrees"),
    ],
)
def test_a_verdict_weighs_the_difference_by_its_error(published, measured, verdict):
    line = _line(figure(value=published), measured)
    assert line.verdict == verdict
    assert line.verdict in VERDICTS


def test_the_error_of_a_publication_counts_too():
    assert _line(figure(value=10.0, error=4.0), Measured(20.0, 3.0, 100)).z == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("of", "words"),
    [
        ({}, "everybody"),
        ({"sex": "male"}, "men"),
        ({"sex": "female", "age_low": 20, "age_high": 39}, "women, 20 to 39"),
        ({"sex": "male", "age_low": 2, "age_high": 5}, "boys, 2 to 5"),
        ({"age_high": 0}, "under 1"),
        ({"age_low": 75}, "75 and over"),
        ({"age_low": 20, "race": "nh_black"}, "20 and over, non-Hispanic black"),
    ],
)
def test_a_group_is_said_in_words(of, words):
    assert figure(**of).who == words


@pytest.mark.parametrize(
    ("value", "words"), [(12345.6, "12,346"), (42.04, "42.0"), (4.2, "4.20"), (0.0123, "0.012"), (0, "0")]
)
def test_numbers_have_as_many_digits_as_count(value, words):
    assert number(value) == words


# --- tables of figures -------------------------------------------------------------------------------------------------
def test_every_shipped_figure_has_a_source_and_a_measure_or_a_reason():
    shipped = figures()
    assert len(shipped) > 500
    assert all(f.source for f in shipped)
    assert all(f.measure or f.note for f in shipped)
    assert all(f.codes for f in shipped if f.measure)
    assert {f.topic for f in shipped} == {
        "people", "diagnoses", "body", "habits", "vital signs", "laboratory", "visits", "prevention",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("", "there is no column 'condition_or_measure'"),
        (HEADING.replace("value,", "valu,"), ":1: there is no column 'value': did you mean 'valu'?"),
        (HEADING, "has no figures"),
        (HEADING + "1,a,,both,0,120,mean,x,,,s,,\n", ":2: value 'x' is not a number"),
        (HEADING + "1,a,,women,0,120,mean,1,,,s,,\n", ":2: sex 'women' is none of both, female, male"),
        (HEADING + "1,a,,both,50,20,mean,1,,,s,,\n", ":2: age_low 50 is above age_high 20"),
        (HEADING + "1,a,,both,0,120,mean,1,3,2,s,,\n", ":2: ci_low is above ci_high"),
        (HEADING + "1,a,,both,0,120,mean,1,,,s,lattest,\n", ":2: there is no measure 'lattest': did you mean 'latest'"),
        (HEADING + "1,a,,both,0,120,mean,1,,,s,visits_none,\n", "'visits_none' gives prevalence_pct"),
        (
            HEADING + "1,a,,both,0,120,share_pct,1,,,s,latest_between,5\n",
            ":2: limit '5': latest_between wants '25 to 30'",
        ),
        (HEADING + "1,a,,both,0,120,share_pct,1,,,s,doses,three\n", "doses wants '4 by 24 months'"),
    ],
)
def test_a_bad_table_is_one_sentence_with_its_place(table, words, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(table)
    with pytest.raises(UsageError) as caught:
        figures(path)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


def test_a_table_without_measures_is_measured_where_that_is_plain(tmp_path):
    path = tmp_path / "mine.csv"
    rows = (
        "1,systolic,LOINC 8480-6,both,20,39,mean,119,118,120,s,,",
        '2,"gout, diagnosed",ICD10 M10,both,20,120,prevalence_pct,4,,,s,,',
        "3,undiagnosed diabetes,ICD10 E11,both,20,120,prevalence_pct,4,,,s,,",
        "4,cataract,ICD10 H25,both,40,120,prevalence_pct,17,,,s,,",
    )
    path.write_text(HEADING + "\n".join(rows) + "\n")
    first, second, third, fourth = figures(path)
    assert (first.measure, first.codes, first.error) == ("latest", ("LOINC 8480-6",), pytest.approx(2 / 3.92))
    assert second.measure == "diagnosed_ever"
    assert (third.measure, fourth.measure) == ("", "")
    assert "column 'measure'" in fourth.note


# --- whole populations -------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def generated(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("evaluate") / "out"
    arguments = ["-p", "24", "-s", "3", "--as-of", "2025-01-01", "--workers", "1", "-q", "-o", str(out)]
    assert run(["generate", *arguments, "-f", "csv", "-f", "ndjson", "-f", "fhir"]) == 0
    return out


@pytest.fixture(scope="module")
def apart(generated) -> dict[str, Path]:
    """The same population as tables, as NDJSON and as bundles, each in a folder of its own."""
    found = {}
    for name in ("csv", "ndjson", "fhir"):
        folder = generated.parent / name
        folder.mkdir()
        (folder / "manifest.json").write_bytes((generated / "manifest.json").read_bytes())
        (folder / name).symlink_to(generated / name)
        found[name] = folder
    return found


@pytest.mark.parametrize("other", ["ndjson", "fhir"])
def test_every_format_gives_the_same_figures(apart, other):
    tables, resources = evaluate(apart["csv"]), evaluate(apart[other])
    assert (tables.read_from, resources.read_from) == ("csv", other)
    assert tables.living == resources.living == 24
    assert tables.skipped == resources.skipped == 0
    assert sum(line.measured is not None for line in tables.lines) > 100
    assert [line.plain() for line in tables.lines] == [line.plain() for line in resources.lines]
    assert tables.likeness == resources.likeness


def test_the_census_of_the_people_asked_for_is_what_counts():
    settings = {"state": "Utah", "city": None, "sex": "F", "age": "20-39", "history": "10y"}
    expected = [f for f, _ in people.census(Population({}, AS_OF, None, settings, "csv"))]
    ages = [f for f in expected if f.title == "age and sex"]
    assert {f.sex for f in ages} == {"female"}
    assert sum(f.value for f in ages) == pytest.approx(100)
    races = {f.race: f.value for f in expected if f.title != "age and sex"}
    assert sum(value for race, value in races.items() if race != "hispanic") == pytest.approx(100)
    assert races["black"] < 3 < 80 < races["white"]  # Utah


def test_duplicates_and_those_alone_are_counted():
    twins = [patient(str(k), "1980-01-01", given="A", family="B", zip="02139") for k in range(2)]
    other = patient("2", "1990-01-01", given="A", family="B", zip="02139")
    facts = {
        fact.title: fact
        for fact in people.likeness(Population({p.id: p for p in (*twins, other)}, AS_OF, None, {}, "csv"))
    }
    assert facts["same name and date of birth"].value.startswith("2 of 3")
    assert facts["alone in sex, date of birth, zip code"].value.startswith("1 of 3")


def test_variety_is_counted_as_equally_frequent_ones():
    lives = {str(k): patient(str(k), "1980-01-01", given="ABCD"[k % 4], family="Z") for k in range(40)}
    facts = {fact.title: fact for fact in people.diversity(Population(lives, AS_OF, None, {}, "csv"))}
    assert facts["given names"].remark == "as varied as 4 equally frequent ones"
    assert facts["family names"].remark == "as varied as 1 equally frequent ones"


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        ("2024-01-01T10:00:00Z", "2024-01-05T09:00:00Z", 4),
        ("2024-01-01T22:00:00-05:00", "2024-01-02T01:00:00-05:00", 0),
        ("2024-01-01", "2024-01-03", 2),
    ],
)
def test_a_stay_lasts_whole_days_in_any_time_zone(start, stop, expected):
    assert nights(start, stop) == expected


def test_an_age_is_in_completed_years():
    p = patient("a", "2000-02-29")
    assert [p.age(date(2024, 2, d).toordinal()) for d in (28, 29)] == [23, 24]


# --- the command ----------------------------------------------------------------------------------------------------------
def test_strict_fails_only_where_a_figure_differs(generated, tmp_path, capsys):
    table = tmp_path / "mine.csv"
    table.write_text(HEADING + "1,anything,,both,0,120,share_pct,99,,,s,visits_none,\n".replace(",,both", ",any,both"))
    plain = ["evaluate", str(generated), "--reference", str(table)]
    assert run(plain) == 0
    assert run([*plain, "--strict"]) == 1
    assert "differs" in capsys.readouterr().out


def test_json_and_page_say_the_same(generated, tmp_path, capsys):
    target = tmp_path / "report.html"
    assert run(["evaluate", str(generated), "--json", "--html", str(target)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert sum(found["verdicts"].values()) == len(found["figures"])
    text = target.read_text(encoding="utf-8")
    for title in ("told have high blood pressure (self-report)", "systolic blood pressure, mean", "age and sex"):
        assert title in text
    for verdict, count in found["verdicts"].items():
        assert f'{verdict}</th><td class="num">{count}</td>' in text
    assert "http:" not in text
    assert "https:" not in text


def test_words_of_a_table_cannot_become_markup(generated, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text(HEADING + "1,<script>x</script>,any,both,0,120,share_pct,99,,,<b>,visits_none,\n")
    assert "<script>x" not in page(evaluate(generated, table))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "there is no folder nowhere"),
        (["."], "has no patients that can be read"),
        ([".", "--reference", "nowhere.csv"], "cannot read nowhere.csv"),
        ([".", "--html", "nowhere/x.html"], "give the name of a file in a folder that exists"),
    ],
)
def test_wrong_usage_is_one_sentence(arguments, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["evaluate", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_damaged_rows_are_counted_and_left_out(tmp_path):
    (tmp_path / "patients.csv").write_text(
        "Id,BIRTHDATE,DEATHDATE,GENDER,RACE,ETHNICITY,FIRST,LAST,ZIP,CITY,STATE\n"
        "a,1980-01-01,,F,white,nonhispanic,A,B,02139,C,D\nb,yesterday,,F,white,nonhispanic,A,B,02139,C,D\nc,1980\n"
    )
    (tmp_path / "immunizations.csv").write_text("DATE,PATIENT,CODE\n2024-01-01,nobody,3\n2024-01-01,a,3\n")
    found = evaluate(tmp_path)
    assert (found.patients, found.skipped) == (1, 3)
