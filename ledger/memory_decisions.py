"""The port `Decisions` in this process."""

from collections.abc import Sequence
from dataclasses import replace
from threading import RLock

from ledger.decision_port import Decision, DecisionsMovedOn, DecisionState, Draft, live_of
from ledger.memory_statements import MemoryStatements
from ledger.outbox import DispatchState, Outbox

_STATES = {
    DispatchState.RECORDED: DecisionState.RECORDED,
    DispatchState.REFUSED: DecisionState.REFUSED,
}


class MemoryDecisions:
    """Decisions in memory; see `ledger.decision_port.Decisions` for what is promised."""

    def __init__(self, outbox: Outbox, statements: MemoryStatements) -> None:
        """Start with none; `outbox` takes the writes and `statements` what is said."""
        self._outbox = outbox
        self._statements = statements
        self._lock = RLock()
        self._decisions: list[Decision] = []

    def file(self, draft: Draft) -> Decision:
        """Store a decision and its statement and queue its writes; raises `DecisionsMovedOn`."""
        certificate = draft.decision.certificate
        with self._lock:
            if live_of(self.decisions(certificate)) != draft.seen:
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

    def _seen(self, decision: Decision) -> Decision:
        write = self._outbox.find(decision.dispatch)
        state = _STATES.get(write.state, DecisionState.ACCEPTED) if write else DecisionState.ACCEPTED
        return replace(decision, state=state)
