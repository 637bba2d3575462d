"""Reading the tables of healthsynth/data/ that people are made from; see README.md there for what each holds."""

import csv
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[np.generic]]
_DATA = files("healthsynth") / "data"


@cache
def arrays(name: str) -> Arrays:
    """All arrays of an npz file, by name."""
    with (_DATA / name).open("rb") as file, np.load(file) as found:
        return {key: found[key] for key in found.files}


def words(array: NDArray[np.generic]) -> list[str]:
    """The strings of an array of bytes, one a line."""
    return array.tobytes().decode().split("\n")


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file, gzipped or not."""
    data = (_DATA / name).read_bytes()
    if name.endswith(".gz"):
        from gzip import decompress

        data = decompress(data)
    return list(csv.DictReader(data.decode().splitlines()))


def exists(name: str) -> bool:
    """Whether the package has this table; only calibration results may be missing."""
    return (_DATA / name).is_file()
