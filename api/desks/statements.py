"""Statements at the desks: handing over what was said, and taking what the other side hands over.

Whoever brings a file need not be trusted: the ledger names the hash of what was said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.dependencies import Caller
from api.desks.cases_page import Named, named_for
from api.desks.posted import Posted
from api.pages.present import Trouble
from ledger.checking import case_of
from ledger.errors import CertificateNotFiled
from ledger.origin.steps import Side
from ledger.ports import Ledger
from ledger.said import Said, said
from ledger.scopes import Scope
from ledger.statement_exchange import StatementNotHeld, concerned, statement_held, take_statement, told_to
from ledger.statements import Statement, StatementKind, statement_hash, statement_in

FILE: Final = "statement"
"""The control of the file."""
EMPTY: Final = Trouble(FILE, said("Choose the file that the other side gave you"))
_KINDS: Final[Mapping[StatementKind, Said]] = {
    StatementKind.DECISION: said("A decision of customs"),
    StatementKind.CLARIFICATION: said("The issuer's answer to a refusal"),
    StatementKind.CASE: said("What was said in a verification case"),
    StatementKind.TRUE_COPY: said("A certified true copy was given out"),
}


@dataclass(frozen=True, slots=True)
class StatementShown:
    """A statement that is kept here, as the page tells of it."""

    hash: str
    kind: Said
    authority: str
    member: str
    at: datetime
    certificate: Named
    case: int | None
    """Its case, where the officer's member asks or is asked in it."""
    desk: str
    """Address of the desk at which the officer reads the case."""


def readable(named: bytes, caller: Caller, ledger: Ledger) -> Statement:
    """Return a statement for a member that made it or is told of it; raises `StatementNotHeld`."""
    held = statement_held(named, ledger)
    if caller.member != held.member and caller.member not in told_to(held, ledger):
        raise StatementNotHeld(named)
    return held


def taken(sent: Posted, caller: Caller, ledger: Ledger) -> Statement:
    """Keep the statement in a file that an officer brings, if the ledger names it.

    Raises what `take_statement` raises, and `CertificateNotFiled` where the certificate is no matter of the
    officer's member.
    """
    certificate = statement_in(sent.file).certificate
    if caller.member not in concerned(ledger.procedures.life(certificate)):
        raise CertificateNotFiled(certificate)
    return take_statement(sent.file, ledger)


def desk_of(caller: Caller) -> Side:
    """Return at which desk an officer works: the one that asks in checks, or the one that is asked."""
    return Side.ASKED if Scope.ISSUE in caller.key.scopes else Side.ASKING


def shown_to(caller: Caller, statement: Statement, ledger: Ledger) -> StatementShown:
    """Return what a page says of a statement, and where what it says is read."""
    side = desk_of(caller)
    return StatementShown(
        hash=f"0x{statement_hash(statement).hex()}",
        kind=_KINDS[statement.kind],
        authority=statement.authority,
        member=statement.member,
        at=statement.at,
        certificate=named_for(statement.certificate, caller, ledger, side),
        case=_case(statement, caller, ledger),
        desk="/desk/issuing" if side is Side.ASKED else "/desk/importing",
    )


def _case(statement: Statement, caller: Caller, ledger: Ledger) -> int | None:
    """Return the case in which the ledger names a statement, if the officer's member is on a side of it."""
    named = statement_hash(statement)
    for one in ledger.procedures.life(statement.certificate).occurrences:
        number = getattr(one.event, "case", None)
        if number is not None and getattr(one.event, "statement", None) == named:
            case = case_of(number, ledger)
            if caller.member in {case.importing, case.exporting}:
                return case.id
    return None
