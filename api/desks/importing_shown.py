"""A certificate on the desk of customs: how each goods line stands, what was decided, said and asked."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from api.dependencies import Caller
from api.desks.cases_shown import CaseRow, row_of
from ledger.certificate import Item
from ledger.deciding_told import DecisionTold, LineUse, decisions_of
from ledger.decision_port import DecisionState
from ledger.errors import CertificateNotFiled, Unavailable
from ledger.events import Decided, RefusalClarified, moment
from ledger.facts import Issuer
from ledger.kept_port import Kept
from ledger.origin.facts import LateGround
from ledger.origin.life import Life, Story, told_in
from ledger.origin.lines import lines_of
from ledger.origin.reasons import REASONS
from ledger.ports import Ledger
from ledger.presented import examined, opened
from ledger.said import Said, said
from ledger.statement_exchange import spoken
from ledger.verdict import Verdict
from ledger.verifying import verify_examined

STATES: Final[Mapping[str, Said]] = {
    "undecided": said("Undecided"),
    "granted": said("Granted"),
    "refused": said("Refused"),
    "denied": said("Denied by a verification"),
}
LATE_NAMES: Final[Mapping[LateGround, Said]] = {
    LateGround.FORCE_MAJEURE: said("Force majeure"),
    LateGround.BEYOND_CONTROL: said("Other valid causes beyond the control of importer or exporter"),
    LateGround.IMPORTED_IN_TIME: said("The goods were imported before the validity ended"),
}
"""Grounds on which a late proof is accepted (ATIGA OCP Rule 14(b) and (c))."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the issuer said to a refusal."""

    at: datetime
    who: Issuer | None
    text: str
    evidence: int
    """How many files were handed over beside it."""
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineShown:
    """A goods line."""

    number: int
    description: str
    hs_code: str
    unit: str
    certified: str
    drawn: str
    remaining: str
    complete: bool
    """Whether it is known how much was granted."""
    state: Said
    tone: str
    suspended: bool
    used_up: bool
    open_case: int | None
    answers: tuple[Answer, ...]
    """Of the issuer, since the line was last decided on."""


@dataclass(frozen=True, slots=True)
class DecisionShown:
    """A decision that was made."""

    number: str
    """The declaration's; nothing where it was made by another archive of the member."""
    at: datetime
    who: Issuer | None
    recorded: bool
    presented_on: date
    late: Said | None
    granted: tuple[tuple[int, str], ...]
    """Lines with quantities, as far as they are known."""
    refused: tuple[tuple[int, tuple[Said | str, ...], str], ...]
    """Lines with reasons in words, and what was said."""
    statement: str
    """Hash of its statement; nothing where that is not kept here."""


@dataclass(frozen=True, slots=True)
class OnDesk:
    """A certificate that was received."""

    kept: Kept
    verdict: Verdict
    """What a verification says of the copy now."""
    received_at: datetime | None
    today: date
    days: int
    """Left to the last day of validity; below zero, days since."""
    lines: tuple[LineShown, ...]
    decisions: tuple[DecisionShown, ...]
    cases: tuple[CaseRow, ...]
    split_use: bool

    @property
    def waiting(self) -> bool:
        """Whether something is on its way to the ledger."""
        return self.received_at is None or any(not one.recorded for one in self.decisions)


def own_copy(certificate: bytes, caller: Caller, ledger: Ledger) -> Kept:
    """Return the copy of a certificate made out to the caller's member; for everybody else there is none."""
    kept = ledger.kept.kept([certificate]).get(certificate)
    if kept is None or kept.terms.importing != caller.member:
        raise CertificateNotFiled(certificate)
    return kept


