"""Decisions at import: what is granted and refused, what stands against it, and what becomes of retries."""

import inspect
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ledger import deciding_asked, deciding_rules
from ledger.certificate import Replaced
from ledger.clarifying import set_split_use
from ledger.deciding_asked import DecisionRefused, Grant, Refusal
from ledger.deciding_told import decisions_of
from ledger.decision_port import DecisionState
from ledger.events import Decided as Recorded
from ledger.events import Entered
from ledger.facts import Reason, Role
from ledger.issuing import cancel, envelope_of, replace_certificate
from ledger.kept_port import NotKept
from ledger.origin.facts import CaseGround, LateGround
from ledger.origin.life import told_in
from ledger.origin.reasons import REASONS
from ledger.procedures_refusals import LinesUsedUp, NotTheImportingMember
from ledger.refusals import NotAuthorised
from ledger.statements import declaration_key, statement_hash
from ledger.writes import ConcludeCase, OpenCase, SetSplitUse, SetSuspension
from tests.builders import a_certificate, an_item, ticked
from tests.customs import (
    CUSTOMS,
    DAY,
    DOUBTED,
    FIRST,
    MALAYSIA,
    MINISTRY,
    MY,
    OTHER_CUSTOMS,
    SECOND,
    TH,
    TH_OTHER,
    TODAY,
    VN,
    Archive,
    Border,
    days_ago,
    kilograms,
)


@pytest.fixture
def border() -> Border:
    """Return both sides."""
    return Border()


def refused(border: Border, *given: Any, **more: Any) -> dict[str, tuple[str, str]]:
    """Return what speaks against a decision: by pointer the rule and its source; nothing was written."""
    certificate = given[0]
    before = border.customs.outbox.backlog(), border.chain.head().block
    with pytest.raises(DecisionRefused) as told:
        border.decide(*given, **more)
    assert (border.customs.outbox.backlog(), border.chain.head().block) == before
    assert all(certificate.hex() not in one.message for one in told.value.findings)
    return {one.pointer: (one.rule, one.source) for one in told.value.findings}


def rules(border: Border, *given: Any, **more: Any) -> dict[str, str]:
    """Return the rules that speak against a decision, by pointer."""
    return {pointer: rule for pointer, (rule, _) in refused(border, *given, **more).items()}


def message(border: Border, *given: Any, **more: Any) -> str:
    """Return what is said against a decision."""
    with pytest.raises(DecisionRefused) as told:
        border.decide(*given, **more)
    (one,) = told.value.findings
    return one.message


def test_a_decision_is_on_the_ledger_by_line_and_its_quantities_in_the_statement(border: Border) -> None:
    """Two of three lines granted, one refused: bits on the ledger, all else under one hash."""
    one = border.issued("100", "50", "30")
    done = border.decide(one, {1: kilograms("40"), 2: kilograms("50"), 3: DOUBTED})
    assert done.recorded
    assert not done.repeated
    assert done.remaining == {1: Decimal(60), 2: Decimal(0)}
    use = border.use(one)
    assert (set(use.granted), set(use.refused), set(use.used_up)) == ({1, 2}, {3}, {2})
    (event,) = [each.event for each in border.chain.life(one).occurrences if isinstance(each.event, Recorded)]
    assert event.statement == statement_hash(done.statement)
    assert event.declaration == declaration_key(one, "TH", FIRST)
    assert done.statement.body == {
        "declaration": FIRST,
        "presentedOn": "2026-11-20",
        "late": "",
        "lateText": "",
        "office": "Bangkok Port",
        "lines": {
            "1": {"decision": "granted", "quantity": "40", "unit": "KGM", "usedUp": False},
            "2": {"decision": "granted", "quantity": "50", "unit": "KGM", "usedUp": True},
            "3": {"decision": "refused", "reasons": ["ORIGIN-DOUBTED"], "text": "Where was it milled?"},
        },
    }


