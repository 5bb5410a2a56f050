"""Talking to a signing service: JSON-RPC over HTTP, with TLS, a client certificate or a token.

The connection is kept alive and shared by threads (urllib3).  Proxies and password files of the environment
are not used, redirects not followed.  Whatever the service does comes out as `SignerUnavailable`, which names
host and port and neither path nor credentials.
"""

import itertools
import re
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import urllib3
from urllib3.exceptions import HTTPError, ProtocolError, SSLError, TimeoutError  # noqa: A004 - of HTTP

from ledger.chain.profile import is_loopback
from ledger.chain.signers import warn_if_others_read
from ledger.errors import Refused, SignerUnavailable
from ledger.facts import Address

TIMEOUT = 10.0
"""Seconds that a signing service has for an answer; a hardware module takes its time."""
_MOST_BYTES = 1 << 20
"""A longer answer is none: a transaction of ours has some hundred bytes, the deployment 30 kB."""
_PIECE = 1 << 16
_MOST_TEXT = 200
"""Characters of a foreign message that are passed on."""
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""What may stand behind `Bearer` (RFC 6750 section 2.1)."""
_LOCKED = ("unlock", "locked account", "unknown account", "account not found")
"""What signers say of an account they cannot sign for; Web3Signer: No unlocked account matches the Sender."""
_OK, _UNAUTHENTICATED, _FORBIDDEN = 200, 401, 403


@dataclass(eq=False)
class SignerSettingsInvalid(Refused):
    """A setting of the signing service cannot be used."""

    setting: str
    """Name of the setting, such as `signer-ca`."""
    message: str

    def __str__(self) -> str:
        return f"{self.setting}: {self.message}"


@dataclass(frozen=True, slots=True)
class SigningService:
    """Where a signing service is, and how it knows us and we it."""

    url: str
    """`https://host:port`; `http://` only on this machine."""
    accounts: tuple[str, ...] = ()
    """The accounts to sign with; without any, all that it has."""
    ca: Path | None = None
    """Certificates (PEM) that its own must come from; without it those of the system."""
    certificate: Path | None = None
    """Our certificate (PEM), for services that ask for one."""
    key: Path | None = None
    """The private key (PEM, not encrypted) of our certificate, where it is not in the same file."""
    token_file: Path | None = None
    """File with a token that is sent as `Authorization: Bearer`."""
    timeout: float = TIMEOUT
    """Seconds for one answer."""


class Line:
    """The line to one signing service; threads may share it."""

    def __init__(self, service: SigningService) -> None:
        """Prepare it; nothing is sent.  Raises `SignerSettingsInvalid`."""
        parts = _checked(service)
        self.name = f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
        """Host and port."""
        self._url, self._timeout = service.url, service.timeout
        self._headers = {"Content-Type": "application/json", "Accept": "application/json", **_token(service)}
        self._numbers = itertools.count(1)
        self._pool = urllib3.PoolManager(
            retries=False,
            timeout=urllib3.Timeout(total=service.timeout),
            ssl_context=_tls(service) if parts.scheme == "https" else None,
        )

    def ask(self, method: str, params: Sequence[object], account: Address | None = None) -> Any:  # noqa: ANN401 - JSON
        """Return the result of a method; raises `SignerUnavailable`, also for every error it answers with."""
        number = next(self._numbers)
        asked = {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}
        status, body = self._post(orjson.dumps(asked))
        try:
            answer = orjson.loads(body)
        except ValueError:
            answer = None
        if isinstance(answer, dict) and answer.get("error") is not None:
            raise SignerUnavailable(self.name, _said(answer["error"], account))
        if status in {_UNAUTHENTICATED, _FORBIDDEN}:
            raise SignerUnavailable(
                self.name, f"does not let us in (HTTP {status}); see its token, certificate and host list"
            )
        if status != _OK:
            raise SignerUnavailable(self.name, f"answered HTTP {status}")
        if not isinstance(answer, dict) or "result" not in answer or answer.get("id") != number:
            raise SignerUnavailable(self.name, "answered something else than JSON-RPC")
        return answer["result"]

    def _post(self, body: bytes) -> tuple[int, bytes]:
        try:
            try:
                return self._posted(body)
            except ProtocolError:  # a kept connection that was closed meanwhile; signing twice does no harm
                return self._posted(body)
        except SSLError as problem:
            raise SignerUnavailable(self.name, "cannot be trusted, or does not trust us (TLS)") from problem
        except TimeoutError as problem:
            raise SignerUnavailable(self.name, f"did not answer within {self._timeout:g} s") from problem
        except (HTTPError, OSError) as problem:
            raise SignerUnavailable(self.name, f"did not answer ({type(problem).__name__})") from problem

    def _posted(self, body: bytes) -> tuple[int, bytes]:
        """Send a body once and return status and answer; reads no more and no longer than allowed."""
        deadline = time.monotonic() + self._timeout
        response = self._pool.request(
            "POST", self._url, body=body, headers=self._headers, redirect=False, preload_content=False
        )
        pieces, length = [], 0
        for piece in response.stream(_PIECE, decode_content=True):
            pieces.append(piece)
            length += len(piece)
            if length > _MOST_BYTES or time.monotonic() > deadline:
                response.close()
                raise SignerUnavailable(self.name, "sends an answer that does not end")
        response.release_conn()
        return response.status, b"".join(pieces)


def _said(error: object, account: Address | None) -> str:
    """Return a JSON-RPC error in short: one line of what the service said, with its code."""
    fields = error if isinstance(error, dict) else {}
    text = "".join(letter if letter.isprintable() else " " for letter in str(fields.get("message", "")))
    if account and any(word in text.lower() for word in _LOCKED):
        return f"holds no unlocked key for {account}; load or unlock it there"
    code = fields.get("code")
    return f"refused: {text[:_MOST_TEXT] or 'no reason given'}" + (
        f" ({code})" if isinstance(code, int) else ""
    )


def _checked(service: SigningService) -> Any:  # noqa: ANN401 - urllib names the type differently by version
    """Return the parts of the service's address, or say what is wrong with it."""
    try:
        parts = urlsplit(service.url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SignerSettingsInvalid("signer", "must be an https:// address, or http:// on this machine")
    if parts.username is not None or parts.password is not None:
        raise SignerSettingsInvalid(
            "signer", "must not contain a password; put a token into signer-token-file"
        )
    if parts.scheme == "http" and not is_loopback(service.url):
        raise SignerSettingsInvalid(
            "signer",
            "plain http:// is taken on this machine only, for what is signed could be changed on the way; "
            "give the signing service a certificate, use https:// and name its CA in signer-ca",
        )
    if service.key and not service.certificate:
        raise SignerSettingsInvalid("signer-key", "name the certificate it belongs to in signer-certificate")
    if service.timeout <= 0:
        raise SignerSettingsInvalid("signer-timeout", "must be more than 0 seconds")
    return parts


def _tls(service: SigningService) -> ssl.SSLContext:
    """Make the TLS settings: TLS 1.2 or later, host name checked, and our certificate where there is one."""
    try:
        context = ssl.create_default_context(cafile=service.ca)
    except (OSError, ValueError) as problem:
        raise SignerSettingsInvalid(
            "signer-ca", f"no certificates in PEM ({type(problem).__name__})"
        ) from problem
    if service.certificate:
        warn_if_others_read(service.key or service.certificate, "the signing service's client key")
        try:
            # An empty password, so that an encrypted key is refused and not asked about on a terminal.
            context.load_cert_chain(service.certificate, service.key, password="")
        except (OSError, ValueError) as problem:
            raise SignerSettingsInvalid(
                "signer-certificate",
                f"must be a certificate with its unencrypted private key, in PEM ({type(problem).__name__})",
            ) from problem
    return context


def _token(service: SigningService) -> dict[str, str]:
    """Return the header with the token, where there is one."""
    if service.token_file is None:
        return {}
    try:
        token = service.token_file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise SignerSettingsInvalid(
            "signer-token-file", f"cannot be read ({type(problem).__name__})"
        ) from problem
    if not _TOKEN.fullmatch(token):
        raise SignerSettingsInvalid("signer-token-file", "must hold one token (RFC 6750) and nothing else")
    warn_if_others_read(service.token_file, "the signing service's token")
    return {"Authorization": f"Bearer {token}"}
