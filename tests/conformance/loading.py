"""Does a real FHIR server take it all, does loading twice change nothing, and does a load survive what happens to loads?

A HAPI FHIR JPA server, built through Maven, on loopback: a clean load beside a bare loop that posts the same transactions; a second
load; references as the server holds them; then the same through a proxy that spoils requests while the server and the loader are
killed. Medplum's own router, from npm, is the second server. With --server: 1,000 patients instead of a few, with a year of history each
(an hour); with --small: a year of the few, one kill of each, and no bare loop, since no time is judged.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from healthsynth.load import bundles, closure
from healthsynth.load.source import Source, open_source
from tests.conformance import medplum_server
from tests.conformance.faulty_proxy import FaultyProxy
from tests.conformance.hapi_server import Hapi
from tests.conformance.populations import population
from tests.conformance.verdict import BUILD, Options, Verdict, alone, untimed

PATIENTS, LARGE = 10, 1000
HANDS = 2  # connections, of the loader and of the bare loop
SERVER_KILLS, LOADER_KILLS = (0.2, 0.5, 0.8), (0.35, 0.65)  # shares of the resources that are accepted by then
YEAR = ("--history", "1y")
SPOILED = 0.05
MINUTES = 90
STEPS = ("--max-entries", "25")  # of a small load: so many transactions that a kill falls between two of them
PATIENT = ("--patience", "1800")  # the server is away for as long as it takes to start


def check(options: Options) -> Iterator[Verdict]:
    """All of it, on fresh copies of one run."""
    patients = LARGE if options.server else PATIENTS
    few = population(PATIENTS, options.seed, "-f", "fhir", *(YEAR if options.small else ()))
    many = population(patients, options.seed, "-f", "fhir", *YEAR) if options.server else few
    yield from _clean(patients, many, options.small)
    yield from _drill(few, options.small)
    yield from _second(few)


# --- a clean load -------------------------------------------------------------------------------------------------------
def _clean(patients: int, run: Path, small: bool) -> Iterator[Verdict]:
    output = _copy(run, "clean")
    source = open_source(output)
    total = sum(source.counts.values())
    bare = 0.0
    if not small:
        with Hapi("bare", folder=BUILD / "hapi-bare") as server:
            bare = total / _bare_loop(source, server.url)
    with Hapi("clean", folder=BUILD / "hapi-clean") as server:
        first = _load(output, server.url)
        counts, versions = _counts(source, server.url), _history(server.url)
        yield Verdict(
            f"{patients} patients into HAPI FHIR: rejected entries", first["rejected"] == 0 and first["created"] == total,
            f"{first['rejected']} of {total:,}, {first['created']:,} new", "target 0",
        )  # fmt: skip
        yield _same_counts("counts by type on the server", source, counts)
        rate = total / first["seconds"]
        if small:
            yield untimed("resources a second", f"{rate:.0f}")
        else:
            yield Verdict(
                "resources a second", rate > 0.7 * bare, f"{rate:.0f}; a bare loop of the same transactions {bare:.0f}",
                "no less than 0.7 of the bare loop",
            )  # fmt: skip
        second = _load(output, server.url)
        again = _history(server.url)
        unchanged = second["created"] == second["rejected"] == 0 and again == versions == total
        yield Verdict(
            "a second load", unchanged, f"{again - versions} new versions of {versions:,}", "target 0 changes"
        )
        yield _references(source, server.url)
        removed = _loader("unload", output, server.url)
        left = sum(_counts(source, server.url).values())
        yield Verdict(
            "unload",
            removed["deleted"] == total and left == 0,
            f"{removed['deleted']:,} deleted, {left} left",
            "all, 0 left",
        )


def _bare_loop(source: Source, url: str) -> float:
    """Seconds that it takes to post the transactions of a load and nothing more; shared ones first, as the loader does."""
    posts: list[list[bytes]] = []
    for unit in source.units:
        cut = closure.chunks(source.resources(unit), 200, 20_000_000, bundles.OVERHEAD + len(url))
        posts.append(
            [bundles.put("transaction", url, [one for knot in chunk for one in knot.resources]) for chunk in cut]
        )
    shared = sum(unit.shared for unit in source.units)
    begun = time.monotonic()
    for unit in posts[:shared]:
        _post_all(url, unit)
    rest, lock = iter(posts[shared:]), threading.Lock()

    def hand() -> None:
        while True:
            with lock:
                unit = next(rest, None)
            if unit is None:
                return
            _post_all(url, unit)

    threads = [threading.Thread(target=hand) for _ in range(HANDS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - begun


def _post_all(url: str, posts: list[bytes]) -> None:
    for body in posts:
        headers = {"Content-Type": "application/fhir+json", "Prefer": "return=minimal"}
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=600) as answer:
            answer.read()


# --- what happens to loads ------------------------------------------------------------------------------------------------
def _drill(run: Path, small: bool) -> Iterator[Verdict]:
    """Kills by share of the resources accepted, so that they fall inside the load on any machine."""
    output = _copy(run, "drill")
    source = open_source(output)
    total = sum(source.counts.values())
    server_kills, loader_kills = (
        ([SERVER_KILLS[0]], [LOADER_KILLS[-1]]) if small else (list(SERVER_KILLS), list(LOADER_KILLS))
    )
    planned = len(server_kills), len(loader_kills)
    cut = STEPS if small else ()
    with Hapi("drill", folder=BUILD / "hapi-drill") as server, FaultyProxy(server.port, SPOILED) as proxy:
        url = f"http://127.0.0.1:{proxy.port}/fhir"
        code: int | None = None
        deadline = time.monotonic() + MINUTES * 60
        while code is None:
            assert time.monotonic() < deadline, "the drill takes too long"
            loader = subprocess.Popen(
                _command("load", output, url, *PATIENT, *cut), stdout=subprocess.DEVNULL, stderr=sys.stderr
            )
            try:
                code = _spoil(loader, output, total, server, server_kills, loader_kills)
            finally:
                if loader.poll() is None:
                    loader.kill()
                    loader.wait()
        counts, versions = _counts(source, server.url), _history(server.url)
    kills = f"{planned[0] - len(server_kills)} kills of the server, {planned[1] - len(loader_kills)} of the loader"
    spoiled = f"{sum(proxy.spoiled.values())} of {proxy.requests} requests spoiled ({_said(proxy.spoiled)})"
    happened = not server_kills and not loader_kills and proxy.spoiled.total() > 0
    yield Verdict(
        "the load ends through kills and faults",
        code == 0 and happened,
        f"exit code {code}; {kills}; {spoiled}",
        "exit code 0",
    )
    yield _same_counts("counts after kills and faults", source, counts)
    yield Verdict(
        "nothing twice after kills and faults",
        versions == total,
        f"{versions:,} versions of {total:,} resources",
        "one each",
    )


def _spoil(
    loader: "subprocess.Popen[bytes]",
    output: Path,
    total: int,
    server: Hapi,
    server_kills: list[float],
    loader_kills: list[float],
) -> int | None:
    """Watch one life of the loader: its exit code, or None when it was killed."""
    while loader.poll() is None:
        time.sleep(0.05)
        share = _accepted(output) / total
        if server_kills and share >= server_kills[0]:
            server_kills.pop(0)
            server.kill()
            server.start()
        elif loader_kills and share >= loader_kills[0]:
            loader_kills.pop(0)
            os.kill(loader.pid, signal.SIGKILL)
            loader.wait()
            return None
    return loader.returncode


def _accepted(output: Path) -> int:
    """Resources that the journal has as accepted."""
    found = 0
    for path in (output / "load").glob("*.journal"):
        for line in path.read_bytes().splitlines():
            try:
                found += json.loads(line).get("accepted", 0)
            except ValueError:
                continue  # being written
    return found


# --- a second server ------------------------------------------------------------------------------------------------------
def _second(run: Path) -> Iterator[Verdict]:
    output = _copy(run, "medplum")
    source = open_source(output)
    total = sum(source.counts.values())
    with medplum_server.Medplum() as server:
        found = _load(output, server.url, "--target", "medplum")
        counts = _counts(source, server.url)
        again = _load(output, server.url, "--target", "medplum")
        more = _counts(source, server.url)
    yield Verdict(
        f"{medplum_server.NAME}: rejected entries", found["rejected"] == again["rejected"] == 0 and found["created"] + found["present"] == total,
        f"{found['rejected']} of {total:,}", "target 0",
    )  # fmt: skip
    yield _same_counts(f"{medplum_server.NAME}: counts by type", source, counts)
    yield Verdict(
        f"{medplum_server.NAME}: a second load", more == counts, f"{sum(more.values()):,} resources", "the same counts"
    )


# --- asking ---------------------------------------------------------------------------------------------------------------
def _copy(run: Path, name: str) -> Path:
    """A copy of a run without the journals of loads before."""
    target = BUILD / "loads" / name
    shutil.rmtree(target, ignore_errors=True)
    return Path(shutil.copytree(run, target, ignore=shutil.ignore_patterns("load")))


def _command(command: str, output: Path, url: str, *more: str) -> list[str]:
    target = () if "--target" in more else ("--target", "hapi")
    return [
        sys.executable, "-m", "healthsynth", command, str(output), "--server", url, "--json",
        "--concurrency", str(HANDS), *target, *more,
    ]  # fmt: skip


def _loader(command: str, output: Path, url: str, *more: str) -> dict[str, Any]:
    done = subprocess.run(_command(command, output, url, *more), check=False, stdout=subprocess.PIPE)
    assert done.returncode in (0, 1), f"{command} ended with {done.returncode}"
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _load(output: Path, url: str, *more: str) -> dict[str, Any]:
    return _loader("load", output, url, *more)


def _get(url: str) -> dict[str, Any]:
    question = urllib.request.Request(url, headers={"Cache-Control": "no-cache", "Accept": "application/fhir+json"})
    with urllib.request.urlopen(question, timeout=600) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def _counts(source: Source, url: str) -> dict[str, int]:
    """Resources of every type on the server, with the tag or without."""
    return {kind: _get(f"{url}/{kind}?_summary=count")["total"] for kind in sorted(source.counts)}


def _history(url: str) -> int:
    """Versions of everything that the server has ever had."""
    return int(_get(f"{url}/_history?_summary=count")["total"])


def _same_counts(what: str, source: Source, counts: dict[str, int]) -> Verdict:
    wrong = [f"{kind}: {counts[kind]} for {number}" for kind, number in source.counts.items() if counts[kind] != number]
    figure = f"{len(wrong)} of {len(counts)} types differ; {sum(counts.values()):,} resources"
    return Verdict(what, not wrong and sum(counts.values()) > 0, figure, "equal to the manifest", tuple(wrong))


def _references(source: Source, url: str) -> Verdict:
    """Every reference of every resource, as the server gives them out."""
    there: set[str] = set()
    pointed: dict[str, str] = {}
    searches, urns = 0, 0
    for kind in sorted(source.counts):
        for resource in _all(f"{url}/{kind}?_count=500"):
            name = f"{kind}/{resource['id']}"
            there.add(name)
            urns += "urn:uuid:" in json.dumps(resource)
            for reference in _found(resource):
                searches += "?" in reference
                pointed.setdefault(reference, name)
    loose = sorted(f"{origin} -> {reference}" for reference, origin in pointed.items() if reference not in there)
    figure = f"{len(loose)} do not resolve, {searches} with ?, {urns} resources with urn:uuid, {len(pointed):,} targets"
    return Verdict(
        "references in stored data", not (loose or searches or urns) and bool(pointed), figure, "target 0", tuple(loose)
    )


def _all(url: str) -> Iterator[dict[str, Any]]:
    following: str | None = url
    while following:
        page = _get(following)
        yield from (entry["resource"] for entry in page.get("entry", ()))
        following = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)


def _found(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for part in value.values():
            yield from _found(part)
    elif isinstance(value, list):
        for part in value:
            yield from _found(part)


def _said(counts: Any) -> str:
    return ", ".join(f"{number} x {what}" for what, number in sorted(counts.items()))


if __name__ == "__main__":
    alone(check, __doc__)
