"""One round of a submitter: what goes out together, what comes of it, and what if others misbehave."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ledger.batch import batch_of
from ledger.certificate import Replaced
from ledger.errors import (
    ArchiveUnavailable,
    ChainUnreachable,
    SignerMisbehaved,
    SignerUnavailable,
    SubmitterStopped,
)
from ledger.facts import Evidence, Reason, Standing
from ledger.issuing import envelope_of, replace_certificate
from ledger.outbox import AlarmName, Answer, DispatchKind, DispatchState
from ledger.ports import FilingState
from ledger.refusals import CertificateUnknown, NotAuthorised
from ledger.rounds import Policy
from ledger.verdict import VerdictCode
from ledger.verifying import verify
from tests.builders import a_certificate
from tests.ledger.stations import ADMIN, FOREIGNER, KEY, OTHER_KEY, SECOND, VN, Station, of_state


@pytest.fixture
def station() -> Station:
    """Return an issuing authority that nothing has happened to yet."""
    return Station()


def kinds(station: Station) -> list[DispatchKind]:
    """Return what the open writes do, in their order."""
    return [write.kind for write in station.writes()]


# ------------------------------------------------------------------------------------------- grouping


def test_one_waiting_certificate_gets_an_entry(station: Station) -> None:
    """A batch of one is no batch."""
    station.waiting(1)
    station.rounds()
    assert (station.entries, station.anchors) == (1, [])


def test_many_waiting_certificates_go_out_as_one_anchor(station: Station) -> None:
    """And each has its proof."""
    station.waiting(7)
    station.rounds()
    assert (station.entries, station.anchors) == (0, [7])
    for filing in station.archive.filings(VN):
        assert verify(envelope_of(filing), station.ledger).code is VerdictCode.VALID
    assert station.sound()


@pytest.mark.parametrize(("count", "sizes", "entries"), [(6, [3, 3], 0), (7, [3, 3], 1), (2, [2], 0)])
def test_no_batch_is_larger_than_allowed(count: int, sizes: list[int], entries: int) -> None:
    """The rest forms the next one, or goes out alone."""
    station = Station(Policy(batch=3, ask_again=0.0))
    station.waiting(count)
    station.rounds()
    assert (sorted(station.anchors), station.entries) == (sizes, entries)


def test_a_batch_size_of_one_lets_every_certificate_go_alone() -> None:
    """Also with transactions under way that are older."""
    station = Station(Policy(batch=1, ask_again=0.0))
    station.node.held = True
    station.waiting(6)
    station.round()
    station.node.resume()
    station.rounds()
    assert (station.entries, station.anchors) == (6, [])


def test_a_certificate_based_on_others_goes_out_alone(station: Station) -> None:
    """The contract looks at its originals only when it writes an entry."""
    station.waiting(3)
    middle = station.archive.filings(VN)[1]
    terms = replace(middle.terms, parents=(bytes(31) + b"\1",))
    station.archive._filings[middle.id] = replace(middle, terms=terms)
    station.rounds()
    assert station.anchors == [2]
    assert station.states == [FilingState.RECORDED, FilingState.REFUSED, FilingState.RECORDED]


def test_a_reference_that_the_chain_holds_already_is_refused_without_harm_to_the_others(
    station: Station,
) -> None:
    """In a batch nobody would notice, and two valid certificates would have one reference."""
    _, other, _ = station.waiting(3)
    station.chain.issue(replace(other.terms, document_hash=b"\1" * 32), KEY)
    station.rounds()
    assert station.anchors == [2]
    assert station.states == [FilingState.RECORDED, FilingState.REFUSED, FilingState.RECORDED]


def test_what_cannot_share_an_anchor_is_not_looked_up_in_every_round(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or many of them would cost the square of their number."""
    station.waiting(20)
    for filing in station.archive.filings(VN):
        terms = replace(filing.terms, parents=(bytes(31) + b"\1",))
        station.archive._filings[filing.id] = replace(filing, terms=terms)
    asked: list[int] = []
    carried = station.archive.carried

    def counted(dispatch: int, **limits: int) -> Any:
        asked.append(dispatch)
        return carried(dispatch, **limits)

    monkeypatch.setattr(station.archive, "carried", counted)
    station.rounds()
    assert set(station.states) == {FilingState.REFUSED}
    assert len(asked) < 20 * 6


