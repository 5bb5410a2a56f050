"""Whether exporter, signatory and products of a declaration were listed on its day (OCP Rule 2.6).

A declaration of somebody who is not in the database of exporters, of a person who may not sign, or of goods
that are not listed is not honoured.  The same rules hold when a declaration is registered and when a copy of
it is verified; there the record of the exporter may not be at hand, and then the verdict says so.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from ledger.certificate import Certificate
from ledger.codes.hs import EDITIONS
from ledger.errors import CertificateRefused, Finding, Severity, Unavailable
from ledger.exporter_acts import ExporterFile
from ledger.exporter_records import ExporterRecord, ExporterScheme
from ledger.exporter_refused import ExporterRecordNotHeld
from ledger.facts import Address, Authority, Role
from ledger.origin.facts import Exporter, ExporterStatus, ExporterVersion
from ledger.ports import Ledger
from ledger.presented import Examination
from ledger.procedures_port import ProceduresNotNamed
from ledger.refusals import NotAuthorised
from ledger.said import day
from ledger.terms import Scheme, last_instant
from ledger.texts import EXPORTER_PATTERN
from ledger.verdict import Listing, Outcome

SCHEMES: Final = {
    Scheme.ATIGA_ORIGIN_DECLARATION: ExporterScheme.AWSC,
    Scheme.RCEP_DECLARATION: ExporterScheme.RCEP,
}
"""As what an exporter must be authorised to make out a declaration of a scheme."""
_SOURCES: Final = {
    Scheme.ATIGA_ORIGIN_DECLARATION: "ATIGA OCP Rule 2.6",
    Scheme.RCEP_DECLARATION: "RCEP Article 3.21",
}
_SECOND: Final = timedelta(seconds=1)
_UNKNOWN: Final = "was not authorised"
_ENDED: Final = {ExporterStatus.SUSPENDED: "was suspended", ExporterStatus.WITHDRAWN: "was withdrawn"}


@dataclass(frozen=True, slots=True)
class Said:
    """What a declaration says of who made it out, and of what; None where a copy hides it."""

    scheme: Scheme
    member: str
    issued_on: date
    code: str | None
    signatory: str | None
    products: tuple[tuple[int, str | None, str | None], ...]
    """Number of each goods line, its HS code and edition."""


def moment_of(issued_on: date, recorded_at: datetime) -> datetime:
    """Return the moment at which a declaration's exporter must be authorised.

    Its day has no hour.  So it is when it came to the ledger, if that was on the day, or else the day's end:
    a withdrawal holds at once, and leaves what was registered in the morning as it is.
    """
    return min(recorded_at, datetime.fromtimestamp(last_instant(issued_on), UTC))


def require_listed(certificate: Certificate, issuer: Authority, account: Address, ledger: Ledger) -> None:
    """Refuse to register a declaration whose exporter, signatory or product is not listed on its day.

    Raises `NotAuthorised` when the authority does not authorise exporters, `ExporterRecordNotHeld` and
    `CertificateRefused`, which names all that is not listed and by which rule.
    """
    if Role.COMPETENT not in issuer.roles:
        raise NotAuthorised(account, Role.COMPETENT)
    said = _said(certificate)
    code = said.code or ""
    file = ExporterFile(
        ledger.procedures.exporter(said.member, code), ledger.exporter_files.events(said.member, code)
    )
    now = file.present(ledger.clock())
    version = file.held.at(moment_of(said.issued_on, now))
    why = unlisted_exporter(file.held, said.issued_on, now, ledger)
    if stopped := file.stopped():
        why = _too_late(stopped.status, said.issued_on)
    record = None
    if not why and version is not None:
        record = ledger.exporter_files.records([version.record_hash]).get(version.record_hash)
        if record is None:
            raise ExporterRecordNotHeld(said.member, code)
    found = tuple(unlisted(said, why, record))
    if found:
        raise CertificateRefused(found)


def listing_of(examination: Examination, recorded_at: datetime, ledger: Ledger) -> Listing:
    """Return whether what a presented declaration says was listed, as far as can be told here."""
    said = _shown(examination)
    if said.code is None:
        return Listing(Outcome.NOT_CHECKED, "This copy hides the exporter's code; ask for one that shows it.")
    if not re.fullmatch(EXPORTER_PATTERN, said.code):
        return Listing(
            Outcome.FAILED, _sentence(tuple(unlisted(said, f"{_UNKNOWN} on {day(said.issued_on)}", None)))
        )
    try:
        held = ledger.procedures.exporter(said.member, said.code)
        why, version = _as_recorded(held, said.issued_on, recorded_at, ledger)
        records = ledger.exporter_files.records([version.record_hash]) if version and not why else {}
    except ProceduresNotNamed:
        return Listing(Outcome.NOT_CHECKED, "This ledger's profile names no register of exporters.")
    except Unavailable:
        return Listing(Outcome.NOT_CHECKED, "The ledger gave no answer.", unanswered=True)
    record = records.get(version.record_hash) if version else None
    found = tuple(unlisted(said, why, record))
    if found:
        return Listing(Outcome.FAILED, _sentence(found))
    return _as_far_as_shown(said, record)


def unlisted_exporter(exporter: Exporter, issued_on: date, recorded_at: datetime, ledger: Ledger) -> str:
    """Return what keeps an exporter from a declaration of a day that is recorded at a moment, or nothing.

    Beside the day itself: who is suspended or withdrawn when it is registered cannot date one back.
    """
    if why := not_authorised(exporter, moment_of(issued_on, recorded_at), ledger):
        return f"{why} on {day(issued_on)}"
    later = exporter.at(recorded_at)
    if later is not None and later.status is not ExporterStatus.AUTHORISED:
        return _too_late(later.status, issued_on)
    return ""


def _as_recorded(
    exporter: Exporter, issued_on: date, recorded_at: datetime, ledger: Ledger
) -> tuple[str, ExporterVersion | None]:
    """Return what keeps an exporter from a declaration on record, and the version that speaks.

    Blocks of one second have no order that can be seen here, so what held a second before counts, too: who
    registers is held to the later of the two.
    """
    found: list[tuple[str, ExporterVersion | None]] = []
    for moment in (recorded_at, recorded_at - _SECOND):
        why = unlisted_exporter(exporter, issued_on, moment, ledger)
        found.append((why, exporter.at(moment_of(issued_on, moment))))
    return next((one for one in found if not one[0]), found[0])


def _too_late(status: ExporterStatus, issued_on: date) -> str:
    return f"{_ENDED[status]} when the declaration of {day(issued_on)} was registered"


def not_authorised(exporter: Exporter, moment: datetime, ledger: Ledger) -> str:
    """Return what keeps an exporter from declaring at a moment, or nothing.

    What a key recorded from when on it counts as compromised does not count.
    """
    version = exporter.at(moment)
    if version is None:
        return "was not authorised yet" if exporter.versions else _UNKNOWN
    if _distrusted(version, ledger):
        return "was authorised by a key that counts as compromised"
    if version.status is not ExporterStatus.AUTHORISED:
        return _ENDED[version.status]
    if version.until is not None and moment > version.until:
        return f"was authorised until {day(version.until)} only"
    return ""


def unlisted(said: Said, why: str, record: ExporterRecord | None) -> Iterator[Finding]:
    """Yield a refusal for all that is not listed; of what is hidden or not at hand nothing is said."""
    source, on = _SOURCES[said.scheme], day(said.issued_on)
    if why:
        yield _refusal(
            "EXPORTER-NOT-AUTHORISED", "/authorisation/exporterCode", f"the exporter {why}", source
        )
    if why or record is None:
        return
    if record.scheme is not SCHEMES[said.scheme]:
        message = f"the exporter is authorised under {record.scheme} and not for this kind of declaration"
        yield _refusal("EXPORTER-SCHEME", "/scheme", message, source)
        return
    if said.signatory is not None and not record.lists_signatory(said.signatory):
        message = f"the signatory is not among those authorised on {on}"
        yield _refusal("SIGNATORY-NOT-LISTED", "/authorisation/signatory", message, source)
    for number, code, edition in said.products:
        known = code is not None and edition in EDITIONS
        if known and not record.lists_product(str(code), str(edition)):
            message = f"the goods of line {number} are not among the products listed on {on}"
            yield _refusal("PRODUCT-NOT-LISTED", f"/items/{number}/hsCode", message, source)


def _distrusted(version: ExporterVersion, ledger: Ledger) -> bool:
    key = ledger.members.signer(version.key)
    return (
        key is not None and key.compromised_from is not None and version.recorded_at >= key.compromised_from
    )


def _as_far_as_shown(said: Said, record: ExporterRecord | None) -> Listing:
    """Return what can be said of a declaration that nothing speaks against."""
    when = f"The exporter was authorised on {day(said.issued_on)}"
    if record is None:
        todo = (
            "ask its competent authority for the record and take it in to check signatory and products "
            f"({_SOURCES[said.scheme]})"
        )
        return Listing(Outcome.NOT_CHECKED, f"{when}; its record is not here: {todo}.")
    hidden = said.signatory is None or any(None in row for row in said.products)
    if hidden:
        return Listing(Outcome.NOT_CHECKED, f"{when}; this copy hides the signatory or products.")
    return Listing(Outcome.PASSED, f"{when}, with this signatory and these products.")


def _sentence(found: tuple[Finding, ...]) -> str:
    told = "; ".join(finding.message for finding in found)
    return f"{told[:1].upper()}{told[1:]} ({found[0].source})."


def _refusal(rule: str, pointer: str, message: str, source: str) -> Finding:
    return Finding(rule, Severity.REFUSAL, pointer, message, source)


def _said(certificate: Certificate) -> Said:
    authorisation = certificate.authorisation
    assert authorisation is not None  # noqa: S101 - a well-formed declaration has it
    return Said(
        scheme=certificate.scheme,
        member=certificate.exporting_member,
        issued_on=certificate.issued_on,
        code=authorisation.exporter_code,
        signatory=authorisation.signatory,
        products=tuple((item.number, item.hs_code, item.hs_edition) for item in certificate.items),
    )


def _shown(examination: Examination) -> Said:
    """Return what a copy shows; a field that is hidden is absent."""
    terms = examination.terms
    assert terms is not None  # noqa: S101 - asked only of copies with terms
    authorisation = _object(examination.fields.get("authorisation"))
    items = _object(examination.fields.get("items"))
    return Said(
        scheme=terms.scheme,
        member=terms.exporting,
        issued_on=terms.issued_on,
        code=_text(authorisation.get("exporterCode")),
        signatory=_text(authorisation.get("signatory")),
        products=tuple(
            (int(number), _text(_object(item).get("hsCode")), _text(_object(item).get("hsEdition")))
            for number, item in items.items()
            if number.isdecimal()
        ),
    )


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
