"""Those who wait carry for each other: threads, processes, what stops them, and any order of accidents."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from ledger.errors import (
    ArchiveUnavailable,
    ChainUnreachable,
    ClockSkewed,
    LedgerError,
    NotRecordedYet,
    SubmitterStopped,
)
from ledger.facts import Reason, Standing
from ledger.outbox import AlarmName, Answer, DispatchState
from ledger.ports import Filing, FilingState
from ledger.refusals import NotAuthorised, ReferenceAlreadyUsed
from ledger.rounds import Policy
from tests.ledger.stations import FOREIGNER, KEY, SECOND, VN, Station

PATIENCE = 20.0
"""Seconds after which something that should have come is missed."""


class Died(BaseException):
    """The process was killed; no handler of ours sees it."""


@pytest.fixture
def station() -> Station:
    """Return an issuing authority that nothing has happened to yet."""
    return Station()


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.001)


# --------------------------------------------------------------------------------------------- threads


def test_many_who_wait_at_once_get_each_their_own_and_few_transactions_are_made(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first one's transaction is sent, the others queue up, and go out together."""
    send = station.node.send

    def slow(signature: Any) -> Any:
        eventually(lambda: station.archive.outbox.backlog().certificates == 50)
        monkeypatch.setattr(station.node, "send", send)
        return send(signature)

    monkeypatch.setattr(station.node, "send", slow)
    with ThreadPoolExecutor(50) as pool:
        issued = list(pool.map(lambda number: (number, station.issue(number, wait=PATIENCE)), range(50)))
    for number, one in issued:
        assert one.recorded
        assert one.filing.reference == f"VNTH2602{number:05}"
    assert len({one.filing.id for _, one in issued}) == 50
    assert (station.entries, station.anchors) == (1, [49])
    assert station.sound()


def test_after_many_have_waited_no_turn_is_left_taken(station: Station) -> None:
    """The next one is served at once."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: station.issue(number, wait=PATIENCE), range(20)))
    assert not station.ledger.carrier.of(KEY)._lock.locked()  # type: ignore[attr-defined]
    assert station.issue(99, wait=PATIENCE).recorded


@pytest.mark.parametrize("error", [Died(), MemoryError(), ValueError("a fault of ours")])
def test_whatever_breaks_a_round_off_leaves_no_turn_taken(
    station: Station, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """Or a thread that dies would stop all others."""

    def breaks(*_: Any, **__: Any) -> Any:
        monkeypatch.undo()
        raise error

    monkeypatch.setattr(station.archive.outbox, "keep", breaks)
    with pytest.raises(type(error)):
        station.issue(1, wait=PATIENCE)
    assert station.issue(2, wait=PATIENCE).recorded
    station.rounds()
    assert station.sound()


def test_a_fault_with_one_key_leaves_the_others_going(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when it is a fault of ours."""
    station.issue(1)
    station.issue(2, key=SECOND)
    sign = station.node.sign

    def breaks(write: Any, account: Any, *rest: Any, **named: Any) -> Any:
        if account == KEY:
            raise ValueError
        return sign(write, account, *rest, **named)

    monkeypatch.setattr(station.node, "sign", breaks)
    for _ in range(3):
        assert station.round()[KEY] is False
    assert station.states == [FilingState.ACCEPTED, FilingState.RECORDED]


