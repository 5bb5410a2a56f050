"""One suite for the port `Decisions`, run on the decisions in memory and on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ledger.archive import open_archive
from ledger.decision_port import (
    Decision,
    Decisions,
    DecisionsMovedOn,
    DecisionState,
    Draft,
    LineDecided,
    NoDecisions,
    live_of,
)
from ledger.draws import Drawing, OriginalDraw, OriginalOverdrawn
from ledger.errors import ArchiveNotNamed
from ledger.facts import Address
from ledger.memory_archive import MemoryArchive
from ledger.memory_decisions import MemoryDecisions
from ledger.memory_statements import MemoryStatements
from ledger.origin.facts import LateGround
from ledger.outbox import DispatchKind, Outbox
from ledger.ports import Archive
from ledger.procedures_refusals import LinesUsedUp
from ledger.statement_port import Statements
from ledger.statements import Statement, StatementKind, statement_hash
from ledger.terms import Scheme, Terms, certificate_id
from ledger.writes import Decide, Enter
from tests.ledger.archive.filings import a_filing, a_receipt

NOW = datetime(2026, 11, 2, 9, 30, 15, tzinfo=UTC)
KEY = Address(f"0x{'B1' * 20}")
TERMS = Terms(b"\1" * 32, b"\2" * 32, "VN", "TH", date(2026, 11, 2), date(2027, 11, 1), Scheme.ATIGA_FORM_D)
CERTIFICATE = certificate_id(TERMS)
ENTER = Enter(TERMS, b"\3" * 32, (b"\4" * 32,))
CERTIFIED = Decimal("19200.5")


@dataclass
class Bench:
    """Decisions with the outbox and the statements that they share a database with."""

    decisions: Decisions
    outbox: Outbox
    statements: Statements
    archive: Archive

    def file(self, number: int = 1, *, enter: Enter | None = None, **overrides: Any) -> Decision:
        """File a decision that was judged with all there is."""
        seen = live_of(self.decisions.decisions(overrides.get("certificate", CERTIFICATE)))
        return self.decisions.file(a_draft(number, seen=seen, enter=enter, **overrides))


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return each kind of archive in turn, the one in memory too."""
    return str(request.param)


@pytest.fixture
def bench(request: pytest.FixtureRequest, database_kind: str) -> Iterator[Bench]:
    """Give each test an empty store, of each kind."""
    if database_kind == "memory":
        archive, statements = MemoryArchive(), MemoryStatements()
        yield Bench(MemoryDecisions(archive, statements), archive.outbox, statements, archive)
        return
    rooms = open_archive(request.getfixturevalue("archive_url"))
    yield Bench(rooms.decisions, rooms.outbox, rooms.statements, rooms.certificates)
    rooms.close()


def a_draft(
    number: int = 1, *, seen: frozenset[int] = frozenset(), enter: Enter | None = None, **overrides: Any
) -> Draft:
    """Return a decision on two lines under a declaration of its own, with its statement and its write."""
    statement = Statement(
        kind=StatementKind.DECISION,
        certificate=overrides.get("certificate", CERTIFICATE),
        member="TH",
        authority="Thai Customs",
        at=NOW,
        body={"declaration": f"A{number}"},
        salt=bytes([number]) * 32,
    )
    fields: dict[str, Any] = {
        "certificate": CERTIFICATE,
        "declaration": bytes([number]) * 32,
        "number": f"A{number}",
        "request": bytes([100 + number]) * 32,
        "presented_on": date(2026, 11, 2),
        "late": LateGround.NONE,
        "lines": (
            LineDecided(1, granted=True, quantity=Decimal("10.50"), unit="KGM"),
            LineDecided(3, granted=False),
        ),
        "statement": statement_hash(statement),
        "authority": 5,
        "account": KEY,
        "decided_at": NOW,
    }
    decision = Decision(**fields | overrides)
    write = Decide(
        certificate=decision.certificate,
        declaration=decision.declaration,
        granted=tuple(sorted(decision.granted)),
        used_up=(),
        refused=tuple(sorted(decision.refused)),
        presented_at=datetime(2026, 11, 2, tzinfo=UTC),
        late=decision.late,
        statement=decision.statement,
    )
    return Draft(decision, statement, enter, write, seen)