def test_lines_that_are_not_named_stay_undecided_and_can_be_decided_later(border: Border) -> None:
    """Under the same declaration too."""
    one = border.issued("100", "50")
    border.decide(one, {1: kilograms("40")})
    assert border.use(one).granted == {1}
    border.decide(one, {2: kilograms("50")})
    assert border.use(one).granted == {1, 2}
    assert border.use(one).declarations == 1


def test_the_same_request_again_is_the_decision_of_the_first_time(border: Border) -> None:
    """By another key and after a restart too; nothing is drawn twice."""
    one = border.issued("100")
    first = border.decide(one, {1: kilograms("40")})
    block = border.chain.head().block
    for account in (CUSTOMS, SECOND):
        again = border.decide(one, {1: kilograms("40")}, account=account)
        assert again.repeated
        assert (again.decision, again.statement) == (first.decision, first.statement)
        assert again.remaining == {1: Decimal(60)}
    assert border.chain.head().block == block


def test_a_line_is_drawn_down_under_several_declarations_to_its_end_and_no_further(border: Border) -> None:
    """The last one uses it up; what asks for more is told what remains."""
    one = border.issued("100", "7")
    border.decide(one, {1: kilograms("60.5")}, "A1")
    assert refused(border, one, {1: kilograms("39.6")}, "A2") == {
        "/lines/1/quantity": ("DECISION-OVERUSE", "ATIGA OCP Rules 16.1 and 16.3")
    }
    assert message(border, one, {1: kilograms("39.6")}, "A2") == "39.5 KGM of 100 KGM remain"
    last = border.decide(one, {1: kilograms("39.5")}, "A2")
    assert last.remaining == {1: Decimal(0)}
    assert border.use(one).used_up == {1}
    assert message(border, one, {1: kilograms("0.1")}, "A3") == "0 KGM of 100 KGM remain"
    border.decide(one, {2: kilograms("7")}, "A3")


def test_a_declaration_is_used_once_for_each_line(border: Border) -> None:
    """Another quantity under it, or a refusal of what it has granted, is reuse."""
    one = border.issued("100", "50")
    border.decide(one, {1: kilograms("40")})
    assert rules(border, one, {1: kilograms("41")}) == {"/lines/1": "DECISION-REUSE"}
    assert rules(border, one, {1: DOUBTED}) == {"/lines/1": "DECISION-REUSE"}
    assert rules(border, one, {1: kilograms("40"), 2: kilograms("1")}) == {"/lines/1": "DECISION-REUSE"}
    assert rules(border, one, {1: kilograms("40")}, FIRST.lower() + " ") != {}
    border.decide(one, {1: kilograms("40")}, "A2")


def test_a_quantity_is_drawn_in_the_unit_that_is_certified(border: Border) -> None:
    """A mismatch names both units."""
    one = border.issued("100")
    assert refused(border, one, {1: kilograms("1", "TNE")}) == {
        "/lines/1/unit": ("DECISION-UNIT", "ATIGA OCP Rules 16.1 and 16.3")
    }
    told = message(border, one, {1: kilograms("1", "TNE")})
    assert "KGM" in told
    assert "TNE" in told
    assert "<b>" not in message(border, one, {1: kilograms("1", "<b>")})


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_nothing_or_less_than_nothing_is_not_granted(border: Border, quantity: str) -> None:
    """A line of which nothing was imported is left out."""
    one = border.issued("100")
    assert rules(border, one, {1: kilograms(quantity)}) == {"/lines/1/quantity": "DECISION-QUANTITY"}


