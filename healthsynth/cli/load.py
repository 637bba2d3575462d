"""`healthsynth load OUTPUT --server URL` and `healthsynth unload`: a finished run into a FHIR server, and out again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from healthsynth.errors import EXIT_DONE, EXIT_PROBLEMS, UsageError

if TYPE_CHECKING:
    from healthsynth.load.loading import Cut, Summary
    from healthsynth.load.server import Server
    from healthsynth.load.source import Source
    from healthsynth.load.verifying import Count

_SHOWN = 5  # rejected or kept resources that are shown

Output = Annotated[
    Path, typer.Argument(help="The output folder of a finished run, with its manifest.", metavar="OUTPUT")
]
Url = Annotated[str, typer.Option("--server", help="Base address of the server.", metavar="URL")]
TargetName = Annotated[
    str,
    typer.Option(
        "--target", metavar="NAME",
        help="Limits of a kind of server: generic, hapi, medplum, azure, google, healthlake, fhirworks or aidbox.",
    ),
]  # fmt: skip
MaxEntries = Annotated[int | None, typer.Option(help="Most entries of a transaction.", metavar="N", min=1)]
MaxBytes = Annotated[int | None, typer.Option(help="Most bytes of a transaction.", metavar="N", min=1)]
Concurrency = Annotated[int | None, typer.Option(help="Patients sent at a time.", metavar="N", min=1, max=64)]
BundleKind = Annotated[str, typer.Option("--bundle", help="transaction, or batch for servers without.", metavar="KIND")]
From = Annotated[str | None, typer.Option("--from", help="fhir (bundles) or ndjson.", metavar="FORMAT")]
Tag = Annotated[str | None, typer.Option(help="Code of the tag that marks what was loaded.", metavar="CODE")]
AuthKind = Annotated[str, typer.Option("--auth", help="none, bearer, basic or smart.", metavar="KIND")]
TokenEnv = Annotated[str, typer.Option(help="bearer: the variable that holds the token.", metavar="NAME")]
User = Annotated[str, typer.Option(help="basic: the user.", metavar="NAME")]
PasswordEnv = Annotated[str, typer.Option(help="basic: the variable that holds the password.", metavar="NAME")]
ClientId = Annotated[str, typer.Option(help="smart: the client that is registered.", metavar="ID")]
KeyFile = Annotated[Path | None, typer.Option("--key", help="smart: its private key, PEM or JWK.", metavar="FILE")]
KeyId = Annotated[str | None, typer.Option(help="smart: the kid of the key.", metavar="ID")]
TokenUrl = Annotated[str | None, typer.Option(help="smart: the token endpoint, if not discovered.", metavar="URL")]
Scope = Annotated[str, typer.Option(help="smart: the scope asked for.", metavar="SCOPE")]
Ca = Annotated[Path | None, typer.Option(help="Certificates to trust, PEM.", metavar="FILE")]
Insecure = Annotated[bool, typer.Option("--insecure", help="Do not verify the certificate of the server.")]
Timeout = Annotated[float, typer.Option(help="Seconds to wait for one answer.", metavar="S", min=1)]
Patience = Annotated[float, typer.Option(help="Seconds to try one request again.", metavar="S", min=0)]
JournalFile = Annotated[Path | None, typer.Option("--journal", help="Where to note what was accepted.", metavar="FILE")]
Verify = Annotated[bool, typer.Option("--verify", help="Then count every type on the server and compare.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress bar, no summary.")]
AsJson = Annotated[bool, typer.Option("--json", help="A machine-readable summary on stdout.")]


def load(
    output: Output, server: Url, target: TargetName = "generic", verify: Verify = False,
    max_entries: MaxEntries = None, max_bytes: MaxBytes = None, concurrency: Concurrency = None,
    bundle: BundleKind = "transaction", from_: From = None, tag: Tag = None,
    auth: AuthKind = "none", token_env: TokenEnv = "HEALTHSYNTH_TOKEN", user: User = "",
    password_env: PasswordEnv = "HEALTHSYNTH_PASSWORD", client_id: ClientId = "", key: KeyFile = None,
    key_id: KeyId = None, token_url: TokenUrl = None, scope: Scope = "system/*.*", ca: Ca = None,
    insecure: Insecure = False, timeout: Timeout = 300.0, patience: Patience = 300.0, journal: JournalFile = None,
    quiet: Quiet = False, json: AsJson = False,
) -> None:  # fmt: skip
    """Load a finished run into a FHIR server. Repeating it changes nothing; after a kill it goes on where it was.

    Exit code 1 if the server rejected a resource or counts differ.
    """
    from healthsynth.load.journal import LoadJournal, path
    from healthsynth.load.loading import Load
    from healthsynth.load.source import open_source
    from healthsynth.load.verifying import verify as counted
    from healthsynth.run.progress import progress

    cut = _cut(target, max_entries, max_bytes, concurrency, bundle)
    source = open_source(output, from_, _tag(tag))
    with _server(locals(), cut) as there:
        there.check(cut.kind)
        where = journal or path(output, there.url)
        header = {
            "load": 1, "server": there.url, "run": source.print, "format": source.format, "tag": source.tag,
            "max_entries": cut.max_entries, "max_bytes": cut.max_bytes, "bundle": cut.kind,
        }  # fmt: skip
        log = LoadJournal(where, header)
        try:
            summary = Load(source, there, cut, log, progress(quiet or json, "loading", "resources")).go()
        finally:
            log.close()
        counts = counted(source, there) if verify else []
    differ = [count for count in counts if count.manifest != count.server]
    if json:
        _tell_json(summary, source, counts)
    elif not quiet:
        typer.echo("\n".join(_text(summary, source, there.url, log.rejects, counts)))
    raise typer.Exit(EXIT_PROBLEMS if summary.rejected or differ else EXIT_DONE)


def unload(
    output: Output, server: Url, target: TargetName = "generic",
    max_entries: MaxEntries = None, max_bytes: MaxBytes = None, concurrency: Concurrency = None,
    bundle: BundleKind = "transaction", from_: From = None, tag: Tag = None,
    auth: AuthKind = "none", token_env: TokenEnv = "HEALTHSYNTH_TOKEN", user: User = "",
    password_env: PasswordEnv = "HEALTHSYNTH_PASSWORD", client_id: ClientId = "", key: KeyFile = None,
    key_id: KeyId = None, token_url: TokenUrl = None, scope: Scope = "system/*.*", ca: Ca = None,
    insecure: Insecure = False, timeout: Timeout = 300.0, patience: Patience = 300.0,
    quiet: Quiet = False, json: AsJson = False,
) -> None:  # fmt: skip
    """Delete from a FHIR server what a load has put there: what carries its tag. Nothing else is touched."""
    from healthsynth.load.source import open_source
    from healthsynth.load.unloading import Unload
    from healthsynth.run.progress import progress

    cut = _cut(target, max_entries, max_bytes, concurrency, bundle)
    source = open_source(output, from_, _tag(tag))
    with _server(locals(), cut) as there:
        there.check(cut.kind)
        removed = Unload(source, there, cut, progress(quiet or json, "unloading", "resources")).go()
    if json:
        import orjson

        typer.echo(orjson.dumps({"deleted": removed.deleted, "kept": dict(removed.kept)}).decode())
    elif not quiet:
        typer.echo(f"{removed.deleted:,} resources deleted from {there.url}, {len(removed.kept):,} kept by it")
        for name, why in removed.kept[:_SHOWN]:
            typer.echo(f"  {name}: {why}")
    raise typer.Exit(EXIT_PROBLEMS if removed.kept else EXIT_DONE)


def _cut(target: str, max_entries: int | None, max_bytes: int | None, concurrency: int | None, kind: str) -> "Cut":
    from healthsynth.load.bundles import KINDS
    from healthsynth.load.loading import Cut
    from healthsynth.load.targets import target as preset

    if kind not in KINDS:
        raise UsageError(f"--bundle: {' or '.join(KINDS)}, not '{kind}'")
    limits = preset(target)
    return Cut(
        max_entries or limits.max_entries, max_bytes or limits.max_bytes, concurrency or limits.concurrency, kind
    )


def _tag(code: str | None) -> str | None:
    import re

    if code is not None and not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", code):
        raise UsageError("--tag: 1 to 64 letters, digits, dots, dashes and underscores")
    return code


@contextmanager
def _server(given: dict[str, Any], cut: "Cut") -> Iterator["Server"]:
    """A connection as it was asked for, closed afterwards."""
    from healthsynth.load import server

    connection = server.Connection(
        server.address(given["server"]), given["timeout"], given["patience"], given["ca"], not given["insecure"]
    )
    if given["insecure"]:
        typer.echo("healthsynth: the certificate of the server is not verified (--insecure)", err=True)
    with server.client(connection, cut.concurrency + 1) as http:
        yield server.Server(connection, http, _auth(given, http, connection.url))


def _auth(given: dict[str, Any], http: Any, url: str) -> Any:
    from healthsynth.load import auth

    kind = given["auth"]
    if kind == "none":
        return auth.Fixed()
    if kind == "bearer":
        return auth.bearer(given["token_env"])
    if kind == "basic":
        return auth.basic(given["user"], given["password_env"])
    if kind != "smart":
        raise UsageError(f"--auth: {', '.join(auth.KINDS)}, not '{kind}'")
    if not given["client_id"] or given["key"] is None:
        raise UsageError("--auth smart needs --client-id and --key")
    key = auth.Key(given["key"], given["key_id"])
    return auth.Smart(
        http, given["token_url"] or auth.token_endpoint(http, url), given["client_id"], key, given["scope"]
    )


def _text(summary: "Summary", source: "Source", url: str, rejects: Path, counts: list["Count"]) -> Iterator[str]:
    sent = summary.created + summary.present
    rate = sent / summary.seconds if summary.seconds else 0.0
    if summary.restarted:
        yield "the server no longer had what an earlier load put there: everything was sent again"
    before = f", {summary.before:,} sent before the load was interrupted" if summary.resumed else ""
    yield f"{sent:,} resources accepted by {url}: {summary.created:,} new, {summary.present:,} there already{before}"
    yield (
        f"{summary.transactions:,} transactions in {summary.seconds:.1f} s: {rate:,.0f} resources a second; "
        f"{summary.retries:,} requests sent again; tag {source.tag}"
    )
    if summary.rejected:
        yield f"{summary.rejected:,} resources rejected; each with the server's words: {rejects}"
        yield from _examples(rejects)
    if counts:
        differ = [count for count in counts if count.manifest != count.server]
        yield f"verified: {len(counts) - len(differ)} of {len(counts)} types have as many resources as the manifest"
        yield from (
            f"  {count.kind}: {count.server:,} on the server, {count.manifest:,} in the manifest" for count in differ
        )


def _examples(rejects: Path) -> Iterator[str]:
    import orjson

    with rejects.open("rb") as file:
        for _, line in zip(range(_SHOWN), file, strict=False):
            one = orjson.loads(line)
            yield f"  {one['resource']} ({one['status']}): {one['outcome'][:200]}"


def _tell_json(summary: "Summary", source: "Source", counts: list["Count"]) -> None:
    import dataclasses

    import orjson

    found = dataclasses.asdict(summary) | {"tag": source.tag}
    if counts:
        found["counts"] = {count.kind: {"manifest": count.manifest, "server": count.server} for count in counts}
    typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
