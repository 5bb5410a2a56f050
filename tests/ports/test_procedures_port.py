"""Decisions, verification cases and exporters behave alike in memory, on a chain and through a replica."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.errors import KeyNotHeld
from ledger.events import (
    CaseConcluded,
    CaseOpened,
    CaseStepped,
    Decided,
    Ended,
    Entered,
    Event,
    Issued,
    Linked,
    ProofReceived,
    RefusalClarified,
    SuspensionSet,
)
from ledger.facts import Reason, Role, Standing
from ledger.hashing import keccak
from ledger.origin.facts import CaseFacts, CaseGround, ExporterStatus, LateGround, Step, Use
from ledger.origin.life import Story, told_in
from ledger.procedures_refusals import (
    CaseNotYours,
    CaseUnknown,
    DueInvalid,
    ExporterCodeInvalid,
    ExporterDateInvalid,
    ExporterStatusInvalid,
    LinesAlreadyGranted,
    LinesDenied,
    LinesNotOfCase,
    LinesSuspended,
    NothingDecided,
    StatementMissing,
    StepNotDue,
    StepOutOfTurn,
)
from ledger.refusals import CertificateNotLive, CertificateUnknown, NotAuthorised
from ledger.terms import certificate_id
from ledger.writes import Receive, SetSplitUse
from tests.procedures import (
    CODE,
    DAY,
    DECLARATION,
    OTHER_DECLARATION,
    RECORD,
    RULES,
    STATEMENT,
    a_clarification,
    a_conclusion,
    a_decision,
    a_step,
    a_suspension,
    an_exporter,
    an_opening,
    denied,
    did,
    opened,
    took,
)
from tests.worlds import World

HOUR = timedelta(hours=1)


def happened(world: World, certificate: bytes) -> list[Event]:
    """Return what the ledger reports of a certificate, in the order of the chain."""
    return [one.event for one in world.ledger.life(certificate).occurrences]


def story(world: World, certificate: bytes) -> Story:
    """Return how a certificate stands by its life, which the ledger's own view must agree with."""
    told = told_in(world.ledger.life(certificate))
    assert world.ledger.use(certificate) == told.use
    return told


def key(world: World, name: str) -> int:
    """Return the number of the key of an authority."""
    found = world.ledger.key(world.account(name))
    assert found is not None
    return found.id


def case(world: World, number: int = 1) -> CaseFacts:
    """Return a case that is there."""
    found = world.ledger.case(number)
    assert found is not None
    return found


def drawn(world: World, *, to: str = "MY") -> tuple[bytes, bytes]:
    """Return a certificate of VN for TH, and one of TH for another member that rests on it."""
    original = world.issued()
    child = world.issued("TH issuing", exporting="TH", importing=to, parents=(original,))
    return original, child


# ---------------------------------------------------------------------------------------------- nothing


def test_nothing_is_told_of_what_is_not_there(world: World) -> None:
    """Reads answer empty, as of the newest block, whatever is asked for."""
    life = world.ledger.life(keccak(b"nobody"))
    assert world.ledger.use(keccak(b"nobody")) == Use()
    assert (life.occurrences, life.final, life.as_of) == ((), True, world.ledger.head())
    assert [world.ledger.case(number) for number in (0, 1, 2**40, -1)] == [None] * 4
    for code in ("X1", "no code", "é", "X" * 40, "A\0B"):
        exporter = world.ledger.exporter("VN", code)
        assert (exporter.code, exporter.versions, exporter.as_of) == (code, (), world.ledger.head())
    assert all(map(world.ledger.split_use, ("TH", "XX", "much too long", "é")))


def test_the_contract_has_an_address_of_its_own(world: World) -> None:
    """It is neither of the registries."""
    others = {world.ledger.ledger.address, world.ledger.recognition_registry}
    assert world.ledger.procedures_contract not in others


def test_only_a_key_at_hand_signs(world: World) -> None:
    """Nobody else's account can be named."""
    nobody = world.ledger.procedures_contract
    with pytest.raises(KeyNotHeld):
        world.ledger.write(Receive(world.issued()), nobody)


