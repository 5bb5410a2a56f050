"""Presented copies in the database, and what re-exports draw on them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

import orjson
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from ledger.archive.database import Database
from ledger.archive.kept_tables import kept_certificates, original_draws
from ledger.archive.line_use import alone_on, deciding
from ledger.archive.rows import in_pages
from ledger.archive.tables import certificates
from ledger.draws import Drawing, OriginalDraw, OriginalOverdrawn, overdrawn
from ledger.errors import ArchiveUnavailable
from ledger.kept_copies import kept_of
from ledger.kept_port import Kept

_ATTEMPTS: Final = 10
"""How often the same copy of another process may be in the way and gone when looked at."""
_COPIES: Final = kept_certificates.c
_DRAWS: Final = original_draws.c


class SqlKept:
    """Presented copies in an SQL database; see `ledger.kept_port.KeptCertificates` for what is promised."""

    def __init__(self, database: Database) -> None:
        """Keep the database the copies are in."""
        self._database = database

    def keep(self, kept: Kept) -> Kept:
        """Keep a copy, or return the one kept before under the same id, unless that hides more."""
        row = {
            "id": kept.id,
            "envelope": orjson.dumps(kept.envelope),
            "kept_at": kept.kept_at,
            "authority": kept.authority,
        }
        for _ in range(_ATTEMPTS):
            before = self.kept([kept.id]).get(kept.id)
            if before is not None and before.hidden <= kept.hidden:
                return before
            try:
                with self._database.writing() as connection:
                    if before is not None:
                        # Gone when another process was quicker; then its copy stands in the way.
                        old = _COPIES.id == kept.id, _COPIES.envelope == orjson.dumps(before.envelope)
                        connection.execute(delete(kept_certificates).where(*old))
                    connection.execute(insert(kept_certificates).values(row))
            except IntegrityError:  # another process was quicker
                continue
            return kept
        raise ArchiveUnavailable("others keep the same copy at the same time")

    def kept(self, certificates: Sequence[bytes]) -> Mapping[bytes, Kept]:
        """Return the copies of these certificates, as far as they are kept, by id."""
        found: dict[bytes, Kept] = {}
        with self._database.reading() as connection:
            for page in in_pages(sorted(set(certificates))):
                query = select(kept_certificates).where(kept_certificates.c.id.in_(page))
                for row in connection.execute(query):
                    document = orjson.loads(row.envelope)
                    found[row.id] = kept_of(document, kept_at=row.kept_at, authority=row.authority)
        return found


def draws_on(connection: Connection, originals: Sequence[bytes]) -> tuple[OriginalDraw, ...]:
    """Return what filings draw on these originals, refused ones left out."""
    found: list[OriginalDraw] = []
    for page in in_pages(sorted(set(originals))):
        query = (
            select(original_draws)
            .join_from(original_draws, certificates, certificates.c.id == _DRAWS.child)
            .where(_DRAWS.original.in_(page), certificates.c.held)
            .order_by(certificates.c.position, _DRAWS.child_line, _DRAWS.part)
        )
        found += [
            OriginalDraw(
                child=row.child,
                child_line=row.child_line,
                original=row.original,
                original_line=row.original_line,
                part=row.part,
                quantity=Decimal(row.quantity),
                unit=row.unit,
            )
            for row in connection.execute(query)
        ]
    return tuple(found)


def store_draws(connection: Connection, child: bytes, drawing: Drawing) -> None:
    """Store what a filing of this transaction draws; raises `OriginalOverdrawn` when that is not left.

    Of two that use one original at the same moment the second sees what the first one took: SQLite has one
    writer, and a server makes them wait for each other.
    """
    originals = sorted({draw.original for draw in drawing.draws})
    alone_on(connection, originals)
    for original, line in dict(draw.place for draw in drawing.draws).items():
        if deciding(connection, original) != drawing.decided.get(original, frozenset()):
            raise OriginalOverdrawn(original, line)
    others = [draw for draw in draws_on(connection, originals) if draw.child != child]
    if problem := overdrawn(drawing, others):
        raise problem
    connection.execute(delete(original_draws).where(_DRAWS.child == child))  # of a filing once refused
    if drawing.draws:
        connection.execute(
            insert(original_draws),
            [
                {
                    "child": child,
                    "child_line": draw.child_line,
                    "original": draw.original,
                    "original_line": draw.original_line,
                    "part": draw.part,
                    "quantity": f"{draw.quantity:f}",
                    "unit": draw.unit,
                }
                for draw in drawing.draws
            ],
        )
