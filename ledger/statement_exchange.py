"""Handing statements over: whoever gives one need not be trusted, for the ledger names its hash.

The authority that decides or answers hands its statement to the other side by any channel.  The receiver
takes it only where an event of the certificate's life has its hash, was signed by the member that the
statement names, and is about the same lines.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from ledger.errors import Problem, Refused
from ledger.events import (
    CaseConcluded,
    CaseOpened,
    CaseStepped,
    Decided,
    Event,
    Issued,
    RefusalClarified,
    SuspensionSet,
)
from ledger.origin.life import Life
from ledger.origin.lines import lines_of
from ledger.ports import Ledger
from ledger.statements import (
    Statement,
    StatementKind,
    StatementMalformed,
    declaration_key,
    statement_hash,
    statement_in,
)
from ledger.terms import first_instant

_RULE: Final = "statement.not-as-recorded"
_LINE: Final = re.compile(r"[0-9]{1,3}")
_KINDS: Final[Mapping[type, StatementKind]] = {
    Decided: StatementKind.DECISION,
    RefusalClarified: StatementKind.CLARIFICATION,
    **dict.fromkeys((CaseOpened, CaseStepped, SuspensionSet, CaseConcluded), StatementKind.CASE),
}
"""What is said in which event."""


@dataclass(eq=False)
class StatementNotOnLedger(Refused):
    """The ledger names no such statement for the certificate; it is not the one, or not recorded yet."""

    certificate: bytes

    def __str__(self) -> str:
        return (
            f"the ledger names no such statement of 0x{self.certificate.hex()}; ask who gave it for the one "
            "that was recorded, or try again once it is"
        )


@dataclass(eq=False)
class StatementNotHeld(Refused):
    """No statement with this hash is kept here."""

    statement: bytes

    def __str__(self) -> str:
        return f"no statement 0x{self.statement.hex()} is kept here; ask the other side for it"


def take_statement(data: bytes, ledger: Ledger) -> Statement:
    """Keep a statement that somebody hands over, if the ledger names it; taken twice it is kept once.

    1. Read it.
    2. Find the event that has its hash.
    3. See that it says what the event says.
    4. Keep it.

    Raises `InputMalformed`, `StatementMalformed` or `StatementNotOnLedger`.
    """
    # 1. Read it.
    statement = statement_in(data)
    # 2. Find its event.
    life, named = ledger.procedures.life(statement.certificate), statement_hash(statement)
    event = _named(life, named)
    if event is None:
        raise StatementNotOnLedger(statement.certificate)
    # 3. Compare.
    if problems := tuple(_differences(statement, event, ledger)):
        raise StatementMalformed(problems)
    # 4. Keep it.
    return ledger.statements.take(statement)


def statement_held(named: bytes, ledger: Ledger) -> Statement:
    """Return a statement that is kept here; raises `StatementNotHeld`."""
    statement = ledger.statements.statement(named)
    if statement is None:
        raise StatementNotHeld(named)
    return statement


def concerned(life: Life) -> frozenset[str]:
    """Return the members that are party to a certificate, or are asked about it."""
    return frozenset[str]().union(*hearers(life).values())


def hearers(life: Life) -> Mapping[int | None, frozenset[str]]:
    """Return who is told what is said of a certificate, by case; under None, of all that is in no case.

    That are the two members of the certificate, and of a case those that ask and are asked in it.  Whoever
    opens a case about somebody else's certificate is told of that case and nothing else.
    """
    parties, asked = frozenset[str](), dict[int | None, frozenset[str]]()
    for one in life.occurrences:
        match one.event:
            case Issued(id=life.certificate, exporting=exporting, importing=importing):
                parties = frozenset({exporting, importing})
            case CaseOpened(case=case, importing=importing, exporting=exporting):
                asked[case] = frozenset({importing, exporting})
            case _:
                pass
    return {None: parties, **{case: parties | members for case, members in asked.items()}}


def told_to(statement: Statement, ledger: Ledger) -> frozenset[str]:
    """Return the members that may read a statement, beside the one that made it."""
    life, named = ledger.procedures.life(statement.certificate), statement_hash(statement)
    hearing = hearers(life)
    found = hearing[None]
    for one in life.occurrences:
        case = getattr(one.event, "case", None)
        if case in hearing and getattr(one.event, "statement", None) == named:
            found |= hearing[case] if belongs(statement, one.event, _member(one.event, ledger)) else set()
    return found


def spoken(event: Event, ledger: Ledger) -> Statement | None:
    """Return the statement of an event; None where it is not kept here, or is not the event's own."""
    named: bytes | None = getattr(event, "statement", None)
    said = ledger.statements.statement(named) if named is not None else None
    return said if said is not None and belongs(said, event, _member(event, ledger)) else None


