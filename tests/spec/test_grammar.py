"""Sentences of the language and the trees they become; a table a kind."""

import math

import pytest

from healthsynth.spec import ast
from healthsynth.spec.grammar import parse
from healthsynth.spec.sentences import SentenceError
from healthsynth.units import DAY, WEEK

YEAR6 = ast.Length(months=6, seconds=0)


@pytest.mark.parametrize(
    ("kind", "text", "tree"),
    [
        ("condition", "sex is male", ast.Is("sex", ("male",))),
        ("condition", "glucose is not diabetes", ast.Is("glucose", ("diabetes",), negated=True)),
        ("condition", "nose is one of [a, b]", ast.Is("nose", ("a", "b"))),
        ("condition", "age >= 40", ast.Compare(ast.Name("age"), ">=", ast.Number(40))),
        ("condition", "age < 6 months", ast.Compare(ast.Name("age"), "<", ast.Number(6, "months"))),
        ("condition", "bmi from 25 to 29.9", ast.Between(ast.Name("bmi"), ast.Number(25), ast.Number(29.9))),
        ("condition", "result hba1c >= 6.5 %", ast.Compare(ast.Result("hba1c"), ">=", ast.Number(6.5, "%"))),
        ("condition", "result strep is positive", ast.ResultIs("strep", "positive")),
        ("condition", "x has been y for at least 6 months", ast.HasBeen("x", "y", YEAR6)),
        ("condition", "ever diagnosed cold", ast.Charted("ever diagnosed", "cold")),
        ("condition", "tested hba1c within 6 months", ast.Tested("hba1c", YEAR6)),
        ("condition", "taking a or taking b and not taking c", ast.Any((
            ast.Charted("taking", "a"),
            ast.All((ast.Charted("taking", "b"), ast.Not(ast.Charted("taking", "c")))),
        ))),
        ("condition", "oral is original", ast.Is("oral", ("original",))),
        ("span", "6 months", ast.Span("fixed", YEAR6)),
        ("span", "3 to 6 days", ast.Span("uniform", ast.Length(0, 3 * DAY), ast.Length(0, 6 * DAY))),
        ("span", "about 3 weeks (sd 1 week)", ast.Span("normal", ast.Length(0, 3 * WEEK), ast.Length(0, WEEK))),
        ("value", "5.3 (sd 0.2)", ast.Quantity("normal", 5.3, 0.2)),
        ("value", "from 5 to 6 over 6 months", ast.Trend(5, 6, YEAR6, 0.0)),
        ("value", "from 6.5 falling 0.2 per year", ast.Trend(6.5, None, None, -0.2)),
        ("amount", "10 to 20 mmHg", ast.Quantity("uniform", 10, 20, "mmHg")),
        ("chance", "12 in 1000", ast.Chance(0.012, "12 in 1000")),
        ("exit", "at rate r while a is b", ast.Exit("rate", ast.Ref("r"), ast.Is("a", ("b",)))),
        ("visit", "emergency for burn", ast.VisitText("emergency", "burn")),
        ("dose", "1 tablet every 8 hours as needed",
         ast.DoseText(1, "tablet", 1, 8 * 3600, True, "1 tablet every 8 hours as needed")),
        ("occasion", "wellness visit with a, b", ast.Occasion("wellness", None, ("a", "b"))),
        ("band", "60 and over", (60.0, 200.0)),
        ("band", "0 to 4", (0.0, 5.0)),
    ],
)  # fmt: skip
def test_a_sentence_becomes_its_tree(kind: str, text: str, tree: object):
    assert parse(kind, text) == tree


@pytest.mark.parametrize(
    ("text", "per_year"),
    [
        ("2% per year", -math.log(0.98)),
        ("20 per 1000 person-years", 0.02),
        ("1.5 per year", 1.5),
        ("12% over 5 years", -math.log(0.88) / 5),
        ("1 per month", 12.0),
    ],
)
def test_every_way_to_write_a_rate_becomes_a_hazard_per_year(text: str, per_year: float):
    assert parse("rate", text).per_year == pytest.approx(per_year)


@pytest.mark.parametrize(
    ("kind", "text", "column"),
    [
        ("condition", "age >= 40 and", 14),
        ("condition", "age >> 40", 6),
        ("span", "6 moons", 3),
        ("chance", "140%", 1),
        ("rate", "100% per year", 1),
        ("span", "6 to 3 days", 1),
        ("visit", "hospital", 1),
        ("condition", "__import__('os')", 12),
    ],
)
def test_what_is_no_sentence_is_refused_at_its_column(kind: str, text: str, column: int):
    with pytest.raises(SentenceError) as raised:
        parse(kind, text)
    assert raised.value.column == column
