"""One suite for the port `Outbox`, run on the outbox in memory and on both databases."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from ledger.archive import open_archive
from ledger.batch import Batch, batch_of
from ledger.errors import LedgerError, ReferenceAlreadyFiled
from ledger.facts import Address, Reason, Standing
from ledger.memory_archive import MemoryArchive
from ledger.operators import ParticipationState, ProgrammeKind
from ledger.origin.facts import Step
from ledger.outbox import (
    Alarm,
    AlarmName,
    Backlog,
    Dispatch,
    DispatchKind,
    DispatchState,
    NonceKept,
    Outbox,
)
from ledger.ports import Archive, Filing, FilingState
from ledger.refusals import CertificateNotLive, RootAlreadyAnchored
from ledger.writes import DeclareProgramme, OfProcedures, Participate, Receive, Said, SetSplitUse, TakeStep
from tests.ledger.archive.filings import ACCOUNT, NOON, a_batch, a_filing, a_receipt, a_signature

OTHER = Address("0x" + "bB" * 20)
UNTIL = date(2027, 11, 1)
REFUSAL = RootAlreadyAnchored(b"\7" * 32)


@dataclass
class Desk:
    """An archive and its outbox, and a way for another process to use the same."""

    archive: Archive
    outbox: Outbox
    another: Callable[[], Outbox]

    def filed(self, *numbers: int, account: Address = ACCOUNT) -> list[Dispatch]:
        """File certificates one by one; returns the writes that carry them."""
        return [self.write(self.archive.file(a_filing(number, account=account))) for number in numbers]

    def write(self, filing: Filing) -> Dispatch:
        """Return the write that carries a filing."""
        found = self.outbox.find(filing.dispatch)
        assert found is not None
        return found

    def grouped(self, *numbers: int) -> tuple[Dispatch, Batch]:
        """File certificates and group their writes."""
        writes = self.filed(*numbers)
        batch = batch_of((write.subject for write in writes), "VN")
        return self.outbox.group(writes, batch, UNTIL), batch

    def state(self, certificate: bytes) -> FilingState:
        """Return how far a certificate has come."""
        filing = self.archive.find(certificate)
        assert filing is not None
        return filing.state


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return each kind of outbox in turn, the one in memory too."""
    return str(request.param)


@pytest.fixture
def desk(request: pytest.FixtureRequest, database_kind: str) -> Iterator[Desk]:
    """Give each test an empty archive, of each kind."""
    if database_kind == "memory":
        archive = MemoryArchive()
        yield Desk(archive, archive.outbox, lambda: archive.outbox)
        return
    url = request.getfixturevalue("archive_url")
    with ExitStack() as opened:

        def another() -> Outbox:
            rooms = open_archive(url)
            opened.callback(rooms.close)
            return rooms.outbox

        rooms = open_archive(url)
        opened.callback(rooms.close)
        yield Desk(rooms.certificates, rooms.outbox, another)


def _unsaid(write: Dispatch | None) -> Dispatch | None:
    """Return a write without what the contract said, as no two refusals are equal."""
    return replace(write, refusal=None) if write else None


# ---------------------------------------- writes about operators and recognition


PROGRAMME = DeclareProgramme("AEO", "Authorised Economic Operator", ProgrammeKind.SAFE_AEO, 3)


def test_what_a_write_says_is_kept_beside_it(desk: Desk) -> None:
    """Another process finds the same; it carries no certificate, so none wait."""
    write = desk.outbox.put_write(PROGRAMME, ACCOUNT, now=NOON)
    assert (write.kind, write.size, write.state) == (DispatchKind.DECLARE, 0, DispatchState.WAITING)
    assert desk.another().said(write.position) == PROGRAMME
    assert desk.outbox.backlog() == Backlog(0, 1, NOON)


STEP = TakeStep(case=7, step=Step.REPLIED, due=None, conclude_due=NOON, statement=b"\3" * 32)


