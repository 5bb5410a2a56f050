"""Officers: the people who work at the desks, each for one authority, or for a member as its administrator.

Who somebody is, the identity provider says (`iss` and `sub` of OpenID Connect); what somebody may do stands
here.  A session is a random secret in a cookie, of which only the hash is kept; as with API keys the archive
is asked each time, so that an officer who was sent away is out at once.
"""

import hmac
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from ledger.archive.database import Database
from ledger.archive.desk_tables import desk_acts, officers, sessions
from ledger.facts import Address
from ledger.scopes import Scope

_NOBODY = bytes(32)
"""Digest compared with when there is no such session, so that both answers take the same work."""
IDLE = timedelta(minutes=30)
"""How long a session may lie idle, if nobody says otherwise."""
_STEPS = 30
"""Into how many steps that time falls: a session that is busy is written to once in each."""
MOST_ACTS = 500
"""How many acts are told at once."""


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who works at desks."""

    id: str
    issuer: str
    """The identity provider, as its tokens name it."""
    subject: str
    """The person there."""
    name: str
    member: str
    authority: int
    """Whom the officer works for; 0 for an administrator of the member."""
    account: Address
    """The chain account that signs what the officer does."""
    scopes: frozenset[Scope]
    created_at: datetime
    ended_at: datetime | None = None


class Officers:
    """The officers in a database, and their sessions."""

    def __init__(self, database: Database) -> None:
        """Keep the database they are in."""
        self._database = database

    def enrol(  # noqa: PLR0913 - each is a fact about the officer
        self,
        identity: tuple[str, str],
        name: str,
        *,
        member: str,
        authority: int,
        account: Address,
        scopes: Iterable[Scope],
        now: datetime,
    ) -> Officer:
        """Let a person work for an authority; `identity` is issuer and subject.

        One person may be several officers, such as of two desks, and chooses when logging in.
        """
        issuer, subject = identity
        made = Officer(
            secrets.token_hex(8),
            issuer,
            subject,
            name,
            member,
            authority,
            account,
            frozenset(scopes),
            now,
        )
        values = {
            "id": made.id,
            "issuer": issuer,
            "subject": subject,
            "name": name,
            "member": member,
            "authority": authority,
            "account": account,
            "scopes": " ".join(sorted(made.scopes)),
            "created_at": now,
        }
        with self._database.writing() as connection:
            connection.execute(insert(officers).values(values))
        return made

    def of_identity(self, issuer: str, subject: str) -> Sequence[Officer]:
        """Return whom a person may work as, oldest first; those who were ended left out."""
        own = (officers.c.issuer == issuer) & (officers.c.subject == subject) & officers.c.ended_at.is_(None)
        query = select(officers).where(own).order_by(officers.c.created_at, officers.c.id)
        with self._database.reading() as connection:
            return tuple(map(_officer, connection.execute(query)))

    def officers(self, member: str | None = None) -> Sequence[Officer]:
        """Return the officers of a member, or of all, oldest first; those who were ended too."""
        query = select(officers).order_by(officers.c.created_at, officers.c.id)
        if member is not None:
            query = query.where(officers.c.member == member)
        with self._database.reading() as connection:
            return tuple(map(_officer, connection.execute(query)))

    def end(self, officer: str, *, now: datetime) -> Officer | None:
        """End an officer's work, and all sessions with it; `None` when there is none of that id."""
        with self._database.writing() as connection:
            connection.execute(
                update(officers)
                .where(officers.c.id == officer, officers.c.ended_at.is_(None))
                .values(ended_at=now)
            )
            connection.execute(delete(sessions).where(sessions.c.officer == officer))
            row = connection.execute(select(officers).where(officers.c.id == officer)).one_or_none()
        return _officer(row) if row is not None else None

    def begin(self, officer: str, *, now: datetime, lasting: timedelta) -> str:
        """Begin a session; returns its secret, which only the cookie holds.  Drops those that are over."""
        secret = secrets.token_urlsafe(32)
        moments = {"began_at": now, "seen_at": now, "until": now + lasting}
        values = {"digest": _digest(secret), "officer": officer, **moments}
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.until <= now))
            connection.execute(insert(sessions).values(values))
        return secret

    def at_work(
        self, secret: str, *, now: datetime, idle: timedelta = IDLE, active: bool = True
    ) -> Officer | None:
        """Return the officer of a session that is not over, and did not lie idle for as long as `idle`.

        It counts as used now, unless it is not the officer who asks but the page by itself: not `active`.
        """
        digest = _digest(secret)
        query = (
            select(officers, sessions.c.digest, sessions.c.seen_at)
            .join(sessions, sessions.c.officer == officers.c.id)
            .where(sessions.c.digest == digest, sessions.c.until > now, officers.c.ended_at.is_(None))
            .where(sessions.c.seen_at > now - idle)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        same = hmac.compare_digest(row.digest if row else _NOBODY, digest)
        if row is None or not same:
            return None
        if active and now - row.seen_at >= idle / _STEPS:
            with self._database.writing() as connection:
                connection.execute(update(sessions).where(sessions.c.digest == digest).values(seen_at=now))
        return _officer(row)

    def leave(self, secret: str) -> None:
        """End a session."""
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == _digest(secret)))