def test_a_line_of_partial_cumulation_gives_no_preference(border: Border) -> None:
    """It may be refused for that, and the other lines are granted."""
    items = (an_item(1, criterion="PC 25%"), an_item(2))
    one = border.issued(items=items, endorsements=ticked("partial_cumulation"))
    assert refused(border, one, {1: kilograms("1"), 2: kilograms("1")}) == {
        "/lines/1": ("DECISION-PARTIAL-CUMULATION", "ATIGA Annex 6(c)")
    }
    border.decide(one, {1: Refusal(("PC-NO-PREFERENCE",)), 2: kilograms("1")})
    assert border.use(one).granted == {2}


def test_problems_of_all_lines_are_told_at_once_and_nothing_is_written(border: Border) -> None:
    """One bad line blocks the request, not the others: without it they are granted."""
    one = border.issued("100", "50", "30")
    lines: dict[int, Grant | Refusal] = {
        1: kilograms("101"),
        2: kilograms("50", "LTR"),
        3: kilograms("30"),
        9: kilograms("1"),
    }
    assert rules(border, one, lines) == {
        "/lines/1/quantity": "DECISION-OVERUSE",
        "/lines/2/unit": "DECISION-UNIT",
        "/lines/9": "DECISION-LINE",
    }
    assert border.use(one).decided_at is None
    border.decide(one, {3: kilograms("30")})
    assert border.use(one).granted == {3}


def test_customs_of_another_state_decides_nothing(border: Border) -> None:
    """Whoever kept a copy; and an authority without the role neither."""
    one = border.issued("100")
    with pytest.raises(NotTheImportingMember) as told:
        border.decide(one, {1: kilograms("1")}, authority=MY, account=MALAYSIA)
    assert (told.value.importing, told.value.member) == ("TH", "MY")
    with pytest.raises(NotAuthorised) as unfit:
        border.decide(one, {1: kilograms("1")}, authority=VN, account=MINISTRY)
    assert unfit.value.role is Role.CUSTOMS


def test_a_certificate_of_which_no_copy_is_kept_cannot_be_decided_on(border: Border) -> None:
    """It must be received first."""
    one = border.issued("100", received=False)
    with pytest.raises(NotKept, match="receive its envelope first"):
        border.decide(one, {1: kilograms("1")})


def test_nothing_is_granted_on_a_cancelled_certificate_and_it_may_be_refused(border: Border) -> None:
    """With the rule named."""
    one = border.issued("100")
    cancel(one, Reason.ISSUED_IN_ERROR, authority=VN, account=MINISTRY, ledger=border.ministry)
    assert refused(border, one, {1: kilograms("1")}) == {"": ("DECISION-CANCELLED", "ATIGA OCP Rule 29.4")}
    border.decide(one, {1: Refusal(("CANCELLED",))})
    assert border.use(one).refused == {1}


def test_nothing_is_granted_on_a_replaced_certificate_and_the_successor_is_named(border: Border) -> None:
    """So that the presenter can be asked for it."""
    one = border.issued("100")
    filing = border.ministry.archive.find(one)
    assert filing is not None
    named = a_certificate(
        reference="VN-TH 26/02/90000",
        replaces=Replaced(reference=filing.reference, issued_on=filing.terms.issued_on),
    )
    new = replace_certificate(one, named, authority=VN, account=MINISTRY, ledger=border.ministry)
    told = message(border, one, {1: kilograms("1")})
    assert f"0x{new.filing.id.hex()}" in told
    assert rules(border, one, {1: kilograms("1")}) == {"": "DECISION-REPLACED"}


def test_a_late_proof_is_accepted_on_a_ground_only(border: Border) -> None:
    """Of OCP Rule 14(b) or (c); in time no ground is taken."""
    one = border.issued("100")
    border.now = DAY + timedelta(days=365)
    late = border.now.date()
    given: dict[int, Grant | Refusal] = {1: kilograms("1")}
    assert refused(border, one, given, presented_on=late) == {
        "/presentedOn": ("DECISION-EXPIRED", "ATIGA OCP Rule 14(b) and (c)")
    }
    done = border.decide(
        one, given, presented_on=late, late=LateGround.FORCE_MAJEURE, late_text="Flood of the port"
    )
    assert done.statement.body["late"] == "force-majeure"
    assert rules(border, one, given, "A2", late=LateGround.IMPORTED_IN_TIME) == {"/late": "DECISION-NOT-LATE"}
    border.decide(one, given, "A3", presented_on=date(2027, 11, 1))
    assert rules(border, one, given, "A4", late_text="no ground") == {"/lateText": "DECISION-LATE"}


