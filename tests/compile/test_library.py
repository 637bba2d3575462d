"""What is kept of a compiled program costs time when it is lost or damaged, and changes nothing."""

import os
import shutil
from pathlib import Path

import pytest

from healthsynth.compile import build, library
from healthsynth.compile.program import Program
from healthsynth.errors import UsageError

GOOD = Path(__file__).parent.parent / "modules"
BACK = "back: {rate: 5% per year"


@pytest.fixture
def modules(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "modules"
    shutil.copytree(GOOD, folder, ignore=shutil.ignore_patterns("broken"))
    return folder


@pytest.fixture
def compiled(monkeypatch):
    """One entry for each time that something was really compiled."""
    done: list[object] = []
    real = build.compile_library

    def counted(*args):
        done.append(args)
        return real(*args)

    monkeypatch.setattr(build, "compile_library", counted)
    return done


def made(modules: Path) -> Program:
    return library.program((modules,), builtin=False)


def same(one: Program, other: Program) -> bool:
    """Concepts are compared by what they say: two of the same name are never equal."""
    return (one.modules, repr(one.concepts), one.tables, one.conditions, one.origins, one.origin_at, one.digest) == (
        other.modules, repr(other.concepts), other.tables, other.conditions, other.origins, other.origin_at, other.digest
    )  # fmt: skip


def change(modules: Path, percent: int) -> None:
    text = (GOOD / "good.yaml").read_text()
    assert BACK in text
    (modules / "good.yaml").write_text(text.replace(BACK, f"back: {{rate: {percent}% per year"))


def kept() -> Path:
    (file,) = library.cache_folder().glob("program-*.pickle")
    return file


def test_the_second_program_is_the_first_one_read_back(modules, compiled):
    assert same(made(modules), made(modules))
    assert len(compiled) == 1


def test_a_changed_number_is_compiled_anew(modules, compiled):
    before = made(modules)
    change(modules, 4)
    assert not same(made(modules), before)
    assert len(compiled) == 2


@pytest.mark.parametrize("at", [0, 31, 32, 1000, -1])
def test_one_wrong_byte_means_compiling_again(at, modules, compiled):
    before = made(modules)
    content = bytearray(kept().read_bytes())
    content[at] ^= 1
    kept().write_bytes(content)
    assert same(made(modules), before)
    assert len(compiled) == 2


@pytest.mark.parametrize("size", [0, 5, 32, 2000])
def test_a_file_cut_short_means_compiling_again(size, modules, compiled):
    before = made(modules)
    kept().write_bytes(kept().read_bytes()[:size])
    assert same(made(modules), before)
    assert len(compiled) == 2


def test_where_nothing_can_be_kept_all_is_compiled_each_time(modules, compiled, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    (tmp_path / "file").write_text("in the way")
    assert same(made(modules), made(modules))
    assert len(compiled) == 2


def test_the_oldest_programs_go(modules, compiled, monkeypatch):
    monkeypatch.setattr(library, "_KEPT", 2)
    for percent in (2, 3, 4):
        for file in library.cache_folder().glob("*.pickle"):
            os.utime(file, (file.stat().st_mtime - 100,) * 2)
        change(modules, percent)
        made(modules)
    assert len(list(library.cache_folder().iterdir())) == 2
    change(modules, 3)
    made(modules)
    assert len(compiled) == 3
    change(modules, 2)
    made(modules)
    assert len(compiled) == 4


def test_a_bad_table_of_codes_is_told_though_the_program_is_kept(modules, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text("system,code,display\nsnomed,44054006,Sugar\n")
    library.program((modules,), builtin=False, codes=(table,))
    table.write_text("system,display\n")
    with pytest.raises(UsageError, match="no column 'code'"):
        library.program((modules,), builtin=False, codes=(table,))
