"""SQL that DuckDB and PostgreSQL both understand: columns, keys, views and their comments. Made from the schema, nothing is typed twice."""

from collections.abc import Iterator
from dataclasses import dataclass

from healthsynth.export.database.schema import TABLES, Field, Table

# Format of a column -> its type.
TYPES = {
    "uuid": "uuid", "date": "date", "instant": "timestamptz", "money": "decimal(14, 2)", "degrees": "double precision",
    "count": "bigint", "number": "double precision", "code": "text", "word": "text", "uri": "text", "oid": "text",
    "text": "text",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """A common question. `query` names tables as {table}."""

    name: str
    meaning: str
    query: str


def _latest(category: str) -> str:
    """The last result of each test of every patient."""
    return (
        "SELECT DISTINCT ON (patient, code) patient, code, description, date, value, value_number, units, encounter, id "
        f"FROM {{observations}} WHERE category = '{category}' ORDER BY patient, code, date DESC, id DESC"
    )


VIEWS: tuple[View, ...] = (
    View(
        "active_problems",
        "conditions of living patients that have not resolved",
        "SELECT c.patient, c.start, c.code, c.description, c.system, c.encounter, c.id FROM {conditions} c "
        "JOIN {patients} p ON p.id = c.patient WHERE c.stop IS NULL AND p.deathdate IS NULL",
    ),
    View("latest_vitals", "the last value of each vital sign of every patient", _latest("vital-signs")),
    View("latest_laboratory", "the last value of each laboratory test of every patient", _latest("laboratory")),
    View(
        "medications_now",
        "what living patients take at the reference date",
        "SELECT m.patient, m.start, m.code, m.description, m.reasoncode, m.reasondescription, m.encounter, m.id "
        "FROM {medications} m JOIN {patients} p ON p.id = m.patient WHERE m.stop IS NULL AND p.deathdate IS NULL",
    ),
)


def type_of(field: Field) -> str:
    """The SQL type of a column."""
    return TYPES[field.format]


def null(field: Field) -> str:
    """Its constraint."""
    return " NOT NULL" if field.required else ""


def primary(table: Table) -> str:
    """The constraint of the primary key."""
    return f"PRIMARY KEY ({', '.join(table.primary)})"


def foreign(table: Table, schema: str = "") -> Iterator[str]:
    """The constraints of its foreign keys."""
    for column, target in table.foreign.items():
        yield f"FOREIGN KEY ({column}) REFERENCES {schema}{target} (id)"


def views(schema: str = "") -> Iterator[str]:
    """Statements that make the views."""
    places = {name: f"{schema}{name}" for name in TABLES}
    for view in VIEWS:
        yield f"CREATE VIEW {schema}{view.name} AS {view.query.format(**places)}"


def comments(schema: str = "") -> Iterator[str]:
    """Statements that attach the meaning of every column and view."""
    for table in TABLES.values():
        for field in table.fields:
            yield f"COMMENT ON COLUMN {schema}{table.name}.{field.name} IS {literal(field.meaning)}"
    for view in VIEWS:
        yield f"COMMENT ON VIEW {schema}{view.name} IS {literal(view.meaning)}"


def literal(text: str) -> str:
    """Text in quotes."""
    return "'" + text.replace("'", "''") + "'"
