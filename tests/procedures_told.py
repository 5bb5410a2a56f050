"""Events of decisions, verification cases and exporters, as the contract reports them."""

from dataclasses import replace

from ledger.events import (
    CaseConcluded,
    CaseOpened,
    CaseStepped,
    Decided,
    ExporterRecorded,
    ProofReceived,
    RefusalClarified,
    SplitUseSet,
    SuspensionSet,
)
from ledger.hashing import keccak
from ledger.origin.facts import Step

DAYS = 86_400
EVERY_LINE = 2**64 - 1
"""All 64 goods lines that there can be."""


def word(*parts: object) -> bytes:
    """Return some hash."""
    return keccak(repr(parts).encode())


def the_id(name: str) -> bytes:
    """Return the id of a certificate that tests call by a name."""
    return word("id", name)


def received(name: str) -> ProofReceived:
    """Return the event of a receipt."""
    return ProofReceived(the_id(name), 2)


def decided(name: str, declaration: str = "d1", **changes: object) -> Decided:
    """Return the event of a decision: line 1 granted in time."""
    event = Decided(
        id=the_id(name),
        declaration=word("declaration", declaration),
        key=2,
        granted=1,
        used_up=0,
        refused=0,
        presented_at=900_000,
        late=0,
        statement=word("statement", name, declaration),
    )
    return replace(event, **changes)  # type: ignore[arg-type]


def clarified(name: str, lines: int = 1) -> RefusalClarified:
    """Return the event of a clarification."""
    return RefusalClarified(the_id(name), 1, lines, word("clarified", name))


def split_use(member: str, *, allowed: bool) -> SplitUseSet:
    """Return the event of a member's switch."""
    return SplitUseSet(member, allowed, 2)


def opened(number: int, name: str, about: str = "", **changes: object) -> CaseOpened:
    """Return the event of a new case of TH that asks VN: line 1, due in 90 days of the epoch's day 11."""
    event = CaseOpened(
        case=number,
        id=the_id(name),
        about=the_id(about or name),
        key=2,
        importing="TH",
        exporting="VN",
        lines=1,
        suspended=0,
        ground=2,
        due=1_000_000 + 90 * DAYS,
        conclude_due=1_000_000 + 180 * DAYS,
        rules=word("rules"),
        statement=word("opened", number),
    )
    return replace(event, **changes)  # type: ignore[arg-type]


def stepped(case: CaseOpened, step: Step, **changes: object) -> CaseStepped:
    """Return the event of a step in a case; what was due stays due."""
    event = CaseStepped(
        case=case.case,
        id=case.id,
        about=case.about,
        key=1,
        step=step.value,
        due=case.due,
        conclude_due=case.conclude_due,
        statement=word("stepped", case.case, step),
    )
    return replace(event, **changes)  # type: ignore[arg-type]


def suspended(case: CaseOpened, lines: int) -> SuspensionSet:
    """Return the event of a suspension of preference while a case is open."""
    return SuspensionSet(case.case, case.id, case.about, 2, lines, word("suspended", case.case, lines))


def concluded(case: CaseOpened, *, denied: int = 0) -> CaseConcluded:
    """Return the event of the end of a case."""
    statement = word("concluded", case.case)
    return CaseConcluded(case.case, case.id, case.about, 2, case.lines & ~denied, denied, statement)


def exporter(member: str, code: str, version: int = 1, **changes: object) -> ExporterRecorded:
    """Return the event of a certified exporter: authorised without end."""
    event = ExporterRecorded(member, code, version, 1, 3, 900_000, 0, word("record", member, code, version))
    return replace(event, **changes)  # type: ignore[arg-type]
