"""Folders of files that are not code, in a checkout and in an installed package."""

from pathlib import Path

import pytest

from healthsynth import resources
from healthsynth.errors import HealthsynthError


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package folder somewhere else."""
    found = tmp_path / "healthsynth"
    found.mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", found)
    resources._folder.cache_clear()
    yield found
    resources._folder.cache_clear()


def test_a_checkout_has_all_folders():
    assert (resources.templates() / "notes" / "visit.j2").is_file()
    assert resources.modules().name == "clinical_modules"
    assert (resources.data() / "costs.csv").is_file()


def test_an_installed_package_carries_them_inside(package: Path):
    (package / "_resources" / "templates").mkdir(parents=True)
    (package.parent / "templates").mkdir()
    assert resources.templates() == package / "_resources" / "templates"


def test_a_checkout_keeps_them_beside_the_package(package: Path):
    (package.parent / "clinical_modules").mkdir()
    assert resources.modules() == package.parent / "clinical_modules"


@pytest.mark.parametrize("which", [resources.templates, resources.modules, resources.data])
def test_a_broken_installation_says_what_is_missing(package: Path, which):
    with pytest.raises(HealthsynthError, match="the installation is incomplete"):
        which()