def test_nobody_waits_who_does_not_want_to(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent on their behalf either."""
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("slept"))
    one = station.issue(1, wait=0)
    write = station.write_of(one.filing.id)
    assert station.ledger.carrier.carried_out(lambda: write, 0) is write
    assert (station.node.sent, write.state) == ([], DispatchState.WAITING)


def test_waiting_ends_in_time_while_another_thread_is_busy(station: Station) -> None:
    """Its round may take long, where a node is slow."""
    submitter: Any = station.ledger.carrier.of(KEY)  # type: ignore[attr-defined]
    station.issue(1)
    with submitter._lock:
        assert not station.issue(2, wait=0.01).recorded


def test_a_write_that_is_not_there_is_told_instead_of_waited_for(station: Station) -> None:
    """Without a pause, and with one."""
    for wait in (0.0, PATIENCE):
        with pytest.raises(ArchiveUnavailable, match="restore a backup"):
            station.ledger.carrier.carried_out(lambda: None, wait)


def test_while_nothing_moves_rounds_become_rare(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """A block may take long, and a processor has other work."""
    station.node.held = True
    station.issue(1)
    station.round()
    pauses: list[float] = []
    now = [0.0]

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        now[0] += seconds

    monkeypatch.setattr("ledger.submitting.time.sleep", sleep)
    monkeypatch.setattr("ledger.submitting.time.monotonic", lambda: now[0])
    assert not station.issue(1, wait=30).recorded
    assert len(pauses) < 100
    assert max(pauses) <= 0.5


@pytest.mark.parametrize("what", [Answer.REFUSED, Answer.UNDERPRICED, "not final", "silent"])
def test_nothing_is_called_progress_that_is_none(
    station: Station, monkeypatch: pytest.MonkeyPatch, what: Any
) -> None:
    """Or rounds would follow each other without a pause."""
    if what == "silent":
        monkeypatch.setattr(station.node, "outcome", lambda *_: unreachable())
    elif what == "not final":
        station.node.hesitant = True
    else:
        station.node.answers = [what] * 100
    station.issue(1)
    outcomes = [station.round()[KEY] for _ in range(30)]
    assert True not in outcomes[2:]


def unreachable() -> Any:
    """Fail as a node does that is gone."""
    raise ChainUnreachable("gone")


# ------------------------------------------------------------------------------------------- processes


def test_while_another_process_submits_one_watches_and_takes_over_when_it_ends(station: Station) -> None:
    """What it left is gone on with."""
    other = station.process()
    assert other.carrier.in_office(KEY)
    station.node.held = True
    station.issue(1)
    assert station.round() == {KEY: False}
    assert station.round(other) == {KEY: True}
    other.carrier.close()
    station.node.resume()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(station.issue, 2, wait=PATIENCE).result().recorded
    station.rounds()
    assert (station.entries, len(set(station.node.sent))) == (2, 2)
    assert station.sound()


def test_those_who_watch_see_what_another_process_has_done(station: Station) -> None:
    """Without sending anything themselves."""
    other = station.process()
    assert other.carrier.in_office(KEY)
    ended = threading.Event()

    def works() -> None:
        while not ended.is_set():
            station.round(other)
            time.sleep(0.001)

    thread = threading.Thread(target=works)
    thread.start()
    try:
        assert station.issue(1, wait=PATIENCE).recorded
    finally:
        ended.set()
        thread.join()
    assert not station.ledger.carrier.of(KEY)._office  # type: ignore[attr-defined]


def test_many_who_watch_do_not_each_ask_for_the_tenure(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a database server each question is a connection."""
    other = station.process()
    assert other.carrier.in_office(KEY)
    asked: list[str] = []
    tenure = station.archive.outbox.tenure

    def counted(account: Any) -> Any:
        asked.append(account)
        return tenure(account)

    monkeypatch.setattr(station.archive.outbox, "tenure", counted)
    monkeypatch.setattr("ledger.submitting._TAKEN_FOR", PATIENCE)
    station.issue(1)
    for _ in range(50):
        assert station.round() == {KEY: False}
    assert len(asked) == 1


def test_without_the_tenure_nothing_is_stored_or_sent(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can be lost between two steps, with the connection to the database server."""
    held = [True, True]

    class Lost:
        def alive(self) -> bool:
            return held.pop(0) if held else False

    @contextmanager
    def tenure(_: Any) -> Any:
        yield Lost()

    monkeypatch.setattr(station.archive.outbox, "tenure", tenure)
    station.issue(1)
    held.clear()
    assert isinstance(station.round()[KEY], ArchiveUnavailable)
    assert (station.node.sent, station.writes()[0].nonce) == ([], None)
    monkeypatch.undo()
    station.rounds()
    assert station.entries == 1


def test_a_key_that_is_not_at_hand_is_left_to_others(station: Station) -> None:
    """Its writes wait."""
    station.issue(1)
    station.chain._held = {SECOND}
    assert station.round() == {}
    assert station.states == [FilingState.ACCEPTED]


def test_a_key_that_an_alarm_stops_is_given_up(station: Station) -> None:
    """So that an operator can reconcile it while the service runs."""
    station.issue(1, wait=PATIENCE)
    assert station.process().carrier.in_office(KEY) is False
    station.archive.outbox.raise_alarm(AlarmName.WRITE_FAILS, KEY, "see there", now=station.now)
    station.issue(2, key=SECOND)
    with pytest.raises(SubmitterStopped):
        station.issue(3)
    write = station.archive.outbox.put(*cancellation(station), now=station.now)
    with pytest.raises(SubmitterStopped):
        station.ledger.carrier.carried_out(lambda: write, PATIENCE)
    with station.archive.outbox.tenure(KEY) as tenure:
        assert tenure is not None
        assert isinstance(station.round()[KEY], SubmitterStopped)
    station.archive.outbox.clear_alarm(AlarmName.WRITE_FAILS, KEY)
    station.rounds()
    assert station.states == [FilingState.RECORDED] * 2


def cancellation(station: Station) -> Any:
    """Return what to put into the outbox for the cancelling of the first certificate."""
    from ledger.outbox import DispatchKind  # noqa: PLC0415 - of this one test

    return DispatchKind.CANCEL, station.archive.filings(VN)[0].id, KEY, Reason.OTHER


def test_a_submitter_that_was_closed_can_begin_again(station: Station) -> None:
    """As after an alarm, or a pause of the service."""
    for number in range(3):
        assert station.issue(number, wait=PATIENCE).recorded
        station.ledger.carrier.close()
    assert station.archive.outbox._tenures == set()


# ---------------------------------------------------------------------------------------------- clocks


@pytest.mark.parametrize("local", [True, False], ids=["replica", "node"])
def test_behind_the_chains_clock_nothing_new_is_accepted(
    station: Station, monkeypatch: pytest.MonkeyPatch, *, local: bool
) -> None:
    """Dates of issue would be wrong; what was accepted before is carried on, and a retry finds it."""
    monkeypatch.setattr(type(station.chain), "local", local)
    station.issue(1, wait=PATIENCE)
    station.issue(2)
    station.later(-121)
    with pytest.raises(ClockSkewed) as skewed:
        station.issue(3)
    assert (skewed.value.ahead, len(station.states)) == (121, 2)
    assert station.issue(2, wait=PATIENCE).recorded
    station.later(1)
    assert station.issue(3, wait=PATIENCE).recorded


def test_where_no_block_was_seen_yet_nobody_is_asked_about_the_clock(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question to the node for each certificate would be dear; its first block tells."""
    monkeypatch.setattr(type(station.chain), "local", False)
    monkeypatch.setattr(station.chain, "head", lambda: pytest.fail("asked"))
    station.later(-10_000)
    station.issue(1)


def test_old_blocks_say_nothing_about_our_clock(station: Station) -> None:
    """Where nothing happens no block is made."""
    station.issue(1, wait=PATIENCE)
    station.later(10_000)
    assert station.issue(2, wait=PATIENCE).recorded


# ------------------------------------------------------------------------- any accidents in any order


class Day:
    """A day of an issuing authority, drawn by a seed: what it asks for, and what goes wrong meanwhile."""

    def __init__(self, seed: int) -> None:
        """Begin in the morning."""
        self.drawn = random.Random(seed)  # noqa: S311 - repeatable
        policy = Policy(batch=self.drawn.choice([1, 2, 5, 100]), under_way=self.drawn.choice([1, 2, 4]))
        self.station = Station(Policy(policy.batch, policy.under_way, attempts=50, ask_again=0.0))
        self.accepted: dict[bytes, Filing] = {}
        self.cancelled: set[bytes] = set()
        """Certificates whose cancellation was accepted."""
        self.tried: set[bytes] = set()
        """Certificates whose cancellation was asked for; it may be queued although nobody was told."""
        self.number = 0

    def run(self, steps: int = 60) -> None:
        """Let one thing after the other happen."""
        deeds = [self.issue] * 6 + [self.cancel] * 2 + [self.round] * 6
        deeds += [
            self.restart,
            self.hold,
            self.mine,
            self.drop,
            self.later,
            self.trouble,
            self.die,
            self.enter,
        ]
        for _ in range(steps):
            with suppress(LedgerError, Died):
                self.drawn.choice(deeds)()

    def end(self) -> None:
        """Let everything work again, finish, and see that nothing is lost, doubled or invented."""
        station = self.station
        station.node.hesitant = False
        station.node.answers.clear()
        station.node.unsigned.clear()
        station.node.failures.clear()
        station.restart()
        station.node.resume()
        station.rounds(500)
        assert station.sound()
        assert station.alarms == []
        filings = {filing.id: filing for filing in station.archive.filings(VN, limit=1000)}
        assert filings.keys() == self.accepted.keys()
        assert {filing.state for filing in filings.values()} <= {FilingState.RECORDED}
        for one in self.cancelled:
            assert station.chain.standing(one, station.now) is Standing.CANCELLED
        ended = {one for one, entry in station.chain._entries.items() if entry.ended_at is not None}
        assert ended <= self.tried

    def issue(self) -> None:
        """Issue a certificate, or one once more."""
        if not self.accepted or self.drawn.random() < 0.9:
            self.number += 1
        filing = self.station.issue(self.number, wait=self.drawn.choice([0, 0, 0.002])).filing
        self.accepted[filing.id] = filing

    def cancel(self) -> None:
        """Cancel one that is recorded."""
        recorded = [
            f for f in self.station.archive.filings(VN, limit=1000) if f.state is FilingState.RECORDED
        ]
        if recorded:
            one = self.drawn.choice(recorded)
            self.tried.add(one.id)
            with suppress(NotRecordedYet):
                self.station.cancel(one, key=self.drawn.choice([KEY, SECOND]))
            self.cancelled.add(one.id)

    def enter(self) -> None:
        """Let somebody else enter a certificate of a batch."""
        recorded = [
            f for f in self.station.archive.filings(VN, limit=1000) if f.state is FilingState.RECORDED
        ]
        if batched := [f for f in recorded if f.siblings]:
            one = self.drawn.choice(batched)
            self.station.chain.enter(one.terms, one.root, one.siblings, FOREIGNER)

    def round(self) -> None:
        """Go a round."""
        self.station.round()

    def restart(self) -> None:
        """Start the process anew."""
        self.station.restart()

    def hold(self) -> None:
        """Make no blocks for a while, or none that are final."""
        self.station.node.held = self.drawn.random() < 0.7
        self.station.node.hesitant = self.drawn.random() < 0.3

    def mine(self) -> None:
        """Make blocks again."""
        self.station.node.hesitant = False
        self.station.node.resume()

    def drop(self) -> None:
        """Let the node forget what waits."""
        self.station.node.drop()

    def later(self) -> None:
        """Let so much time pass that more is offered."""
        self.station.later(self.drawn.choice([10, 130]))

    def trouble(self) -> None:
        """Let node or signer say something else next."""
        node = self.station.node
        node.answers += self.drawn.choice([[], [Answer.UNDERPRICED], [Answer.REFUSED], [Answer.TAKEN]])
        node.unsigned += self.drawn.choice([[], [ChainUnreachable("no price")]])
        node.failures += self.drawn.choice([[], [], [ChainUnreachable("out of gas")]])

    def die(self) -> None:
        """Die before or after a step, and start anew."""
        port, steps = self.drawn.choice(
            [
                (self.station.node, ["sign", "send", "outcome", "used"]),
                (self.station.archive.outbox, ["keep", "group", "settle", "requeue", "open", "put"]),
                (self.station.archive, ["file", "carried"]),
            ]
        )
        step, late = self.drawn.choice(steps), self.drawn.random() < 0.5
        call = getattr(port, step)

        def fatal(*arguments: Any, **named: Any) -> Any:
            if late:
                call(*arguments, **named)
            raise Died

        setattr(port, step, fatal)
        try:
            self.drawn.choice([self.issue, self.round, self.cancel])()
        finally:
            delattr(port, step)
            self._found()
            self.station.restart()

    def _found(self) -> None:
        """Learn what was accepted although nobody was told."""
        for filing in self.station.archive.filings(VN, limit=1000):
            self.accepted.setdefault(filing.id, filing)


@pytest.mark.parametrize("seed", range(60))
def test_whatever_happens_in_a_day_nothing_is_lost_doubled_or_invented(seed: int) -> None:
    """Every certificate that was accepted is recorded exactly once in the end, every cancellation holds."""
    day = Day(seed)
    day.run()
    day.end()


def test_refused_certificates_are_told_to_each_who_waits(station: Station) -> None:
    """With the refusal of the contract."""
    station.chain._held = {KEY}
    station.node.held = True
    for number in range(1, 4):
        station.issue(number)
    station.node.failures = [NotAuthorised(KEY, 1)] * 4
    station.round()
    station.node.resume()
    station.round()
    assert set(station.states) == {FilingState.REFUSED}
    first = station.archive.filings(VN)[0]
    refusal = station.write_of(first.id).refusal
    assert isinstance(refusal, NotAuthorised)
    assert not isinstance(refusal, ReferenceAlreadyUsed)