def test_writes_of_other_kinds_keep_their_place_between_certificates(station: Station) -> None:
    """What was asked first is done first."""
    first = station.issue(1, wait=1).filing
    station.node.held = True
    station.waiting(0)
    for number in (2, 3):
        station.issue(number)
    with pytest.raises(Exception, match="on its way"):
        station.cancel(first)
    for number in (4, 5):
        station.issue(number)
    station.round()
    assert kinds(station) == [DispatchKind.ANCHOR, DispatchKind.CANCEL, DispatchKind.ANCHOR]
    nonces = [write.nonce for write in station.writes() if write.nonce is not None]
    assert nonces == sorted(nonces)
    station.node.resume()
    station.rounds()
    assert station.sound()


def test_only_so_many_transactions_are_under_way(station: Station) -> None:
    """A node keeps few of one account."""
    station.node.held = True
    for number in range(1, 9):
        station.issue(number)
        station.round()
    signed = of_state(station.writes(), DispatchState.SIGNED)
    assert [write.nonce for write in signed] == [0, 1, 2, 3]
    station.node.resume()
    station.rounds()
    assert (station.entries, station.anchors) == (4, [4])


def test_what_waits_is_not_read_while_nothing_more_may_go_out(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be a hundred thousand writes, and rounds follow each other within milliseconds."""
    station.node.held = True
    for number in range(1, 6):
        station.issue(number)
        station.round()
    monkeypatch.setattr(station.archive.outbox, "open", lambda *_: pytest.fail("read"))
    station.round()


def test_a_signed_write_behind_many_that_wait_is_followed(station: Station) -> None:
    """A rotation can put older writes of another key before it."""
    station.policy = Policy(batch=2, ask_again=0.0)
    for number in (1, 2, 3, 4):
        station.issue(number, key=SECOND)
    mine = station.issue(5).filing
    station.restart()
    station.node.held = True
    assert station.ledger.carrier.in_office(KEY)
    station.round()
    station.node.drop()
    for write in station.writes(SECOND):
        station.archive.outbox.requeue(write, KEY)
    station.restart()
    station.node.resume()
    station.rounds()
    assert station.write_of(mine.id).state is DispatchState.RECORDED
    assert station.sound()


def test_writes_that_another_process_has_changed_are_looked_at_again(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that lacks a key may give away its writes between our look and the grouping."""
    station.waiting(3)
    outbox, group = station.archive.outbox, station.archive.outbox.group

    def late(dispatches: Any, *rest: Any) -> Any:
        monkeypatch.setattr(outbox, "group", group)
        outbox.requeue(dispatches[1], SECOND)
        return group(dispatches, *rest)

    monkeypatch.setattr(outbox, "group", late)
    assert isinstance(station.round()[KEY], ArchiveUnavailable)
    station.rounds()
    assert (station.entries, station.anchors) == (1, [2])
    assert station.sound()


# -------------------------------------------------------------------------------- not mined, not taken


def test_a_transaction_that_is_not_mined_is_offered_for_more(station: Station) -> None:
    """With the same write under the same nonce; whichever is mined settles it once."""
    station.node.held = True
    one = station.issue(1).filing
    station.round()
    station.later(121)
    for _ in range(2):
        station.round()
    cheap, dear = station.archive.outbox.signatures(one.dispatch)
    assert (dear.nonce, dear.price * 8 >= cheap.price * 9) == (cheap.nonce, True)
    assert station.node.signed[cheap.transaction][1] == station.node.signed[dear.transaction][1]
    assert station.node.pool == {(KEY, 0): dear.transaction}


@pytest.mark.parametrize("mined", [0, 1])
def test_either_of_two_prices_settles_the_write_once(station: Station, mined: int) -> None:
    """The other one can never be mined."""
    test_a_transaction_that_is_not_mined_is_offered_for_more(station)
    signatures = station.archive.outbox.signatures(1)
    station.node.pool[KEY, 0] = signatures[mined].transaction
    station.node.resume()
    station.rounds()
    written = station.archive.outbox.find(1).written  # type: ignore[union-attr]
    assert written is not None
    assert written.transaction == signatures[mined].transaction
    assert (station.entries, station.alarms) == (1, [])
    assert station.sound()


def test_where_gas_is_free_a_transaction_that_is_not_mined_is_only_sent_again(station: Station) -> None:
    """Its signature for more is the same one, byte for byte."""
    station.node.free = station.node.held = True
    one = station.issue(1).filing
    for _ in range(5):
        station.round()
        station.later(121)
    assert len(station.archive.outbox.signatures(one.dispatch)) == 1
    assert len(set(station.node.sent)) == 1
    station.node.resume()
    station.rounds()
    assert (station.entries, station.alarms) == (1, [])


def test_a_dropped_transaction_is_sent_again_byte_for_byte(station: Station) -> None:
    """Also by another process, from what is stored."""
    station.node.held = True
    station.issue(1)
    station.round()
    station.node.drop()
    station.restart()
    station.node.resume()
    station.rounds()
    assert len(set(station.node.sent)) == 1
    assert station.entries == 1


def test_dropped_transactions_are_sent_again_in_the_order_of_their_nonces(station: Station) -> None:
    """The gap first."""
    station.node.held = True
    for number in range(1, 4):
        station.issue(number)
        station.round()
    station.node.drop()
    station.node.sent.clear()
    station.restart()
    station.round()
    assert [signature.nonce for signature in station.node.sent] == [0, 1, 2]
    station.node.resume()
    station.rounds()
    assert station.entries == 3


def test_an_underpriced_transaction_is_offered_for_more_at_once(station: Station) -> None:
    """The node has another one under the nonce, or wants more."""
    station.node.answers = [Answer.UNDERPRICED] * 3
    station.issue(1)
    station.rounds()
    prices = [signature.price for signature in station.archive.outbox.signatures(1)]
    assert prices == sorted(set(prices))
    assert (station.entries, station.alarms) == (1, [])


def test_what_the_node_never_finds_enough_raises_an_alarm_and_has_a_highest_price(station: Station) -> None:
    """Nobody pays without end because a node says so."""
    station.node.answers = [Answer.UNDERPRICED] * 60
    station.issue(1)
    for _ in range(50):
        station.round()
    assert len(station.archive.outbox.signatures(1)) == 20
    assert station.alarms == [AlarmName.TRANSACTION_REFUSED]
    station.node.answers.clear()
    station.rounds()
    assert (station.entries, station.alarms) == (1, [])


@pytest.mark.parametrize("in_the_end", ["mined", "refused by the contract"])
def test_a_transaction_that_the_node_does_not_take_raises_an_alarm_until_one_is_mined(
    station: Station, in_the_end: str
) -> None:
    """Such as for want of balance; it is tried again all the while."""
    station.node.answers = [Answer.REFUSED] * 4
    one = station.issue(1).filing
    for _ in range(3):
        station.round()
    assert station.alarms == [AlarmName.TRANSACTION_REFUSED]
    if in_the_end != "mined":
        station.chain.issue(replace(one.terms, document_hash=b"\1" * 32), KEY)
    station.rounds()
    assert (station.entries, station.alarms) == (1, [])


def test_a_block_that_is_not_final_settles_nothing(station: Station) -> None:
    """Until it is."""
    station.node.hesitant = True
    station.issue(1)
    for _ in range(3):
        assert station.round()[KEY] in {True, False}
    assert [write.state for write in station.writes()] == [DispatchState.SIGNED]
    station.node.hesitant = False
    station.rounds()
    assert station.states == [FilingState.RECORDED]


def test_a_reorganisation_takes_a_write_back_and_it_is_sent_again(station: Station) -> None:
    """The same bytes find their way into another block."""
    station.node.hesitant = True
    one = station.issue(1).filing
    station.round()
    signature = station.archive.outbox.signatures(one.dispatch)[0]
    del station.node.done[signature.transaction]
    del station.chain._entries[one.id]
    station.chain._holders.clear()
    station.node._used[KEY] = 0
    station.node.hesitant = False
    station.rounds()
    assert (station.entries, len(set(station.node.sent))) == (1, 1)
    assert station.sound()


# ----------------------------------------------------------------------------------- signers and nonces


def test_a_signer_that_is_silent_raises_an_alarm_that_ends_with_its_next_signature(station: Station) -> None:
    """Nothing is sent in between."""
    station.node.unsigned = [SignerUnavailable("signer:9000", "did not answer")] * 2
    station.issue(1)
    assert isinstance(station.round()[KEY], SignerUnavailable)
    assert station.alarms == [AlarmName.SIGNER_UNAVAILABLE]
    assert station.node.sent == []
    station.rounds()
    assert (station.entries, station.alarms) == (1, [])


def test_a_signer_that_misbehaves_stops_the_key(station: Station) -> None:
    """Until an operator has looked at it."""
    station.node.unsigned = [SignerMisbehaved("signer:9000", "nonce")]
    station.issue(1)
    for _ in range(3):
        assert isinstance(station.round()[KEY], SubmitterStopped)
    assert (station.alarms, station.node.sent) == ([AlarmName.SIGNER_MISBEHAVES], [])
    station.archive.outbox.clear_alarm(AlarmName.SIGNER_MISBEHAVES, KEY)
    station.rounds()
    assert station.entries == 1


def test_after_a_lost_answer_of_the_archive_it_is_looked_at_again(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signature may be stored although nobody said so."""
    outbox, keep = station.archive.outbox, station.archive.outbox.keep

    def lost(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(outbox, "keep", keep)
        keep(*arguments, **named)
        raise ArchiveUnavailable("gone")

    monkeypatch.setattr(outbox, "keep", lost)
    station.issue(1)
    assert isinstance(station.round()[KEY], ArchiveUnavailable)
    station.issue(2)
    station.rounds()
    assert (station.entries, station.alarms) == (2, [])
    assert len(station.archive.outbox.signatures(1)) == 1


def test_a_nonce_that_another_process_has_taken_is_found_out(station: Station) -> None:
    """Both hold the tenure for a moment; one of them gets the nonce, and the other looks again."""
    station.issue(1, wait=1)
    station.issue(2)
    station.issue(3, key=SECOND)
    other = station.archive.outbox.open(SECOND, 1)[0]
    station.archive.outbox.requeue(other, KEY)
    stolen = station.archive.outbox.find(other.position)
    assert stolen is not None
    signature = station.node.sign(a_write(station, stolen.position), KEY, 1)
    station.archive.outbox.keep(stolen, signature, now=station.now)
    station.rounds()
    assert (station.entries, station.alarms) == (3, [])
    assert station.sound()


def a_write(station: Station, position: int) -> Any:
    """Return what a write of the outbox says to the contract."""
    from ledger.carried import write_of  # noqa: PLC0415 - of this one test

    dispatch = station.archive.outbox.find(position)
    assert dispatch is not None
    return write_of(dispatch, station.ledger)


@pytest.mark.parametrize("moment", ["at the start", "in the middle"])
def test_a_key_that_was_used_elsewhere_stops_and_others_go_on(station: Station, moment: str) -> None:
    """Once is enough: nothing more is signed or sent for it."""
    station.issue(1, wait=1)
    if moment == "at the start":
        station.node.take_nonce(KEY)
        station.node.take_nonce(KEY)
        station.restart()
        station.issue(2)
    else:
        station.node.held = True
        station.issue(2)
        station.round()
        station.node.drop()
        station.node.held = False
        station.node.take_nonce(KEY)
    assert isinstance(station.round()[KEY], SubmitterStopped)
    sent = len(station.node.sent)
    for _ in range(3):
        assert isinstance(station.round()[KEY], SubmitterStopped)
    assert (station.alarms, len(station.node.sent)) == ([AlarmName.KEY_USED_ELSEWHERE], sent)
    assert station.issue(3, key=SECOND, wait=1).recorded
    with pytest.raises(SubmitterStopped):
        station.issue(4)
    assert len(station.states) == 3


# ------------------------------------------------------------------------------------------- refusals


def test_a_write_that_fails_beside_the_contract_is_tried_again_so_often(station: Station) -> None:
    """Then an operator has to look at it."""
    station.node.failures = [ChainUnreachable("out of gas")] * 3
    station.issue(1)
    outcomes = [station.round()[KEY] for _ in range(6)]
    assert isinstance(outcomes[-1], SubmitterStopped)
    assert station.alarms == [AlarmName.WRITE_FAILS]
    assert (station.writes()[0].attempts, station.states) == (2, [FilingState.ACCEPTED])


def test_a_write_that_fails_twice_beside_the_contract_succeeds_the_third_time(station: Station) -> None:
    """Under another nonce, and once."""
    station.node.failures = [ChainUnreachable("out of gas")] * 2
    station.issue(1)
    station.rounds()
    assert (station.entries, station.node.used(KEY), station.alarms) == (1, 3, [])
    assert station.sound()


def test_a_refused_batch_frees_all_its_references(station: Station) -> None:
    """Each can be issued again."""
    station.waiting(3)
    station.node.failures = [NotAuthorised(KEY, 1)]
    station.chain._held = {KEY}
    station.rounds()
    assert station.states == [FilingState.REFUSED] * 3
    for number in (1, 2, 3):
        assert station.issue(number, wait=1).recorded
    assert station.sound()


@pytest.mark.parametrize("count", [1, 3])
def test_after_a_rotation_another_key_of_the_authority_takes_over(station: Station, count: int) -> None:
    """For single certificates and for a batch; not one of another authority."""
    station.node.held = True
    station.waiting(count)
    station.round()
    station.chain.revoke_key(KEY, ADMIN["VN"])
    station.node.resume()
    station.rounds()
    assert set(station.states) == {FilingState.RECORDED}
    assert {filing.account for filing in station.archive.filings(VN)} == {SECOND}
    assert station.sound()


@pytest.mark.parametrize("end", ["suspended", "withdrawn", "alone"])
def test_without_an_heir_that_may_issue_a_write_is_refused(station: Station, end: str) -> None:
    """Two keys of a suspended member would hand it to each other for ever."""
    station.node.held = True
    station.issue(1)
    station.round()
    match end:
        case "suspended":
            station.chain._set_suspended("VN", suspended=True)
        case "withdrawn":
            station.chain.withdraw_authority(VN, ADMIN["VN"])
        case _:
            station.chain.revoke_key(KEY, ADMIN["VN"])
            station.chain._held = {KEY, OTHER_KEY, FOREIGNER}
    station.node.resume()
    station.rounds()
    assert (station.states, station.entries) == ([FilingState.REFUSED], 0)


def test_the_heir_of_a_cancellation_is_of_the_authority_that_asked_for_it(station: Station) -> None:
    """Another authority of the member may have issued the certificate."""
    one = station.issue(1, key=OTHER_KEY, wait=1).filing
    station.node.held = True
    with pytest.raises(Exception, match="on its way"):
        station.cancel(one)
    station.round()
    station.chain.revoke_key(KEY, ADMIN["VN"])
    station.round()
    station.node.resume()
    station.rounds()
    assert station.node.used(SECOND) == 1
    assert station.chain.standing(one.id, station.now) is Standing.CANCELLED


def test_a_cancellation_that_somebody_wrote_for_the_same_reason_is_settled(station: Station) -> None:
    """It holds; for another reason it is refused."""
    one, other = (station.issue(number, wait=1).filing for number in (1, 2))
    station.node.held = True
    for filing in (one, other):
        with pytest.raises(Exception, match="on its way"):
            station.cancel(filing)
    station.round()
    station.chain.cancel(one.id, Reason.OTHER, SECOND)
    station.chain.cancel(other.id, Reason.OBTAINED_BY_FRAUD, SECOND)
    station.node.resume()
    station.rounds()
    writes = [station.archive.outbox.find(position) for position in (3, 4)]
    assert [write.state for write in writes if write] == [DispatchState.RECORDED, DispatchState.REFUSED]


class Behind:
    """A registry whose evidence is from before, or not final, until it has been asked often enough."""

    def __init__(self, station: Station, lag: str) -> None:
        """Answer from now as things stand."""
        self._chain, self._lag, self.asked = station.chain, lag, 0
        self._before = dict(station.chain._entries), dict(station.chain._anchors)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)

    def evidence(self, certificate: bytes, root: bytes, reference_key: bytes) -> Evidence:
        """Answer late."""
        self.asked += 1
        found = self._chain.evidence(certificate, root, reference_key)
        if self.asked > 6:
            return found
        if self._lag == "not final":
            return replace(found, final=False)
        entries, anchors = self._before
        return replace(found, entry=entries.get(certificate), anchor=anchors.get(root))


@pytest.mark.parametrize("lag", ["old", "not final"])
@pytest.mark.parametrize("what", ["single", "batch", "cancellation", "replacement"])
def test_reads_from_before_a_refusal_do_not_make_our_own_earlier_try_a_refusal(
    station: Station, what: str, lag: str
) -> None:
    """A replica that is a block behind would free the reference of a certificate that the chain holds."""
    old = station.issue(1, wait=1).filing
    station.node.held = True
    match what:
        case "cancellation":
            with pytest.raises(Exception, match="on its way"):
                station.cancel(old)
        case "replacement":
            named = Replaced(reference=a_reference(1), issued_on=date(2026, 11, 2))
            new = a_certificate(reference="VN-TH 26/02/00077", replaces=named)
            replace_certificate(old.id, new, authority=VN, account=KEY, ledger=station.ledger, wait=0)
        case _:
            for number in range(2, 3 if what == "single" else 5):
                station.issue(number)
    station.round()
    late = Behind(station, lag)
    station.restart()
    station.ledger = station.process(registry=late)
    station.node.drop()
    station.node.held = False
    done_elsewhere(station)
    station.rounds()
    assert set(station.states) == {FilingState.RECORDED}
    assert late.asked > 6
    writes = [station.archive.outbox.find(position) for position in range(1, 6)]
    assert {write.state for write in writes if write} == {DispatchState.RECORDED}


def a_reference(number: int) -> str:
    """Return the reference of a certificate of the station."""
    return f"VN-TH 26/02/{number:05}"


def done_elsewhere(station: Station) -> None:
    """Let another key of the member do what the first open write is to do."""
    from ledger.memory.transactions import done  # noqa: PLC0415 - of these tests

    done(a_write(station, station.writes()[0].position), SECOND, station.chain)


def test_cancelling_a_member_of_a_batch_is_entered_before_it_is_cancelled(station: Station) -> None:
    """Both wait together, and go out in that order."""
    station.waiting(2)
    station.rounds()
    one = station.archive.filings(VN)[0]
    station.node.held = True
    with pytest.raises(Exception, match="on its way"):
        station.cancel(one)
    station.round()
    assert kinds(station) == [DispatchKind.ENTER, DispatchKind.CANCEL]
    assert [write.nonce for write in station.writes()] == [1, 2]
    station.node.resume()
    station.rounds()
    assert station.chain.standing(one.id, station.now) is Standing.CANCELLED
    assert station.sound()


def test_a_cancellation_that_overtakes_the_entry_waits_for_it(station: Station) -> None:
    """The entry failed beside the contract, and the cancellation was sent already."""
    station.waiting(2)
    station.rounds()
    one = station.archive.filings(VN)[0]
    station.node.failures = [ChainUnreachable("out of gas")]
    with pytest.raises(Exception, match="on its way"):
        station.cancel(one)
    station.rounds()
    assert station.chain.standing(one.id, station.now) is Standing.CANCELLED
    assert {write.state for write in station.archive.outbox._writes.values()} == {DispatchState.RECORDED}


def test_where_the_entry_is_refused_for_good_the_cancellation_is_too(station: Station) -> None:
    """After some tries; the chain says why."""
    station.waiting(2)
    station.rounds()
    one = station.archive.filings(VN)[0]
    station.chain.mark_compromised(KEY, station.now, ADMIN["VN"])
    with pytest.raises(Exception, match="on its way"):
        station.cancel(one, key=SECOND)
    station.rounds()
    cancellation = station.archive.outbox.find(4)
    assert cancellation is not None
    assert isinstance(cancellation.refusal, CertificateUnknown)


def test_what_is_to_be_entered_and_was_entered_by_somebody_else_is_settled(station: Station) -> None:
    """Anyone may; the cancellation goes on."""
    station.waiting(2)
    station.rounds()
    one = station.archive.filings(VN)[0]
    station.node.held = True
    with pytest.raises(Exception, match="on its way"):
        station.cancel(one)
    station.round()
    station.chain.enter(one.terms, one.root, one.siblings, FOREIGNER)
    station.node.resume()
    station.rounds()
    assert station.chain.standing(one.id, station.now) is Standing.CANCELLED


def test_a_member_that_another_key_is_entering_is_cancelled_after_that(station: Station) -> None:
    """Writes of two keys have no order among them."""
    station.waiting(2)
    station.rounds()
    one = station.archive.filings(VN)[0]
    station.node.held = True
    for key, reason in ((SECOND, Reason.OTHER), (KEY, Reason.OBTAINED_BY_FRAUD)):
        with pytest.raises(Exception, match="on its way"):
            station.cancel(one, reason, key=key)
    assert kinds(station) == []
    assert [write.kind for write in station.writes(SECOND)] == [
        DispatchKind.ENTER,
        DispatchKind.CANCEL,
        DispatchKind.CANCEL,
    ]
    station.node.resume()
    station.rounds()
    assert station.chain.standing(one.id, station.now) is Standing.CANCELLED


def test_the_cancellation_of_what_the_chain_does_not_know_is_refused(station: Station) -> None:
    """And the archive says why."""
    unknown = bytes(31) + b"\7"
    write = station.archive.outbox.put(DispatchKind.CANCEL, unknown, KEY, Reason.OTHER, now=station.now)
    station.rounds()
    refused = station.archive.outbox.find(write.position)
    assert refused is not None
    assert isinstance(refused.refusal, CertificateUnknown)


def test_the_size_of_a_batch_is_told_with_its_root(station: Station) -> None:
    """So that the root in the archive is that of the chain."""
    filings = station.waiting(4)
    station.rounds()
    batch = batch_of((filing.id for filing in filings), "VN")
    assert {filing.root for filing in station.archive.filings(VN)} == {batch.root}
    assert set(station.chain._anchors) == {batch.root}
