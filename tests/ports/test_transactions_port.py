"""Transactions one by one, in memory and on a chain: signed, sent once however often, and found out about."""

from dataclasses import replace
from typing import get_args

import pytest

from ledger.batch import batch_of
from ledger.errors import KeyNotHeld
from ledger.facts import Address, Reason, Standing
from ledger.operators import ArrangementKind, ParticipationState, ProgrammeKind
from ledger.origin.facts import Step
from ledger.outbox import Answer, Failed, Mined, Signature
from ledger.procedures_refusals import StepOutOfTurn
from ledger.recognition_refusals import VersionOutOfTurn
from ledger.refusals import CertificateUnknown, NotAuthorised, ReferenceAlreadyUsed
from ledger.terms import certificate_id
from ledger.writes import (
    AddRecognition,
    Anchor,
    Cancel,
    DeclareArrangement,
    DeclareProgramme,
    EndRecognition,
    Enter,
    Issue,
    OfProcedures,
    Participate,
    Receive,
    RecordStatuses,
    Replace,
    SetSplitUse,
    Write,
)
from tests.procedures import (
    a_clarification,
    a_conclusion,
    a_decision,
    a_step,
    a_suspension,
    an_exporter,
    an_opening,
    opened,
)
from tests.recognitions import OPEN, OPERATOR, a_recognition, a_record, declared
from tests.worlds import NOBODY, MemoryWorld, World


@pytest.fixture
def world(sending: World) -> World:
    """Return a ledger that transactions are sent to."""
    return sending


def sent(world: World, write: Write, by: str = "VN issuing") -> Mined | Failed | None:
    """Sign and send a write under the next free nonce, and return what came of it."""
    account = world.account(by)
    signature = world.transactions.sign(write, account, world.transactions.used(account))
    assert world.transactions.send(signature) is Answer.TAKEN
    return world.transactions.outcome([signature], write, account)


def test_every_kind_of_write_is_recorded_by_its_transaction(world: World) -> None:
    """With the block, its time and the transaction that did it."""
    single, member, other = world.terms(), world.terms(), world.terms()
    batch = batch_of(map(certificate_id, [member, other]), "VN")
    entered = certificate_id(member)
    writes: list[Write] = [
        Issue(single),
        Anchor(batch.tree.root, 2, member.valid_until),
        Enter(member, batch.root, batch.proof_of(entered)),
        Cancel(entered, Reason.OTHER),
        Replace(certificate_id(single), world.terms()),
    ]
    for write in writes:
        outcome = sent(world, write)
        assert isinstance(outcome, Mined)
        assert outcome.final
        assert outcome.written.at == world.now
        assert outcome.written.block == world.ledger.head().block
    assert world.ledger.standing(entered, world.now) is Standing.CANCELLED
    assert world.ledger.standing(certificate_id(single), world.now) is Standing.REPLACED


def test_every_kind_of_write_about_procedures_is_recorded_by_its_transaction(world: World) -> None:
    """Each by the authority whose business it is."""
    certificate = world.issued()
    writes: list[tuple[Write, str]] = [
        (Receive(certificate), "TH customs"),
        (a_decision(world, certificate, refused=(3,)), "TH customs"),
        (a_clarification(certificate, lines=(3,)), "VN issuing"),
        (SetSplitUse(allowed=False), "TH customs"),
        (an_opening(world, certificate), "TH customs"),
        (a_suspension(), "TH customs"),
        (a_step(Step.REPLIED), "VN issuing"),
        (a_conclusion(), "TH customs"),
        (an_exporter(), "VN competent"),
    ]
    assert {type(write) for write, _ in writes} == set(get_args(OfProcedures))
    for write, by in writes:
        outcome = sent(world, write, by)
        assert isinstance(outcome, Mined), outcome
        assert outcome.written.block == world.ledger.head().block
    assert len(world.ledger.life(certificate).occurrences) == 8


