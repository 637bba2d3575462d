"""Who we say we are: headers that arrive, tokens that are renewed, secrets that appear nowhere."""

import base64

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.load.conftest import TOTAL


def said(server):
    return {header.get("authorization") for header in server.headers}


def nowhere(secret, output, *texts):
    assert all(secret not in text for text in texts)
    assert all(secret.encode() not in path.read_bytes() for path in output.rglob("*") if path.is_file())


def test_without_authentication_there_is_no_header(output, server, cli):
    cli("load", output, "--server", server.url)
    assert said(server) == {None}


def test_a_bearer_token_comes_from_the_environment_and_goes_only_into_the_header(output, server, cli, monkeypatch):
    monkeypatch.setenv("MY_TOKEN", "geheim-123")
    server.authorization = lambda value: 0 if value == "Bearer geheim-123" else 401
    code, out, err = cli(
        "load", output, "--server", server.url, "--auth", "bearer", "--token-env", "MY_TOKEN", "--verify"
    )
    assert code == 0
    nowhere("geheim-123", output, out, err)


def test_a_refused_token_is_not_repeated(output, server, cli, monkeypatch):
    monkeypatch.setenv("HEALTHSYNTH_TOKEN", "geheim-123")
    server.authorization = lambda _: 401
    code, out, err = cli("--debug", "load", output, "--server", server.url, "--auth", "bearer")
    assert code == 4
    nowhere("geheim-123", output, out, err)


def test_a_name_and_a_password(output, server, cli, monkeypatch):
    monkeypatch.setenv("HEALTHSYNTH_PASSWORD", "geheim:123")
    expected = f"Basic {base64.b64encode(b'me:geheim:123').decode()}"
    code, out, err = cli("load", output, "--server", server.url, "--auth", "basic", "--user", "me")
    assert code == 0
    assert said(server) == {expected}
    nowhere("geheim:123", output, out, err)
    nowhere(expected, output, out, err)


def key_file(tmp_path, key, jwk=None):
    path = tmp_path / "key"
    if jwk:
        import json

        path.write_text(json.dumps(jwk.to_jwk(key, as_dict=True) | {"kid": "k1"}))
    else:
        form = serialization.PrivateFormat.PKCS8
        path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return path


@pytest.fixture(scope="module")
def keys():
    return {"RS384": rsa.generate_private_key(65537, 2048), "ES384": ec.generate_private_key(ec.SECP384R1())}


@pytest.mark.parametrize("algorithm", ["RS384", "ES384"])
@pytest.mark.parametrize("form", ["PEM", "JWK"])
def test_smart_backend_services_sign_and_renew(algorithm, form, keys, tmp_path, output, server, cli):
    key = keys[algorithm]
    maker = jwt.algorithms.RSAAlgorithm if algorithm == "RS384" else jwt.algorithms.ECAlgorithm
    path = key_file(tmp_path, key, maker if form == "JWK" else None)
    server.tokens_live = 1  # seconds: every token is used up soon, and the first is revoked
    server.authorization = lambda value: 0 if value.startswith("Bearer token-") and value != "Bearer token-1" else 401
    code, out, err = cli(
        "load", output, "--server", server.url, "--auth", "smart", "--client-id", "me", "--key", path, "--key-id", "k1",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert f"{TOTAL} new" in out
    form_sent = server.tokens[0]
    assert form_sent["grant_type"] == ["client_credentials"]
    assert form_sent["client_assertion_type"] == ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"]
    assertion = form_sent["client_assertion"][0]
    assert jwt.get_unverified_header(assertion) == {"alg": algorithm, "kid": "k1", "typ": "JWT"}
    claims = jwt.decode(assertion, key.public_key(), algorithms=[algorithm], audience=f"{server.url}/token")
    assert (claims["iss"], claims["sub"]) == ("me", "me")
    assert len(
        {jwt.decode(sent["client_assertion"][0], options={"verify_signature": False})["jti"] for sent in server.tokens}
    ) == len(server.tokens)
    assert len(server.tokens) >= 2
    nowhere("token-2", output, out, err)


@pytest.mark.parametrize(
    "key", [ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())], ids=["Ed25519", "P-256"]
)
def test_other_keys_are_not_taken(key, tmp_path, output, server, cli):
    code, _, err = cli(
        "load", output, "--server", server.url, "--auth", "smart", "--client-id", "me", "--key", key_file(tmp_path, key)
    )
    assert code == 2
    assert "RSA key (RS384) or one of curve P-384 (ES384)" in err


def test_a_file_that_is_no_key_is_not_shown(tmp_path, output, server, cli):
    path = tmp_path / "key"
    path.write_text("geheim-123")
    code, _, err = cli("load", output, "--server", server.url, "--auth", "smart", "--client-id", "me", "--key", path)
    assert code == 2
    assert "is not a private key" in err
    assert "geheim" not in err


def test_a_token_endpoint_that_refuses_is_said(keys, tmp_path, output, server, cli):
    path = key_file(tmp_path, keys["ES384"])
    original = server.answer
    server.answer = lambda method, path, *rest: (
        (400, {"error": "invalid_client", "error_description": "unknown client"})
        if path == "/token"
        else original(method, path, *rest)
    )
    code, _, err = cli("load", output, "--server", server.url, "--auth", "smart", "--client-id", "me", "--key", path)
    assert code == 4
    assert "gives no token to client 'me': unknown client" in err
    assert not server.posts
