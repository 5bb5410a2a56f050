"""Programmes, arrangements and recognitions: the steps of an AEO authority.

Each write goes through the outbox and is the same when it is asked again, so a repeated call finds what the
first one left: on the ledger, or on its way there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ledger.aeo.joining import Described, Todo, concerns, declared, differences, todo
from ledger.carried_recognition import held_already
from ledger.errors import NotRecordedYet, Refused
from ledger.facts import Address, Authority, Role, Written
from ledger.issuing import WAIT, entitled
from ledger.operators import Mutual, ParticipationState
from ledger.ports import Ledger
from ledger.recognition_refusals import ArrangementUnknown
from ledger.writes import OfRecognition, Participate


@dataclass(frozen=True, slots=True)
class Actor:
    """Who says it: an AEO authority, and the key it signs with."""

    authority: int
    account: Address


@dataclass(frozen=True, slots=True)
class Arranged:
    """What came of saying something about programmes, arrangements or recognition."""

    write: OfRecognition
    position: int | None
    """Its place in the outbox; None when the ledger said the same before."""
    written: Written | None
    """Its receipt; None while it is accepted and on its way."""

    @property
    def repeated(self) -> bool:
        """Whether it was recorded before it was asked for."""
        return self.position is None


@dataclass(eq=False)
class ArrangementNotYours(Refused):
    """The file describes an arrangement in which the authority's member has no part."""

    code: str
    member: str

    def __str__(self) -> str:
        return f"{self.member} has no part in arrangement {self.code}, as the file describes it"


@dataclass(eq=False)
class ArrangementDiffers(Refused):
    """The ledger holds another arrangement under the code of the one that a file describes."""

    code: str
    declared_by: str
    fields: tuple[str, ...]
    """In what they differ: kind, title, text or parties."""

    def __str__(self) -> str:
        return (
            f"{self.declared_by} has declared another arrangement as {self.code}: {' and '.join(self.fields)}"
            " differ from the file; settle with the other members which code is meant"
        )


def say(write: OfRecognition, actor: Actor, ledger: Ledger, wait: float = WAIT) -> Arranged:
    """Say something about programmes, arrangements or recognition for an authority's member.

    1. See that the account is a live key of the authority, that it is for AEO, and at hand.
    2. See whether the ledger says the same already.
    3. Queue the write, and wait until it is recorded, `wait` seconds at most.

    Raises `AuthorityUnknown`, `NotAuthorised`, `KeyNotHeld`, a twin of the contract's error, or
    `Unavailable`.  What is not recorded in time comes back as accepted.
    """
    entitled_to_aeo(actor, ledger)
    held = held_already(write, actor.account, ledger)
    if held is not None:
        return Arranged(write, None, held)
    queued = ledger.outbox.put_write(write, actor.account, now=ledger.clock())
    done = ledger.carrier.carried_out(lambda: ledger.outbox.find(queued.position), wait)
    if done.refusal is not None:
        raise done.refusal
    return Arranged(write, queued.position, done.written)


def participate(  # noqa: PLR0913 - what, from when, for whom, where, how long
    arrangement: int,
    state: ParticipationState,
    effective_from: datetime,
    *,
    actor: Actor,
    ledger: Ledger,
    wait: float = WAIT,
) -> Arranged:
    """Say how far the authority's member is with an arrangement.

    What was said last is not said again.  Raises what `say` does, and `ArrangementUnknown`.
    """
    member = entitled_to_aeo(actor, ledger).member
    _, mutual = ledger.recognitions.mutual()
    if arrangement not in mutual.arrangements:
        raise ArrangementUnknown(arrangement)
    recorded = mutual.participations.get((arrangement, member), ())
    last = recorded[-1] if recorded else None
    again = last is not None and (last.state, last.effective_from) == (state, effective_from)
    version = len(recorded) if again else len(recorded) + 1
    return say(Participate(arrangement, version, state, effective_from), actor, ledger, wait)


def described_todo(described: Described, actor: Actor, ledger: Ledger) -> list[Todo]:
    """Return what a file describes for the authority's member that the ledger does not hold yet.

    Raises `ArrangementNotYours` when the member has no part in it, `ArrangementDiffers` when its code is
    another's on the ledger, and what `say` raises of keys.
    """
    member = entitled_to_aeo(actor, ledger).member
    code = described.arrangement.code
    if not concerns(described, member):
        raise ArrangementNotYours(code, member)
    mutual = ledger.recognitions.mutual()[1]
    found = declared(mutual, code)
    if found is not None and (differing := differences(described, found)):
        raise ArrangementDiffers(code, found.member, tuple(differing))
    return todo(described, member, mutual)


def apply(
    described: Described, actor: Actor, ledger: Ledger, wait: float = WAIT
) -> Iterator[tuple[Todo, Arranged]]:
    """Say all that a file describes for the authority's member and that can be said now; yields each.

    Interrupted, it goes on where it was: what is on the ledger or in the outbox is found there.  Raises
    `NotRecordedYet` when one thing does not arrive in time, because what follows may rest on it.
    """
    done: set[OfRecognition] = set()
    while ready := next(_ready(described_todo(described, actor, ledger), done), None):
        wanted, write = ready
        arranged = say(write, actor, ledger, wait)
        if arranged.written is None:
            raise NotRecordedYet
        done.add(write)
        yield wanted, arranged


def entitled_to_aeo(actor: Actor, ledger: Ledger) -> Authority:
    """Return the authority when its key may say something about operators; raises as `entitled` does."""
    return entitled(actor.authority, actor.account, ledger, Role.AEO)


def number_of(named: str, mutual: Mutual) -> int:
    """Return the number of an arrangement that is named by it or by its code; raises `ArrangementUnknown`.

    A number is always a number: nobody takes another's by declaring an arrangement under it as its code.
    """
    number = int(named) if named.isascii() and named.isdigit() and len(named) <= 5 else 0  # noqa: PLR2004
    if number in mutual.arrangements:
        return number
    found = declared(mutual, named)
    if found is not None:
        return found.id
    raise ArrangementUnknown(number)


def _ready(wanted: list[Todo], done: set[OfRecognition]) -> Iterator[tuple[Todo, OfRecognition]]:
    """Yield what can be written; a replica that is a block behind names again what was just recorded."""
    for one in wanted:
        if one.write is not None and one.write not in done:
            yield one, one.write