@pytest.mark.parametrize(
    "write", [STEP, Receive(b"\1" * 32), SetSplitUse(allowed=False)], ids=lambda write: type(write).__name__
)
def test_what_a_write_of_procedures_says_is_kept_beside_it(desk: Desk, write: OfProcedures) -> None:
    """Another process finds the same; no certificate waits for it."""
    queued = desk.outbox.put_write(write, ACCOUNT, now=NOON)
    assert (queued.kind, queued.size, queued.state) == (DispatchKind.PROCEDURE, 0, DispatchState.WAITING)
    assert desk.another().said(queued.position) == write
    assert desk.another().put_write(write, ACCOUNT, now=NOON) == queued


def test_the_same_words_are_queued_once_while_they_are_open(desk: Desk) -> None:
    """Another content is another write; what was refused may be said again."""
    first = desk.outbox.put_write(PROGRAMME, ACCOUNT, now=NOON)
    assert desk.another().put_write(PROGRAMME, OTHER, now=NOON) == first
    other = desk.outbox.put_write(replace(PROGRAMME, levels=2), ACCOUNT, now=NOON)
    desk.outbox.refuse(first, REFUSAL)
    again = desk.outbox.put_write(PROGRAMME, ACCOUNT, now=NOON)
    assert len({first.position, other.position, again.position}) == 3
    assert desk.outbox.said(again.position) == PROGRAMME


@pytest.mark.parametrize(
    "write",
    [SetSplitUse(allowed=False), Participate(1, 1, ParticipationState.IN_FORCE, NOON)],
    ids=lambda write: type(write).__name__,
)
def test_what_a_key_says_for_its_member_is_not_said_by_the_key_of_another(desk: Desk, write: Said) -> None:
    """Two members that share an archive both say it; each key says it once."""
    first = desk.outbox.put_write(write, ACCOUNT, now=NOON)
    second = desk.another().put_write(write, OTHER, now=NOON)
    assert (first.account, second.account) == (ACCOUNT, OTHER)
    assert first.position != second.position
    assert desk.outbox.put_write(write, OTHER, now=NOON) == second
    assert desk.another().put_write(write, ACCOUNT, now=NOON) == first


def test_a_write_about_a_certificate_says_nothing_of_its_own(desk: Desk) -> None:
    """What it says is rebuilt from the certificate."""
    assert desk.outbox.said(desk.filed(1)[0].position) is None


# ---------------------------------------- queueing


def test_a_filed_certificate_waits_in_the_outbox(desk: Desk) -> None:
    """Filing and queueing are one step: the write is there with the filing."""
    filing = desk.archive.file(a_filing())
    write = desk.write(filing)
    assert write == Dispatch(
        position=filing.dispatch,
        account=ACCOUNT,
        kind=DispatchKind.ISSUE,
        subject=filing.id,
        size=1,
        valid_until=None,
        reason=None,
        state=DispatchState.WAITING,
        queued_at=NOON,
    )
    assert desk.outbox.open(ACCOUNT, 10) == (write,)
    assert desk.archive.carried(write.position) == (filing,)


def test_the_write_that_carries_a_certificate_is_found_by_it(desk: Desk) -> None:
    """Alone, as it is now; in a batch, the anchor; filed again after a refusal, the new one."""
    (alone,) = desk.filed(1)
    assert desk.outbox.carrying(alone.subject) == alone
    recorded = desk.outbox.settle(alone, a_receipt(1))
    assert desk.outbox.carrying(alone.subject) == recorded
    second, third = desk.filed(2, 3)
    batch = batch_of([second.subject, third.subject], "VN")
    anchor = desk.outbox.group([second, third], batch, UNTIL)
    assert desk.outbox.carrying(third.subject) == anchor
    desk.outbox.refuse(anchor, REFUSAL)
    assert _unsaid(desk.outbox.carrying(third.subject)) == replace(anchor, state=DispatchState.REFUSED)
    (again,) = desk.filed(3)
    assert desk.outbox.carrying(third.subject) == again
    assert desk.outbox.carrying(bytes(32)) is None


def test_a_replacement_is_queued_as_one(desk: Desk) -> None:
    """Its subject is the new certificate."""
    filing = desk.archive.file(a_filing(replaces=b"\5" * 32))
    write = desk.write(filing)
    assert (write.kind, write.subject, write.size) == (DispatchKind.REPLACE, filing.id, 1)