def test_a_write_says_in_which_block_it_is(world: World) -> None:
    """The receipt's block and time are those of the new head."""
    written = did(world, SetSplitUse(allowed=False))
    head = world.ledger.head()
    assert (written.block, written.at) == (head.block, head.time)
    assert len(written.transaction) == 32


# ------------------------------------------------------------------------------- receipts and decisions


def test_a_receipt_is_told_with_its_key_and_time(world: World) -> None:
    """It stands after the entry."""
    certificate = world.issued()
    written = did(world, Receive(certificate))
    issued, received = happened(world, certificate)
    assert isinstance(issued, Issued)
    assert received == ProofReceived(certificate, key(world, "TH customs"))
    assert story(world, certificate).use == Use(received_at=written.at)


def test_a_decision_is_told_as_it_was_made(world: World) -> None:
    """Lines, times and hashes come back; without a receipt before it counts as one."""
    certificate = world.issued()
    decision = a_decision(world, certificate, granted=(1, 3, 64), used_up=(3,), refused=(2,))
    written = did(world, decision)
    assert happened(world, certificate)[-1] == Decided(
        id=certificate,
        declaration=DECLARATION,
        key=key(world, "TH customs"),
        granted=0b101 | 1 << 63,
        used_up=0b100,
        refused=0b010,
        presented_at=int(decision.presented_at.timestamp()),
        late=0,
        statement=STATEMENT,
    )
    assert story(world, certificate).use == Use(
        granted=frozenset({1, 3, 64}),
        refused=frozenset({2}),
        used_up=frozenset({3}),
        received_at=written.at,
        decided_at=written.at,
        declarations=1,
    )
    claim = story(world, certificate).claims[DECLARATION]
    assert (claim.granted, claim.refused) == (frozenset({1, 3, 64}), frozenset({2}))
    assert (claim.presented_at, claim.decided_at) == (decision.presented_at, written.at)


def test_a_refused_line_is_clarified_and_granted_after_all(world: World) -> None:
    """Customs reconsiders under the same declaration (OCP Rules 13.4 and 30.4); both decisions stay told."""
    certificate = world.issued()
    refusal = a_decision(world, certificate, granted=(), refused=(1,))
    did(world, refusal)
    did(world, a_clarification(certificate), "VN issuing")
    did(world, replace(refusal, granted=(1,), refused=()))
    _, first, answer, second = happened(world, certificate)
    assert isinstance(first, Decided)
    assert isinstance(second, Decided)
    assert (first.refused, second.granted) == (1, 1)
    assert answer == RefusalClarified(certificate, key(world, "VN issuing"), 1, STATEMENT)
    use = story(world, certificate).use
    assert (use.granted, use.refused, use.declarations) == (frozenset({1}), frozenset(), 1)
    with pytest.raises(LinesAlreadyGranted):
        did(world, replace(refusal, granted=(), refused=(1,)))


def test_two_declarations_draw_on_one_line_unless_the_member_forbids_it(world: World) -> None:
    """The switch is the member's own, and can be set back."""
    certificate = world.issued()
    did(world, a_decision(world, certificate))
    did(world, SetSplitUse(allowed=False))
    assert (world.ledger.split_use("TH"), world.ledger.split_use("VN")) == (False, True)
    did(world, SetSplitUse(allowed=True))
    assert world.ledger.split_use("TH")
    did(world, a_decision(world, certificate, declaration=OTHER_DECLARATION))
    assert story(world, certificate).use.declarations == 2


def test_validity_counts_when_the_proof_was_presented_not_when_it_is_decided(world: World) -> None:
    """A proof presented on its last day is granted weeks later; one presented after it needs a ground."""
    certificate = world.issued(valid_until=world.terms().issued_on)
    presented = world.now
    world.advance(20 * DAY)
    did(world, a_decision(world, certificate, presented_at=presented))
    late = a_decision(
        world, certificate, declaration=OTHER_DECLARATION, granted=(2,), late=LateGround.BEYOND_CONTROL
    )
    did(world, late)
    event = happened(world, certificate)[-1]
    assert isinstance(event, Decided)
    assert event.late == LateGround.BEYOND_CONTROL
    assert story(world, certificate).use.granted == frozenset({1, 2})


