"""Deciding on a proof of origin at import: the steps of customs.

A decision is filed with the quantities it draws down, its statement and the write that carries it to the
ledger, in one transaction; from then on nothing loses it.  Decisions on one certificate are filed one after
the other, each judged with all before it, so of two processes that decide at once the second sees what the
first one took.  A repeated request finds the decision that the first one left and waits for it.
"""

import secrets
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from ledger.deciding_asked import REFUSING, Asked, DecisionRefused, Grant, malformed, refusal
from ledger.deciding_before import before_of, kept_for, undone
from ledger.deciding_rules import Before, against, used_up
from ledger.decision_port import Decision, DecisionsMovedOn, DecisionState, Draft, LineDecided, live_of
from ledger.errors import ArchiveUnavailable
from ledger.events import CaseConcluded, Occurrence, RefusalClarified
from ledger.events import Decided as Recorded
from ledger.facts import Address, Authority, Role
from ledger.issuing import WAIT, entitled
from ledger.origin.life import Life
from ledger.origin.lines import lines_of
from ledger.origin.reasons import LATE_WORDS
from ledger.ports import Ledger
from ledger.receiving import carried_out
from ledger.statements import (
    MOST_BYTES,
    Statement,
    StatementKind,
    declaration_key,
    statement_bytes,
    statement_hash,
)
from ledger.terms import first_instant
from ledger.writes import Decide

_ATTEMPTS: Final = 20
"""How often others may use lines of the same certificate between our look and our filing."""
SALT: Final = 32
"""Random bytes of a statement."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision."""

    decision: Decision
    statement: Statement
    """To be handed to the issuing authority."""
    remaining: Mapping[int, Decimal]
    """What is left of the lines that it grants, in the units certified."""
    repeated: bool
    """Whether the same was decided before."""

    @property
    def recorded(self) -> bool:
        """Whether the ledger holds it; until then it is accepted and on its way."""
        return self.decision.state is DecisionState.RECORDED


def decide(asked: Asked, *, authority: int, account: Address, ledger: Ledger, wait: float = WAIT) -> Decided:
    """Decide on goods lines for customs of the importing member, signed by one of its keys.

    1. See that the account may act for the authority, and that what is asked says what it must.
    2. Find the copy that is kept, and see that it is addressed to the authority's member.
    3. Gather how the certificate stands; a repetition of what was decided ends here.
    4. Apply the rules to every line; with one problem nothing is written, and all problems are told.
    5. Make the statement and the write, and file them: from here on it is decided, and nothing loses it.
    6. Wait until the ledger holds it, `wait` seconds at most.

    Raises `DecisionRefused`, `NotKept`, a twin of the contract's error such as `NotTheImportingMember`, or
    `Unavailable`.  What is not recorded in time comes back as accepted.
    """
    # 1. Who, and what.
    who = entitled(authority, account, ledger, Role.CUSTOMS)
    if findings := tuple(malformed(asked, ledger.clock().astimezone(UTC).date())):
        raise DecisionRefused(findings)
    # 2. The copy.
    kept = kept_for(asked.certificate, who, ledger)
    key = declaration_key(kept.id, who.member, asked.declaration)
    for _ in range(_ATTEMPTS):
        # 3. How it stands.
        life = ledger.procedures.life(kept.id)
        drawn = frozenset(draw.child for draw in ledger.archive.draws_on([kept.id]))
        before, enter = before_of(kept, life, ledger, declaration=key)
        if earlier := _repeated(asked, before, life):
            return _carried(earlier, account, ledger, wait, repeated=True)
        # 4. The rules.
        if findings := tuple(against(asked, key, before)):
            raise DecisionRefused(findings)
        # 5. File it.
        draft = replace(
            _drafted(asked, key, before, life, (who, account), ledger.clock()), enter=enter, drawn=drawn
        )
        with suppress(DecisionsMovedOn):
            return _carried(ledger.decisions.file(draft), account, ledger, wait, repeated=False)
    raise ArchiveUnavailable("others use the same certificate at the same time")


def _repeated(asked: Asked, before: Before, life: Life) -> Decision | None:
    """Return the decision that was made on the same request.

    A refusal that the issuer has answered since may be said once more: then customs has reconsidered it.  A
    grant that a verification took away since may be given once more.
    """
    same = [one for one in before.decisions if one.request == asked.request]
    if not same:
        return None
    answered = not asked.granted and _answers(life, asked.refused, after=same[-1].statement)
    return None if answered or asked.granted & undone(life, same[-1].statement) else same[-1]


