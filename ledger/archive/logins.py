"""Logins under way: what must come back from the identity provider, and who chooses an office after it.

Kept in the archive because the answer may reach another process of the service than the question left.
The browser holds a random secret in a cookie, of which only the hash is kept here; each is good once.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Row, delete, insert, select

from ledger.archive.database import Database
from ledger.archive.desk_tables import logins

LASTING = timedelta(minutes=10)
"""How long a person has to log in at the provider."""
MOST_BACK = 200
"""Characters of the address to go back to."""


@dataclass(frozen=True, slots=True)
class Login:
    """A login that somebody began in this browser."""

    state: str
    """What the provider gives back with its answer (RFC 6749, 10.12)."""
    nonce: str
    """What its ID token must hold (OpenID Connect Core, 3.1.2.1)."""
    verifier: str
    """Proves that who asks for the token began the login (RFC 7636)."""
    back: str
    issuer: str = ""
    """Who it is, once the provider has said so: then only the office is to be chosen."""
    subject: str = ""

    @property
    def identity(self) -> tuple[str, str] | None:
        """Issuer and subject, once they are known."""
        return (self.issuer, self.subject) if self.issuer else None

    def answered_with(self, state: str) -> bool:
        """Whether an answer of the provider belongs to this login, which must not be answered yet."""
        same = hmac.compare_digest(self.state.encode(), state.encode("utf-8", "replace"))
        return same and self.identity is None


class Logins:
    """The logins under way in a database."""

    def __init__(self, database: Database) -> None:
        """Keep the database they are in."""
        self._database = database

    def begin(
        self, back: str, *, now: datetime, identity: tuple[str, str] | None = None
    ) -> tuple[Login, str]:
        """Begin a login; returns it with the secret for the cookie.  Drops those that are over.

        With an `identity` the person is known, and chooses an office next.
        """
        issuer, subject = identity or ("", "")
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        made = Login(state, nonce, verifier, back[:MOST_BACK], issuer, subject)
        secret = secrets.token_urlsafe(32)
        values = {name: getattr(made, name) for name in Login.__slots__}
        with self._database.writing() as connection:
            connection.execute(delete(logins).where(logins.c.until <= now))
            connection.execute(insert(logins).values(**values, digest=_digest(secret), until=now + LASTING))
        return made, secret

    def look(self, secret: str, *, now: datetime) -> Login | None:
        """Return the login of a cookie, if it is not over."""
        own = (logins.c.digest == _digest(secret)) & (logins.c.until > now)
        with self._database.reading() as connection:
            row = connection.execute(select(logins).where(own)).one_or_none()
        return _login(row) if row is not None else None

    def take(self, secret: str, *, now: datetime) -> Login | None:
        """Return the login of a cookie and end it: nobody gets it a second time."""
        own = (logins.c.digest == _digest(secret)) & (logins.c.until > now)
        with self._database.writing() as connection:
            row = connection.execute(delete(logins).where(own).returning(*logins.c)).one_or_none()
        return _login(row) if row is not None else None


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "replace")).digest()


def _login(row: Row[*tuple[object, ...]]) -> Login:
    return Login(row.state, row.nonce, row.verifier, row.back, row.issuer, row.subject)
