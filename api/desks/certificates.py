"""One certificate as officers of its two members see it: its copy, its state, its life, what rests on it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends

from api.dependencies import Caller, CertificateId, LedgerDep, ServicesDep, filing_for
from api.desks.at_work import OfficerDep, working
from api.errors import RETRY_SECONDS, ApiError, retry_after
from ledger.errors import CertificateNotFiled, Unavailable
from ledger.issuing import envelope_of
from ledger.ports import FilingState, Ledger
from ledger.presented import Examination, examined, opened
from ledger.procedures_port import ProceduresNotNamed
from ledger.reexporting import LineBalance, balance_of
from ledger.scopes import Scope
from ledger.terms import Terms
from ledger.timeline import Timeline, seen_by, timeline_of
from ledger.tree import Tree, tree_of


def at_certificates(officer: OfficerDep, services: ServicesDep) -> Caller:
    """Return a caller who issues certificates or decides on them."""
    scope = Scope.ISSUE if Scope.ISSUE in officer.scopes else Scope.DECIDE
    return working(scope)(officer, services)


AtCertificates = Annotated[Caller, Depends(at_certificates)]


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate of which a whole copy is here."""

    id: bytes
    terms: Terms
    state: FilingState
    envelope: Mapping[str, Any]

    @property
    def seen(self) -> Examination:
        """What its copy says."""
        return examined(opened(self.envelope))


def held_for(certificate: CertificateId, caller: AtCertificates, ledger: LedgerDep) -> Held:
    """Return a certificate for officers of its members; for everybody else it does not exist.

    The exporting member sees all that it filed; the importing one what the chain has recorded of that, and
    copies that were presented here.  Raises `CertificateNotFiled`.
    """
    asked = bytes.fromhex(certificate[2:])
    with suppress(CertificateNotFiled):
        filing = filing_for(asked, caller, ledger)
        return Held(filing.id, filing.terms, filing.state, envelope_of(filing))
    kept = ledger.kept.kept([asked]).get(asked)
    if kept is None or caller.member not in {kept.terms.exporting, kept.terms.importing}:
        raise CertificateNotFiled(asked)
    return Held(kept.id, kept.terms, FilingState.RECORDED, kept.envelope)


HeldDep = Annotated[Held, Depends(held_for)]


def handed_out(held: HeldDep) -> Held:
    """Return a certificate whose copies may leave the desk: the chain has it, and did not refuse it."""
    if held.state is FilingState.ACCEPTED:
        raise ApiError("certificate-pending", headers=retry_after(RETRY_SECONDS))
    if held.state is FilingState.REFUSED:
        raise CertificateNotFiled(held.id)
    return held


HandedOut = Annotated[Held, Depends(handed_out)]


def life_of(held: Held, member: str, ledger: Ledger) -> Timeline | None:
    """Return what happened to a certificate as a member is told it; None where nobody answers."""
    with suppress(Unavailable, ProceduresNotNamed):
        return seen_by(member, timeline_of(held.id, ledger))
    return None


def origin_of(held: Held, ledger: Ledger) -> Tree | None:
    """Return what a certificate rests on and what rests on it; None for nothing, or where nobody answers."""
    with suppress(Unavailable, ProceduresNotNamed):
        found = tree_of(held.id, ledger)
        return found if len(found.nodes) > 1 else None
    return None


def left_of(held: Held, member: str, ledger: Ledger) -> tuple[LineBalance, ...]:
    """Return what the lines still hold for re-export, for the member that the certificate is addressed to."""
    if held.terms.importing != member:
        return ()
    with suppress(Unavailable, ProceduresNotNamed):
        return balance_of(held.id, ledger)
    return ()
