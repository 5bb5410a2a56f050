"""Carrying a step of a verification case out: its statement is kept, its write queued and waited for."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ledger import receiving
from ledger.arranging import Actor
from ledger.facts import Written
from ledger.origin.facts import CaseFacts
from ledger.ports import Ledger
from ledger.procedures_refusals import DueInvalid
from ledger.refusals import AuthorityUnknown
from ledger.statements import Statement, StatementKind, statement_hash
from ledger.writes import ConcludeCase, OpenCase, SetSuspension, TakeStep

OfCases = OpenCase | TakeStep | SetSuspension | ConcludeCase
Writing = Callable[[bytes, datetime], OfCases]
"""Makes the write from the hash of its statement and the moment that it is said."""
_SALT: Final = 32
_FRESH: Final = timedelta(hours=1)
"""How old a statement may be that nothing names yet, for due dates to count from it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a step."""

    number: int | None
    """The case; None while an opening is on its way."""
    case: CaseFacts | None
    """As the ledger has it."""
    statement: Statement
    """What was said, to be handed to the other side."""
    written: Written | None
    """None while it is accepted and on its way, and for what the ledger had before."""
    repeated: bool
    """Whether the ledger had it before it was asked for."""
    seen: bool = True
    """Whether it is seen where the ledger is read; a replica may be a block behind."""

    @property
    def recorded(self) -> bool:
        """Whether the ledger has it, and shows it here."""
        return self.case is not None and self.seen and (self.repeated or self.written is not None)


def carried_out(
    write: Writing, statement: Statement, actor: Actor, ledger: Ledger, wait: float
) -> Written | None:
    """Queue what a statement says and wait for it.

    Due dates count from the statement, so that a repetition is the same write; from now where it is old.
    """
    named, now = statement_hash(statement), ledger.clock().replace(microsecond=0)
    at = statement.at if now - statement.at < _FRESH else now
    queued = ledger.outbox.put_write(write(named, at), actor.account, now=ledger.clock())
    try:
        return receiving.carried_out(queued.position, actor.account, ledger, wait).written
    except DueInvalid:
        if at == now:
            raise
    queued = ledger.outbox.put_write(write(named, now), actor.account, now=ledger.clock())
    return receiving.carried_out(queued.position, actor.account, ledger, wait).written


def kept_statement(certificate: bytes, actor: Actor, body: dict[str, Any], ledger: Ledger) -> Statement:
    """Keep what an actor says, or return the same that it said before and that is kept."""
    authority = ledger.members.authority(actor.authority)
    if authority is None:
        raise AuthorityUnknown(actor.authority)
    return ledger.statements.keep(
        Statement(
            kind=StatementKind.CASE,
            certificate=certificate,
            member=authority.member,
            authority=authority.name,
            at=ledger.clock().replace(microsecond=0),
            body=body,
            salt=os.urandom(_SALT),
        )
    )
