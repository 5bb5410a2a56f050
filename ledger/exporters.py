"""Certified and approved exporters: the steps of a competent authority (OCP Rules 12A to 12D, RCEP 3.21).

An act is filed with the exporter's record and with the write that carries its version to the ledger, in one
transaction; from then on nothing loses it.  Acts on an exporter are numbered, so of two processes that act
on one at once exactly one is first, and the other is told.  A repeated request finds what the first one
left, and waits for it.
"""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ledger.aeo.cases import EventState
from ledger.errors import KeyNotHeld, NotRecordedYet, Problem
from ledger.exporter_acts import LEADS_TO, NOTE, ExporterAct, ExporterAction, ExporterEvent, ExporterFile
from ledger.exporter_records import SCHEMA, ExporterRecord, record_hash, record_of
from ledger.exporter_refused import (
    ExporterActNotAllowed,
    ExporterMalformed,
    ExporterMovedOn,
    ExporterRecordNotHeld,
    ExporterRecordNotNamed,
    ExporterUnknown,
)
from ledger.facts import Address, Role
from ledger.issuing import WAIT, admit, entitled
from ledger.origin.facts import ExporterStatus
from ledger.outbox import DispatchState
from ledger.ports import Ledger
from ledger.refusals import NotAuthorised, NotYourMember
from ledger.texts import text

_SALT: Final = 32
_OWN: Final = frozenset({"schema", "member", "code", "salt"})
"""Members of a record that are not said but follow."""


@dataclass(frozen=True, slots=True)
class Acted:
    """What came of an act."""

    file: ExporterFile
    event: ExporterEvent
    repeated: bool
    """Whether the same request had been filed before."""

    @property
    def recorded(self) -> bool:
        """Whether the ledger holds it; until then it is accepted."""
        return self.event.state is EventState.RECORDED


def act_on(
    action: ExporterAction, *, authority: int, account: Address, ledger: Ledger, wait: float = WAIT
) -> Acted:
    """Act on an exporter for a competent authority, signed by one of its keys.

    1. See that the account may act for the authority, and the authority for the exporter's member.
    2. See how the exporter stands, and whether the same request was filed before.
    3. See whether the act is allowed, and make the exporter's record.
    4. Store act, record and write in one transaction: from here on the act is accepted.
    5. Wait until the ledger holds it, `wait` seconds at most.

    Raises an error of `ledger.exporter_refused`, a twin of the contract's error, or `Unavailable`.  What is
    not recorded in time comes back as accepted.
    """
    member = entitled(authority, account, ledger, Role.COMPETENT).member
    if member != action.member:
        raise NotYourMember(action.member, member)
    file = file_of(action.member, action.code, ledger)
    if before := file.repeated(action.request, anywhere=bool(action.once)):
        return _carried(before, account, ledger, wait, repeated=True)
    now = ledger.clock().replace(microsecond=0)
    record = _particulars(file, action, now, ledger)
    signer = _signer(file, authority, account, ledger)
    admit(signer, ledger)
    event = _event(file, action, record, now, authority, signer)
    new = record if action.particulars else None
    try:
        filed = ledger.exporter_files.file(event, new, now=now)
    except ExporterMovedOn:
        before = file_of(action.member, action.code, ledger).repeated(action.request, anywhere=True)
        if before is None:
            raise
        return _carried(before, account, ledger, wait, repeated=True)
    return _carried(filed, account, ledger, wait, repeated=False)


def file_of(member: str, code: str, ledger: Ledger) -> ExporterFile:
    """Return what the ledger and this archive know of an exporter, which may be nothing."""
    events = ledger.exporter_files.events(member, code)  # before the ledger, whose versions may then be newer
    return ExporterFile(ledger.procedures.exporter(member, code), events)


def known(member: str, code: str, ledger: Ledger) -> ExporterFile:
    """Return what is known of an exporter; raises `ExporterUnknown` when it is nothing."""
    file = file_of(member, code, ledger)
    if file.newest is None:
        raise ExporterUnknown(member, code)
    return file


def exporters(
    ledger: Ledger, *, member: str | None = None, after: tuple[str, str] | None = None, limit: int = 100
) -> Sequence[ExporterFile]:
    """Return exporters of which a record is here, by member and code, going on after one."""
    codes = ledger.exporter_files.exporters(member=member, after=after, limit=limit)
    return [file_of(*one, ledger) for one in codes]


def newest_record(file: ExporterFile, ledger: Ledger) -> ExporterRecord | None:
    """Return the newest record of an exporter, if it is here."""
    return records_of(file, ledger).get(file.hashes[-1]) if file.hashes else None


def records_of(file: ExporterFile, ledger: Ledger) -> Mapping[bytes, ExporterRecord]:
    """Return the records of all versions of an exporter, by their hash, as far as they are here."""
    return ledger.exporter_files.records(file.hashes)


def record_at_hand(member: str, code: str, ledger: Ledger) -> ExporterRecord:
    """Return the newest record, to hand it over; raises `ExporterUnknown` or `ExporterRecordNotHeld`."""
    record = newest_record(known(member, code, ledger), ledger)
    if record is None:
        raise ExporterRecordNotHeld(member, code)
    return record


