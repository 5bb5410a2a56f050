"""Looking at each thing the service needs, and deciding what takes an instance out of rotation.

An instance is out of rotation (`failing`) while its answers would be wrong or would all be "cannot say":
archive unreadable, schema of another release, chain silent, another ledger at the address, clock wrong.  It
stays in (`degraded`) while only a part cannot be done, which says so by itself: nothing can be stored, a key
does not submit, writes wait, the replica is behind and the chain is asked in its place.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from api.alarms import alarm_of_replica
from api.services import Services
from api.watch import skew_of
from ledger.errors import LedgerError, Unavailable
from ledger.facts import AsOf
from ledger.outbox import Alarm


class State(StrEnum):
    """How something is."""

    OK = "ok"
    DEGRADED = "degraded"
    """Something cannot be done; the rest is done as ever."""
    FAILING = "failing"
    """The instance is of no use, or answers wrongly."""


@dataclass(frozen=True, slots=True)
class Check:
    """How one thing is."""

    name: str
    state: State
    detail: str
    """Fixed words and numbers: no address, no account, nothing of a certificate."""


@dataclass(frozen=True, slots=True)
class Look:
    """How everything is."""

    checks: tuple[Check, ...]
    alarms: Sequence[Alarm]
    as_of: AsOf | None
    """The newest block, where the chain answers."""

    @property
    def state(self) -> State:
        """The worst of all."""
        states = {check.state for check in self.checks}
        if State.FAILING in states:
            return State.FAILING
        return State.DEGRADED if State.DEGRADED in states or self.alarms else State.OK


@dataclass(eq=False)
class _NotWellError(Exception):
    """A part is reachable and not as it must be."""

    detail: str
    state: State = State.FAILING


def looked_at(services: Services) -> Look:
    """Look at each thing the service needs."""
    checks = tuple(_looked(name, services) for name in _LOOKS)
    as_of = None
    if next(check for check in checks if check.name == "chain").state is State.OK:
        as_of = _head(services)
    return Look(checks, services.alarms(), as_of)


def _looked(name: str, services: Services) -> Check:
    look, silent = _LOOKS[name]
    try:
        return Check(name, State.OK, look(services))
    except _NotWellError as problem:
        return Check(name, problem.state, problem.detail)
    except LedgerError as problem:
        return Check(name, silent, type(problem).__name__)


def _head(services: Services) -> AsOf | None:
    try:
        return services.ledger.registry.head()
    except Unavailable:
        return None


def _archive(services: Services) -> str:
    services.rooms.database.ping()
    if services.writable.problem() is not None:
        raise _NotWellError("answers, and nothing can be stored", State.DEGRADED)
    return "answers and stores"


def _migrations(services: Services) -> str:
    database = services.rooms.database
    if database.revision() != database.newest_revision:
        raise _NotWellError("the schema is not at the revision that this version needs")
    return f"at revision {database.newest_revision}"


def _chain(services: Services) -> str:
    registry = services.ledger.registry
    return f"chain {registry.ledger.chain_id} at block {registry.head().block}"


def _contract(services: Services) -> str:
    """See that a ledger is at the registry's address: every ledger has at least one member."""
    if not services.ledger.members.members():
        raise _NotWellError("there is no ledger at the address of the registry")
    return f"registry {services.ledger.registry.ledger.address}"


def _clock(services: Services) -> str:
    problem = skew_of(services)
    if problem is not None:
        raise _NotWellError(problem)
    old = (services.ledger.clock() - services.ledger.registry.head().time).total_seconds()
    return f"the newest block is {old:.0f} s old"


def _replica(services: Services) -> str:
    """See how far the replica is, where one is kept; while it is not fresh, the chain is asked."""
    head = services.rooms.replica.head()
    if head is None:
        return "none is kept"
    if head.halted:
        alarm = alarm_of_replica(head)
        raise _NotWellError(f"halted: {alarm.value if alarm else 'see its status'}", State.DEGRADED)
    block = head.block.number if head.block else 0
    if not head.caught_up:
        raise _NotWellError(f"{head.node_block - block} blocks behind", State.DEGRADED)
    silent = (services.ledger.clock() - head.seen_at).total_seconds() if head.seen_at else 0.0
    if silent > services.limits.silent_seconds:
        raise _NotWellError(f"has not heard of the node for {silent:.0f} s", State.DEGRADED)
    return f"at block {block}"


def _outbox(services: Services) -> str:
    oldest = services.ledger.outbox.backlog().oldest
    if oldest is None:
        return "nothing waits"
    waits = (services.ledger.clock() - oldest).total_seconds()
    if waits > services.limits.stuck_seconds:
        raise _NotWellError(f"the oldest write has waited for {waits:.0f} s", State.DEGRADED)
    return f"the oldest write has waited for {max(0.0, waits):.0f} s"


def _signer(services: Services) -> str:
    if services.signer is None:
        return "keys are held here, or none is"
    problem = services.signer.problem()
    if problem is not None:
        raise problem
    return "the signing service answers"


_LOOKS: Final[Mapping[str, tuple[Callable[[Services], str], State]]] = {
    "archive": (_archive, State.FAILING),
    "migrations": (_migrations, State.FAILING),
    "chain": (_chain, State.FAILING),
    "contract": (_contract, State.FAILING),
    "clock": (_clock, State.FAILING),
    "replica": (_replica, State.DEGRADED),
    "outbox": (_outbox, State.DEGRADED),
    "signer": (_signer, State.DEGRADED),
}
"""What is looked at, and how it is when it does not answer."""