def test_a_retry_of_a_filing_queues_nothing(desk: Desk) -> None:
    """The same document filed again has the write it has."""
    first = desk.archive.file(a_filing())
    assert desk.archive.file(a_filing(seed=b"\7" * 32)).dispatch == first.dispatch
    assert len(desk.outbox.open(ACCOUNT, 10)) == 1


def test_a_cancellation_is_queued_with_its_reason(desk: Desk) -> None:
    """It comes back as it was put, and carries no certificate."""
    write = desk.outbox.put(
        DispatchKind.CANCEL, b"\1" * 32, ACCOUNT, Reason.OTHER, now=NOON + timedelta(microseconds=3)
    )
    assert (write.kind, write.subject, write.reason, write.size) == (
        DispatchKind.CANCEL,
        b"\1" * 32,
        Reason.OTHER,
        0,
    )
    assert (write.state, write.queued_at) == (DispatchState.WAITING, NOON + timedelta(microseconds=3))
    assert desk.outbox.find(write.position) == write
    assert desk.archive.carried(write.position) == ()


def test_the_same_write_is_queued_once_while_it_is_open(desk: Desk) -> None:
    """Waiting or signed, the first one is returned; once it is settled, another may be queued."""
    first = desk.outbox.put(DispatchKind.ENTER, b"\1" * 32, ACCOUNT, None, now=NOON)
    later = NOON + timedelta(hours=1)
    assert desk.outbox.put(DispatchKind.ENTER, b"\1" * 32, ACCOUNT, None, now=later) == first
    signed = desk.outbox.keep(first, a_signature(), now=NOON)
    assert desk.outbox.put(DispatchKind.ENTER, b"\1" * 32, OTHER, None, now=later) == signed
    desk.outbox.refuse(signed, REFUSAL)
    assert (
        desk.outbox.put(DispatchKind.ENTER, b"\1" * 32, ACCOUNT, None, now=later).position != first.position
    )


def test_other_writes_about_the_same_certificate_are_other_writes(desk: Desk) -> None:
    """Another kind, another certificate, another reason."""
    puts = [
        (DispatchKind.ENTER, b"\1" * 32, None),
        (DispatchKind.CANCEL, b"\1" * 32, Reason.OTHER),
        (DispatchKind.CANCEL, b"\1" * 32, Reason.GOODS_NOT_SHIPPED),
        (DispatchKind.CANCEL, b"\2" * 32, Reason.OTHER),
    ]
    writes = [desk.outbox.put(kind, of, ACCOUNT, reason, now=NOON) for kind, of, reason in puts]
    assert len({write.position for write in writes}) == len(puts)


def test_of_many_that_queue_one_write_at_once_all_get_the_same(desk: Desk) -> None:
    """Eight threads over two connections to the archive make one write."""
    outboxes = [desk.outbox, desk.another()]

    def attempt(number: int) -> Dispatch:
        return outboxes[number % 2].put(DispatchKind.CANCEL, b"\1" * 32, ACCOUNT, Reason.OTHER, now=NOON)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(attempt, range(16)))) == 1
    assert len(desk.outbox.open(ACCOUNT, 10)) == 1


def test_a_write_that_is_not_there_is_not_found(desk: Desk) -> None:
    """Reads answer None or nothing for what is not there."""
    assert desk.outbox.find(1) is None
    assert desk.outbox.open(ACCOUNT, 10) == ()
    assert desk.outbox.accounts() == ()
    assert desk.outbox.signatures(1) == ()
    assert desk.outbox.last_nonce(ACCOUNT) is None
    assert desk.outbox.alarms() == ()


def test_open_writes_come_oldest_first_for_each_key(desk: Desk) -> None:
    """Settled and refused ones are not among them, nor those of another key."""
    a, b, c, d = desk.filed(1, 2, 3, 4)
    (other,) = desk.filed(5, account=OTHER)
    desk.outbox.settle(a, a_receipt())
    desk.outbox.refuse(b, REFUSAL)
    assert desk.outbox.open(ACCOUNT, 10) == (c, d)
    assert desk.outbox.open(ACCOUNT, 1) == (c,)
    assert desk.outbox.accounts() == tuple(sorted((ACCOUNT, OTHER)))
    desk.outbox.settle(other, a_receipt())
    assert desk.outbox.accounts() == (ACCOUNT,)


# ---------------------------------------- grouping