def test_the_day_of_presentation_lies_between_issue_and_today_and_is_one_for_a_declaration(
    border: Border,
) -> None:
    """Days are those of UTC."""
    one = border.issued("100", "50")
    given: dict[int, Grant | Refusal] = {1: kilograms("1")}
    for day in (TODAY + timedelta(days=1), date(2026, 11, 1)):
        assert rules(border, one, given, presented_on=day) == {"/presentedOn": "DECISION-PRESENTED"}
    border.decide(one, given, presented_on=days_ago(2))
    assert rules(border, one, {2: kilograms("1")}) == {"/presentedOn": "DECISION-PRESENTED-OTHERWISE"}
    border.decide(one, {2: kilograms("1")}, presented_on=days_ago(2))


def test_what_is_asked_must_say_what_it_must(border: Border) -> None:
    """Each field is named with its rule."""
    one = border.issued("100")
    assert rules(border, one, {}, "", office="") == {
        "/declaration": "DECISION-TEXT",
        "/office": "DECISION-TEXT",
        "/lines": "DECISION-EMPTY",
    }
    for wrong in (Refusal(()), Refusal(("NO-SUCH",)), Refusal(("EXPIRED", "EXPIRED"))):
        assert rules(border, one, {1: wrong}) == {"/lines/1/reasons": "DECISION-REASON"}
    assert rules(border, one, {1: Refusal(("EXPIRED",), "x" * 2001)}) == {"/lines/1/text": "DECISION-TEXT"}


def test_a_refused_line_is_reconsidered_after_an_answer_or_without_one(border: Border) -> None:
    """Under the same declaration, and what is refused again after an answer names it."""
    one = border.issued("100", "50")
    border.decide(one, {1: DOUBTED, 2: DOUBTED})
    answer = border.clarify(one, 1, 2, evidence=(b"\5" * 32,))
    assert answer.recorded
    border.decide(one, {1: kilograms("100")})
    kept_up = border.decide(one, {2: DOUBTED})
    assert kept_up.statement.body["answering"] == [f"0x{statement_hash(answer.statement).hex()}"]
    assert not kept_up.repeated
    assert border.decide(one, {2: DOUBTED}).repeated
    use = border.use(one)
    assert (set(use.granted), set(use.refused), set(use.used_up)) == ({1}, {2}, {1})
    border.decide(one, {2: kilograms("50")})
    assert border.use(one).refused == frozenset()


def test_a_refusal_said_again_is_new_only_once_the_issuer_has_answered_it(border: Border) -> None:
    """Else it is a retry."""
    one = border.issued("100")
    first = border.decide(one, {1: DOUBTED})
    assert border.decide(one, {1: DOUBTED}).decision == first.decision
    border.clarify(one, 1)
    again = border.decide(one, {1: DOUBTED})
    assert not again.repeated
    assert again.decision.position > first.decision.position
    assert border.decide(one, {1: DOUBTED}).decision == again.decision


def test_an_answer_said_again_is_new_only_once_customs_has_refused_again(border: Border) -> None:
    """Else it is a retry; and customs has to reconsider each."""
    one = border.issued("100")
    refusal = border.decide(one, {1: DOUBTED})
    first = border.clarify(one, 1)
    assert first.statement.body["answering"] == [f"0x{refusal.decision.statement.hex()}"]
    assert border.clarify(one, 1).repeated
    border.decide(one, {1: DOUBTED})
    again = border.clarify(one, 1)
    assert (again.recorded, again.repeated) == (True, False)
    assert again.statement != first.statement
    assert border.clarify(one, 1).statement == again.statement
    assert not border.decide(one, {1: DOUBTED}).repeated


