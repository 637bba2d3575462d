"""Loading into a server of the tests: order, repeating, resuming, faults, rejections, taking out again."""

import json
import time

import orjson
import pytest

from healthsynth.load.source import TAG_SYSTEM
from tests.load.conftest import TOTAL, write


def lines(output):
    found = list((output / "load").glob("*.journal"))
    return [orjson.loads(line) for line in found[0].read_bytes().splitlines()]


def rejected(output):
    found = list((output / "load").glob("*.rejected"))
    return [orjson.loads(line) for line in found[0].read_bytes().splitlines()]


@pytest.mark.parametrize("entries", [2, 3, 5, 100])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("format_", ["fhir", "ndjson"])
def test_a_server_that_holds_to_references_takes_everything_in_any_cut(entries, format_, packed, tmp_path, server, cli):
    output = write(tmp_path / "out", format_, packed)
    code, out, err = cli("load", output, "--server", server.url, "--max-entries", entries, "--verify")
    assert (code, err) == (0, "")
    assert len(server.store) == TOTAL
    assert max(map(len, server.posts)) <= entries
    assert f"{TOTAL} new, 0 there already" in out
    assert "verified: 9 of 9 types" in out


def test_every_resource_carries_the_tag_and_is_otherwise_what_the_files_say(output, server, cli):
    cli("load", output, "--server", server.url, "--tag", "mine")
    stored = json.loads(json.dumps(server.store["Condition/c0"]))
    assert stored.pop("meta") == {"tag": [{"system": TAG_SYSTEM, "code": "mine"}]}
    bundle = json.loads((output / "fhir/p0.json").read_bytes())
    assert stored in [entry["resource"] for entry in bundle["entry"]]


def test_bytes_of_a_transaction_stay_below_the_limit(output, server, cli):
    code, _, _ = cli("load", output, "--server", server.url, "--max-bytes", 900)
    assert code == 0
    assert len(server.posts) > 8
    assert max(int(header["content-length"]) for header in server.headers if "content-length" in header) <= 900


def test_what_refers_to_each_other_and_is_larger_than_the_limit_is_said(output, server, cli):
    code, _, err = cli("load", output, "--server", server.url, "--max-entries", 1)
    assert code == 2
    assert "must be sent together" in err


def test_a_second_load_sends_all_and_changes_nothing(output, server, cli):
    cli("load", output, "--server", server.url)
    before = dict(server.versions)
    code, out, _ = cli("load", output, "--server", server.url)
    assert code == 0
    assert f"0 new, {TOTAL} there already" in out
    assert server.versions == before == dict.fromkeys(server.store, 1)


@pytest.mark.parametrize(
    "faults",
    [
        [(500,), (500,), (500,)],
        [(429, {"Retry-After": "0"}), (503,), (408,), (409,), (412,), (502,), (504,)],
        [("cut",), ("cut",)],
        [("cut", "after the work")],
    ],
)
def test_what_passes_is_tried_again(faults, output, server, cli):
    server.faults = list(faults)
    code, out, _ = cli("load", output, "--server", server.url, "--concurrency", 1)
    assert code == 0
    assert len(server.store) == TOTAL
    assert set(server.versions.values()) == {1}
    assert f"{len(faults)} requests sent again" in out


def test_retry_after_is_waited_for(output, server, cli):
    server.faults = [(429, {"Retry-After": "0.4"})]
    begun = time.monotonic()
    code, _, _ = cli("load", output, "--server", server.url)
    assert code == 0
    assert time.monotonic() - begun >= 0.4