def _answers(life: Life, lines: Collection[int], *, after: bytes | None = None) -> list[bytes]:
    """Return the hashes of the issuer's answers about some lines, after the event of a statement.

    Where that is not on the ledger yet, nobody has answered it.
    """
    told: list[Occurrence] = list(life.occurrences)
    if after is not None:
        places = [
            one.place for one in told if isinstance(one.event, Recorded) and one.event.statement == after
        ]
        told = [one for one in told if places and one.place > places[-1]]
    return [
        one.event.statement
        for one in told
        if isinstance(one.event, RefusalClarified) and lines_of(one.event.lines) & set(lines)
    ]


def _drafted(  # noqa: PLR0913, PLR0917 - what, under what, on what grounds, by whom, when
    asked: Asked, key: bytes, before: Before, life: Life, by: tuple[Authority, Address], now: datetime
) -> Draft:
    """Return a decision that nothing speaks against, with its statement and its write."""
    (who, account), spent = by, used_up(asked, before)
    statement = Statement(
        kind=StatementKind.DECISION,
        certificate=asked.certificate,
        member=who.member,
        authority=who.name,
        at=now,
        body=_body(asked, spent, _answers(life, asked.lines), _confirmed(life, asked.granted & before.anew)),
        salt=secrets.token_bytes(SALT),
    )
    if len(statement_bytes(statement)) > MOST_BYTES:
        message = f"the statement of a decision has at most {MOST_BYTES} bytes; say less"
        raise DecisionRefused((refusal("DECISION-TEXT", "/lines", message, REFUSING),))
    named = statement_hash(statement)
    decision = Decision(
        certificate=asked.certificate,
        declaration=key,
        number=asked.declaration,
        request=asked.request,
        presented_on=asked.presented_on,
        late=asked.late,
        lines=tuple(_lines(asked)),
        statement=named,
        authority=who.id,
        account=account,
        decided_at=now,
    )
    write = Decide(
        certificate=asked.certificate,
        declaration=key,
        granted=tuple(sorted(asked.granted)),
        used_up=tuple(sorted(spent)),
        refused=tuple(sorted(asked.refused)),
        presented_at=datetime.fromtimestamp(first_instant(asked.presented_on), UTC),
        late=asked.late,
        statement=named,
    )
    return Draft(decision, statement, None, write, live_of(before.decisions))


def _lines(asked: Asked) -> list[LineDecided]:
    return [
        LineDecided(line, granted=True, quantity=one.quantity, unit=one.unit)
        if isinstance(one, Grant)
        else LineDecided(line, granted=False)
        for line, one in sorted(asked.lines.items())
    ]


def _confirmed(life: Life, lines: Collection[int]) -> list[bytes]:
    """Return the hashes of the conclusions that confirmed lines granted before."""
    return [
        one.event.statement
        for one in life.occurrences
        if isinstance(one.event, CaseConcluded) and lines_of(one.event.confirmed) & set(lines)
    ]


def _body(
    asked: Asked, spent: Collection[int], answers: Collection[bytes], confirmed: Collection[bytes]
) -> dict[str, Any]:
    """Return what the statement says.

    `answering` are the issuer's answers that customs has considered, `restoring` the conclusions of
    verifications on which it grants again what an earlier one had taken away.
    """
    lines: dict[str, dict[str, Any]] = {}
    for line, one in sorted(asked.lines.items()):
        if isinstance(one, Grant):
            told = {"decision": "granted", "quantity": f"{one.quantity:f}", "unit": one.unit}
            lines[str(line)] = {**told, "usedUp": line in spent}
        else:
            lines[str(line)] = {"decision": "refused", "reasons": list(one.reasons), "text": one.text}
    body: dict[str, Any] = {
        "declaration": asked.declaration,
        "presentedOn": asked.presented_on.isoformat(),
        "late": LATE_WORDS[asked.late],
        "lateText": asked.late_text,
        "office": asked.office,
        "lines": lines,
    }
    for name, hashes in (("answering", answers), ("restoring", confirmed)):
        body |= {name: [f"0x{one.hex()}" for one in hashes]} if hashes else {}
    return body


def _carried(decision: Decision, account: Address, ledger: Ledger, wait: float, *, repeated: bool) -> Decided:
    """Wait for the write of a decision; raises the refusal when the contract refused it."""
    if decision.state is DecisionState.ACCEPTED:
        carried_out(decision.dispatch, account, ledger, wait)
    held = ledger.decisions.decisions(decision.certificate)
    seen = next(one for one in held if one.position == decision.position)
    statement = ledger.statements.statement(seen.statement)
    if statement is None:
        raise ArchiveUnavailable("the statement of a decision is not there")
    kept = ledger.kept.kept([seen.certificate])[seen.certificate]
    before, _ = before_of(kept, ledger.procedures.life(kept.id), ledger)
    return Decided(seen, statement, {line: before.remaining(line) for line in seen.granted}, repeated)
