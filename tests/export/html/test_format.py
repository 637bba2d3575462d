"""The format: its files, what it counts, and the list of patients from chunks in any process."""

from healthsynth.export.base import Used
from healthsynth.export.html import HtmlFormat
from healthsynth.settings import Settings
from tests.export.collecting import Collected
from tests.export.html.markup import parsed
from tests.export.records import CONCEPTS, sample_record

SETTINGS = Settings(seed=7, as_of="2026-01-01")


class Folder(Collected):
    """Output that is kept in memory."""

    def append(self, path: str, content: bytes) -> None:
        raise AssertionError("pages are whole files")


def test_chunks_of_several_processes_make_one_list_in_their_order():
    records = [sample_record(1), sample_record(2, dead=True), sample_record(3)]
    out, taken = Folder(), []
    for record in records:
        worker = HtmlFormat(SETTINGS, CONCEPTS)
        worker.add(record, out)
        taken.append(worker.take())
        assert worker.take() == {"patients": []}
    HtmlFormat(SETTINGS, CONCEPTS).finish(Used(), taken, out)
    assert set(out.files) == {f"html/{record.person.id}.html" for record in records} | {"html/index.html"}
    assert out.counts == {"pages": 4}
    page = parsed(out.files["html/index.html"])
    rows = page.one("tbody").all("tr")
    assert [row.one("a").attributes["href"] for row in rows] == [f"{record.person.id}.html" for record in records]
    assert "died 2025-06-01" in rows[1].text
    assert "Essential hypertension" in rows[0].text
    assert page.one("h1").text == "3 synthetic patients"


def test_a_run_without_patients_has_a_list_all_the_same():
    out = Folder()
    HtmlFormat(SETTINGS, CONCEPTS).finish(Used(), [], out)
    assert parsed(out.files["html/index.html"]).one("h1").text == "0 synthetic patients"


def test_names_in_the_list_cannot_become_markup():
    out = Folder()
    row = ["id", "<b>x</b>, y", "Female", 3, "2020-01-01", "", "A & B", "1", "", 0]
    HtmlFormat(SETTINGS, CONCEPTS).finish(Used(), [{"patients": [row]}], out)
    text = out.files["html/index.html"].decode()
    assert "&lt;b&gt;x" in text
    assert "A &amp; B" in text