def test_one_anchor_takes_the_place_of_the_writes_it_groups(desk: Desk) -> None:
    """It stands where the first stood, the others are gone, and what came after stays behind it."""
    first, second, third = desk.filed(1, 2, 3)
    (later,) = desk.filed(4)
    batch = batch_of((write.subject for write in (first, second, third)), "VN")
    anchor = desk.outbox.group([third, first, second], batch, UNTIL)
    assert anchor == replace(
        first, kind=DispatchKind.ANCHOR, subject=batch.tree.root, size=3, valid_until=UNTIL
    )
    assert desk.outbox.open(ACCOUNT, 10) == (anchor, later)
    assert desk.outbox.find(second.position) is None


def test_grouped_certificates_have_their_proofs(desk: Desk) -> None:
    """Each is carried by the anchor, with the root of the batch and its own siblings."""
    anchor, batch = desk.grouped(1, 2, 3)
    carried = desk.archive.carried(anchor.position)
    assert [filing.reference[-1] for filing in carried] == ["1", "2", "3"]
    assert all(filing.root == batch.root for filing in carried)
    assert all(filing.siblings == batch.proof_of(filing.id) for filing in carried)
    assert all(filing.state is FilingState.ACCEPTED for filing in carried)


def test_positions_of_grouped_writes_are_not_given_out_again(desk: Desk) -> None:
    """Whoever waits for one must not find somebody else's write there."""
    writes = desk.filed(1, 2, 3)
    desk.outbox.group(writes, batch_of((write.subject for write in writes), "VN"), UNTIL)
    (later,) = desk.filed(4)
    assert later.position not in {write.position for write in writes}


@pytest.mark.parametrize("change", ["keep", "settle", "refuse", "requeue", "group"])
def test_a_write_that_has_moved_on_is_not_grouped(desk: Desk, change: str) -> None:
    """Signed, recorded, refused, another key's or in a batch: the grouping leaves nothing behind."""
    writes = desk.filed(1, 2, 3)
    changes: dict[str, Callable[[Dispatch], Dispatch]] = {
        "keep": lambda write: desk.outbox.keep(write, a_signature(), now=NOON),
        "settle": lambda write: desk.outbox.settle(write, a_receipt()),
        "refuse": lambda write: desk.outbox.refuse(write, REFUSAL),
        "requeue": lambda write: desk.outbox.requeue(write, OTHER),
        "group": lambda write: desk.outbox.group([write], batch_of([write.subject], "VN"), UNTIL),
    }
    changed = changes[change](writes[1])
    proof = [filing.siblings for filing in desk.archive.carried(changed.position)]
    with pytest.raises(ValueError, match="wait without a nonce"):
        desk.outbox.group(writes, batch_of((write.subject for write in writes), "VN"), UNTIL)
    found = [_unsaid(desk.outbox.find(write.position)) for write in writes]
    assert found == [writes[0], _unsaid(changed), writes[2]]
    carried = [desk.archive.carried(write.position) for write in writes]
    assert [[filing.siblings for filing in each] for each in carried] == [[()], proof, [()]]


def test_a_batch_of_other_certificates_is_not_grouped(desk: Desk) -> None:
    """The tree must stand over what the writes carry, no more and no less."""
    writes = desk.filed(1, 2)
    with pytest.raises(ValueError, match="not those of the batch"):
        desk.outbox.group(writes, batch_of([writes[0].subject], "VN"), UNTIL)
    assert desk.outbox.open(ACCOUNT, 10) == tuple(writes)


def test_a_batch_filed_whole_is_one_anchor(desk: Desk) -> None:
    """Two thousand certificates need one write, which carries them in the order they were filed."""
    filings, batch = a_batch(range(1, 2001))
    position = desk.archive.file_batch(filings, batch)
    assert desk.outbox.open(ACCOUNT, 10) == (
        Dispatch(
            position=position,
            account=ACCOUNT,
            kind=DispatchKind.ANCHOR,
            subject=batch.tree.root,
            size=2000,
            valid_until=UNTIL,
            reason=None,
            state=DispatchState.WAITING,
            queued_at=NOON,
        ),
    )
    stored = [replace(filing, dispatch=position) for filing in filings]
    assert desk.archive.carried(position, limit=3) == tuple(stored[:3])
    assert desk.archive.carried(position, after=1998) == tuple(stored[1998:])
    assert desk.archive.find(filings[700].id) == stored[700]


