"""The port `Decisions` in this process."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import RLock
from typing import Protocol

from ledger.decision_port import Decision, DecisionsMovedOn, DecisionState, Draft, live_of
from ledger.draws import OriginalDraw
from ledger.memory_statements import MemoryStatements
from ledger.outbox import DispatchState, Outbox

_STATES = {
    DispatchState.RECORDED: DecisionState.RECORDED,
    DispatchState.REFUSED: DecisionState.REFUSED,
}


class Certificates(Protocol):
    """The archive in memory, as far as decisions share it."""

    @property
    def outbox(self) -> Outbox:
        """What takes the writes."""

    def share(self, decided: Callable[[bytes], frozenset[int]]) -> RLock:
        """Tell of the decisions that count; returns the lock under which they are filed."""

    def draws_on(self, originals: Sequence[bytes]) -> Sequence[OriginalDraw]:
        """Return what filings draw on these originals."""


class MemoryDecisions:
    """Decisions in memory; see `ledger.decision_port.Decisions` for what is promised."""

    def __init__(self, archive: Certificates, statements: MemoryStatements) -> None:
        """Start with none; the outbox of `archive` takes the writes and `statements` what is said."""
        self._archive, self._outbox = archive, archive.outbox
        self._statements = statements
        self._decisions: list[Decision] = []
        self._lock = archive.share(lambda certificate: live_of(self.decisions(certificate)))

    def file(self, draft: Draft) -> Decision:
        """Store a decision and its statement and queue its writes; raises `DecisionsMovedOn`."""
        certificate = draft.decision.certificate
        with self._lock:
            drawn = frozenset(draw.child for draw in self._archive.draws_on([certificate]))
            if (live_of(self.decisions(certificate)), drawn) != (draft.seen, draft.drawn):
                raise DecisionsMovedOn(certificate)
            decision, said = draft.resting_on(self._statements.keep(draft.statement))
            if draft.enter is not None:
                self._outbox.put_write(draft.enter, decision.account, now=decision.decided_at)
            write = self._outbox.put_write(said, decision.account, now=decision.decided_at)
            position = len(self._decisions) + 1
            self._decisions.append(replace(decision, position=position, dispatch=write.position))
            return self._seen(self._decisions[-1])

    def decisions(self, certificate: bytes) -> Sequence[Decision]:
        """Return the decisions on a certificate in the order they were filed."""
        with self._lock:
            return tuple(self._seen(one) for one in self._decisions if one.certificate == certificate)

    def decided(self, *, after: bytes | None = None, limit: int = 100) -> Sequence[bytes]:
        """Return the certificates on which decisions were filed, by id and each once, after one."""
        with self._lock:
            found = {one.certificate for one in self._decisions if after is None or one.certificate > after}
            return tuple(sorted(found)[:limit])

    def _seen(self, decision: Decision) -> Decision:
        write = self._outbox.find(decision.dispatch)
        state = _STATES.get(write.state, DecisionState.ACCEPTED) if write else DecisionState.ACCEPTED
        return replace(decision, state=state)