def on_desk(kept: Kept, ledger: Ledger) -> OnDesk:
    """Return a certificate as customs of the importing member sees it."""
    life, told = ledger.procedures.life(kept.id), decisions_of(kept.id, ledger)
    story, today = told_in(life), ledger.clock().date()
    use = {line.line: line for line in told.lines}
    answers = _answers(life, ledger)
    return OnDesk(
        kept=kept,
        verdict=verify_examined(examined(opened(kept.envelope)), ledger),
        received_at=story.use.received_at,
        today=today,
        days=(kept.terms.valid_until - today).days,
        lines=tuple(
            _line(item, use[item.number], story, answers.get(item.number, ()))
            for item in kept.certificate.items
        ),
        decisions=tuple(_decision(one, kept.id, ledger) for one in reversed(told.decisions)),
        cases=tuple(
            row_of(case, kept.terms.importing, ledger.clock()) for _, case in sorted(story.cases.items())
        ),
        split_use=ledger.procedures.split_use(kept.terms.importing),
    )


def _line(item: Item, use: LineUse, story: Story, answers: Sequence[Answer]) -> LineShown:
    asked = (case.id for case in story.cases.values() if case.open and item.number in case.lines)
    return LineShown(
        number=item.number,
        description=item.description,
        hs_code=item.hs_code,
        unit=use.unit,
        certified=f"{use.certified:f}",
        drawn=f"{use.drawn:f}",
        remaining="0" if use.used_up else f"{max(use.remaining, Decimal(0)):f}",
        complete=use.complete,
        state=STATES[use.state],
        tone=use.state,
        suspended=use.suspended,
        used_up=use.used_up,
        open_case=next(asked, None),
        answers=tuple(answers),
    )


def _answers(life: Life, ledger: Ledger) -> Mapping[int, Sequence[Answer]]:
    """Return the issuer's answers by line, as far as the line was not decided on since."""
    found: dict[int, list[Answer]] = {}
    for one in life.occurrences:
        match one.event:
            case RefusalClarified(id=life.certificate, lines=lines) as event:
                statement = spoken(event, ledger)
                body = statement.body if statement else {}
                evidence = body.get("evidence", ())
                answer = Answer(
                    at=moment(one.at),
                    who=_signer(event.key, ledger),
                    text=str(body.get("text", "")),
                    evidence=len(evidence) if isinstance(evidence, list | tuple) else 0,
                    kept=statement is not None,
                )
                for line in lines_of(lines):
                    found.setdefault(line, []).append(answer)
            case Decided(id=life.certificate, granted=granted, refused=refused):
                for line in lines_of(granted | refused):
                    found.pop(line, None)
    return found


def _signer(key: int, ledger: Ledger) -> Issuer | None:
    with suppress(Unavailable):
        known = ledger.members.signer(key)
        return ledger.members.issuer(known.authority) if known else None
    return None


def _decision(one: DecisionTold, certificate: bytes, ledger: Ledger) -> DecisionShown:
    here = {held.declaration: held.number for held in ledger.decisions.decisions(certificate)}
    lines = (one.said or {}).get("lines")
    body = lines if isinstance(lines, dict) else {}
    return DecisionShown(
        number=here.get(one.declaration) or str((one.said or {}).get("declaration", "")),
        at=one.at,
        who=one.who,
        recorded=one.state is DecisionState.RECORDED,
        presented_on=one.presented_on,
        late=LATE_NAMES.get(one.late),
        granted=tuple((line, _quantity(body.get(str(line)))) for line in one.granted),
        refused=tuple((line, *_refusal(body.get(str(line)))) for line in one.refused),
        statement=f"0x{one.statement.hex()}" if one.said is not None else "",
    )


def _quantity(told: object) -> str:
    return f"{told.get('quantity', '')} {told.get('unit', '')}".strip() if isinstance(told, dict) else ""


def _refusal(told: object) -> tuple[tuple[Said | str, ...], str]:
    if not isinstance(told, dict):
        return (), ""
    codes: Collection[object] = told.get("reasons", ())
    words = tuple(REASONS[str(code)].words if str(code) in REASONS else str(code) for code in codes)
    return words, str(told.get("text", ""))
