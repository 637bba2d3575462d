"""What conformance downloads is tried twice and then said to have failed; a check that breaks is a miss."""

import sys

import pytest

from tests.conformance.registries import fetch, installed
from tests.conformance.run import looked
from tests.conformance.verdict import Verdict, arguments, options

FAILS_ONCE = "import pathlib, sys; p = pathlib.Path('tried'); known = p.exists(); p.touch(); sys.exit(not known)"


def test_a_download_that_fails_is_tried_once_more(tmp_path):
    fetch([sys.executable, "-c", FAILS_ONCE], cwd=tmp_path, pause=0)
    assert (tmp_path / "tried").exists()


def test_a_download_that_fails_twice_is_a_failure_that_says_why(tmp_path):
    code = "import sys; open('tries', 'a').write('.'); sys.exit('no route to the registry')"
    with pytest.raises(AssertionError, match=r"tried twice, ended with 1(.|\n)*no route to the registry"):
        fetch([sys.executable, "-c", code], cwd=tmp_path, pause=0)
    assert (tmp_path / "tries").read_text() == ".."


def test_only_root_is_asked_to_install(monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(AssertionError, match="please install some-package"):
        installed("a-command-that-nobody-has", "some-package")


def test_a_check_that_breaks_is_a_miss_after_what_it_found_before(capsys):
    class Broken:
        __name__ = "tests.conformance.broken"

        @staticmethod
        def check(_):
            yield Verdict("first", True, "1", "1")
            raise AssertionError("tried twice")

    found = looked(Broken(), options(arguments("").parse_args(["--small"])))
    assert [verdict.passed for verdict in found] == [True, False]
    assert "tried twice" in capsys.readouterr().out
