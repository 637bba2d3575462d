"""A user's own table of codes: what is in it is known; what is no table is told with its place."""

import gzip
from pathlib import Path

import pytest

from healthsynth.cli.main import run
from healthsynth.compile.build import Library, link
from healthsynth.compile.check import check
from healthsynth.compile.code_tables import known_codes
from healthsynth.errors import UsageError

MODULES = Path(__file__).parent.parent / "modules"
# 99000001000119104 is in the namespace of the US edition, which is not shipped.
EXTENSION = "99000001000119104"
WORDS = f"""rare_thing:
  kind: condition
  snomed: "{EXTENSION}"
  display: Rare thing (disorder)
"""


def table(folder: Path, text: str, name: str = "mine.csv") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def library(folder: Path, *codes: Path) -> Library:
    (folder / "vocabulary").mkdir(exist_ok=True)
    (folder / "vocabulary" / "rare.yaml").write_text(WORDS)
    return Library((folder,), (MODULES,), codes)


def found(made: Library) -> list[str]:
    linked, _ = link(made, made.modules())
    return [problem.code for problem in check(linked) if "rare" in problem.file]


def test_a_code_outside_the_shipped_table_is_a_warning(tmp_path):
    assert found(library(tmp_path)) == ["HS508"]


@pytest.mark.parametrize(
    "row",
    [
        f"http://snomed.info/sct,{EXTENSION},Rare thing (disorder),condition",
        f"snomed,{EXTENSION},Rare thing (disorder),condition",
        f"SNOMED,{EXTENSION},Rare thing (disorder),",
        f"S,{EXTENSION},,condition",  # without a display every display goes
        f"http://example.org/other,1,x,\nsnomed,{EXTENSION},Rare thing (disorder),condition|finding",
    ],
)
@pytest.mark.parametrize("name", ["mine.csv", "mine.csv.gz"])
def test_a_code_of_the_users_table_is_known(row, name, tmp_path):
    assert found(library(tmp_path, table(tmp_path, f"system,code,display,kind\n{row}\n", name))) == []


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (f"snomed,{EXTENSION},Another thing (disorder),condition", "HS503"),
        (f"snomed,{EXTENSION},Rare thing (disorder),procedure", "HS504"),
        ("snomed,1,Rare thing (disorder),condition", "HS508"),
    ],
)
def test_the_users_table_is_held_to_like_the_shipped_one(row, code, tmp_path):
    assert found(library(tmp_path, table(tmp_path, f"system,code,display,kind\n{row}\n"))) == [code]


def test_what_is_shipped_stays_and_gets_more_displays(tmp_path):
    key = ("S", "44054006")
    shipped = known_codes()[key]
    more = known_codes([table(tmp_path, "system,code,display\nsnomed,44054006,Sugar\n")])
    assert more[key].displays == (*shipped.displays, "Sugar")
    assert more[key].kinds == shipped.kinds
    assert len(more) == len(known_codes())
    assert known_codes()[key] == shipped


def test_the_preferred_display_comes_first(tmp_path):
    rows = f"snomed,{EXTENSION},First,0\nsnomed,{EXTENSION},Second,1\n"
    known = known_codes([table(tmp_path, f"system,code,display,preferred\n{rows}")])
    assert known["S", EXTENSION].displays == ("Second", "First")


def test_several_tables_are_joined(tmp_path):
    one = table(tmp_path, f"system,code\nsnomed,{EXTENSION}\n", "one.csv")
    other = table(tmp_path, "system,code\nloinc,99999-9\n", "other.csv")
    assert {("S", EXTENSION), ("L", "99999-9")} <= set(known_codes([one, other]))


BAD = [
    ("code,display\n1,x\n", ":1: there is no column 'system'"),
    ("system,codes\nsnomed,1\n", ":1: there is no column 'code'. did you mean 'codes'?"),
    ("", ":1: there is no column 'system'"),
    ("system,code\n", "has no code of snomed, loinc"),
    ("system,code\nsnomde,1\n", "has no code of snomed, loinc"),
    ("system,code,display\nsnomed,1,x\nsnomed,,x\n", ":3: the row has no code"),
    ("system,code,display\n,1,x\n", ":2: the row has no system"),
    ("system,code,display\nsnomed,1,Rare, but seen\n", ":2: the row has more fields than the heading"),
    ("system,code,display\nsnomed,Rare thing,1\n", ":2: 'Rare thing' is no code"),
    ('system,code,display\nsnomed,1,"Rare\n', "cannot read"),
    ("system,code\nsnomed,1\n".encode("utf-16").decode("latin-1"), "mine.csv"),
]


@pytest.mark.parametrize(("text", "words"), BAD)
def test_a_bad_table_is_one_sentence_with_its_place(text, words, tmp_path):
    path = table(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        known_codes([path])
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


def test_what_is_not_gzip_or_not_there_is_told(tmp_path):
    path = tmp_path / "mine.csv.gz"
    path.write_text("system,code\n")
    with pytest.raises(UsageError, match=r"cannot read .*mine\.csv\.gz"):
        known_codes([path])
    with pytest.raises(UsageError, match="No such file"):
        known_codes([tmp_path / "nowhere.csv"])


# --- the commands --------------------------------------------------------------------------------------------------------
def test_lint_takes_the_table(tmp_path, capsys):
    library(tmp_path)
    mine = table(tmp_path, f"system,code,display\nsnomed,{EXTENSION},Rare thing (disorder)\n")
    assert run(["module", "lint", str(tmp_path)]) == 0
    assert f"snomed {EXTENSION} is not in the table of known codes" in capsys.readouterr().out
    assert run(["module", "lint", str(tmp_path), "--codes", str(mine)]) == 0
    assert EXTENSION not in capsys.readouterr().out


@pytest.mark.parametrize("command", [["module", "lint"], ["generate", "-p", "1", "-o", "out"]])
def test_a_bad_table_ends_a_command_with_exit_code_2(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    table(tmp_path, "system,codes\n")
    assert run([*command, "--codes", "mine.csv"]) == 2
    error = capsys.readouterr().err
    assert "mine.csv:1: there is no column 'code'" in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_generate_holds_modules_to_the_table_and_writes_the_same_bytes(tmp_path, capsys):
    (tmp_path / "own").mkdir()
    library(tmp_path / "own")
    right = table(tmp_path, f"system,code,display\nsnomed,{EXTENSION},Rare thing (disorder)\n", "right.csv")
    wrong = table(tmp_path, f"system,code,display\nsnomed,{EXTENSION},Another thing\n", "wrong.csv")
    options = ["--no-builtin", "--modules", str(MODULES), "--modules", str(tmp_path / "own"), "--as-of", "2025-01-01"]
    plain = ["generate", "-p", "2", "-s", "1", "-q", "-f", "csv", "--workers", "1", *options]
    for name, more in (("a", []), ("b", ["--codes", str(right)])):
        assert run([*plain, "-o", str(tmp_path / name), *more]) == 0
    assert run([*plain, "-o", str(tmp_path / "c"), "--codes", str(wrong)]) == 1
    assert "HS503" in capsys.readouterr().err
    one, other = (tmp_path / name / "csv" / "observations.csv" for name in ("a", "b"))
    assert one.read_bytes() == other.read_bytes()