# ---------------------------------------- signing


def test_signed_bytes_are_kept_with_their_write(desk: Desk) -> None:
    """They come back to the byte, also a price that no 64 bits hold."""
    (write,) = desk.filed(1)
    later = NOON + timedelta(minutes=1)
    signature = a_signature(7, price=2**200)
    signed = desk.outbox.keep(write, signature, now=later)
    assert signed == replace(write, state=DispatchState.SIGNED, nonce=7, signed_at=later)
    assert desk.outbox.find(write.position) == signed
    assert desk.outbox.signatures(write.position) == (signature,)
    assert desk.outbox.open(ACCOUNT, 10) == (signed,)


def test_a_write_signed_again_for_more_keeps_all_its_signatures(desk: Desk) -> None:
    """Any of them may be the one that is mined; the same one again is not stored twice."""
    (write,) = desk.filed(1)
    cheap, dear = a_signature(7, price=9), a_signature(7, price=8 * 10**18)
    signed = desk.outbox.keep(write, cheap, now=NOON)
    again = desk.outbox.keep(signed, dear, now=NOON + timedelta(minutes=2))
    assert desk.outbox.keep(again, dear, now=NOON + timedelta(minutes=2)) == again
    assert again.signed_at == NOON + timedelta(minutes=2)
    assert desk.outbox.signatures(write.position) == (cheap, dear)


def test_a_nonce_belongs_to_one_write_of_a_key(desk: Desk) -> None:
    """The second write stays as it was; another key has nonces of its own."""
    first, second = desk.filed(1, 2)
    (other,) = desk.filed(3, account=OTHER)
    desk.outbox.keep(first, a_signature(7), now=NOON)
    with pytest.raises(NonceKept) as refusal:
        desk.outbox.keep(second, a_signature(7, mark=b"second"), now=NOON)
    assert (refusal.value.account, refusal.value.nonce) == (ACCOUNT, 7)
    assert desk.outbox.find(second.position) == second
    assert desk.outbox.signatures(second.position) == ()
    assert desk.outbox.keep(other, a_signature(7, mark=b"other"), now=NOON).nonce == 7


def test_a_write_is_not_signed_under_two_nonces(desk: Desk) -> None:
    """Both could be mined, and the certificate would be written twice."""
    (write,) = desk.filed(1)
    signed = desk.outbox.keep(write, a_signature(7), now=NOON)
    with pytest.raises(NonceKept):
        desk.outbox.keep(write, a_signature(8), now=NOON)
    assert desk.outbox.find(write.position) == signed
    assert len(desk.outbox.signatures(write.position)) == 1


@pytest.mark.parametrize("change", ["settle", "refuse", "requeue", "group"])
def test_a_write_that_has_moved_on_is_not_signed(desk: Desk, change: str) -> None:
    """What another submitter has settled, given to another key or put into a batch is not ours to sign."""
    first, write = desk.filed(1, 2)
    if change == "group":
        desk.outbox.group([first, write], batch_of([first.subject, write.subject], "VN"), UNTIL)
    elif change == "requeue":
        desk.outbox.requeue(write, OTHER)
    elif change == "refuse":
        desk.outbox.refuse(write, REFUSAL)
    else:
        desk.outbox.settle(write, a_receipt())
    before = _unsaid(desk.outbox.find(write.position))
    with pytest.raises(NonceKept):
        desk.outbox.keep(write, a_signature(), now=NOON)
    assert _unsaid(desk.outbox.find(write.position)) == before
    assert desk.outbox.signatures(write.position) == ()


def test_the_last_nonce_is_the_highest_of_the_key(desk: Desk) -> None:
    """Whatever became of its write, and of no other key."""
    first, second = desk.filed(1, 2)
    (other,) = desk.filed(3, account=OTHER)
    desk.outbox.keep(first, a_signature(8), now=NOON)
    desk.outbox.settle(desk.outbox.keep(second, a_signature(9), now=NOON), a_receipt())
    desk.outbox.keep(other, a_signature(40), now=NOON)
    assert desk.outbox.last_nonce(ACCOUNT) == 9


