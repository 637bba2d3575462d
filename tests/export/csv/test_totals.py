"""Sums for the shared tables: the same whatever the order and the chunks."""

import json

from healthsynth.export.csv import CsvExporter, Totals
from tests.export.csv.layout import ALL_PAYERS, records
from tests.export.records import CLINIC, CONCEPTS, EMERGENCY_DOCTOR, GP, HOSPITAL


def totals_of(some: list) -> Totals:
    exporter = CsvExporter(CONCEPTS)
    for record in some:
        exporter.rows(record)
    return exporter.take_totals()


def test_chunks_in_any_order_add_up_to_the_whole():
    whole = totals_of(records())
    merged = Totals()
    for record in reversed(records()):
        merged.add(totals_of([record]))
    assert merged == whole


def test_totals_survive_json():
    whole = totals_of(records())
    assert Totals.of(json.loads(json.dumps(whole.plain()))) == whole


def test_taking_totals_starts_anew():
    exporter = CsvExporter(CONCEPTS)
    exporter.rows(records()[0])
    assert exporter.take_totals() != Totals()
    assert exporter.take_totals() == Totals()


def test_shared_rows_do_not_depend_on_the_order_or_on_repetition():
    whole = totals_of(records())
    one = CsvExporter.shared([HOSPITAL, CLINIC], [GP, EMERGENCY_DOCTOR], ALL_PAYERS, whole)
    other = CsvExporter.shared([CLINIC, HOSPITAL, CLINIC], [EMERGENCY_DOCTOR, GP, GP], ALL_PAYERS[::-1], whole)
    assert one == other


def test_a_customer_is_counted_once_for_each_payer():
    whole = totals_of(records())
    private = whole.payers[ALL_PAYERS[0].id]
    assert private[10] == 4  # the records of four people; the child and the uninsured have other payers
