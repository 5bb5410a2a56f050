"""The port `Decisions` in the database: a decision, what it draws down and its writes, in one transaction."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from ledger.archive.database import Database
from ledger.archive.decision_tables import decision_lines, decisions
from ledger.archive.line_use import alone_on, deciding, drawing
from ledger.archive.statements import keep_within
from ledger.archive.tables import outbox
from ledger.archive.writes_queue import queue_write
from ledger.decision_port import Decision, DecisionsMovedOn, DecisionState, Draft, LineDecided
from ledger.errors import ArchiveUnavailable
from ledger.facts import Address
from ledger.origin.facts import LateGround
from ledger.outbox import DispatchState

_ATTEMPTS: Final = 10
"""How often the same write of another process may be in the way and gone when looked at."""
_DECIDED = decisions.c
_LINES = decision_lines.c
_STATES: Final = {
    DispatchState.RECORDED.value: DecisionState.RECORDED,
    DispatchState.REFUSED.value: DecisionState.REFUSED,
}


class SqlDecisions:
    """Decisions in an SQL database; see `ledger.decision_port.Decisions` for what is promised."""

    def __init__(self, database: Database) -> None:
        """Keep the database the decisions are in."""
        self._database = database

    def file(self, draft: Draft) -> Decision:
        """Store a decision and its statement and queue its writes; raises `DecisionsMovedOn`."""
        for _ in range(_ATTEMPTS):
            try:
                with self._database.writing() as connection:
                    return _filed(connection, draft)
            except IntegrityError:  # another process queued the same entry, or kept the same statement
                continue
        raise ArchiveUnavailable("others file the same at the same time")

    def decisions(self, certificate: bytes) -> Sequence[Decision]:
        """Return the decisions on a certificate in the order they were filed."""
        with self._database.reading() as connection:
            return _decisions_of(connection, certificate)

    def decided(self, *, after: bytes | None = None, limit: int = 100) -> Sequence[bytes]:
        """Return the certificates on which decisions were filed, by id and each once, after one."""
        query = select(_DECIDED.certificate).distinct().order_by(_DECIDED.certificate).limit(limit)
        if after is not None:
            query = query.where(_DECIDED.certificate > after)
        with self._database.reading() as connection:
            return tuple(connection.execute(query).scalars())


def _filed(connection: Connection, draft: Draft) -> Decision:
    certificate = draft.decision.certificate
    alone_on(connection, [certificate])
    if (deciding(connection, certificate), drawing(connection, certificate)) != (draft.seen, draft.drawn):
        raise DecisionsMovedOn(certificate)
    decision, write = draft.resting_on(keep_within(connection, draft.statement))
    if draft.enter is not None:
        queue_write(connection, draft.enter, decision.account, decision.decided_at)
    dispatch = queue_write(connection, write, decision.account, decision.decided_at)
    added = insert(decisions).values(_row_of(decision, dispatch)).returning(_DECIDED.position)
    position = int(connection.execute(added).scalar_one())
    connection.execute(insert(decision_lines), [_line_row(position, one) for one in decision.lines])
    return replace(decision, position=position, dispatch=dispatch, state=DecisionState.ACCEPTED)


def _decisions_of(connection: Connection, certificate: bytes) -> tuple[Decision, ...]:
    of_it = _DECIDED.certificate == certificate
    lines = defaultdict[int, list[LineDecided]](list)
    joined = select(decision_lines).join_from(decision_lines, decisions, _LINES.decision == _DECIDED.position)
    for row in connection.execute(joined.where(of_it).order_by(_LINES.decision, _LINES.line)):
        lines[row.decision].append(LineDecided(row.line, row.granted, Decimal(row.quantity), row.unit))
    query = (
        select(decisions, outbox.c.state)
        .join_from(decisions, outbox, _DECIDED.dispatch == outbox.c.position)
        .where(of_it)
        .order_by(_DECIDED.position)
    )
    return tuple(_decision_of(row, lines[row.position]) for row in connection.execute(query))


def _row_of(decision: Decision, dispatch: int) -> dict[str, object]:
    return {
        "certificate": decision.certificate,
        "declaration": decision.declaration,
        "number": decision.number,
        "request": decision.request,
        "presented_on": decision.presented_on,
        "late": decision.late.value,
        "statement": decision.statement,
        "authority": decision.authority,
        "account": decision.account,
        "decided_at": decision.decided_at,
        "dispatch": dispatch,
    }


def _line_row(position: int, one: LineDecided) -> dict[str, object]:
    return {
        "decision": position,
        "line": one.line,
        "granted": one.granted,
        "quantity": f"{one.quantity:f}",
        "unit": one.unit,
    }


def _decision_of(row: Any, lines: Sequence[LineDecided]) -> Decision:  # noqa: ANN401 - a row of the query
    return Decision(
        position=row.position,
        certificate=row.certificate,
        declaration=row.declaration,
        number=row.number,
        request=row.request,
        presented_on=row.presented_on,
        late=LateGround(row.late),
        lines=tuple(lines),
        statement=row.statement,
        authority=row.authority,
        account=Address(row.account),
        decided_at=row.decided_at,
        dispatch=row.dispatch,
        state=_STATES.get(row.state, DecisionState.ACCEPTED),
    )