def take(record: ExporterRecord, ledger: Ledger) -> ExporterRecord:
    """Keep a record from another authority, if the ledger has named its hash for that exporter.

    Whoever handed it over need not be trusted.  Raises `ExporterRecordNotNamed`.
    """
    held = ledger.procedures.exporter(record.member, record.code)
    if record_hash(record) not in {version.record_hash for version in held.versions}:
        raise ExporterRecordNotNamed(record.member, record.code)
    ledger.exporter_files.keep(record, now=ledger.clock())
    return record


def _particulars(file: ExporterFile, action: ExporterAction, now: datetime, ledger: Ledger) -> ExporterRecord:
    """Return the record that holds after an act; raises when the act is not allowed or not well said."""
    _permitted(file, action)
    before = newest_record(file, ledger) if file.newest else None
    if file.newest and before is None:
        raise ExporterRecordNotHeld(action.member, action.code)
    record = _made(action, before) if action.particulars or before is None else before
    ending = action.act in {ExporterAct.SUSPEND, ExporterAct.WITHDRAW}
    over = record.until is not None and record.until < now
    if over and before is not None and not ending:
        message = "the authorisation is over; amend it with a later day"
        raise ExporterMalformed((Problem("/expiresOn", "exporter.over", message),))
    return record


def _permitted(file: ExporterFile, action: ExporterAction) -> None:
    if action.act not in file.allowed:
        status = file.status.name.lower() if file.status else "none"
        raise ExporterActNotAllowed(
            action.code, action.act.value, status, tuple(act.value for act in file.allowed)
        )
    problems: list[Problem] = []
    if action.note and (fault := text(NOTE, lines=True)(action.note)):
        problems.append(Problem("/note", *fault))
    says = action.act in {ExporterAct.AUTHORISE, ExporterAct.AMEND}
    if says != bool(action.particulars):
        message = "say what is to hold" if says else f"`{action.act}` changes nothing that is said of it"
        problems.append(Problem("/particulars", "exporter.particulars", message))
    problems += [
        Problem("/particulars", "exporter.particulars", "leave out schema, member, code and salt")
        for _ in _OWN & {*action.particulars}
    ]
    if problems:
        raise ExporterMalformed(tuple(problems))


def _made(action: ExporterAction, before: ExporterRecord | None) -> ExporterRecord:
    """Return a new record from what is said, on top of the one before."""
    base: dict[str, Any] = before.content() if before else {"expiresOn": None, "trader": False}
    own = {"schema": SCHEMA, "member": action.member, "code": action.code}
    salt = {"salt": f"0x{secrets.token_bytes(_SALT).hex()}"}
    record = record_of(base | dict(action.particulars) | own | salt)
    if before is None:
        return record
    if record.scheme is not before.scheme:
        message = "stays as it is; another scheme takes a code of its own"
        raise ExporterMalformed((Problem("/scheme", "exporter.scheme", message),))
    if record.content() == before.content():
        raise ExporterMalformed((Problem("", "exporter.unchanged", "all this holds already"),))
    return record


def _event(  # noqa: PLR0913, PLR0917 - what, on what, when, by whom
    file: ExporterFile,
    action: ExporterAction,
    record: ExporterRecord,
    now: datetime,
    authority: int,
    signer: Address,
) -> ExporterEvent:
    status = LEADS_TO.get(action.act) or file.status
    assert status is not None  # noqa: S101 - an amendment follows something
    authorised = status is ExporterStatus.AUTHORISED
    begins = authorised and (file.newest is None or record.begins > now)
    return ExporterEvent(
        member=action.member,
        code=action.code,
        seq=len(file.events) + 1,
        act=action.act,
        version=file.next_version,
        status=status,
        effective_from=record.begins if begins else None,
        until=record.until if authorised else None,
        record_hash=record_hash(record),
        note=action.note,
        authority=authority,
        account=signer,
        request=action.request,
        filed_at=now,
    )


def _signer(file: ExporterFile, authority: int, account: Address, ledger: Ledger) -> Address:
    """Return the key to sign with: while a write on the exporter is under way, the one that signs it.

    Writes of two keys have no order among them.  Raises `NotRecordedYet` where that key is not at hand.
    """
    for event in reversed(file.coming):
        if event.state is EventState.RECORDED:
            continue
        if event.account == account:
            break
        with suppress(NotAuthorised, KeyNotHeld):
            entitled(authority, event.account, ledger, Role.COMPETENT)
            return event.account
        raise NotRecordedYet
    return account


def _carried(event: ExporterEvent, account: Address, ledger: Ledger, wait: float, *, repeated: bool) -> Acted:
    """Wait for the write of an event; raises the refusal when the contract refused it."""
    write = ledger.outbox.find(event.dispatch)
    if write and write.state is DispatchState.WAITING and not ledger.registry.holds(write.account):
        ledger.outbox.requeue(write, account)  # its key is not at hand any more
    done = ledger.carrier.carried_out(lambda: ledger.outbox.find(event.dispatch), wait)
    if done.refusal is not None:
        raise done.refusal
    file = file_of(event.member, event.code, ledger)
    return Acted(file, next(one for one in file.events if one.seq == event.seq), repeated)
