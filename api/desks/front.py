"""The front of the desks: which ones an officer has, what each is for, and what waits there."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from api.desks.at_work import DESK, WorkingFor
from api.services import Services
from ledger.archive import Officer
from ledger.deadlines import due_for
from ledger.errors import LedgerError
from ledger.said import Said, said

ISSUING: Final = f"{DESK}/issuing"
IMPORTING: Final = f"{DESK}/importing"
_PURPOSES: Final = {
    ISSUING: said("Draft, check and issue certificates, and see what becomes of them."),
    IMPORTING: said("Receive certificates, decide on their lines, and ask the issuer where you doubt."),
    f"{DESK}/aeo": said("Authorise operators, and see who recognises them."),
    f"{DESK}/members": said("Authorities and keys of your member, its officers, and votes of the members."),
}


@dataclass(frozen=True, slots=True)
class Entrance:
    """A desk to go to."""

    address: str
    name: Said
    purpose: Said
    drafts: int = 0
    """Certificates begun and not issued."""
    due: int = 0
    """Decisions, answers and steps that have a last day."""


def entrances(officer: Officer, working: WorkingFor, services: Services) -> Sequence[Entrance]:
    """Return the officer's desks; what cannot be counted now is left out."""
    return [_entrance(address, name, officer, services) for address, name in working.desks]


def _entrance(address: str, name: Said, officer: Officer, services: Services) -> Entrance:
    drafts = due = 0
    if address == ISSUING:
        drafts = services.rooms.drafts.count(officer.authority)
    if address == IMPORTING:
        with suppress(LedgerError):  # the desk itself says what is wrong
            due = len(due_for(officer.member, services.ledger))
    return Entrance(address, name, _PURPOSES[address], drafts, due)
