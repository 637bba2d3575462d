"""Wrong addresses, servers and folders: one sentence each, exit code 2 or 4, and nothing sent."""

import datetime
import gzip
import hashlib
import json
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.load.conftest import write


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("localhost:8080/fhir", "is not the address of a server"),
        ("ftp://localhost/fhir", "is not the address of a server"),
        ("http://", "is not the address of a server"),
        ("http://localhost:99999/fhir", "is not the address of a server"),
        ("http://localhost/fhir?x=1", "more than the base address"),
        ("http://me:secret@localhost/fhir", "no name or password in the address"),
    ],
)
def test_a_wrong_address_is_said_and_no_secret_in_it_is_repeated(url, words, output, cli):
    code, out, err = cli("load", output, "--server", url)
    assert (code, out) == (2, "")
    assert words in err
    assert len(err.splitlines()) == 1
    assert "secret" not in err


def test_no_server_is_said_at_once(output, cli):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/fhir"
    code, _, err = cli("load", output, "--server", url)
    assert code == 4
    assert f"there is no server at {url}: the connection is refused" in err
    assert not (output / "load").exists()


def test_an_unknown_name_is_said(output, cli):
    code, _, err = cli("load", output, "--server", "http://no-such-host.invalid/fhir")
    assert code == 4
    assert "there is no server at http://no-such-host.invalid/fhir" in err


@pytest.mark.parametrize(
    ("status", "words"), [(401, "wants to know who we are (401)"), (403, "does not let us (403)"), (301, "sends us on")]
)
def test_a_server_that_refuses_is_said(status, words, output, server, cli):
    server.authorization = lambda _: status
    code, _, err = cli("load", output, "--server", server.url)
    assert code == 4
    assert words in err
    assert len(err.splitlines()) == 1
    assert not server.posts
    assert not (output / "load").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"metadata_status": 404}, "is not a FHIR server: its /metadata is no CapabilityStatement (status 404)"),
        ({"version": "4.3.0"}, "speaks FHIR 4.3.0; this data is FHIR 4.0.1 (R4)"),
        ({"version": "5.0.0"}, "speaks FHIR 5.0.0"),
        ({"version": ""}, "speaks FHIR of no stated version"),
        ({"interactions": ["batch"]}, "takes no bundles of type transaction: try --bundle batch"),
    ],
)
def test_a_server_of_another_kind_is_said(change, words, output, server, cli):
    for name, value in change.items():
        setattr(server, name, value)
    code, _, err = cli("load", output, "--server", server.url)
    assert code == 2
    assert words in err
    assert not server.posts


def test_a_web_page_is_no_fhir_server(output, server, cli):
    server.answer = lambda *_: (200, b"<html>hello</html>")
    code, _, err = cli("load", output, "--server", server.url)
    assert code == 2
    assert "is not a FHIR server" in err


def test_a_server_that_turns_into_something_else_ends_the_load(output, server, cli):
    server.transaction = lambda _: (200, b"<html>maintenance</html>")
    code, _, err = cli("load", output, "--server", server.url)
    assert code == 4
    assert "answers to a bundle with something else" in err


def no_manifest(folder):
    (folder / "manifest.json").unlink()


def damaged_manifest(folder):
    (folder / "manifest.json").write_text("{")


def changed_file(folder):
    file = folder / "fhir/p1.json"
    file.write_bytes(file.read_bytes().replace(b"p1", b"p9"))


def lost_file(folder):
    (folder / "fhir/p1.json").unlink()


def only_csv(folder):
    found = json.loads((folder / "manifest.json").read_text())
    found["counts"]["by_format"] = {"csv": {}}
    (folder / "manifest.json").write_text(json.dumps(found))


@pytest.mark.parametrize(
    ("harm", "words", "expected"),
    [
        (no_manifest, "has no manifest.json", 2),
        (damaged_manifest, "is damaged", 4),
        (changed_file, "p1.json is not what the manifest says it is", 2),
        (lost_file, "p1.json is in the manifest and not on the disk", 2),
        (only_csv, "has no FHIR to load: it was written as csv", 2),
    ],
)
def test_a_folder_that_is_not_as_it_was_written_is_not_loaded(harm, words, expected, output, server, cli):
    harm(output)
    code, _, err = cli("load", output, "--server", server.url)
    assert code == expected
    assert words in err
    assert not server.posts
    assert not (output / "load").exists()