def test_a_decision_comes_back_as_it_was_filed(bench: Bench) -> None:
    """With its lines and its quantities to the digit, in the order of filing."""
    first = bench.file(1)
    second = bench.file(2, late=LateGround.FORCE_MAJEURE, lines=(LineDecided(64, granted=False),))
    assert list(bench.decisions.decisions(CERTIFICATE)) == [first, second]
    assert first == replace(
        a_draft(1).decision, position=first.position, dispatch=first.dispatch, state=DecisionState.ACCEPTED
    )
    assert str(first.lines[0].quantity) == "10.50"
    assert (first.granted, first.refused) == (frozenset({1}), frozenset({3}))
    assert second.position > first.position
    assert bench.decisions.decisions(b"\0" * 32) == ()


def test_certificates_that_were_decided_on_are_told_each_once_in_their_order(bench: Bench) -> None:
    """Page by page, and none where nothing was decided."""
    assert bench.decisions.decided() == NoDecisions().decided() == ()
    named = [bytes([number]) * 32 for number in (7, 3, 5)]
    for number, certificate in enumerate([*named, named[0]], 1):
        bench.file(number, certificate=certificate)
    ordered = tuple(sorted(named))
    assert tuple(bench.decisions.decided()) == ordered
    assert tuple(bench.decisions.decided(limit=2)) == ordered[:2]
    assert tuple(bench.decisions.decided(after=ordered[0], limit=2)) == ordered[1:]
    assert tuple(bench.decisions.decided(after=ordered[-1])) == ()


def test_a_decision_takes_its_statement_and_its_write_along(bench: Bench) -> None:
    """The outbox says what was decided, by the key of who decided."""
    draft = a_draft()
    filed = bench.decisions.file(draft)
    write = bench.outbox.find(filed.dispatch)
    assert write is not None
    assert (write.kind, write.account) == (DispatchKind.PROCEDURE, KEY)
    assert bench.outbox.said(filed.dispatch) == draft.write
    assert bench.statements.statement(draft.decision.statement) == draft.statement


def test_an_entry_is_queued_before_the_decision_that_needs_it(bench: Bench) -> None:
    """By the same key, whose writes go out in their order; two decisions queue it once."""
    first = bench.file(1, enter=ENTER)
    bench.file(2, enter=ENTER)
    said = [bench.outbox.said(one.position) for one in bench.outbox.open(KEY, 10)]
    assert said[0] == ENTER
    assert len(said) == 3
    assert bench.outbox.said(first.dispatch) == a_draft(1).write


def test_a_decision_says_how_far_its_write_has_come(bench: Bench) -> None:
    """Recorded or refused, as the outbox has it; what was refused counts no more."""
    first, second = bench.file(1), bench.file(2)
    found = [bench.outbox.find(one.dispatch) for one in (first, second)]
    assert found[0]
    assert found[1]
    bench.outbox.settle(found[0], a_receipt(1))
    bench.outbox.refuse(found[1], LinesUsedUp(CERTIFICATE, 1))
    told = bench.decisions.decisions(CERTIFICATE)
    assert [one.state for one in told] == [DecisionState.RECORDED, DecisionState.REFUSED]
    assert live_of(told) == {first.position}