def test_retry_after_longer_than_patience_ends_the_load(output, server, cli):
    server.faults = [(429, {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"})]
    code, _, err = cli("load", output, "--server", server.url, "--patience", 5)
    assert code == 4
    assert "did not recover within 5 s: it answers 429: status 429 by design" in err


def test_a_load_that_broke_goes_on_where_it_was(output, server, cli):
    sent = ("load", output, "--server", server.url, "--max-entries", 3, "--concurrency", 1, "--patience", 0.2)
    original = server.transaction
    count = 0

    def breaks_after_four(bundle):
        nonlocal count
        count += 1
        return original(bundle) if count <= 4 else (503, {})

    server.transaction = breaks_after_four
    code, _, err = cli(*sent)
    assert code == 4
    assert "did not recover" in err
    there = set(server.store)
    assert len(lines(output)) == 1 + 4
    server.transaction = original
    server.posts.clear()
    code, out, _ = cli(*sent)
    assert code == 0
    assert f"{len(there)} sent before the load was interrupted" in out
    assert not there & {name for post in server.posts for name in post}
    assert len(server.store) == TOTAL


def test_a_journal_torn_in_its_last_line_is_gone_on_with(output, server, cli):
    cli("load", output, "--server", server.url, "--concurrency", 1)
    journal = next((output / "load").glob("*.journal"))
    kept = journal.read_bytes().splitlines(keepends=True)[:4]
    journal.write_bytes(b"".join(kept) + b'{"unit":"p')
    server.posts.clear()
    code, out, _ = cli("load", output, "--server", server.url)
    assert code == 0
    assert "sent before" in out
    assert len(server.posts) == 5 - 3


def test_a_journal_is_not_believed_when_the_server_was_emptied(output, server, cli):
    cli("load", output, "--server", server.url)
    journal = next((output / "load").glob("*.journal"))
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
    server.store.clear()
    code, out, _ = cli("load", output, "--server", server.url)
    assert code == 0
    assert "no longer had" in out
    assert len(server.store) == TOTAL


def test_two_loads_at_once_into_one_server_are_not_let_be(output, server, cli):
    from healthsynth.load.journal import LoadJournal, path

    held = LoadJournal(path(output, server.url), {"load": 1})
    code, _, err = cli("load", output, "--server", server.url)
    held.close()
    assert code == 4
    assert "another load is writing" in err


def test_one_bad_resource_costs_itself_and_what_refers_to_it(output, server, cli):
    server.refuses = lambda resource: "no such specimen" if resource["id"] == "s1" else ""
    code, out, _ = cli("load", output, "--server", server.url, "--verify")
    assert code == 1
    lost = {"Specimen/s1", "Observation/o1", "Provenance/r1"}
    assert len(server.store) == TOTAL - len(lost)
    found = {one["resource"]: one for one in rejected(output)}
    assert set(found) == lost
    assert found["Specimen/s1"]["status"] == "422"
    assert found["Specimen/s1"]["outcome"] == "no such specimen"
    assert found["Specimen/s1"]["body"]["resourceType"] == "Specimen"
    assert "3 resources rejected" in out
    assert "Specimen: 2 on the server, 3 in the manifest" in out


def test_a_server_that_takes_less_than_told_gets_less(output, server, cli):
    server.most_entries = 2
    code, _, _ = cli("load", output, "--server", server.url)
    assert code == 0
    assert len(server.store) == TOTAL


def test_an_entry_that_failed_inside_an_accepted_bundle_is_rejected(output, server, cli):
    original = server.transaction

    def refuses_inside(bundle):
        status, found = original(bundle)
        for entry, answer in zip(bundle["entry"], found["entry"], strict=True):
            if entry["request"]["url"] == "Observation/x2":
                issue = {
                    "severity": "error",
                    "code": "business-rule",
                    "details": {"text": "not here"},
                    "expression": ["Observation"],
                }
                answer["response"] = {
                    "status": "400",
                    "outcome": {"resourceType": "OperationOutcome", "issue": [issue]},
                }
        return status, found

    server.transaction = refuses_inside
    code, _, _ = cli("load", output, "--server", server.url, "--bundle", "batch")
    assert code == 1
    assert [(one["resource"], one["outcome"]) for one in rejected(output)] == [
        ("Observation/x2", "not here (Observation)")
    ]


def test_unload_removes_what_carries_the_tag_and_nothing_else(output, server, cli):
    other = {"resourceType": "Patient", "id": "somebody"}
    server.store["Patient/somebody"] = other
    cli("load", output, "--server", server.url)
    assert len(server.store) == TOTAL + 1
    code, out, _ = cli("unload", output, "--server", server.url, "--max-entries", 3)
    assert code == 0
    assert f"{TOTAL} resources deleted" in out
    assert server.store == {"Patient/somebody": other}


def test_unload_keeps_what_others_refer_to_and_says_so(output, server, cli):
    cli("load", output, "--server", server.url)
    server.store["Patient/somebody"] = {
        "resourceType": "Patient", "id": "somebody", "generalPractitioner": [{"reference": "Practitioner/d"}],
    }  # fmt: skip
    code, out, _ = cli("unload", output, "--server", server.url)
    assert code == 1
    assert set(server.store) == {"Patient/somebody", "Practitioner/d", "Organization/o"}
    assert "Practitioner/d: Patient/somebody refers to Practitioner/d" in out


def test_what_was_unloaded_is_loaded_again(output, server, cli):
    for command in ("load", "unload", "load"):
        code, _, _ = cli(command, output, "--server", server.url)
        assert code == 0
    assert len(server.store) == TOTAL


def test_the_summary_can_be_read_by_machines(output, server, cli):
    code, out, _ = cli("load", output, "--server", server.url, "--json", "--verify")
    found = json.loads(out)
    assert code == 0
    assert (found["created"], found["rejected"]) == (TOTAL, 0)
    assert found["counts"]["Patient"] == {"manifest": 3, "server": 3}
