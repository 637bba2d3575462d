"""A module read aloud, its diagram, its schema and the skeleton to start from."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from healthsynth.compile.build import Library, link
from healthsynth.compile.linting import lint
from healthsynth.errors import UsageError
from healthsynth.spec.ast import Length
from healthsynth.spec.graph import svg, text
from healthsynth.spec.model import parse
from healthsynth.spec.say import say, wrapped
from healthsynth.spec.schema import schema
from healthsynth.spec.skeleton import write

MODULES = Path(__file__).parent.parent / "modules"
LINKED, _ = link(Library((), (MODULES,)), [MODULES / "good.yaml"])
MODULE = LINKED.specs[0].module


@pytest.mark.parametrize(
    "sentence",
    [
        "From normal to sweet: at 1% per year at 20 to 39, 2% per year from age 40; times 1.8 if BMI is at least 30",
        "From sweet to normal: at 5% per year (Author 2020, Journal 1:1; 1% to 9% per year), while",
        "Nose at birth: 70% mild, 30% grave",
        "The risk of dying is multiplied by 1.8",
        "160 (sd 20) while sweetness is sweet; otherwise 90 (sd 6); lowered by 20 mg/dL",
        "diagnose Common cold for 10 days",
        "every 3 months while the Glucose [Mass/volume] in Blood result is at least 126, else every 6 months",
        "prescribe metformin hydrochloride 500 MG Oral Tablet, 1 tablet twice a day",
        "assumed: less than half of them come",
        "Read and found right by:",
    ],
)
def test_every_construct_has_a_sentence(sentence: str):
    assert sentence in " ".join(say(MODULE, LINKED.concepts).split())


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (Length(0, 84 * 86400), "12 weeks"),
        (Length(0, 112_896 * 60), "11.2 weeks"),
        (Length(0, 36 * 3600), "36 hours"),
        (Length(0, 90 * 60), "90 minutes"),
        (Length(0, 86400), "1 day"),
        (Length(18, 0), "18 months"),
        (Length(24, 0), "2 years"),
    ],
)
def test_a_length_is_said_in_the_unit_that_people_take(length: Length, words: str):
    assert length.text == words


def test_a_rate_over_some_time_says_that_time():
    assert parse("rate", "16% over 12 weeks").text == "16% over 12 weeks"


def test_lines_are_broken_for_a_terminal_between_words_and_keep_their_indent():
    broken = wrapped("  - test Blood pressure and Heart rate and Body temperature", 30)
    assert broken == "  - test Blood pressure and\n      Heart rate and Body\n      temperature"
    assert wrapped("short\n\nlines", 30) == "short\n\nlines"


def test_the_diagram_has_a_box_for_every_state_and_an_arrow_for_every_way():
    picture = ElementTree.fromstring(svg(MODULE))
    boxes = [node for node in picture.iter() if node.tag.endswith("rect") and node.get("class") in ("s", "b")]
    arrows = [node for node in picture.iter() if node.get("class") == "e"]
    assert len(boxes) == 4
    assert len(arrows) == len([line for line in text(MODULE).splitlines() if "->" in line]) == 4


def test_no_box_of_the_diagram_covers_another_and_all_lie_within_the_sheet():
    picture = ElementTree.fromstring(svg(MODULE))
    names = ("x", "y", "width", "height")
    boxes = [[float(node.get(name, 0)) for name in names] for node in picture.iter() if node.get("class") in ("s", "b")]
    for i, (x, y, w, h) in enumerate(boxes):
        assert x + w <= float(picture.get("width", 0))
        assert y + h <= float(picture.get("height", 0))
        for x2, y2, w2, h2 in boxes[:i]:
            assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y


def test_a_way_out_stands_in_its_box_with_its_words():
    texts = [node.text for node in ElementTree.fromstring(svg(MODULE)).iter() if node.tag.endswith("text")]
    ways = [line.strip() for line in text(MODULE).splitlines() if "->" in line]
    for way in ways:
        target, words = way.partition(" -> ")[2].rstrip(")").split("  (")
        assert any(
            found and found.endswith(f"→ {target.replace('_', ' ')}") and found.startswith(words[:10])
            for found in texts
        )


def test_the_schema_knows_the_keys_that_carry_sentences():
    made = json.loads(schema())
    assert "^to " in made["$defs"]["State"]["patternProperties"]
    assert "^while " in made["$defs"]["Measure"]["patternProperties"]
    assert {"required": ["prescribe"]} in made["$defs"]["Step"]["oneOf"]


def test_a_new_module_lints_without_a_mistake(tmp_path: Path):
    problems, modules = lint([write("my_disease", tmp_path)])
    assert modules == 1
    assert problems == []


@pytest.mark.parametrize("name", ["My disease", "9lives", ""])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str):
    with pytest.raises(UsageError):
        write(name, tmp_path)


def test_a_module_that_is_there_is_never_overwritten(tmp_path: Path):
    write("mine", tmp_path)
    with pytest.raises(UsageError):
        write("mine", tmp_path)
