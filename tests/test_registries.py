"""What downloads other people's programs tries twice and then says why it failed."""

import sys

import pytest

from tests.conformance.registries import fetch, installed

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