def test_a_refused_step_names_the_steps(world: World) -> None:
    """What the transaction failed for is asked again at its block, and has its operands."""
    opened(world)
    outcome = sent(world, a_step(Step.VISITED), "TH customs")
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.refusal, StepOutOfTurn)
    assert (outcome.refusal.step, outcome.refusal.last) == (Step.VISITED, Step.OPENED)


def test_a_refused_write_uses_its_nonce_and_names_the_refusal(world: World) -> None:
    """With the operands of the contract's error."""
    account = world.account("VN issuing")
    before = world.transactions.used(account)
    outcome = sent(world, Cancel(bytes(32), Reason.OTHER))
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.refusal, CertificateUnknown)
    assert outcome.final
    assert world.transactions.used(account) == before + 1
    taken = world.terms()
    world.transactions.used(account)
    assert isinstance(sent(world, Issue(taken)), Mined)
    again = sent(world, Issue(world.terms(reference_key=taken.reference_key)))
    assert isinstance(again, Failed)
    assert isinstance(again.refusal, ReferenceAlreadyUsed)
    stranger = sent(world, Issue(world.terms()), by="VN customs")
    assert isinstance(stranger, Failed)
    assert isinstance(stranger.refusal, NotAuthorised)


def test_sending_twice_records_once(world: World) -> None:
    """In the same process, and as another process would that found the bytes stored."""
    account, write = world.account("VN issuing"), Issue(world.terms())
    nonce = world.transactions.used(account)
    signature = world.transactions.sign(write, account, nonce)
    for _ in range(3):
        assert world.transactions.send(signature) is Answer.TAKEN
    assert world.transactions.used(account) == nonce + 1
    assert isinstance(world.transactions.outcome([signature], write, account), Mined)


@pytest.fixture
def strict() -> World:
    """Return a ledger that minds nonces as networks do; Ganache mines a used one once more."""
    in_memory = MemoryWorld()
    in_memory.assemble()
    return in_memory


def test_a_transaction_waits_for_the_nonce_before_it(strict: World) -> None:
    """And is done once that one is there."""
    world = strict
    account, first, second = world.account("VN issuing"), Issue(world.terms()), Issue(world.terms())
    nonce = world.transactions.used(account)
    early = world.transactions.sign(second, account, nonce + 1)
    assert world.transactions.send(early) is Answer.TAKEN
    assert world.transactions.outcome([early], second, account) is None
    missing = world.transactions.sign(first, account, nonce)
    assert world.transactions.send(missing) is Answer.TAKEN
    assert isinstance(world.transactions.outcome([early], second, account), Mined)
    assert isinstance(world.transactions.outcome([missing], first, account), Mined)


def test_a_nonce_that_is_used_is_refused(strict: World) -> None:
    """So the submitter learns that somebody else used the key."""
    world = strict
    account = world.account("VN issuing")
    nonce = world.transactions.used(account)
    assert isinstance(sent(world, Issue(world.terms())), Mined)
    late = world.transactions.sign(Issue(world.terms()), account, nonce)
    assert world.transactions.send(late) is Answer.REFUSED
    assert world.transactions.outcome([late], Issue(world.terms()), account) is None


def test_the_same_write_signed_again_is_the_same_transaction_unless_it_pays_more(world: World) -> None:
    """So that bytes which were lost can be made again."""
    account, write = world.account("VN issuing"), Issue(world.terms())
    nonce = world.transactions.used(account)
    one = world.transactions.sign(write, account, nonce)
    more = world.transactions.sign(write, account, nonce, above=one.price)
    assert world.transactions.sign(write, account, nonce) == one
    assert more.price * 8 >= one.price * 9
    assert more.transaction != one.transaction
    assert (more.nonce, one.nonce) == (nonce, nonce)