def test_where_split_use_is_off_a_line_has_one_declaration(border: Border) -> None:
    """The member's customs says so on the ledger; lines not granted yet are free."""
    one = border.issued("100", "50")
    border.decide(one, {1: kilograms("1")}, "A1")
    by: dict[str, Any] = {"authority": TH, "account": CUSTOMS, "ledger": border.customs}
    assert set_split_use(allowed=False, **by).recorded
    assert set_split_use(allowed=False, **by).repeated
    assert rules(border, one, {1: kilograms("1"), 2: kilograms("1")}, "A2") == {"/lines/1": "DECISION-SPLIT"}
    border.decide(one, {2: kilograms("1")}, "A2")
    set_split_use(allowed=True, **by)
    border.decide(one, {1: kilograms("1")}, "A2")


def open_case(border: Border, certificate: bytes, *lines: int, suspended: tuple[int, ...] = ()) -> None:
    """Open a verification case."""
    border.chain.write(
        OpenCase(
            certificate=certificate,
            about=certificate,
            lines=lines,
            suspended=suspended,
            ground=CaseGround.DOUBT,
            due=border.now + timedelta(days=90),
            conclude_due=border.now + timedelta(days=180),
            rules=b"\1" * 32,
            statement=b"\2" * 32,
        ),
        CUSTOMS,
    )


def test_suspended_and_denied_lines_are_not_granted_until_a_case_has_confirmed_them(border: Border) -> None:
    """And they do not keep the others from being granted."""
    one = border.issued("100", "50")
    open_case(border, one, 1, suspended=(1,))
    assert rules(border, one, {1: kilograms("1")}) == {"/lines/1": "DECISION-SUSPENDED"}
    border.decide(one, {2: kilograms("1")})
    border.chain.write(SetSuspension(case=1, suspended=(), statement=b"\3" * 32), CUSTOMS)
    border.decide(one, {1: kilograms("1")})
    border.now += timedelta(days=91)
    border.chain.write(ConcludeCase(case=1, confirmed=(), denied=(1,), statement=b"\4" * 32), CUSTOMS)
    assert rules(border, one, {1: kilograms("1")}, "A2") == {"/lines/1": "DECISION-DENIED"}
    open_case(border, one, 1)
    border.chain.write(ConcludeCase(case=2, confirmed=(1,), denied=(), statement=b"\5" * 32), CUSTOMS)
    assert message(border, one, {1: kilograms("99.5")}, "A2") == "99 KGM of 100 KGM remain"
    border.decide(one, {1: kilograms("99")}, "A2")


def test_what_a_verification_took_away_is_granted_anew_once_a_later_one_confirms_it(border: Border) -> None:
    """Under the same declaration by the same words, in place of the first time; retried it is the second."""
    one = border.issued("100")
    first = border.decide(one, {1: kilograms("100")})
    open_case(border, one, 1)
    border.now += timedelta(days=91)
    border.chain.write(ConcludeCase(case=1, confirmed=(), denied=(1,), statement=b"\4" * 32), CUSTOMS)
    assert rules(border, one, {1: kilograms("100")}) == {"/lines/1": "DECISION-DENIED"}
    open_case(border, one, 1)
    border.chain.write(ConcludeCase(case=2, confirmed=(1,), denied=(), statement=b"\5" * 32), CUSTOMS)
    assert message(border, one, {1: kilograms("1")}, "A2") == "0 KGM of 100 KGM remain"
    again = border.decide(one, {1: kilograms("100")})
    assert not again.repeated
    assert again.statement.body["restoring"] == ["0x" + "05" * 32]
    assert again.decision.statement != first.decision.statement
    assert again.remaining == {1: 0}
    use = border.use(one)
    assert (use.granted, use.used_up, use.refused) == (frozenset({1}), frozenset({1}), frozenset())
    assert border.decide(one, {1: kilograms("100")}).decision == again.decision
    (line,) = decisions_of(one, border.customs).lines
    assert (line.state, line.drawn, line.remaining) == ("granted", Decimal(100), Decimal(0))


