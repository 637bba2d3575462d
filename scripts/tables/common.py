"""Reading the reference tables and writing ours so that the same input gives the same bytes."""

import csv
import gzip
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

Row = dict[str, str]


def rows(path: Path) -> list[Row]:
    """All rows of a CSV file, gzipped or not."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return list(csv.DictReader(io.StringIO(text)))


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> Path:
    """One compressed npz; numpy writes no time of day into it."""
    np.savez_compressed(path, **dict(arrays))
    return path


def write_csv(path: Path, header: Iterable[str], body: Iterable[Iterable[object]]) -> Path:
    """A CSV, gzipped (without a time of day) when the name ends so."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(body)
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data, 9, mtime=0) if path.suffix == ".gz" else data)
    return path


def words(values: Iterable[str]) -> np.ndarray:
    """Many strings as one array of UTF-8 bytes, one string a line."""
    return np.frombuffer("\n".join(values).encode(), dtype=np.uint8)
