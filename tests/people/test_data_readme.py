"""Every table in the package says where it comes from and on what terms."""

import re
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "healthsynth" / "data"
README = (DATA / "README.md").read_text(encoding="utf-8")
FILES = sorted(
    path.relative_to(DATA).as_posix()
    for path in DATA.rglob("*")
    if path.is_file() and path.suffix not in (".md", ".py", ".pyc")
)


@pytest.mark.parametrize("name", FILES)
def test_a_file_stands_in_the_readme_with_rows_origin_and_terms(name: str) -> None:
    row = re.search(rf"^\| `{re.escape(name)}` \|(.+)\|$", README, re.MULTILINE)
    assert row is not None, f"healthsynth/data/README.md has no row for {name}"
    rows, origin, terms = (cell.strip() for cell in row[1].split(" | "))
    assert re.search(r"\d", rows)
    assert len(origin) > 20
    assert len(terms) > 3


def test_no_row_is_for_a_file_that_is_gone() -> None:
    assert set(re.findall(r"^\| `([^`]+)` \|", README, re.MULTILINE)) <= set(FILES)
