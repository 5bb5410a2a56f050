"""What the pages of issued certificates say: the form before it is issued, reasons, what cannot be undone."""

from collections.abc import Mapping, Sequence
from typing import Final

import orjson
from fastapi import Request

from api.dependencies import Caller
from api.pages.form_d import Sheet, sheet_of
from api.pages.speech import speech_of
from api.problems import ProblemType, problem_of
from ledger.documents import parse_document
from ledger.drafts import Draft
from ledger.drawing import drawn_up
from ledger.facts import Reason
from ledger.outbox import Dispatch
from ledger.ports import Ledger
from ledger.presented import examined, opened
from ledger.said import Said, said

REASONS: Final[Mapping[Reason, Said]] = {
    Reason.ISSUED_IN_ERROR: said("It was issued in error"),
    Reason.PARTICULARS_WRONG: said("Particulars are wrong"),
    Reason.GOODS_NOT_SHIPPED: said("The goods were not shipped"),
    Reason.ORIGIN_NOT_MET: said("The goods do not meet the origin rules"),
    Reason.OBTAINED_BY_FRAUD: said("It was obtained by fraud"),
    Reason.AT_REQUEST_OF_EXPORTER: said("The exporter asks for it"),
    Reason.OTHER: said("Another reason"),
}
"""Why a certificate is cancelled, in the order of the form."""
CONSEQUENCES: Final[Sequence[Said]] = (
    said("From this moment everybody who verifies it is told that it is cancelled, and for which reason."),
    said("It cannot be made valid again; a new certificate needs a new reference number."),
    said("Customs that has received it hears of it at once."),
)


def sheet_of_draft(request: Request, draft: Draft, caller: Caller, ledger: Ledger) -> Sheet | None:
    """Return a draft that nothing stands in the way of on its form, as it will be verified."""
    issuer = ledger.members.authority(caller.authority)
    assert issuer is not None  # noqa: S101 - it may issue
    certificate = parse_document(draft.document)
    drawn = drawn_up(certificate, (issuer.name, issuer.domain), ledger.registry.ledger)
    return sheet_of(examined(opened(orjson.loads(drawn.envelope()))), speech_of(request))


def refusal_of(write: Dispatch | None) -> ProblemType | None:
    """Return why the ledger refused a write, where it did."""
    return problem_of(write.refusal) if write is not None and write.refusal is not None else None
