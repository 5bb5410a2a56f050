"""API keys: who may call the service for which authority, and with which account of the chain it then signs.

A key reads `asal_<id>_<secret>`.  The secret is 256 random bits, so a plain SHA-256 of it is kept: there is
nothing to guess that a slow hash would protect.  The id only finds the row; it is no secret.
"""

import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Row, insert, select, update

from ledger.archive.database import Database
from ledger.archive.tables import api_keys
from ledger.facts import Address
from ledger.scopes import Scope

_TOKEN = re.compile(r"asal_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
_NOBODY = bytes(32)
"""Digest compared with when there is no such key, so that both answers take the same work."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of an API key; never its secret."""

    id: str
    authority: int
    account: Address
    """The chain account that signs for its holder."""
    scopes: frozenset[Scope]
    label: str
    created_at: datetime
    revoked_at: datetime | None


class ApiKeys:
    """The API keys in a database."""

    def __init__(self, database: Database) -> None:
        """Keep the database the keys are in."""
        self._database = database

    def make(
        self, authority: int, account: Address, scopes: Iterable[Scope], *, label: str, now: datetime
    ) -> tuple[ApiKey, str]:
        """Make an API key; returns it with its token, which is shown this once and not kept."""
        secret = secrets.token_urlsafe(32)
        key = ApiKey(secrets.token_hex(8), authority, account, frozenset(scopes), label, now, None)
        values = {
            "id": key.id,
            "authority": authority,
            "account": account,
            "digest": _digest(secret),
            "scopes": " ".join(sorted(key.scopes)),
            "label": label,
            "created_at": now,
        }
        with self._database.writing() as connection:
            connection.execute(insert(api_keys).values(values))
        return key, f"asal_{key.id}_{secret}"

    def holder(self, token: str) -> ApiKey | None:
        """Return the live key of a token; asks the database each time, so a revoked one is dead at once."""
        parts = _TOKEN.fullmatch(token)
        name, secret = parts.groups() if parts else ("", "")
        with self._database.reading() as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.id == name)).one_or_none()
        same = hmac.compare_digest(row.digest if row else _NOBODY, _digest(secret))
        return _api_key(row) if row is not None and same and row.revoked_at is None else None

    def keys(self, authority: int) -> Sequence[ApiKey]:
        """Return an authority's keys, revoked ones too, oldest first."""
        query = (
            select(api_keys)
            .where(api_keys.c.authority == authority)
            .order_by(api_keys.c.created_at, api_keys.c.id)
        )
        with self._database.reading() as connection:
            return tuple(map(_api_key, connection.execute(query)))

    def revoke(self, authority: int, key: str, *, now: datetime) -> ApiKey | None:
        """Revoke one of an authority's keys, once; `None` when it has none of that id."""
        own = (api_keys.c.id == key) & (api_keys.c.authority == authority)
        with self._database.writing() as connection:
            connection.execute(
                update(api_keys).where(own, api_keys.c.revoked_at.is_(None)).values(revoked_at=now)
            )
            row = connection.execute(select(api_keys).where(own)).one_or_none()
        return _api_key(row) if row is not None else None


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("ascii")).digest()


def _api_key(row: Row[*tuple[object, ...]]) -> ApiKey:
    return ApiKey(
        id=row.id,
        authority=row.authority,
        account=Address(row.account),
        scopes=frozenset(Scope(scope) for scope in row.scopes.split()),
        label=row.label,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
