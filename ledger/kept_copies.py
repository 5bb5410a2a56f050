"""Reading a presented envelope as the certificate it is, whole, so that it can be kept and drawn on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ledger.certificate import Certificate
from ledger.documents import parse_document
from ledger.errors import CertificateMalformed, Problem, Refused
from ledger.kept_port import Kept
from ledger.presented import Envelope, Examination, examined, opened

ADDED_FIELDS: Final = ("issuers", "network", "terms")
"""What the envelope adds to the certificate document."""


@dataclass(eq=False)
class CopyIncomplete(Refused):
    """A copy hides what must be seen to decide on it; carries every field that is missing."""

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        missing = ", ".join(problem.pointer for problem in self.problems)
        return f"this copy does not show all it must ({missing}); ask for one in which nothing is hidden"


def certificate_in(data: Mapping[str, Any]) -> Certificate:
    """Return the certificate in the `data` of an envelope without salts; raises `CertificateMalformed`."""
    return parse_document({name: value for name, value in data.items() if name not in ADDED_FIELDS})


def shown_whole(examination: Examination) -> Certificate:
    """Return the certificate that an unaltered copy shows; raises `CopyIncomplete`."""
    try:
        return certificate_in(examination.fields)
    except CertificateMalformed as error:
        raise CopyIncomplete(error.problems) from None


def kept_of(document: Mapping[str, Any], *, kept_at: datetime, authority: int) -> Kept:
    """Return an envelope as it is kept; its hashes are computed anew, what the ledger says is not asked.

    Raises `EnvelopeMalformed` when it is none, or is altered, and `CopyIncomplete`.
    """
    envelope = opened(document)
    return kept_copy(envelope, examined(envelope), document, kept_at=kept_at, authority=authority)


def kept_copy(
    envelope: Envelope,
    examination: Examination,
    document: Mapping[str, Any],
    *,
    kept_at: datetime,
    authority: int,
) -> Kept:
    """Return an examined envelope, whose content is intact, as it is kept; raises `CopyIncomplete`."""
    certificate = shown_whole(examination)
    assert examination.terms is not None  # noqa: S101 - an intact copy has them
    return Kept(
        id=examination.certificate,
        certificate=certificate,
        terms=examination.terms,
        root=examination.root,
        siblings=envelope.proof[1:],
        envelope=document,
        kept_at=kept_at,
        authority=authority,
    )