@pytest.mark.parametrize("reason", [None, Reason.OTHER], ids=["replaced", "cancelled"])
def test_what_was_withdrawn_is_refused_and_not_granted(world: World, reason: Reason | None) -> None:
    """A replacement or cancellation after the presentation counts; refusing needs no live certificate."""
    certificate, issuer = world.issued(), world.account("VN issuing")
    presented = world.now
    if reason is None:
        terms = world.terms()
        world.ledger.replace(certificate, terms, issuer)
        ended = Ended(certificate, key(world, "VN issuing"), Reason.REPLACED, certificate_id(terms))
        assert happened(world, certificate_id(terms))[-1] == ended
    else:
        world.ledger.cancel(certificate, reason, issuer)
        ended = Ended(certificate, key(world, "VN issuing"), reason, None)
    assert happened(world, certificate)[-1] == ended
    with pytest.raises(CertificateNotLive) as caught:
        did(world, a_decision(world, certificate, presented_at=presented))
    assert caught.value.standing is (Standing.REPLACED if reason is None else Standing.CANCELLED)
    did(world, a_decision(world, certificate, granted=(), refused=(1,), presented_at=presented))
    assert story(world, certificate).use.refused == frozenset({1})


def test_refusals_come_in_the_order_of_the_contract(world: World) -> None:
    """Of several things wrong the first is named: who, which certificate, then what is said."""
    nothing = bytes(32)
    wrong = a_decision(world, keccak(b"nobody"), granted=(), statement=nothing)
    with pytest.raises(NotAuthorised):
        did(world, wrong, "TH issuing")
    with pytest.raises(CertificateUnknown):
        did(world, wrong)
    wrong = replace(wrong, certificate=world.issued())
    with pytest.raises(StatementMissing):
        did(world, wrong)
    with pytest.raises(NothingDecided):
        did(world, replace(wrong, statement=STATEMENT))
    assert len(happened(world, wrong.certificate)) == 1


# ------------------------------------------------------------------------------------- lives and origin


def test_parents_and_children_stand_in_each_others_lives(world: World) -> None:
    """A link names both; what becomes of the child stays with the child."""
    original, child = drawn(world)
    did(world, a_decision(world, original))
    world.ledger.cancel(child, Reason.OTHER, world.account("TH issuing"))
    link = Linked(original, child)
    assert [type(event) for event in happened(world, original)] == [Issued, Linked, Decided]
    assert [type(event) for event in happened(world, child)] == [Issued, Linked, Ended]
    assert link in happened(world, original)
    assert link in happened(world, child)
    assert world.ledger.life(original).children == (child,)
    assert world.ledger.life(child).parents == (original,)


def test_an_entry_of_a_batch_is_told_with_its_root(world: World) -> None:
    """It counts from when the batch was anchored; before it is entered nothing is told."""
    terms = world.terms()
    certificate, batch = certificate_id(terms), world.anchored(terms)
    assert happened(world, certificate) == []
    anchored_at = int(world.now.timestamp())
    world.advance(HOUR)
    proof = batch.proof_of(certificate)
    world.ledger.enter(terms, batch.root, proof, world.account("TH customs"))
    issued, entered = happened(world, certificate)
    assert isinstance(issued, Issued)
    assert (issued.id, issued.importing, issued.key) == (certificate, "TH", key(world, "VN issuing"))
    assert entered == Entered(certificate, batch.root, anchored_at)


def test_what_only_has_the_same_bytes_is_not_in_a_life(world: World) -> None:
    """A reference or a declaration may be chosen so as to look like a certificate."""
    certificate = world.issued()
    other = world.issued(reference_key=certificate)
    did(world, a_decision(world, other, declaration=certificate))
    assert [type(event) for event in happened(world, certificate)] == [Issued]