class ActOutcome(StrEnum):
    """What came of an act."""

    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskAct:
    """Something an officer did, or was refused."""

    at: datetime
    officer: str
    """Id of the officer, or nothing where nobody was logged in."""
    member: str
    authority: int
    act: str
    """What was asked for, such as `draft.read`; at most 40 characters."""
    about: str
    """Id of what it was about; at most 80 characters."""
    outcome: ActOutcome
    why: str = ""
    """Code of the problem, of a refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActsWanted:
    """Which acts are asked for; all of them, where nothing is said."""

    officer: str | None = None
    """Id of the officer; empty for what nobody in particular was refused."""
    act: str | None = None
    outcome: ActOutcome | None = None
    since: datetime | None = None
    before: datetime | None = None
    """The first moment that is not asked for any more."""
    older_than: int | None = None
    """Place of the last act that was told: those before it."""


EVERY_ACT = ActsWanted()


class DeskActs:
    """The acts at the desks, in a database; nothing changes or removes one."""

    def __init__(self, database: Database) -> None:
        """Keep the database they are in."""
        self._database = database

    def note(self, act: DeskAct) -> None:
        """Keep an act."""
        values = {name: getattr(act, name) for name in DeskAct.__slots__}
        with self._database.writing() as connection:
            connection.execute(insert(desk_acts).values({**values, "outcome": act.outcome.value}))

    def acts(self, member: str, *, most: int = 100) -> Sequence[DeskAct]:
        """Return the newest acts of a member's officers, newest first."""
        return [act for _, act in self.found(member, EVERY_ACT, most=most)]

    def found(self, member: str, wanted: ActsWanted, *, most: int = 100) -> Sequence[tuple[int, DeskAct]]:
        """Return acts of a member's officers with their places, newest first."""
        query = (
            select(desk_acts)
            .where(desk_acts.c.member == member, *_conditions(wanted))
            .order_by(desk_acts.c.position.desc())
            .limit(min(most, MOST_ACTS))
        )
        with self._database.reading() as connection:
            return [(row.position, _act(row)) for row in connection.execute(query)]

    def kinds(self, member: str) -> Sequence[str]:
        """Return what was ever asked for at a member's desks, by name."""
        query = (
            select(desk_acts.c.act).where(desk_acts.c.member == member).distinct().order_by(desk_acts.c.act)
        )
        with self._database.reading() as connection:
            return connection.execute(query).scalars().all()


def _conditions(wanted: ActsWanted) -> Iterator[ColumnElement[bool]]:
    columns = desk_acts.c
    if wanted.officer is not None:
        yield columns.officer == wanted.officer
    if wanted.act is not None:
        yield columns.act == wanted.act
    if wanted.outcome is not None:
        yield columns.outcome == wanted.outcome.value
    if wanted.since is not None:
        yield columns.at >= wanted.since
    if wanted.before is not None:
        yield columns.at < wanted.before
    if wanted.older_than is not None:
        yield columns.position < wanted.older_than


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "replace")).digest()


def _officer(row: Row[*tuple[object, ...]]) -> Officer:
    return Officer(
        id=row.id,
        issuer=row.issuer,
        subject=row.subject,
        name=row.name,
        member=row.member,
        authority=row.authority,
        account=Address(row.account),
        scopes=frozenset(Scope(scope) for scope in row.scopes.split()),
        created_at=row.created_at,
        ended_at=row.ended_at,
    )


def _act(row: Row[*tuple[object, ...]]) -> DeskAct:
    return DeskAct(
        at=row.at,
        officer=row.officer,
        member=row.member,
        authority=row.authority,
        act=row.act,
        about=row.about,
        outcome=ActOutcome(row.outcome),
        why=row.why,
    )