# ---------------------------------------- settling


def test_settling_an_anchor_records_all_it_carries(desk: Desk) -> None:
    """Each certificate has the time and the transaction of the one receipt."""
    anchor, _ = desk.grouped(1, 2, 3)
    receipt = a_receipt(9)
    settled = desk.outbox.settle(anchor, receipt)
    assert settled == replace(anchor, state=DispatchState.RECORDED, written=receipt)
    for filing in desk.archive.carried(anchor.position):
        assert filing.state is FilingState.RECORDED
        assert (filing.recorded_at, filing.transaction) == (receipt.at, receipt.transaction)
    assert list(desk.archive.unconfirmed()) == []


def test_settling_again_changes_nothing(desk: Desk) -> None:
    """The first receipt stands."""
    (write,) = desk.filed(1)
    first = desk.outbox.settle(write, a_receipt(1))
    assert desk.outbox.settle(write, a_receipt(2)) == first
    assert desk.outbox.find(write.position) == first


def test_refusing_a_batch_frees_every_reference(desk: Desk) -> None:
    """The refusal is kept with its operands, and each reference can be used anew."""
    anchor, _ = desk.grouped(1, 2)
    refused = desk.outbox.refuse(anchor, REFUSAL)
    assert refused.state is DispatchState.REFUSED
    assert isinstance(refused.refusal, RootAlreadyAnchored)
    assert refused.refusal.root == REFUSAL.root
    carried = desk.archive.carried(anchor.position)
    assert {filing.state for filing in carried} == {FilingState.REFUSED}
    assert desk.archive.holders([filing.terms.reference_key for filing in carried]) == {}
    assert desk.archive.file(a_filing(1, document=b"[]")).state is FilingState.ACCEPTED


def test_what_is_recorded_is_not_refused_any_more(desk: Desk) -> None:
    """What the chain holds stays held."""
    (write,) = desk.filed(1)
    settled = desk.outbox.settle(write, a_receipt())
    assert desk.outbox.refuse(write, REFUSAL) == settled
    assert desk.state(write.subject) is FilingState.RECORDED


def test_the_first_refusal_stands(desk: Desk) -> None:
    """Refusing again does not change what was said."""
    (write,) = desk.filed(1)
    desk.outbox.refuse(write, REFUSAL)
    again = desk.outbox.refuse(write, CertificateNotLive(b"\1" * 32, Standing.CANCELLED))
    assert isinstance(again.refusal, RootAlreadyAnchored)


def test_a_refused_write_that_the_chain_holds_after_all_is_settled(desk: Desk) -> None:
    """Its references are held again, and the refusal is forgotten."""
    anchor, _ = desk.grouped(1, 2)
    desk.outbox.refuse(anchor, REFUSAL)
    settled = desk.outbox.settle(anchor, a_receipt())
    assert (settled.state, settled.refusal) == (DispatchState.RECORDED, None)
    carried = desk.archive.carried(anchor.position)
    assert {filing.state for filing in carried} == {FilingState.RECORDED}
    with pytest.raises(ReferenceAlreadyFiled):
        desk.archive.file(a_filing(1, document=b"[]"))


def test_a_refused_write_is_not_settled_once_a_reference_is_taken(desk: Desk) -> None:
    """Two certificates never hold one reference; all stays as it was, and the error names the holder."""
    anchor, _ = desk.grouped(1, 2)
    refused = desk.outbox.refuse(anchor, REFUSAL)
    holder = desk.archive.file(a_filing(2, document=b"[]"))
    with pytest.raises(ReferenceAlreadyFiled) as refusal:
        desk.outbox.settle(anchor, a_receipt())
    assert refusal.value.certificate == holder.id
    found = desk.outbox.find(anchor.position)
    assert found is not None
    assert (found.state, found.written) == (refused.state, None)
    carried = desk.archive.carried(anchor.position)
    assert {filing.state for filing in carried} == {FilingState.REFUSED}


# ---------------------------------------- nonces of others


