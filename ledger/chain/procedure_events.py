"""The logs of the contract of procedures as the events of `ledger.events`."""

from collections.abc import Callable

from ledger.abi import Values
from ledger.chain.recognition_events import kept
from ledger.chain.values import one_of, text_of
from ledger.events import (
    CaseConcluded,
    CaseOpened,
    CaseStepped,
    Decided,
    Event,
    ExporterRecorded,
    ProofReceived,
    RefusalClarified,
    SplitUseSet,
    SuspensionSet,
)
from ledger.origin.facts import CaseGround, ExporterStatus, LateGround, Step


def _decided(values: Values) -> Event:
    return Decided(
        id=values["id"],
        declaration=values["declaration"],
        key=values["key"],
        granted=values["granted"],
        used_up=values["usedUp"],
        refused=values["refused"],
        presented_at=values["presentedAt"],
        late=one_of(LateGround, values["late"]).value,
        statement=values["statement"],
    )


def _opened(values: Values) -> Event:
    return CaseOpened(
        case=values["caseId"],
        id=values["id"],
        about=values["about"],
        key=values["key"],
        importing=text_of(values["importing"]),
        exporting=text_of(values["exporting"]),
        lines=values["lines"],
        suspended=values["suspended"],
        ground=one_of(CaseGround, values["ground"]).value,
        due=values["due"],
        conclude_due=values["concludeDue"],
        rules=values["rules"],
        statement=values["statement"],
    )


def _stepped(values: Values) -> Event:
    return CaseStepped(
        case=values["caseId"],
        id=values["id"],
        about=values["about"],
        key=values["key"],
        step=one_of(Step, values["step"]).value,
        due=values["due"],
        conclude_due=values["concludeDue"],
        statement=values["statement"],
    )


def _suspension_set(values: Values) -> Event:
    return SuspensionSet(
        case=values["caseId"],
        id=values["id"],
        about=values["about"],
        key=values["key"],
        suspended=values["suspended"],
        statement=values["statement"],
    )


def _concluded(values: Values) -> Event:
    return CaseConcluded(
        case=values["caseId"],
        id=values["id"],
        about=values["about"],
        key=values["key"],
        confirmed=values["confirmed"],
        denied=values["denied"],
        statement=values["statement"],
    )


def _exporter_recorded(values: Values) -> Event:
    return ExporterRecorded(
        member=text_of(values["member"]),
        code=kept(text_of(values["code"])),
        version=values["version"],
        status=one_of(ExporterStatus, values["status"]).value,
        key=values["key"],
        effective_from=values["effectiveFrom"],
        until=values["until"],
        record_hash=values["recordHash"],
    )


OF_PROCEDURES: dict[str, Callable[[Values], Event]] = {
    "ProofReceived": lambda seen: ProofReceived(seen["id"], seen["key"]),
    "Decided": _decided,
    "RefusalClarified": lambda seen: RefusalClarified(
        seen["id"], seen["key"], seen["lines"], seen["statement"]
    ),
    "SplitUseSet": lambda seen: SplitUseSet(text_of(seen["member"]), seen["allowed"], seen["key"]),
    "CaseOpened": _opened,
    "CaseStepped": _stepped,
    "SuspensionSet": _suspension_set,
    "CaseConcluded": _concluded,
    "ExporterRecorded": _exporter_recorded,
}
"""By the event's name in the contract's ABI; a test holds it complete."""
