"""How a certificate stands before customs decides on it, gathered from the ledger and the archive."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from ledger.deciding_rules import Before
from ledger.decision_port import Decision
from ledger.errors import NotRecordedYet
from ledger.events import CaseConcluded, Decided
from ledger.facts import Authority, Evidence, Standing
from ledger.kept_port import Kept, NotKept
from ledger.origin.life import Life, told_in
from ledger.origin.lines import lines_of
from ledger.ports import Ledger
from ledger.procedures_refusals import NotTheImportingMember
from ledger.reexporting import reexported
from ledger.statement_exchange import spoken
from ledger.statements import Statement
from ledger.writes import Enter

_QUANTITY: Final = re.compile(r"[0-9]{1,40}(?:\.[0-9]{1,40})?")


def kept_for(certificate: bytes, who: Authority, ledger: Ledger) -> Kept:
    """Return the copy of a certificate that customs decides on; raises `NotKept`, `NotTheImportingMember`."""
    kept = ledger.kept.kept([certificate]).get(certificate)
    if kept is None:
        raise NotKept(certificate)
    if kept.terms.importing != who.member:
        raise NotTheImportingMember(certificate, kept.terms.importing, who.member)
    return kept


def before_of(
    kept: Kept, life: Life, ledger: Ledger, *, declaration: bytes = b""
) -> tuple[Before, Enter | None]:
    """Return how a certificate stands before a decision under a declaration, and the entry it needs first.

    Raises `NotRecordedYet` when the ledger, as far as it is read here, does not hold it.
    """
    evidence = ledger.registry.evidence(kept.id, kept.root, kept.terms.reference_key)
    if evidence.entry is None and evidence.anchor is None:
        raise NotRecordedYet(kept.id)
    story = told_in(life)
    decisions = tuple(one for one in ledger.decisions.decisions(kept.id) if one.live)
    claim, waiting = story.claims.get(declaration), _waiting(life, decisions)
    lost = claim.granted - story.use.granted if claim else frozenset[int]()
    anew = lost.difference(*(one.granted for one in waiting if one.declaration == declaration))
    elsewhere, untold = _elsewhere(life, decisions, ledger, besides={(declaration, line) for line in anew})
    before = Before(
        kept=kept,
        standing=_standing(evidence),
        replacement=evidence.replacement,
        compromised_from=_compromised(evidence),
        use=story.use,
        claim=claim,
        decisions=decisions,
        split_use=ledger.procedures.split_use(kept.terms.importing),
        declaration=declaration,
        waiting=frozenset[int]().union(*(one.granted for one in waiting)),
        anew=anew,
        elsewhere=elsewhere,
        untold=untold,
    )
    return before, None if evidence.entry else Enter(kept.terms, kept.root, kept.siblings)


def granted_in(statement: Statement | None, lines: Collection[int]) -> Mapping[int, Decimal] | None:
    """Return the quantities that a decision's statement grants of lines; None where it does not say them."""
    return granted_by(statement.body, lines) if statement is not None else None


def granted_by(body: Mapping[str, Any], lines: Collection[int]) -> Mapping[int, Decimal] | None:
    """Return the quantities that the body of a decision's statement grants of lines, as `granted_in`."""
    told = body.get("lines")
    if not isinstance(told, dict):
        return None
    try:
        texts = {line: told[str(line)]["quantity"] for line in lines}
    except (KeyError, TypeError):
        return None
    # What others write is counted only where it is a plain quantity above zero.
    if not all(isinstance(text, str) and _QUANTITY.fullmatch(text) for text in texts.values()):
        return None
    quantities = {line: Decimal(text) for line, text in texts.items()}
    return quantities if all(quantities.values()) else None


def undone(life: Life, statement: bytes) -> frozenset[int]:
    """Return the lines that a verification denied after the decision of a statement."""
    denied, decided = frozenset[int](), False
    for one in life.occurrences:
        event = one.event
        if isinstance(event, Decided):
            decided |= event.statement == statement
        elif isinstance(event, CaseConcluded) and decided and event.id == life.certificate:
            denied |= lines_of(event.denied)
    return denied


def _waiting(life: Life, decisions: Collection[Decision]) -> list[Decision]:
    """Return the decisions filed here that the ledger does not show yet."""
    shown = {one.event.statement for one in life.occurrences if isinstance(one.event, Decided)}
    return [one for one in decisions if one.statement not in shown]


def _elsewhere(
    life: Life, decisions: Collection[Decision], ledger: Ledger, besides: Collection[tuple[bytes, int]]
) -> tuple[Mapping[int, Decimal], Mapping[int, bytes]]:
    """Return what was re-exported or granted by other archives, and where it is not known how much.

    The ledger names every decision; one that is not of this archive says its quantities in its statement.
    Of a line under one declaration the larger grant counts, and none where that is among `besides`.
    """
    ours = {one.statement for one in decisions}
    drawn, untold = defaultdict[int, Decimal](Decimal), dict[int, bytes]()
    drawn |= reexported(life.certificate, ledger)
    granted = dict[tuple[bytes, int], Decimal]()
    for one in life.occurrences:
        event = one.event
        if not isinstance(event, Decided) or event.statement in ours or event.id != life.certificate:
            continue
        lines = lines_of(event.granted)
        quantities = granted_in(spoken(event, ledger), lines)
        if quantities is None:
            untold |= dict.fromkeys(lines, event.statement)
            continue
        for line, quantity in quantities.items():
            place = event.declaration, line
            granted[place] = max(quantity, granted.get(place, quantity))
    for (declaration, line), quantity in granted.items():
        if (declaration, line) not in besides:
            drawn[line] += quantity
    return drawn, untold


def _standing(evidence: Evidence) -> Standing:
    """Return cancelled or replaced for a certificate that was ended, else valid."""
    entry = evidence.entry
    if entry is None or entry.ended_at is None:
        return Standing.VALID
    return entry.standing_at(max(evidence.as_of.time, entry.ended_at))


def _compromised(evidence: Evidence) -> datetime | None:
    """Return from when the issuer's key is not trusted, where it was not when it issued."""
    recorded = evidence.entry.issued_at if evidence.entry else None
    if evidence.anchor is not None and recorded is None:
        recorded = evidence.anchor.anchored_at
    since = evidence.key.compromised_from if evidence.key else None
    return since if since is not None and recorded is not None and since <= recorded else None
