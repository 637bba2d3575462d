"""Reading YAML: places of everything, and what is refused."""

import pytest

from healthsynth.spec.source import MAX_BYTES, read


def test_every_value_knows_its_line_and_column():
    source, problems = read("m.yaml", "a: 1\nb:\n  c: [x, yy]\n")
    assert problems == []
    assert source.place(("b", "c", 1)) == (3, 10)
    assert source.data == {"a": "1", "b": {"c": ["x", "yy"]}}


def test_a_place_that_is_not_there_is_that_of_what_encloses_it():
    source, _ = read("m.yaml", "a: 1\nb:\n  c: 2\n")
    assert source.place(("b", "nothing", 3)) == (2, 1)


BOMB = "a: &a [x, x]\n" + "".join(f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BOMB, "HS102"),
        ("a: *b\n", "HS102"),
        ("a: !!python/object:os.system x\n", "HS102"),
        ("a: {<<: {b: 1}}\n", "HS102"),
        ("a: 1\n---\nb: 2\n", "HS102"),
        ("a: " + "[" * 40 + "]" * 40, "HS102"),
        ("a: " + "x" * MAX_BYTES, "HS102"),
        ("a: 1\na: 2\n", "HS103"),
        ("a: [1\n", "HS101"),
        ("- a\n", "HS101"),
        ("", "HS101"),
        ("? [a]\n: b\n", "HS101"),
    ],
    ids=[
        "bomb",
        "alias",
        "tag",
        "merge",
        "two documents",
        "deep",
        "large",
        "duplicate",
        "open",
        "list",
        "empty",
        "key",
    ],
)
def test_what_could_surprise_a_reader_is_refused(text: str, code: str):
    source, problems = read("m.yaml", text)
    assert source is None
    assert [problem.code for problem in problems] == [code]


def test_a_file_that_is_not_utf8_is_one_clear_problem(tmp_path):
    path = tmp_path / "m.yaml"
    path.write_bytes(b"a: \xff\xfe\n")
    source, problems = read(path)
    assert source is None
    assert "UTF-8" in problems[0].message


def test_a_file_that_is_not_there_is_one_clear_problem(tmp_path):
    source, problems = read(tmp_path / "none.yaml")
    assert source is None
    assert problems[0].code == "HS101"