def test_events_stand_at_increasing_places(world: World) -> None:
    """Block and position order them, with the time of the block."""
    certificate = denied(world)
    told = world.ledger.life(certificate).occurrences
    places = [one.place for one in told]
    assert places == sorted(set(places))
    assert told[-1].at == int(world.now.timestamp())


# ------------------------------------------------------------------------------------------------ cases


def test_a_case_is_read_as_it_was_opened(world: World) -> None:
    """In its own view and in the life of its certificate."""
    certificate = world.issued()
    opening = an_opening(world, certificate, suspended=(2,), ground=CaseGround.RANDOM)
    written = did(world, opening)
    assert case(world) == CaseFacts(
        id=1,
        certificate=certificate,
        about=certificate,
        importing="TH",
        exporting="VN",
        lines=frozenset({1, 2}),
        suspended=frozenset({2}),
        ground=CaseGround.RANDOM,
        step=Step.OPENED,
        opened_at=written.at,
        stepped_at=written.at,
        due=opening.due,
        conclude_due=opening.conclude_due,
        postponed=False,
    )
    assert story(world, certificate).cases == {1: case(world)}
    event = happened(world, certificate)[-1]
    assert isinstance(event, CaseOpened)
    assert (event.rules, event.statement, event.key) == (RULES, STATEMENT, key(world, "TH customs"))


def test_an_original_behind_the_certificate_is_asked_about(world: World) -> None:
    """The case stands in both lives, and the issuer of the original is the one asked (OCP Rule 11)."""
    original, child = drawn(world, to="MY")
    world.ledger.add_authority(Role.CUSTOMS, "MY customs", "customs.example", world.admin("MY"))
    number = world.ledger.authorities()[-1].id
    world.ledger.add_key(number, world.account("MY customs"), world.admin("MY"))
    did(world, an_opening(world, child, about=original), "MY customs")
    assert (case(world).importing, case(world).exporting) == ("MY", "VN")
    with pytest.raises(CaseNotYours):
        did(world, a_step(Step.REPLIED), "TH issuing")
    took(world, Step.ACKNOWLEDGED, Step.REPLIED)
    did(world, a_conclusion(confirmed=(), denied=(1, 2)), "MY customs")
    told = [CaseOpened, CaseStepped, CaseStepped, CaseConcluded]
    assert [type(event) for event in happened(world, original)][-4:] == told
    assert [type(event) for event in happened(world, child)][-4:] == told
    assert story(world, child).use.denied == frozenset({1, 2})
    assert story(world, original).use == Use()


@pytest.mark.parametrize(
    "steps",
    [
        (Step.ACKNOWLEDGED, Step.REPLIED, Step.ASKED_AGAIN, Step.REPLIED, Step.DETERMINED, Step.COMMENTED),
        (
            Step.REPLIED,
            Step.VISIT_NOTIFIED,
            Step.VISIT_POSTPONED,
            Step.VISIT_CONSENTED,
            Step.VISITED,
            Step.DETERMINED,
        ),
        (Step.REPLIED, Step.VISIT_NOTIFIED, Step.VISIT_DECLINED),
    ],
)
def test_a_case_goes_its_way_step_by_step(world: World, steps: tuple[Step, ...]) -> None:
    """Each step is told with who took it, the view has the last one, and both agree."""
    certificate = opened(world)
    took(world, *steps)
    told = [event for event in happened(world, certificate) if isinstance(event, CaseStepped)]
    assert [event.step for event in told] == list(steps)
    assert case(world).step is steps[-1]
    assert case(world).postponed is (Step.VISIT_POSTPONED in steps)
    assert story(world, certificate).cases == {1: case(world)}
    assert {event.statement for event in told} == {STATEMENT}


