"""Registering declarations of certified and approved exporters over HTTP."""

from fastapi import APIRouter, Response

from api.dependencies import Caller, CertificateDep, Done, LedgerDep, OnceDep, WaitDep
from api.openapi import ISSUING, problems
from api.routes.certificates import made
from api.schemas import IssuedOut
from api.strict import StrictRoute
from ledger.declaring import declare

router = APIRouter(prefix="/v1/origin-declarations", tags=["exporters"], route_class=StrictRoute)


@router.post(
    "",
    operation_id="registerDeclaration",
    status_code=201,
    response_model=IssuedOut,
    responses={**ISSUING, **problems("exporter-record-not-held", "procedures-not-named")},
)
def register_declaration(
    once: OnceDep, document: CertificateDep, wait: WaitDep, ledger: LedgerDep
) -> Response:
    """Register a declaration for its exporter, once per document it is made out on.

    Refused when exporter, signatory or goods are not listed on its day (OCP Rule 2.6). 202 as for
    certificates, which it is fetched like.
    """

    def act(caller: Caller) -> Done:
        who = caller.authority, caller.account
        return made(declare(document, authority=who[0], account=who[1], ledger=ledger, wait=wait), ledger)

    return once(act)
