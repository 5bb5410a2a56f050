"""Who works at the AEO desk, and where it is."""

from typing import Annotated, Final

from fastapi import Depends

from api.dependencies import Caller, LedgerDep, aeo_reader
from api.desks.at_work import AtAeo

BASE: Final = "/desk/aeo"


def at_desk(caller: AtAeo, ledger: LedgerDep) -> Caller:
    """Return an officer whose authority is one for AEO."""
    return aeo_reader(caller, ledger)


AeoOfficer = Annotated[Caller, Depends(at_desk)]