def test_a_reply_that_does_not_come_need_not_be_awaited(world: World) -> None:
    """Once it is overdue a visit can be notified, and lines be denied; not a second before."""
    opened(world, due=world.now + 30 * DAY)
    late = a_step(Step.VISIT_NOTIFIED, due=world.now + 60 * DAY)
    for _ in range(2):
        with pytest.raises(StepNotDue) as caught:
            did(world, late)
        assert caught.value.due == case(world).due
        world.advance(29 * DAY)
    world.advance(2 * DAY)
    did(world, replace(late, due=world.now + 40 * DAY))
    assert case(world).step is Step.VISIT_NOTIFIED


def test_whoever_asks_leaves_time_and_nobody_pushes_the_end_away(world: World) -> None:
    """Customs cannot set a clock of under 29 days by saying nothing either; nobody one of over 181."""
    opened(world, conclude_due=world.now + 91 * DAY)
    world.advance(70 * DAY)
    far = world.now + 182 * DAY
    with pytest.raises(DueInvalid):
        did(world, a_step(Step.REPLIED, conclude_due=far), "VN issuing")
    took(world, Step.REPLIED)
    for clocks in ({}, {"due": world.now + 20 * DAY}, {"due": world.now + 40 * DAY, "conclude_due": far}):
        with pytest.raises(DueInvalid):
            did(world, a_step(Step.ASKED_AGAIN, **clocks))
    due, ends = world.now + 30 * DAY, world.now + 100 * DAY
    did(world, a_step(Step.ASKED_AGAIN, due=due, conclude_due=ends))
    assert (case(world).due, case(world).conclude_due) == (due, ends)


def test_a_suspension_is_lifted_and_set_anew_until_the_case_ends(world: World) -> None:
    """Suspended lines are not granted; others are (Rule 18(c))."""
    certificate = opened(world, lines=(1, 2, 3), suspended=(1,))
    with pytest.raises(LinesSuspended):
        did(world, a_decision(world, certificate))
    did(world, a_suspension(suspended=(2, 3)))
    did(world, a_decision(world, certificate))
    event = happened(world, certificate)[-2]
    assert event == SuspensionSet(1, certificate, certificate, key(world, "TH customs"), 0b110, STATEMENT)
    use = story(world, certificate).use
    assert (use.suspended, use.questioned) == (frozenset({2, 3}), frozenset({1, 2, 3}))
    did(world, a_conclusion(confirmed=(1, 2, 3)))
    use = story(world, certificate).use
    assert (use.suspended, use.questioned, use.granted) == (frozenset(), frozenset(), frozenset({1}))
    with pytest.raises(StepOutOfTurn):
        did(world, a_suspension())


def test_a_denied_line_is_not_granted_until_another_case_confirms_it(world: World) -> None:
    """What was granted is as if it never was, and what it used up is free again."""
    certificate = world.issued()
    decision = a_decision(world, certificate, granted=(1, 2), used_up=(1, 2))
    did(world, decision)
    did(world, an_opening(world, certificate))
    took(world, Step.REPLIED)
    did(world, a_conclusion(confirmed=(2,), denied=(1,)))
    use = story(world, certificate).use
    assert (use.granted, use.refused, use.denied) == (frozenset({2}), frozenset({1}), frozenset({1}))
    assert use.used_up == frozenset({2})
    again = replace(decision, granted=(1,), used_up=(1,))
    with pytest.raises(LinesDenied):
        did(world, again)
    did(world, an_opening(world, certificate, lines=(1,)))
    did(world, a_conclusion(case=2, confirmed=(1,)))
    did(world, again)
    assert story(world, certificate).use.granted == frozenset({1, 2})
    assert case(world, 2).confirmed == frozenset({1})


def test_in_a_concluded_case_nothing_is_left_to_do(world: World) -> None:
    """It keeps how it ended; unknown cases are told apart from it."""
    certificate = opened(world)
    did(world, a_conclusion())
    assert (case(world).step, case(world).open) == (Step.CONCLUDED, False)
    for write, by in ((a_step(Step.REPLIED), "VN issuing"), (a_conclusion(), "TH customs")):
        with pytest.raises(StepOutOfTurn):
            did(world, write, by)
        with pytest.raises(CaseUnknown):
            did(world, replace(write, case=2), by)
    assert story(world, certificate).cases[1] == case(world)


