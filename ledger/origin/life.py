"""The life of one certificate, read from the events of the ledger in their order.

The contract keeps the newest state of each thing; here the same is worked out from what it has reported, at
any moment of the past too.  So what is said of a past moment never changes: events are only ever added.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ledger.events import (
    CaseConcluded,
    CaseOpened,
    CaseStepped,
    Decided,
    Linked,
    Occurrence,
    ProofReceived,
    SuspensionSet,
    moment,
)
from ledger.facts import AsOf
from ledger.origin.facts import CaseFacts, CaseGround, Claim, Step, Use
from ledger.origin.lines import lines_of


@dataclass(frozen=True, slots=True)
class Life:
    """What the ledger reports of one certificate, as of one block."""

    certificate: bytes
    occurrences: tuple[Occurrence, ...]
    """All events that name it, oldest first: its entry, its end, its links to parents and children, what it
    replaced, receipts, decisions, clarifications, and the cases about it or about lines that rest on it."""
    as_of: AsOf
    final: bool = True
    """False while a block that holds one of these could still be undone."""

    @property
    def children(self) -> tuple[bytes, ...]:
        """Ids of certificates issued on the strength of this one, in the order of the chain."""
        linked = (one.event for one in self.occurrences if isinstance(one.event, Linked))
        return tuple(event.id for event in linked if event.parent == self.certificate)

    @property
    def parents(self) -> tuple[bytes, ...]:
        """Ids of its originals."""
        linked = (one.event for one in self.occurrences if isinstance(one.event, Linked))
        return tuple(event.parent for event in linked if event.id == self.certificate)


@dataclass(slots=True)
class Story:
    """Use, claims and cases of one certificate after some of its events."""

    use: Use = field(default_factory=Use)
    claims: dict[bytes, Claim] = field(default_factory=dict)
    """By the hash of the declaration."""
    cases: dict[int, CaseFacts] = field(default_factory=dict)


def story_of(occurrences: Iterable[Occurrence], certificate: bytes, at: datetime | None = None) -> Story:
    """Return how a certificate stood after its events, or after those up to a moment.

    Of several certificates' events only those of this one count.
    """
    story = Story()
    for one in occurrences:
        if at is not None and moment(one.at) > at:
            break
        if getattr(one.event, "id", None) == certificate:
            _told(story, one)
    return story


def told_in(life: Life) -> Story:
    """Return how a certificate stands as of the block of its life."""
    return story_of(life.occurrences, life.certificate)


def _told(story: Story, one: Occurrence) -> None:
    at = moment(one.at)
    match one.event:
        case ProofReceived():
            story.use = replace(story.use, received_at=story.use.received_at or at)
        case Decided() as event:
            _decided(story, event, at)
        case CaseOpened() as event:
            _opened(story, event, at)
        case CaseStepped() as event:
            _stepped(story, event, at)
        case SuspensionSet() as event:
            story.cases[event.case] = replace(story.cases[event.case], suspended=lines_of(event.suspended))
            story.use = _in_question(story)
        case CaseConcluded() as event:
            _concluded(story, event, at)
        case _:
            pass


def _decided(story: Story, event: Decided, at: datetime) -> None:
    granted, refused = lines_of(event.granted), lines_of(event.refused)
    before = story.claims.get(event.declaration)
    story.claims[event.declaration] = Claim(
        granted=(before.granted if before else frozenset()) | granted,
        refused=((before.refused if before else frozenset()) | refused) - granted,
        presented_at=moment(event.presented_at),
        decided_at=at,
    )
    use = story.use
    story.use = replace(
        use,
        granted=use.granted | granted,
        refused=(use.refused | refused) - granted,
        used_up=use.used_up | lines_of(event.used_up),
        received_at=use.received_at or at,
        decided_at=at,
        declarations=len(story.claims),
    )


def _opened(story: Story, event: CaseOpened, at: datetime) -> None:
    story.cases[event.case] = CaseFacts(
        id=event.case,
        certificate=event.id,
        about=event.about,
        importing=event.importing,
        exporting=event.exporting,
        lines=lines_of(event.lines),
        suspended=lines_of(event.suspended),
        ground=CaseGround(event.ground),
        step=Step.OPENED,
        opened_at=at,
        stepped_at=at,
        due=moment(event.due),
        conclude_due=moment(event.conclude_due),
        postponed=False,
    )
    story.use = _in_question(story)


def _stepped(story: Story, event: CaseStepped, at: datetime) -> None:
    case = story.cases[event.case]
    story.cases[event.case] = replace(
        case,
        step=Step(event.step),
        stepped_at=at,
        due=moment(event.due),
        conclude_due=moment(event.conclude_due),
        postponed=case.postponed or event.step == Step.VISIT_POSTPONED,
    )


def _concluded(story: Story, event: CaseConcluded, at: datetime) -> None:
    confirmed, denied = lines_of(event.confirmed), lines_of(event.denied)
    story.cases[event.case] = replace(
        story.cases[event.case],
        step=Step.CONCLUDED,
        stepped_at=at,
        confirmed=confirmed,
        denied=denied,
        suspended=frozenset(),
    )
    use = _in_question(story)
    story.use = replace(
        use,
        granted=use.granted - denied,
        refused=use.refused | denied,
        used_up=use.used_up - denied,
        denied=(use.denied - confirmed) | denied,
    )


def _in_question(story: Story) -> Use:
    """Return the use with the lines of all open cases."""
    still = [case for case in story.cases.values() if case.open]
    return replace(
        story.use,
        questioned=frozenset[int]().union(*(case.lines for case in still)),
        suspended=frozenset[int]().union(*(case.suspended for case in still)),
    )


def ordered(occurrences: Iterable[Occurrence]) -> Sequence[Occurrence]:
    """Return events in the order of the chain, each once."""
    return sorted({one.place: one for one in occurrences}.values(), key=lambda one: one.place)