def test_no_folder_is_said(server, cli, tmp_path):
    code, _, err = cli("load", tmp_path / "nowhere", "--server", server.url)
    assert code == 2
    assert "there is no folder" in err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--target", "hapy"], "there is no target 'hapy' did you mean 'hapi'?"),
        (["--bundle", "collection"], "--bundle: transaction or batch"),
        (["--auth", "magic"], "--auth: none, bearer, basic, smart"),
        (["--auth", "bearer"], "HEALTHSYNTH_TOKEN, which is not set"),
        (["--auth", "basic"], "--user"),
        (["--auth", "basic", "--user", "me"], "HEALTHSYNTH_PASSWORD, which is not set"),
        (["--auth", "smart"], "needs --client-id and --key"),
        (["--auth", "smart", "--client-id", "me", "--key", "nowhere.pem"], "cannot read the key nowhere.pem"),
        (["--from", "ndjson"], "has no FHIR to load as ndjson: it was written as fhir"),
        (["--from", "xml"], "has no FHIR to load as xml"),
        (["--tag", "two words"], "--tag"),
        (["--max-entries", "0"], "--max-entries"),
        (["--ca", "nowhere.pem"], "cannot use the certificates of nowhere.pem"),
    ],
)
def test_wrong_options_are_said(options, words, output, server, cli, monkeypatch):
    for name in ("HEALTHSYNTH_TOKEN", "HEALTHSYNTH_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    code, _, err = cli("load", output, "--server", server.url, *options)
    assert code == 2
    assert words in err
    assert not server.posts


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda packed: packed[:-9], "ends within a line"),
        (lambda packed: packed + b"more", "cannot be unpacked"),
        (lambda packed: gzip.compress(b'{"resourceType":"Pat') + packed, "ends within a line"),
    ],
)
def test_packed_ndjson_that_is_damaged_is_refused(damage, words, tmp_path, server, cli):
    output = write(tmp_path / "out", "ndjson", packed=True)
    told = json.loads((output / "manifest.json").read_text())
    content = damage((output / "ndjson/Patient.ndjson.gz").read_bytes())
    (output / "ndjson/Patient.ndjson.gz").write_bytes(content)
    for file in told["files"]:
        if file["path"] == "ndjson/Patient.ndjson.gz":
            file |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (output / "manifest.json").write_text(json.dumps(told))
    code, _, err = cli("load", output, "--server", server.url)
    assert code == 2
    assert words in err
    assert not server.posts


def test_a_journal_that_cannot_be_written_stops_before_anything_is_sent(output, server, cli, tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = cli("load", output, "--server", server.url, "--journal", tmp_path / "file" / "journal")
    assert code == 4
    assert "cannot write" in err
    assert not server.posts


@pytest.fixture
def tls(tmp_path):
    """A server with a certificate that nobody has signed; its address, and the certificate."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = tmp_path / "certificate.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    keys = tmp_path / "key.pem"
    form = serialization.PrivateFormat.PKCS8
    keys.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(418)
            self.end_headers()

        def log_message(self, *_): ...

    class Quiet(HTTPServer):
        def handle_error(self, *_): ...  # clients that go away are what is tested

    http = Quiet(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, keys)
    http.socket = context.wrap_socket(http.socket, server_side=True)
    threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
    yield f"https://localhost:{http.server_address[1]}/fhir", file
    http.shutdown()
    http.server_close()


@pytest.mark.parametrize(
    ("more", "expected", "words"),
    [
        ((), 4, "cannot be trusted"),
        (("--ca", "THE FILE"), 2, "is not a FHIR server"),
        (("--insecure",), 2, "not verified"),
    ],
)
def test_certificates_are_verified_unless_told_otherwise(more, expected, words, tls, output, cli):
    url, file = tls
    code, _, err = cli("load", output, "--server", url, *(str(file) if word == "THE FILE" else word for word in more))
    assert code == expected
    assert words in err


def test_plain_http_where_tls_is_expected_is_said(output, server, cli):
    code, _, err = cli("load", output, "--server", server.url.replace("http:", "https:"))
    assert code == 4
    assert "TLS" in err
