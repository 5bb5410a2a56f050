"""Files of certificates that officers send: the file, how far it is, and what came of each row.

The file is stored before its first row is issued, and what came of a row is journalled after it is accepted.
So a crash leaves a run that goes on behind the last row of the journal; rows that were accepted since are
found by their references and not issued again.  Who works on the files of an authority holds a name
(`ledger.archive.exclusive`), which ends with the process; whoever loses a run writes nothing more of it.
"""

import secrets
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from ledger.archive.bulk_tables import bulk_pieces, bulk_rows, bulk_runs
from ledger.archive.database import Database
from ledger.archive.exclusive import Exclusive
from ledger.archive.tables import certificates, outbox
from ledger.errors import ArchiveUnavailable

KEPT: Final = 5
"""Files of an authority whose results are kept."""
BROKEN_OFF: Final = "broken-off"
"""Why a run ended whose process did."""
_R, _P, _T = bulk_runs.c, bulk_pieces.c, bulk_rows.c


class RunLost(ArchiveUnavailable):
    """Somebody else has taken the run up, or it is not kept any more."""


class Told(NamedTuple):
    """What came of a row."""

    row: int
    certificate: bytes | None
    """Id of what is issued or on its way."""
    refusal: bytes | None
    """JSON of what is wrong with a row that is not issued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRun:
    """A file of certificates of an authority; it is known by the token that its form carried."""

    authority: int
    id: str
    """32 hex digits."""
    officer: str
    """Name of the officer who sent it, or took it up last."""
    name: str
    began_at: datetime
    lines: int = 1
    whole: bool = False
    """Whether all of the file is stored; before that nothing of it is issued."""
    holder: bytes = b""
    """Who works on it."""
    recorded: int = 0
    again: int = 0
    accepted: int = 0
    refused: int = 0
    cut: bool = False
    ended_at: datetime | None = None
    problem: str = ""
    """Code of why it ended before all rows were done."""

    @property
    def rows(self) -> int:
        """How many rows the journal has."""
        return self.recorded + self.accepted + self.refused


class BulkRuns:
    """The files of all authorities served here; whoever asks names the authority it asks for."""

    def __init__(self, database: Database) -> None:
        """Keep the database they are in."""
        self._database = database

    def working(self, authority: int) -> AbstractContextManager[Exclusive | None]:
        """Be the one who works on files of an authority, or get `None` while somebody else is."""
        return self._database.exclusive(f"bulk desk {authority}")

    def begin(self, run: BulkRun) -> BulkRun | None:
        """Keep a new run and forget the oldest ones; None where the authority has one of this id.

        Whoever begins holds the name of the authority, so another run that has not ended is broken off.
        """
        begun = replace(run, holder=_holder())
        values = {name: getattr(begun, name) for name in BulkRun.__slots__}
        held = select(_R.id).where(_R.authority == run.authority, _R.id != run.id)
        try:
            with self._database.writing() as connection:
                connection.execute(insert(bulk_runs).values(values))
                _break_off(connection, run.authority, run.id, run.began_at)
                others = connection.execute(held.order_by(_R.began_at.desc(), _R.id)).scalars().all()
                _forget(connection, run.authority, others[KEPT - 1 :])
        except IntegrityError:
            return None
        return begun

    def store(self, run: BulkRun, number: int, piece: bytes) -> None:
        """Store a piece of the file."""
        values = {"authority": run.authority, "run": run.id, "number": number}
        with self._database.writing() as connection:
            connection.execute(insert(bulk_pieces).values(content=zlib.compress(piece, 1), **values))

    def stored(self, run: BulkRun, lines: int) -> BulkRun:
        """Say that all of the file is stored; raises `RunLost`."""
        return self._changed(run, whole=True, lines=lines)

    def take_up(self, run: BulkRun, officer: str, *, now: datetime) -> BulkRun:
        """Go on with a run that broke off or ended early; raises `RunLost` when another one was quicker.

        Only who holds the name of its authority may.
        """
        taken = self._changed(run, holder=_holder(), officer=officer, ended_at=None, problem="")
        with self._database.writing() as connection:
            _break_off(connection, run.authority, run.id, now)
        return taken

    def seen(self, run: BulkRun, *, now: datetime) -> BulkRun:
        """Return how a run stands: one that has not ended and that nobody works on is broken off."""
        if run.ended_at is not None:
            return run
        with self.working(run.authority) as free:
            if free is None:
                return run
            with self._database.writing() as connection:  # unless it ended since it was read
                _break_off(connection, run.authority, "", now)
        return self.find(run.id, run.authority) or run

    def journal(self, run: BulkRun, told: Sequence[Told]) -> None:
        """Write down what came of rows, with the counts of the run; raises `RunLost`."""
        same = {"authority": run.authority, "run": run.id}
        with self._database.writing() as connection:
            _change(connection, run, _counts(run))
            if told:
                connection.execute(insert(bulk_rows), [same | one._asdict() for one in told])

    def end(self, run: BulkRun) -> None:
        """Say how a run ended; the file of one that is done is not needed any more.  Raises `RunLost`."""
        values = {"cut": run.cut, "ended_at": run.ended_at, "problem": run.problem}
        with self._database.writing() as connection:
            _change(connection, run, values)
            if not run.problem:
                connection.execute(delete(bulk_pieces).where(_P.authority == run.authority, _P.run == run.id))

    def drop(self, run: BulkRun) -> None:
        """Forget a run that could not begin."""
        with self._database.writing() as connection:
            _forget(connection, run.authority, [run.id])

    def find(self, run: str, authority: int) -> BulkRun | None:
        """Return a run of an authority."""
        query = select(bulk_runs).where(_R.authority == authority, _R.id == run)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return _run(row) if row is not None else None

    def runs(self, authority: int) -> Sequence[BulkRun]:
        """Return the runs of an authority that are kept, the newest first."""
        query = select(bulk_runs).where(_R.authority == authority).order_by(_R.began_at.desc(), _R.id)
        with self._database.reading() as connection:
            return tuple(map(_run, connection.execute(query)))

    def pieces(self, run: BulkRun) -> Iterator[bytes]:
        """Yield the file piece by piece."""
        number = 0
        while True:
            query = select(_P.content).where(
                _P.authority == run.authority, _P.run == run.id, _P.number == number
            )
            with self._database.reading() as connection:
                content = connection.execute(query).scalar_one_or_none()
            if content is None:
                return
            yield zlib.decompress(content)
            number += 1

    def told(self, run: BulkRun, *, refused: bool, after: int = 0, limit: int = 500) -> Sequence[Told]:
        """Return what came of rows after one, in their order: of those refused, or of the others."""
        query = (
            select(_T.row, _T.certificate, _T.refusal)
            .where(_T.authority == run.authority, _T.run == run.id, _T.row > after)
            .where(_T.refusal.is_not(None) if refused else _T.certificate.is_not(None))
            .order_by(_T.row)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [Told(*row) for row in connection.execute(query)]

    def standing(self, run: BulkRun) -> Mapping[str, int]:
        """Return how many of its rows that were not refused are now in which state of a write."""
        query = (
            select(outbox.c.state, func.count())
            .join_from(bulk_rows, certificates, _T.certificate == certificates.c.id)
            .join(outbox, certificates.c.dispatch == outbox.c.position)
            .where(_T.authority == run.authority, _T.run == run.id)
            .group_by(outbox.c.state)
        )
        with self._database.reading() as connection:
            return dict(tuple(row) for row in connection.execute(query))

    def _changed(self, run: BulkRun, **values: Any) -> BulkRun:  # noqa: ANN401 - of the run's fields
        with self._database.writing() as connection:
            _change(connection, run, values)
        return replace(run, **values)


def _holder() -> bytes:
    return secrets.token_bytes(16)


def _held(run: BulkRun) -> ColumnElement[bool]:
    return (_R.authority == run.authority) & (_R.id == run.id) & (_R.holder == run.holder)


def _change(connection: Connection, run: BulkRun, values: Mapping[str, Any]) -> None:
    if not connection.execute(update(bulk_runs).where(_held(run)).values(values)).rowcount:
        raise RunLost("somebody else has taken this file up")


def _break_off(connection: Connection, authority: int, but: str, now: datetime) -> None:
    """Say of the runs of an authority that have not ended, but for one, that nobody works on them."""
    open_ones = (_R.authority == authority) & (_R.id != but) & _R.ended_at.is_(None)
    values = {"ended_at": now, "problem": BROKEN_OFF, "holder": _holder()}
    connection.execute(update(bulk_runs).where(open_ones).values(values))


def _counts(run: BulkRun) -> dict[str, int]:
    return {name: getattr(run, name) for name in ("recorded", "again", "accepted", "refused")}


def _forget(connection: Connection, authority: int, runs: Sequence[str]) -> None:
    for table in (bulk_rows, bulk_pieces):
        connection.execute(delete(table).where(table.c.authority == authority, table.c.run.in_(runs)))
    connection.execute(delete(bulk_runs).where(_R.authority == authority, _R.id.in_(runs)))


def _run(row: Row[*tuple[object, ...]]) -> BulkRun:
    return BulkRun(**{name: getattr(row, name) for name in BulkRun.__slots__})