def test_lines_and_steps_that_do_not_belong_to_a_case_are_refused(world: World) -> None:
    """The first and the last step are taken by opening and concluding only."""
    opened(world)
    for step in (Step.OPENED, Step.CONCLUDED):
        with pytest.raises(StepOutOfTurn) as caught:
            did(world, a_step(step), "VN issuing")
        assert (caught.value.step, caught.value.last) == (step, Step.OPENED)
    with pytest.raises(LinesNotOfCase) as beyond:
        did(world, a_conclusion(confirmed=(1, 2, 3)))
    assert beyond.value.lines == 0b100


# -------------------------------------------------------------------------------------------- exporters


def test_an_exporter_is_read_version_by_version(world: World) -> None:
    """With key, times and hashes; what holds at a time was recorded last of what had begun."""
    begins, ends = world.now - 30 * DAY, world.now + 700 * DAY
    first = did(world, an_exporter(effective_from=begins, until=ends), "VN competent")
    world.advance(HOUR)
    later = world.now + 10 * DAY
    suspended = an_exporter(version=2, status=ExporterStatus.SUSPENDED, effective_from=later)
    second = did(world, suspended, "VN competent")
    exporter = world.ledger.exporter("VN", CODE)
    one, two = exporter.versions
    assert (one.version, one.status, one.key) == (1, ExporterStatus.AUTHORISED, key(world, "VN competent"))
    assert (one.effective_from, one.until, one.recorded_at) == (begins, ends, first.at)
    assert one.record_hash == RECORD
    assert (two.version, two.effective_from, two.until, two.recorded_at) == (2, later, None, second.at)
    assert exporter.as_of == world.ledger.head()
    assert [exporter.authorised_at(at) for at in (begins - DAY, begins, later, ends)] == [
        False,
        True,
        False,
        False,
    ]
    assert world.ledger.exporter("TH", CODE).versions == ()


def test_an_authorisation_holds_at_once_where_no_day_is_named(world: World) -> None:
    """It begins with its block; a day before 1970 is no way to say so."""
    written = did(world, an_exporter(code="A" * 32), "VN competent")
    (version,) = world.ledger.exporter("VN", "A" * 32).versions
    assert version.effective_from == version.recorded_at == written.at
    with pytest.raises(ExporterDateInvalid):
        did(world, an_exporter(effective_from=world.now + 400 * DAY), "VN competent")


def test_nothing_follows_a_withdrawal_but_an_earlier_one(world: World) -> None:
    """Fraud that is found does not wait for the day that was announced."""
    did(world, an_exporter(), "VN competent")
    withdrawn = ExporterStatus.WITHDRAWN
    announced = an_exporter(version=2, status=withdrawn, effective_from=world.now + 60 * DAY)
    did(world, announced, "VN competent")
    for other in (ExporterStatus.AUTHORISED, ExporterStatus.SUSPENDED):
        with pytest.raises(ExporterStatusInvalid):
            did(world, an_exporter(version=3, status=other), "VN competent")
    did(world, an_exporter(version=3, status=withdrawn), "VN competent")
    assert not world.ledger.exporter("VN", CODE).authorised_at(world.now)
    with pytest.raises(ExporterStatusInvalid):
        did(world, an_exporter(version=4, status=withdrawn), "VN competent")


@pytest.mark.parametrize("code", ["", "a", "A B", "Ä", "A" * 33, "A\0B", "A_B", "A\n"])
def test_a_code_is_of_few_characters(world: World, code: str) -> None:
    """Whatever does not fit the word of the contract is refused by the same name."""
    with pytest.raises(ExporterCodeInvalid) as caught:
        did(world, an_exporter(code=code), "VN competent")
    assert caught.value.code == code