def belongs(statement: Statement, event: Event, member: str | None) -> bool:
    """Whether a statement that an event names is that of the member that signed the event.

    Hashes are public, so a member could name what others said, to read it or to have it counted.
    """
    about = {getattr(event, "id", None), getattr(event, "about", None)}
    own = member is not None and statement.member == member
    return own and statement.certificate in about and statement.kind is _KINDS.get(type(event))


def _member(event: Event, ledger: Ledger) -> str | None:
    key = ledger.members.signer(getattr(event, "key", 0))
    return key.member if key is not None else None


def _named(life: Life, named: bytes) -> Event | None:
    events = (one.event for one in life.occurrences)
    return next((event for event in events if getattr(event, "statement", None) == named), None)


def _differences(statement: Statement, event: Event, ledger: Ledger) -> list[Problem]:
    """Return in what a statement differs from the event that names it."""
    wrong: list[Problem] = []
    if _member(event, ledger) != statement.member:
        wrong.append(Problem("/member", _RULE, "is not the member whose key signed the event"))
    if statement.kind is not _KINDS.get(type(event)):
        wrong.append(Problem("/kind", _RULE, "is not what the ledger recorded under this hash"))
    elif isinstance(event, Decided):
        wrong += _of_decision(statement, event)
    elif isinstance(event, RefusalClarified) and _numbers(statement.body.get("lines")) != lines_of(
        event.lines
    ):
        wrong.append(Problem("/body/lines", _RULE, "are not the lines that the ledger recorded"))
    return wrong


def _of_decision(statement: Statement, event: Decided) -> list[Problem]:
    body, wrong = statement.body, list[Problem]()
    number, lines = body.get("declaration"), body.get("lines")
    if not isinstance(number, str) or (
        declaration_key(statement.certificate, statement.member, number) != event.declaration
    ):
        wrong.append(Problem("/body/declaration", _RULE, "is not the declaration that the ledger recorded"))
    told = lines if isinstance(lines, dict) else {}
    for word, bits in (("granted", event.granted), ("refused", event.refused)):
        if _numbers(_decided(told, word)) != lines_of(bits):
            wrong.append(Problem("/body/lines", _RULE, f"{word} are not the lines that the ledger recorded"))
    if _presented(body.get("presentedOn")) != event.presented_at:
        wrong.append(Problem("/body/presentedOn", _RULE, "is not the day that the ledger recorded"))
    return wrong


def _decided(lines: dict[str, Any], word: str) -> list[str]:
    return [line for line, one in lines.items() if isinstance(one, dict) and one.get("decision") == word]


def _numbers(told: object) -> Collection[int] | None:
    """Return line numbers that are written as strings; None where they are not."""
    if not isinstance(told, list) or not all(isinstance(one, str) and _LINE.fullmatch(one) for one in told):
        return None
    return frozenset(map(int, told))


def _presented(told: object) -> int | None:
    try:
        return first_instant(date.fromisoformat(str(told)))
    except ValueError:
        return None