def test_one_of_several_signatures_under_a_nonce_is_found(world: World) -> None:
    """Whichever of them the miners took."""
    account, write = world.account("VN issuing"), Issue(world.terms())
    one = world.transactions.sign(write, account, world.transactions.used(account))
    more = world.transactions.sign(write, account, one.nonce, above=one.price)
    assert world.transactions.send(more) is Answer.TAKEN
    outcome = world.transactions.outcome([one, more], write, account)
    assert isinstance(outcome, Mined)
    assert outcome.written.transaction == more.transaction


def test_nothing_is_signed_for_a_key_that_is_not_at_hand(world: World) -> None:
    """The key of somebody else, say."""
    with pytest.raises(KeyNotHeld):
        world.transactions.sign(Issue(world.terms()), Address("0x" + "11" * 20), 0)
    assert world.transactions.used(NOBODY) == 0


def test_an_unknown_transaction_has_no_outcome(world: World) -> None:
    """Nobody has seen it."""
    account, write = world.account("VN issuing"), Issue(world.terms())
    unsent: Signature = world.transactions.sign(write, account, world.transactions.used(account))
    assert world.transactions.outcome([unsent], write, account) is None
    assert world.transactions.outcome([replace(unsent, transaction=bytes(32))], write, account) is None


def test_references_that_entries_hold_are_told(world: World) -> None:
    """Of one member, and only those asked for."""
    held, free = world.terms(), world.terms()
    sent(world, Issue(held))
    keys = [held.reference_key, free.reference_key]
    assert world.ledger.taken("VN", keys) == {held.reference_key}
    assert world.ledger.taken("TH", keys) == frozenset()
    assert world.ledger.taken("VN", []) == frozenset()


def test_what_an_authority_has_recorded_is_listed(world: World) -> None:
    """Entries and batches of its keys, and of no other's."""
    single, member = world.issued(), world.terms()
    batch = world.anchored(member, world.terms())
    world.ledger.enter(
        member, batch.root, batch.proof_of(certificate_id(member)), world.account("TH customs")
    )
    records = world.ledger.records({world.authority("VN issuing")})
    assert records.entries == {single, certificate_id(member)}
    assert records.anchors == {batch.root}
    assert world.ledger.records({world.authority("TH customs")}).entries == frozenset()


def test_a_transaction_is_found_in_its_block(world: World) -> None:
    """By its hash alone; one that was never sent is in none."""
    outcome = sent(world, Issue(world.terms()))
    assert isinstance(outcome, Mined)
    assert world.transactions.block_of(outcome.written.transaction) == outcome.written.block
    assert world.transactions.block_of(bytes(32)) is None


def test_writes_about_operators_are_recorded_by_their_transactions_too(world: World) -> None:
    """They go to another contract, whose receipt is believed for them and for nothing else."""
    declared(world)
    for write in (
        RecordStatuses((a_record(world),)),
        DeclareProgramme("NEW", "New", ProgrammeKind.SAFE_AEO, 1),
        DeclareArrangement(ArrangementKind.BILATERAL, "MY", "VN-MY", "Of two", bytes(32)),
        Participate(OPEN, 1, ParticipationState.IN_FORCE, world.now),
    ):
        outcome = sent(world, write, by="VN aeo")
        assert isinstance(outcome, Mined)
        assert outcome.written.at == world.now
    assert isinstance(sent(world, AddRecognition(a_recognition(world)), by="TH aeo"), Mined)
    assert isinstance(sent(world, EndRecognition(1, world.now), by="TH aeo"), Mined)
    assert world.ledger.found([OPERATOR]).operators[OPERATOR].latest.version == 1
    assert isinstance(sent(world, Issue(world.terms())), Mined)


def test_a_refused_write_about_operators_names_the_refusal(world: World) -> None:
    """Somebody else has recorded that version in the meantime."""
    declared(world)
    write = RecordStatuses((a_record(world),))
    assert isinstance(sent(world, write, by="VN aeo"), Mined)
    outcome = sent(world, write, by="VN aeo")
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.refusal, VersionOutOfTurn)
    assert (outcome.refusal.operator, outcome.refusal.expected) == (OPERATOR, 2)