def test_what_the_ledger_refuses_is_free_again(border: Border) -> None:
    """A decision whose write is refused draws nothing down, and the same may be decided again."""
    one = border.issued("100")
    waiting = border.decide(one, {1: kilograms("60")}, wait=0.0)
    if waiting.recorded:
        pytest.fail("nothing is carried out in no time")
    assert message(border, one, {1: kilograms("50")}, "A2") == "40 KGM of 100 KGM remain"
    write = border.customs.outbox.find(waiting.decision.dispatch)
    assert write is not None
    border.customs.outbox.refuse(write, LinesUsedUp(one, 1))
    again = border.decide(one, {1: kilograms("60")})
    assert again.recorded
    assert not again.repeated
    assert again.decision.statement == waiting.decision.statement
    states = [each.state for each in border.customs.decisions.decisions(one)]
    assert states == [DecisionState.REFUSED, DecisionState.RECORDED]


def test_a_certificate_of_a_batch_gets_its_entry_before_the_decision(border: Border) -> None:
    """By the same key, in the same transaction."""
    anchored = border.anchored()
    assert border.chain.life(anchored).occurrences == ()
    done = border.decide(anchored, {1: kilograms("1")})
    assert done.recorded
    kinds = [type(each.event) for each in border.chain.life(anchored).occurrences]
    assert Entered in kinds
    assert kinds[-1] is Recorded


def test_decisions_of_another_archive_count_by_their_statements(border: Border) -> None:
    """Until its statement is here, nothing more of a line granted elsewhere can be granted."""
    one = border.issued("100", "50")
    second = border.process(Archive())
    filing = border.ministry.archive.find(one)
    assert filing is not None
    border.receive(envelope_of(filing), second)
    elsewhere = border.decide(
        one, {1: kilograms("70")}, "B1", ledger=second, authority=TH_OTHER, account=OTHER_CUSTOMS
    )
    assert rules(border, one, {1: kilograms("1")}, "A1") == {"/lines/1": "DECISION-UNTOLD"}
    border.decide(one, {2: kilograms("1")}, "A1")
    border.customs.statements.take(elsewhere.statement)
    assert message(border, one, {1: kilograms("31")}, "A1") == "30 KGM of 100 KGM remain"
    border.decide(one, {1: kilograms("30")}, "A1")
    assert told_in(border.chain.life(one)).use.used_up == {1}
    assert rules(border, one, {1: kilograms("1")}, "B2", ledger=second) == {"/lines/1": "DECISION-UNTOLD"}


def test_split_use_is_a_write_of_the_member(border: Border) -> None:
    """Each member says it for itself."""
    border.chain.write(SetSplitUse(allowed=False), MALAYSIA)
    assert border.chain.split_use("TH")
    assert not border.chain.split_use("MY")


def test_every_rule_of_a_decision_stands_in_the_how_to() -> None:
    """With every reason of a refusal, word for word."""
    page = (Path(__file__).parents[2] / "docs/how-to/decide-at-import.md").read_text(encoding="utf-8")
    modules = (deciding_asked, deciding_rules)
    named = set[str]().union(*(re.findall(r"DECISION-[A-Z-]+", inspect.getsource(one)) for one in modules))
    assert set(re.findall(r"DECISION-[A-Z-]+", page)) - named <= {"DECISION-FIELDS"}
    assert named <= set(re.findall(r"DECISION-[A-Z-]+", page))
    for one in REASONS.values():
        assert f"| `{one.code}` | {one.words}. | {one.rule} |" in page
