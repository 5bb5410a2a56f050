"""Requests that must not happen twice: what was answered under which `Idempotency-Key`.

A request is claimed before it is carried out and its answer kept with the claim for 30 days.  A claim whose
holder died is free again after a minute; carrying the request out a second time is harmless, because a
certificate is stored under its reference before it is sent (see `ledger.issuing`).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from ledger.archive.database import Database
from ledger.archive.tables import requests
from ledger.errors import ArchiveUnavailable

KEPT = timedelta(days=30)
"""How long an answer is kept."""
LEASE = timedelta(seconds=60)
"""How long a claim without an answer counts as in flight."""
_ATTEMPTS = 10
"""How often a claim may be in the way and gone when looked at."""


@dataclass(frozen=True, slots=True)
class Mine:
    """The request is the caller's to carry out."""

    authority: int
    key: str
    holder: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """The request was carried out; this was the answer."""

    status: int
    location: str | None
    response: bytes


@dataclass(frozen=True, slots=True)
class InFlight:
    """Somebody else is carrying it out now."""

    until: datetime
    """When the claim lapses if its holder died."""


@dataclass(frozen=True, slots=True)
class OtherRequest:
    """The key was used for a different request."""


Claim = Mine | Answered | InFlight | OtherRequest


class Requests:
    """The claimed and answered requests in a database."""

    def __init__(self, database: Database) -> None:
        """Keep the database the requests are in."""
        self._database = database

    def claim(self, authority: int, key: str, request_hash: bytes, *, now: datetime) -> Claim:
        """Claim a request for carrying it out, or say why it is not to be carried out now."""
        mine = Mine(authority, key, secrets.token_bytes(16))
        values = {
            "authority": authority,
            "key": key,
            "request_hash": request_hash,
            "holder": mine.holder,
            "created_at": now,
        }
        for _ in range(_ATTEMPTS):
            try:
                with self._database.writing() as connection:
                    connection.execute(delete(requests).where(requests.c.created_at < now - KEPT))
                    connection.execute(insert(requests).values(values))
            except IntegrityError:
                claim = self._standing(mine, request_hash, now)
                if claim is None:  # released between our two looks
                    continue
                return claim
            return mine
        raise ArchiveUnavailable("others claim and release this request at the same time")

    def answer(self, claim: Mine, answered: Answered) -> None:
        """Keep the answer of a request that was carried out."""
        values = {"status": answered.status, "location": answered.location, "response": answered.response}
        with self._database.writing() as connection:
            connection.execute(update(requests).where(_held(claim)).values(values))

    def release(self, claim: Mine) -> None:
        """Give a claim up: nothing was done, and the same key may be tried again."""
        with self._database.writing() as connection:
            connection.execute(delete(requests).where(_held(claim)))

    def _standing(self, mine: Mine, request_hash: bytes, now: datetime) -> Claim | None:
        """Return what the claim that is in the way says; a lapsed one is taken over."""
        same = (requests.c.authority == mine.authority) & (requests.c.key == mine.key)
        with self._database.reading() as connection:
            row = connection.execute(select(requests).where(same)).one_or_none()
        if row is None:
            return None
        claim = _claim(row, request_hash, now)
        return self._taken_over(mine, row.holder, now) if claim is None else claim

    def _taken_over(self, mine: Mine, holder: bytes, now: datetime) -> Claim | None:
        """Take a lapsed claim over, unless somebody else was quicker."""
        lapsed = _held(Mine(mine.authority, mine.key, holder)) & requests.c.status.is_(None)
        with self._database.writing() as connection:
            taken = connection.execute(
                update(requests).where(lapsed).values(holder=mine.holder, created_at=now)
            )
        return mine if taken.rowcount else None


def _claim(row: Row[*tuple[object, ...]], request_hash: bytes, now: datetime) -> Claim | None:
    """Return what a row says about the same request; `None` when its claim has lapsed."""
    if row.request_hash != request_hash:
        return OtherRequest()
    if row.status is not None:
        return Answered(row.status, row.location, row.response)
    return InFlight(row.created_at + LEASE) if row.created_at + LEASE > now else None


def _held(claim: Mine) -> ColumnElement[bool]:
    return (
        (requests.c.authority == claim.authority)
        & (requests.c.key == claim.key)
        & (requests.c.holder == claim.holder)
    )
