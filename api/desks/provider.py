"""The identity provider: logging in with OpenID Connect, by the authorization code flow with PKCE.

Authlib speaks OAuth, joserfc checks the ID token.  What the provider says of itself (OpenID Connect
Discovery) and its keys are kept for an hour, or until a token names another key.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from authlib.integrations.requests_client import OAuth2Session, OAuthError
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ValidationError
from requests import RequestException

from api.errors import RETRY_SECONDS, ApiError, retry_after
from ledger.archive import Login
from ledger.chain.profile import is_loopback

ALGORITHMS: Final = ("RS256", "PS256", "ES256")
"""Signatures of ID tokens that are believed; none with a shared secret, and never `none`."""
_KEPT: Final = timedelta(hours=1)
_TIMEOUT: Final = 10
"""Seconds the provider has for one answer."""
_LEEWAY: Final = 60
"""Seconds by which its clock may differ from ours."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Client:
    """What this service is to the provider."""

    issuer: str
    id: str
    secret: str
    ca: Path | None = None
    """Certificates (PEM) that the provider's own must come from; else those of the system."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, as the provider says."""

    issuer: str
    subject: str
    name: str


class _Metadata(BaseModel):
    """What a provider says of itself; fields we do not use are ignored (OpenID Connect Discovery, 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]


@dataclass(frozen=True, slots=True)
class _Kept:
    metadata: _Metadata
    keys: KeySet
    at: datetime


class Provider:
    """The identity provider of this service."""

    def __init__(self, client: Client) -> None:
        """Keep what we are there; nothing is asked yet."""
        self.client = client
        self._lock = threading.Lock()
        self._kept: _Kept | None = None

    def address(self, login: Login, back_to: str, *, now: datetime) -> str:
        """Return the address at which a person logs in; raises `ApiError` when the provider is silent."""
        metadata = self._known(now).metadata
        with self._session(metadata, back_to) as session:
            url, _ = session.create_authorization_url(
                metadata.authorization_endpoint,
                state=login.state,
                nonce=login.nonce,
                code_verifier=login.verifier,
            )
        return str(url)

    def identity(self, login: Login, code: str, back_to: str, *, now: datetime) -> Identity:
        """Return who logged in, for a code; raises `ApiError` when that is not proven."""
        metadata = self._known(now).metadata
        with self._session(metadata, back_to) as session:
            answer = _asked(
                lambda: session.fetch_token(
                    metadata.token_endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=login.verifier,
                    allow_redirects=False,
                )
            )
        claims = self._claims(answer.get("id_token"), login, now)
        return Identity(self.client.issuer, claims["sub"], str(claims.get("name", "")))

    def _claims(self, token: object, login: Login, now: datetime) -> Mapping[str, Any]:
        """Return what an ID token says, after the checks of OpenID Connect Core, 3.1.3.7."""
        wanted = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=_LEEWAY,
            iss={"essential": True, "value": self.client.issuer},
            aud={"essential": True, "value": self.client.id},
            azp={"value": self.client.id},
            nonce={"essential": True, "value": login.nonce},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            claims = self._signed(str(token), now)
            wanted.validate(claims)
        except (JoseError, ValueError):
            raise ApiError("identity-not-proven") from None
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if several and "azp" not in claims:
            raise ApiError("identity-not-proven")
        return claims

    def _signed(self, token: str, now: datetime) -> dict[str, Any]:
        """Return the claims of a token that one of the provider's keys signed, asking for new keys once."""
        with suppress(InvalidKeyIdError):
            return jwt.decode(token, self._known(now).keys, ALGORITHMS).claims
        return jwt.decode(token, self._known(now, anew=True).keys, ALGORITHMS).claims

    def _known(self, now: datetime, *, anew: bool = False) -> _Kept:
        """Return what the provider says of itself, asking it where that is too old."""
        with self._lock:
            kept = self._kept
            if kept is None or anew or not kept.at <= now < kept.at + _KEPT:
                kept = self._kept = self._discovered(now)
            return kept

    def _discovered(self, now: datetime) -> _Kept:
        with OAuth2Session(default_timeout=_TIMEOUT) as session:
            self._trust(session)
            url = f"{self.client.issuer.rstrip('/')}/.well-known/openid-configuration"
            try:
                metadata = _Metadata.model_validate(_document(session, url))
                self._see_sound(metadata)
                keys = KeySet.import_key_set(_document(session, metadata.jwks_uri))  # type: ignore[arg-type]
            except (JoseError, ValidationError, KeyError, TypeError):
                raise _unavailable() from None
        return _Kept(metadata, keys, now)

    def _see_sound(self, metadata: _Metadata) -> None:
        """See that it speaks of the provider we were told (Discovery, 4.3), and that nobody can listen."""
        addresses = (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri)
        private = is_loopback(self.client.issuer)
        safe = all(url.startswith("https://") or (private and is_loopback(url)) for url in addresses)
        if metadata.issuer != self.client.issuer or not safe:
            raise _unavailable()

    def _session(self, metadata: _Metadata, back_to: str) -> OAuth2Session:
        methods = metadata.token_endpoint_auth_methods_supported
        basic = "client_secret_basic" in methods or "client_secret_post" not in methods
        session = OAuth2Session(
            self.client.id,
            self.client.secret,
            token_endpoint_auth_method="client_secret_basic" if basic else "client_secret_post",
            scope="openid profile",
            redirect_uri=back_to,
            code_challenge_method="S256",
            default_timeout=_TIMEOUT,
        )
        self._trust(session)
        return session

    def _trust(self, session: OAuth2Session) -> None:
        if self.client.ca is not None:
            session.verify = str(self.client.ca)


def _document(session: OAuth2Session, url: str) -> object:
    """Return a JSON document of the provider."""
    answer = _asked(lambda: session.get(url, withhold_token=True, allow_redirects=False))
    if not answer.ok or answer.is_redirect:
        raise _unavailable()
    return _asked(answer.json)


def _asked(ask: Callable[[], _T]) -> _T:
    """Return what the provider answers; its errors as ours."""
    try:
        return ask()
    except OAuthError:
        raise ApiError("login-refused") from None
    except (RequestException, ValueError):
        raise _unavailable() from None


def _unavailable() -> ApiError:
    return ApiError("provider-unavailable", headers=retry_after(RETRY_SECONDS))
