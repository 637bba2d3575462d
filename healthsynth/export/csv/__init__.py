"""Flat files: one table of columns per file, rows as text."""

from healthsynth.export.csv.columns import Column
from healthsynth.export.csv.exporter import KEYED, SCHEMA_VERSION, TABLES, CsvExporter
from healthsynth.export.csv.totals import Totals

__all__ = ["KEYED", "SCHEMA_VERSION", "TABLES", "Column", "CsvExporter", "Totals"]
