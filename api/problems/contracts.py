"""Problems of the contracts: each refusal under its own name."""

import re
from http import HTTPStatus
from typing import Final

from api.problems.kind import ProblemType
from ledger import procedures_refusals, recognition_refusals, refusals
from ledger.errors import LedgerError

_CONTRACT_STATUS = {
    refusals.NotAuthorised: 403,
    refusals.NotYourMember: 403,
    refusals.NotYourCertificate: 403,
    refusals.AuthorityNotYours: 403,
    refusals.KeyNotYours: 403,
    refusals.NotAnAdmin: 403,
    recognition_refusals.OperatorNotYours: 403,
    recognition_refusals.LevelInvalid: 422,
    recognition_refusals.NotAParty: 403,
    recognition_refusals.RecognitionNotYours: 403,
    recognition_refusals.ArrangementUnknown: 404,
    recognition_refusals.RecognitionUnknown: 404,
    recognition_refusals.OtherPartyInvalid: 422,
    recognition_refusals.ParticipationDateInvalid: 422,
    recognition_refusals.PartnerInvalid: 422,
    recognition_refusals.MinLevelInvalid: 422,
    recognition_refusals.RecognitionDatesInvalid: 422,
    recognition_refusals.EndDateInvalid: 422,
    procedures_refusals.NotTheImportingMember: 403,
    procedures_refusals.CaseNotYours: 403,
    procedures_refusals.CaseUnknown: 404,
    procedures_refusals.NothingDecided: 422,
    procedures_refusals.LinesMissing: 422,
    procedures_refusals.LinesOverlap: 422,
    procedures_refusals.LinesNotOfCase: 422,
    procedures_refusals.LinesLeft: 422,
    procedures_refusals.UsedUpNotGranted: 422,
    procedures_refusals.PresentationDateInvalid: 422,
    procedures_refusals.LateGroundInvalid: 422,
    procedures_refusals.PresentedLate: 422,
    procedures_refusals.NotLate: 422,
    procedures_refusals.CaseGroundInvalid: 422,
    procedures_refusals.DueInvalid: 422,
    procedures_refusals.ExporterCodeInvalid: 422,
    procedures_refusals.ExporterDateInvalid: 422,
    procedures_refusals.ExporterValidityInvalid: 422,
    refusals.CertificateUnknown: 404,
    refusals.ImportingMemberInvalid: 422,
    refusals.ValidityInvalid: 422,
    refusals.PostDated: 422,
    refusals.AlreadyExpired: 422,
    refusals.ReasonInvalid: 422,
}
"""Where a refusal of the contracts is not simply in conflict (409) with what the ledger holds."""


def _of_contract(refusal: type[refusals.ContractRefusal]) -> ProblemType:
    """Return the problem of the same name, with the refusal's sentence as advice."""
    words = re.findall("[A-Z][a-z]*", refusal.__name__)
    sentence = re.sub(r"\{(\w+?)_?\}", r"(\1)", (refusal.__doc__ or "").strip())
    status = _CONTRACT_STATUS.get(refusal, HTTPStatus.CONFLICT.value)
    return ProblemType("-".join(words).lower(), status, " ".join(words).capitalize(), sentence)


OF_CONTRACTS: Final[dict[type[LedgerError], ProblemType]] = {
    refusal: _of_contract(refusal) for refusal in refusals.ContractRefusal.__subclasses__()
}
