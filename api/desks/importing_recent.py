"""Certificates that were worked on lately at the importing desks of a member, with what is left to decide."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Final

from api.services import Services
from ledger.archive import ActOutcome, ActsWanted, DeskAct
from ledger.procedures_port import ProceduresNotNamed

MOST: Final = 10
_LOOKED_THROUGH: Final = 200
"""Acts of each kind, of the member's officers."""
_WORK: Final = frozenset({"receive_one", "decide_on_lines", "open_check"})
"""Routes of the desk that are about one certificate."""
_ID: Final = re.compile("0x([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Recent:
    """A certificate that was worked on."""

    certificate: bytes
    reference: str
    exporter: str
    exporting: str
    at: datetime
    """When an officer did something with it last."""
    lines: int
    undecided: int
    """Lines on which nothing was decided."""


def recent(member: str, services: Services) -> tuple[Recent, ...]:
    """Return certificates made out to a member that its officers worked on, the newest first."""
    found: dict[bytes, datetime] = {}
    for act in _work(member, services):
        if named := _ID.match(act.about):
            found.setdefault(bytes.fromhex(named[1]), act.at)
    newest = dict(list(found.items())[:MOST])
    try:
        return tuple(_recent(newest, member, services))
    except ProceduresNotNamed:
        return ()


def _work(member: str, services: Services) -> Iterator[DeskAct]:
    """Yield what was done about certificates, the newest first; what was only read is not among it."""
    rooms = (
        services.rooms.acts.found(member, ActsWanted(act=act, outcome=ActOutcome.DONE), most=_LOOKED_THROUGH)
        for act in _WORK
    )
    placed = merge(*rooms, key=lambda one: one[0], reverse=True)
    return (act for _, act in placed)


def _recent(found: dict[bytes, datetime], member: str, services: Services) -> Iterator[Recent]:
    ledger = services.ledger
    kept = ledger.kept.kept(list(found))
    for certificate, at in found.items():
        copy = kept.get(certificate)
        if copy is None or copy.terms.importing != member:
            continue
        document, use = copy.certificate, ledger.procedures.use(certificate)
        decided = use.granted | use.refused | use.denied
        yield Recent(
            certificate=certificate,
            reference=document.reference,
            exporter=document.exporter.name,
            exporting=document.exporting_member,
            at=at,
            lines=len(document.items),
            undecided=sum(item.number not in decided for item in document.items),
        )