def test_a_requeued_write_waits_again_and_its_nonce_stays_taken(desk: Desk) -> None:
    """It has the place it had; its old signatures are not asked about any more, and nobody gets the nonce."""
    write, later = desk.filed(1, 2)
    signed = desk.outbox.keep(write, a_signature(7), now=NOON)
    waiting = desk.outbox.requeue(signed, ACCOUNT)
    assert waiting == replace(write, attempts=1)
    assert desk.outbox.signatures(write.position) == ()
    assert desk.outbox.last_nonce(ACCOUNT) == 7
    assert desk.outbox.open(ACCOUNT, 10) == (waiting, later)
    with pytest.raises(NonceKept):
        desk.outbox.keep(waiting, a_signature(7, mark=b"anew"), now=NOON)
    assert desk.outbox.keep(waiting, a_signature(8), now=NOON).nonce == 8
    assert desk.outbox.signatures(write.position) == (a_signature(8),)


def test_a_write_can_be_given_to_another_key(desk: Desk) -> None:
    """After a rotation the new key signs, under its own nonces, and the filing names it."""
    (write,) = desk.filed(1)
    desk.outbox.keep(write, a_signature(7), now=NOON)
    desk.outbox.requeue(write, OTHER)
    (waiting,) = desk.outbox.open(OTHER, 10)
    assert (waiting.position, waiting.account) == (write.position, OTHER)
    assert desk.outbox.accounts() == (OTHER,)
    assert desk.outbox.keep(waiting, a_signature(7, mark=b"other"), now=NOON).nonce == 7
    assert desk.outbox.signatures(write.position) == (a_signature(7, mark=b"other"),)
    filing = desk.archive.find(write.subject)
    assert filing is not None
    assert filing.account == OTHER


def test_a_write_without_a_nonce_is_requeued_without_a_trace(desk: Desk) -> None:
    """It was not tried, so it did not fail."""
    (write,) = desk.filed(1)
    assert desk.outbox.requeue(write, OTHER) == replace(write, account=OTHER)
    assert desk.outbox.last_nonce(ACCOUNT) is None


def test_what_is_settled_is_not_requeued(desk: Desk) -> None:
    """Recorded and refused writes stay what they are."""
    first, second = desk.filed(1, 2)
    settled, refused = desk.outbox.settle(first, a_receipt()), desk.outbox.refuse(second, REFUSAL)
    assert desk.outbox.requeue(first, OTHER) == settled
    assert desk.outbox.requeue(second, OTHER).state is refused.state


def test_nonces_used_elsewhere_are_taken(desk: Desk) -> None:
    """They count for the last nonce, are in no list of open writes, and may be noted again."""
    (write,) = desk.filed(1)
    signed = desk.outbox.keep(write, a_signature(5), now=NOON)
    for _ in range(2):
        desk.outbox.note_foreign(ACCOUNT, [4, 5, 6], now=NOON)
    assert desk.outbox.last_nonce(ACCOUNT) == 6
    assert desk.outbox.last_nonce(OTHER) is None
    assert desk.outbox.open(ACCOUNT, 10) == (signed,)
    (other,) = desk.filed(2)
    with pytest.raises(NonceKept):
        desk.outbox.keep(other, a_signature(6), now=NOON)


# ---------------------------------------- backlog, tenure, alarms


def test_the_backlog_counts_certificates_that_wait(desk: Desk) -> None:
    """A batch counts all it carries, a cancellation none; what is settled or refused has left."""
    assert desk.outbox.backlog() == Backlog(0, 0, None)
    filings, batch = a_batch(range(10, 15), filed_at=NOON - timedelta(hours=1))
    anchor = desk.outbox.find(desk.archive.file_batch(filings, batch))
    assert anchor is not None
    single, gone, refused = desk.filed(1, 2, 3)
    desk.outbox.put(DispatchKind.CANCEL, b"\1" * 32, OTHER, Reason.OTHER, now=NOON)
    desk.outbox.keep(single, a_signature(), now=NOON)
    desk.outbox.settle(gone, a_receipt())
    desk.outbox.refuse(refused, REFUSAL)
    desk.outbox.note_foreign(ACCOUNT, [30], now=NOON)
    assert desk.outbox.backlog() == Backlog(6, 3, NOON - timedelta(hours=1))
    desk.outbox.settle(anchor, a_receipt(2))
    assert desk.outbox.backlog() == Backlog(1, 2, NOON)


