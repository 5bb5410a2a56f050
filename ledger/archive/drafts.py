"""Drafts in the database: each belongs to one authority, and to nobody else it is there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from ledger.archive.database import Database
from ledger.archive.draft_tables import drafts
from ledger.drafts import Draft

_D = drafts.c
Place = tuple[datetime, str]
"""Where a draft stands in the list: when it was written last, and its id."""


class Drafts:
    """The drafts of all authorities served here; whoever asks names the authority it asks for."""

    def __init__(self, database: Database) -> None:
        """Keep the database they are in."""
        self._database = database

    def begin(self, draft: Draft) -> Draft:
        """Keep a new draft, or return the one that the authority has under this id already.

        Raises `ValueError` when another authority has the id.
        """
        values = {name: getattr(draft, name) for name in Draft.__slots__}
        try:
            with self._database.writing() as connection:
                connection.execute(insert(drafts).values({**values, "document": _written(draft.document)}))
        except IntegrityError:  # sent twice
            found = self.find(draft.id, draft.authority)
            if found is None:
                message = "another draft has this id"
                raise ValueError(message) from None
            return found
        return draft

    def find(self, draft: str, authority: int) -> Draft | None:
        """Return a draft of an authority."""
        with self._database.reading() as connection:
            row = connection.execute(select(drafts).where(_own(draft, authority))).one_or_none()
        return _draft(row) if row is not None else None

    def drafts(self, authority: int, *, after: Place | None = None, limit: int = 100) -> Sequence[Draft]:
        """Return drafts of an authority that nothing was issued from, last written first, behind a place."""
        query = select(drafts).where(_open(authority)).order_by(_D.updated_at.desc(), _D.id).limit(limit)
        if after is not None:
            moment, one = after
            query = query.where(or_(_D.updated_at < moment, and_(_D.updated_at == moment, _D.id > one)))
        with self._database.reading() as connection:
            return tuple(map(_draft, connection.execute(query)))

    def count(self, authority: int) -> int:
        """Return how many drafts of an authority there are that nothing was issued from."""
        query = select(func.count()).select_from(drafts).where(_open(authority))
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def save(  # noqa: PLR0913 - what, whose, by whom and when
        self,
        draft: str,
        authority: int,
        document: Mapping[str, Any],
        *,
        version: int,
        officer: str,
        now: datetime,
    ) -> Draft | None:
        """Write a draft over; None when it is not of this version any more, is issued, or is not there."""
        values = {
            "document": _written(document),
            "version": version + 1,
            "officer": officer,
            "updated_at": now,
        }
        same = _own(draft, authority) & (_D.version == version) & _D.certificate.is_(None)
        with self._database.writing() as connection:
            if not connection.execute(update(drafts).where(same).values(values)).rowcount:
                return None
        return self.find(draft, authority)

    def drop(self, draft: str, authority: int) -> bool:
        """Delete a draft that nothing was issued from; whether it was there."""
        same = _own(draft, authority) & _D.certificate.is_(None)
        with self._database.writing() as connection:
            return bool(connection.execute(delete(drafts).where(same)).rowcount)

    def close(self, draft: str, authority: int, certificate: bytes, *, now: datetime) -> None:
        """Say what was issued from a draft; the first to say so is right."""
        same = _own(draft, authority) & _D.certificate.is_(None)
        values = {"certificate": certificate, "updated_at": now}
        with self._database.writing() as connection:
            connection.execute(update(drafts).where(same).values(values))


def _open(authority: int) -> ColumnElement[bool]:
    return (_D.authority == authority) & _D.certificate.is_(None)


def _own(draft: str, authority: int) -> ColumnElement[bool]:
    return (_D.id == draft) & (_D.authority == authority)


def _written(document: Mapping[str, Any]) -> bytes:
    return orjson.dumps(dict(document))


def _draft(row: Row[*tuple[object, ...]]) -> Draft:
    values = {name: getattr(row, name) for name in Draft.__slots__}
    return Draft(**{**values, "document": orjson.loads(row.document)})
