"""What formats that DuckDB writes at the end have in common: chunks append the text of rows, table by table."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar

from healthsynth.export.base import Appended, Json, Output, Used
from healthsynth.export.database.ducks import write_text
from healthsynth.export.database.rows import Rows
from healthsynth.export.database.schema import Table
from healthsynth.record.record import Record
from healthsynth.vocabulary import Concept


class GatheredRows:
    """Everything of such a format but its `merge`; `top` is its name in the output folder.

    Args:
        concepts: the program's concepts by name.
    """

    top: ClassVar[str]

    def __init__(self, concepts: Mapping[str, Concept]):
        self._rows = Rows(concepts)
        self._shared: dict[str, str] = {}

    @property
    def folders(self) -> tuple[str, ...]:
        return (self.top,)

    def heads(self) -> Mapping[str, bytes]:
        return {}

    def add(self, record: Record, out: Output) -> None:
        for table, rows in self._rows.of(record, out).items():
            out.append(f"{self.top}/{table}", rows.encode())

    def take(self) -> Json:
        return self._rows.take()

    def finish(self, used: Used, taken: Iterable[Json], out: Output) -> None:
        self._shared = self._rows.shared(used, taken, out)

    def _write_rows(self, table: Table, appended: Appended, text: Path) -> None:
        """All rows of a table as text: what patients share, or what chunks appended."""
        shared = self._shared.get(table.name)
        write_text(text, appended.read(f"{self.top}/{table.name}") if shared is None else (shared.encode(),))
