"""What the issuing authority answers to a refusal, and whether a member lets lines be used in parts."""

import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from ledger.deciding import SALT
from ledger.deciding_asked import DecisionRefused, refusal
from ledger.errors import Finding
from ledger.events import CaseConcluded, Decided
from ledger.facts import Address, Authority, Role, Written
from ledger.issuing import WAIT, entitled
from ledger.origin.life import Life, told_in
from ledger.origin.lines import MOST_LINES, bits_of, lines_of
from ledger.ports import Ledger
from ledger.procedures_refusals import LinesMissing, LinesNotRefused
from ledger.receiving import carried_out
from ledger.refusals import CertificateUnknown, NotYourCertificate
from ledger.statements import Statement, StatementKind, statement_hash
from ledger.texts import text
from ledger.writes import Clarify, OfProcedures, SetSplitUse

TEXT: Final = 8000
"""Characters of an answer."""
MOST_EVIDENCE: Final = 32
"""Files that an answer may name by their hashes."""
ANSWERING: Final = "ATIGA OCP Rules 13.4 and 30.4"
_HASH: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the issuing authority says about refused lines."""

    certificate: bytes
    lines: tuple[int, ...]
    text: str
    evidence: tuple[bytes, ...] = ()
    """Hashes of files, 32 bytes each, that go to customs by another channel."""


@dataclass(frozen=True, slots=True)
class Clarified:
    """What came of an answer to a refusal."""

    statement: Statement
    """To be handed to customs of the importing member."""
    recorded: bool
    """Whether the ledger holds it; until then it is accepted and on its way."""
    repeated: bool
    """Whether the ledger had it before."""


@dataclass(frozen=True, slots=True)
class Switched:
    """What came of setting a switch."""

    allowed: bool
    recorded: bool
    repeated: bool


def clarify(
    answer: Answer, *, authority: int, account: Address, ledger: Ledger, wait: float = WAIT
) -> Clarified:
    """Answer the refusal of lines for the issuing authority; customs must then reconsider them.

    1. See that the account may act for the authority, and that its member issued the certificate.
    2. Keep the statement; the same said again is the one kept before, unless customs has refused again since.
    3. See that the lines are refused.
    4. Queue the write, and wait until the ledger holds it, `wait` seconds at most.

    Raises `DecisionRefused` when the answer is not as it must be, a twin of the contract's error such as
    `LinesNotRefused`, or `Unavailable`.
    """
    # 1. Who, and what.
    who = entitled(authority, account, ledger)
    if findings := tuple(_malformed(answer)):
        raise DecisionRefused(findings)
    entry = ledger.registry.evidence(answer.certificate, answer.certificate, bytes(32)).entry
    if entry is None:
        raise CertificateUnknown(answer.certificate)
    if entry.exporting != who.member:
        raise NotYourCertificate(answer.certificate, entry.exporting, who.member)
    if not answer.lines:
        raise LinesMissing
    # 2. What is said.
    life = ledger.procedures.life(answer.certificate)
    said = ledger.statements.keep(_statement(answer, who, life, ledger))
    named = statement_hash(said)
    if any(getattr(one.event, "statement", None) == named for one in life.occurrences):
        return Clarified(said, recorded=True, repeated=True)
    # 3. Of what.
    if others := frozenset(answer.lines) - told_in(life).use.refused:
        raise LinesNotRefused(answer.certificate, bits_of(others))
    # 4. Say it.
    lines = tuple(sorted(set(answer.lines)))
    write = Clarify(certificate=answer.certificate, lines=lines, statement=named)
    return Clarified(said, _written(write, account, ledger, wait) is not None, repeated=False)


def set_split_use(
    *, allowed: bool, authority: int, account: Address, ledger: Ledger, wait: float = WAIT
) -> Switched:
    """Say whether the authority's member lets a line be drawn down under several declarations.

    Said again, it changes nothing.  Raises a twin of the contract's error or `Unavailable`.
    """
    who = entitled(authority, account, ledger, Role.CUSTOMS)
    if ledger.procedures.split_use(who.member) == allowed:
        return Switched(allowed, recorded=True, repeated=True)
    written = _written(SetSplitUse(allowed), account, ledger, wait)
    return Switched(allowed, written is not None, repeated=False)


def _malformed(answer: Answer) -> Iterator[Finding]:
    if fault := text(TEXT, lines=True)(answer.text):
        yield refusal("CLARIFICATION-TEXT", "/text", fault[1], ANSWERING)
    if any(not 1 <= line <= MOST_LINES for line in answer.lines):
        message = f"a certificate has goods lines 1 to {MOST_LINES}"
        yield refusal("CLARIFICATION-LINE", "/lines", message, ANSWERING)
    if len(answer.evidence) > MOST_EVIDENCE or any(len(one) != _HASH for one in answer.evidence):
        message = f"name at most {MOST_EVIDENCE} files, each by a hash of 32 bytes"
        yield refusal("CLARIFICATION-EVIDENCE", "/evidence", message, ANSWERING)


def _refusals(life: Life, lines: Collection[int]) -> list[bytes]:
    """Return the hashes of what has refused some lines so far: decisions, and conclusions that denied."""
    found = list[bytes]()
    for one in life.occurrences:
        match one.event:
            case Decided(id=life.certificate, refused=word) | CaseConcluded(id=life.certificate, denied=word):
                found += [one.event.statement] if lines_of(word) & set(lines) else []
            case _:
                pass
    return found


def _statement(answer: Answer, who: Authority, life: Life, ledger: Ledger) -> Statement:
    return Statement(
        kind=StatementKind.CLARIFICATION,
        certificate=answer.certificate,
        member=who.member,
        authority=who.name,
        at=ledger.clock(),
        body={
            "lines": _words(answer.lines),
            "text": answer.text,
            "evidence": [f"0x{one.hex()}" for one in answer.evidence],
            "answering": [f"0x{one.hex()}" for one in _refusals(life, answer.lines)],
        },
        salt=secrets.token_bytes(SALT),
    )


def _words(lines: Collection[int]) -> list[str]:
    return [str(line) for line in sorted(set(lines))]


def _written(write: OfProcedures, account: Address, ledger: Ledger, wait: float) -> Written | None:
    queued = ledger.outbox.put_write(write, account, now=ledger.clock())
    return carried_out(queued.position, account, ledger, wait).written