def test_what_is_decided_again_after_a_refusal_rests_on_the_first_statement(bench: Bench) -> None:
    """It says the same, so it is known by one hash."""
    first = bench.file(1)
    write = bench.outbox.find(first.dispatch)
    assert write is not None
    bench.outbox.refuse(write, LinesUsedUp(CERTIFICATE, 1))
    draft = a_draft(1)
    anew = replace(draft.statement, salt=b"\7" * 32, at=NOW + timedelta(hours=1))
    again = bench.decisions.file(
        replace(draft, statement=anew, decision=replace(draft.decision, statement=statement_hash(anew)))
    )
    assert again.statement == first.statement
    assert bench.outbox.said(again.dispatch) == draft.write
    assert list(bench.statements.statements_of(CERTIFICATE)) == [draft.statement]


def test_a_decision_judged_with_others_than_there_are_is_not_filed(bench: Bench) -> None:
    """Neither with fewer nor with one that was refused since; nothing of it is stored."""
    first = bench.file(1)
    with pytest.raises(DecisionsMovedOn) as refused:
        bench.decisions.file(a_draft(2))
    assert refused.value.certificate == CERTIFICATE
    write = bench.outbox.find(first.dispatch)
    assert write is not None
    bench.outbox.refuse(write, LinesUsedUp(CERTIFICATE, 1))
    with pytest.raises(DecisionsMovedOn):
        bench.decisions.file(a_draft(2, seen=frozenset({first.position})))
    assert bench.statements.statement(a_draft(2).decision.statement) is None
    assert bench.outbox.backlog().writes == 0
    bench.decisions.file(a_draft(2))
    bench.decisions.file(a_draft(3, certificate=b"\5" * 32))


def test_of_many_who_draw_on_one_line_at_once_no_two_see_the_same(bench: Bench, database_kind: str) -> None:
    """Each asks for a seventh of the line and asks again when others were quicker: six and no more get it."""
    tries = 3 if database_kind == "memory" else 9
    share = CERTIFIED / 7

    def attempt(number: int) -> bool:
        for _ in range(100):
            held = bench.decisions.decisions(CERTIFICATE)
            drawn = sum((line.quantity for one in held if one.live for line in one.lines), Decimal(0))
            if drawn + share * 2 > CERTIFIED:
                return False
            line = LineDecided(1, granted=True, quantity=share, unit="KGM")
            try:
                bench.decisions.file(a_draft(number, seen=live_of(held), lines=(line,)))
            except DecisionsMovedOn:
                continue
            return True
        return False

    with ThreadPoolExecutor(tries) as pool:
        done = list(pool.map(attempt, range(1, tries + 1)))
    granted = [one for one in bench.decisions.decisions(CERTIFICATE) if one.live]
    assert done.count(True) == len(granted) == min(tries, 6)
    assert sum(one.lines[0].quantity for one in granted) <= CERTIFIED


def test_without_an_archive_nothing_is_decided() -> None:
    """A verifier needs none."""
    nothing = NoDecisions()
    assert nothing.decisions(CERTIFICATE) == ()
    with pytest.raises(ArchiveNotNamed):
        nothing.file(a_draft())


def test_decisions_and_re_exports_of_one_certificate_see_each_other(bench: Bench) -> None:
    """Whichever was judged without the other is not filed: both draw on the same quantity."""
    draw = OriginalDraw(
        child=a_filing(1).id,
        child_line=1,
        original=CERTIFICATE,
        original_line=1,
        part=1,
        quantity=Decimal(60),
        unit="KGM",
    )
    limits = {draw.place: CERTIFIED}
    first = bench.file()
    with pytest.raises(OriginalOverdrawn):
        bench.archive.file(a_filing(1), Drawing((draw,), limits))
    assert bench.archive.find(draw.child) is None
    seen = frozenset({first.position})
    bench.archive.file(a_filing(1), Drawing((draw,), limits, decided={CERTIFICATE: seen}))
    with pytest.raises(DecisionsMovedOn):
        bench.decisions.file(a_draft(2, seen=seen))
    with_it = replace(a_draft(2, seen=seen), drawn=frozenset({draw.child}))
    assert bench.decisions.file(with_it).position > first.position