def test_a_key_has_one_submitter_at_a_time(desk: Desk) -> None:
    """A second one gets nothing while the first holds the tenure, and has it after; keys do not meet."""
    another = desk.another()
    with desk.outbox.tenure(ACCOUNT) as first:
        assert first is not None
        assert first.alive()
        with another.tenure(ACCOUNT) as second:
            assert second is None
        with another.tenure(OTHER) as other:
            assert other is not None
        with another.tenure(ACCOUNT) as third:
            assert third is None
    with another.tenure(ACCOUNT) as after:
        assert after is not None
        assert after.alive()


def test_an_alarm_stands_until_it_is_cleared(desk: Desk) -> None:
    """Raised again it has the newer detail and the first time; clearing what is not there does nothing."""
    later = NOON + timedelta(minutes=5)
    desk.outbox.raise_alarm(AlarmName.CLOCK_SKEW, "", "2 s", now=NOON)
    desk.outbox.raise_alarm(AlarmName.WRITE_FAILS, ACCOUNT, "write 3", now=NOON - timedelta(hours=1))
    desk.outbox.raise_alarm(AlarmName.CLOCK_SKEW, "", "9 s", now=later)
    skew = Alarm(AlarmName.CLOCK_SKEW, "", "9 s", NOON)
    fails = Alarm(AlarmName.WRITE_FAILS, ACCOUNT, "write 3", NOON - timedelta(hours=1))
    assert desk.outbox.alarms() == (fails, skew)
    desk.outbox.clear_alarm(AlarmName.WRITE_FAILS, OTHER)
    desk.outbox.clear_alarm(AlarmName.CLOCK_SKEW, "")
    assert desk.outbox.alarms() == (fails,)
    desk.outbox.raise_alarm(AlarmName.CLOCK_SKEW, "", "1 s", now=later)
    assert desk.outbox.alarms() == (fails, Alarm(AlarmName.CLOCK_SKEW, "", "1 s", later))


# ---------------------------------------- at once


def test_of_many_that_sign_under_one_nonce_one_gets_it(desk: Desk) -> None:
    """Eight threads over two connections offer eight writes the same nonce."""
    writes, outboxes = desk.filed(*range(1, 9)), [desk.outbox, desk.another()]

    def attempt(number: int) -> bool:
        signature = a_signature(7, mark=b"%d" % number)
        try:
            outboxes[number % 2].keep(writes[number], signature, now=NOON)
        except NonceKept:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1
    assert [write.state for write in desk.outbox.open(ACCOUNT, 10)].count(DispatchState.SIGNED) == 1


def test_filing_grouping_and_signing_at_once_lose_nothing(desk: Desk) -> None:
    """While certificates are filed, two submitters group and sign; each certificate has one write after."""
    outboxes = [desk.outbox, desk.another()]

    def file(number: int) -> None:
        desk.archive.file(a_filing(number))

    def drive(number: int) -> None:
        outbox = outboxes[number % 2]
        waiting = [w for w in outbox.open(ACCOUNT, 6) if w.state is DispatchState.WAITING]
        issues = [write for write in waiting if write.kind is DispatchKind.ISSUE]
        try:
            if len(issues) > 1:
                outbox.group(issues, batch_of((write.subject for write in issues), "VN"), UNTIL)
            elif waiting:
                outbox.keep(waiting[0], a_signature(number, mark=b"%d" % number), now=NOON)
        except (ValueError, LedgerError):
            return  # the other was quicker

    with ThreadPoolExecutor(6) as pool:
        filed = [pool.submit(file, number) for number in range(1, 41)]
        driven = [pool.submit(drive, number) for number in range(40)]
        for each in (*filed, *driven):
            each.result()
    writes = desk.outbox.open(ACCOUNT, 100)
    carried = [filing.id for write in writes for filing in desk.archive.carried(write.position)]
    assert sorted(carried) == sorted(a_filing(number).id for number in range(1, 41))
    assert [write.size for write in writes] == [len(desk.archive.carried(write.position)) for write in writes]
    nonces = [write.nonce for write in writes if write.nonce is not None]
    assert len(nonces) == len(set(nonces))
    signed = [write for write in writes if write.state is DispatchState.SIGNED]
    assert all(len(desk.outbox.signatures(write.position)) == 1 for write in signed)
