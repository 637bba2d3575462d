"""Who we say we are. Secrets come from the environment or a key file and are held in memory only.

None, a bearer token, a name with a password (RFC 7617), or SMART Backend Services: a JWT signed with the client's key is exchanged for
a token that lives for minutes (SMART App Launch 2.2, "Client Authentication: Asymmetric").
"""

import base64
import os
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from healthsynth.errors import HealthsynthError, UsageError

if TYPE_CHECKING:
    import httpx

KINDS = ("none", "bearer", "basic", "smart")
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LIFE = 240  # seconds of a signed assertion; SMART allows five minutes
_EARLY = 30  # seconds before the end of a token when a new one is asked for


class Auth(Protocol):
    """The value of the Authorization header, and whether a refusal can be cured by a new one."""

    def header(self) -> str | None:
        """None: no header."""

    def renew(self) -> bool:
        """After a 401: True if the next header will be a new one."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same header for every request."""

    value: str | None = field(default=None, repr=False)

    def header(self) -> str | None:
        return self.value

    def renew(self) -> bool:
        return False


def secret(variable: str, what: str) -> str:
    """A secret from the environment.

    Raises:
        UsageError: it is not there.
    """
    value = os.environ.get(variable, "").strip()
    if not value:
        raise UsageError(f"{what} is read from the environment variable {variable}, which is not set")
    if not value.isprintable() or not value.isascii():
        raise UsageError(f"the environment variable {variable} holds characters that {what} cannot have")
    return value


def bearer(variable: str) -> Fixed:
    """A token that somebody else has fetched."""
    return Fixed(f"Bearer {secret(variable, 'the token')}")


def basic(user: str, variable: str) -> Fixed:
    """A name and a password."""
    if not user or ":" in user:
        raise UsageError("--auth basic needs --user NAME, without a colon")
    pair = f"{user}:{secret(variable, 'the password')}"
    return Fixed(f"Basic {base64.b64encode(pair.encode()).decode()}")


class Smart:
    """SMART Backend Services: tokens from the server's token endpoint, renewed before they end. Safe to share by threads."""

    def __init__(self, http: "httpx.Client", token_url: str, client_id: str, key: "Key", scope: str):
        self._http, self._token_url, self._client_id, self._key, self._scope = http, token_url, client_id, key, scope
        self._lock = threading.Lock()
        self._token = ""
        self._ends = 0.0

    def header(self) -> str | None:
        with self._lock:
            if not self._token or time.monotonic() > self._ends:
                self._fetch()
            return f"Bearer {self._token}"

    def renew(self) -> bool:
        with self._lock:
            self._token = ""
        return True

    def _fetch(self) -> None:
        import httpx

        form = {
            "grant_type": "client_credentials",
            "scope": self._scope,
            "client_assertion_type": _ASSERTION,
            "client_assertion": self._key.assertion(self._client_id, self._token_url),
        }
        try:
            answer = self._http.post(self._token_url, data=form, headers={"Accept": "application/json"})
        except httpx.HTTPError as error:
            raise HealthsynthError(f"there is no token from {self._token_url}: {error}") from None
        found = _json(answer)
        token = found.get("access_token")
        if answer.status_code != 200 or not isinstance(token, str):
            reason = found.get("error_description") or found.get("error") or f"status {answer.status_code}"
            raise HealthsynthError(
                f"{self._token_url} gives no token to client '{self._client_id}': {str(reason)[:300]}"
            )
        seconds = found.get("expires_in", 300)
        self._token = token
        self._ends = time.monotonic() + max(float(seconds) - _EARLY, 1.0)


def _json(answer: "httpx.Response") -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


class Key:
    """The client's private key, from a PEM or JWK file: RSA signs with RS384, P-384 with ES384."""

    def __init__(self, path: Path, key_id: str | None):
        """Raises:
        UsageError: the file is not such a key, or PyJWT is not installed.
        """
        try:
            import jwt
            from cryptography.hazmat.primitives.asymmetric import ec, rsa
            from cryptography.hazmat.primitives.serialization import load_pem_private_key
        except ImportError:
            raise UsageError("--auth smart needs PyJWT with cryptography: pip install 'healthsynth[smart]'") from None
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UsageError(f"cannot read the key {path}: {error.strerror}") from None
        try:
            if content.lstrip().startswith(b"{"):
                found = jwt.PyJWK.from_json(content.decode())
                key, key_id = found.key, key_id or found.key_id
            else:
                key = load_pem_private_key(content, password=None)
        except (ValueError, TypeError, jwt.PyJWTError):
            raise UsageError(f"{path} is not a private key in PEM or JWK form without a password") from None
        if isinstance(key, rsa.RSAPrivateKey):
            self.algorithm = "RS384"
        elif isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == "secp384r1":
            self.algorithm = "ES384"
        else:
            raise UsageError(f"{path} must be a private RSA key (RS384) or one of curve P-384 (ES384)")
        self._key, self._id = key, key_id

    def assertion(self, client_id: str, audience: str) -> str:
        """A signed statement of who asks; every one is new."""
        import jwt

        claims = {
            "iss": client_id, "sub": client_id, "aud": audience, "exp": int(time.time()) + _LIFE, "jti": str(uuid.uuid4()),
        }  # fmt: skip
        headers = {"kid": self._id} if self._id else None
        return jwt.encode(claims, self._key, algorithm=self.algorithm, headers=headers)


def token_endpoint(http: "httpx.Client", server: str) -> str:
    """Where the server says that tokens are to be had (.well-known/smart-configuration).

    Raises:
        HealthsynthError: it does not say.
    """
    import httpx

    where = f"{server}/.well-known/smart-configuration"
    try:
        found = _json(http.get(where, headers={"Accept": "application/json"}))
    except httpx.HTTPError as error:
        raise HealthsynthError(f"cannot read {where}: {error}") from None
    url = found.get("token_endpoint")
    if not isinstance(url, str):
        raise HealthsynthError(f"{where} names no token endpoint: give --token-url")
    return url
