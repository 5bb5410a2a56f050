"""Verifying a certificate that somebody presents, or asks for by its reference: the steps."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date

from ledger import rules
from ledger.aeo import parties
from ledger.aeo.parties import NOT_KEPT, Party
from ledger.declared import listing_of
from ledger.errors import (
    CertificateMalformed,
    Finding,
    Problem,
    ReferenceAmbiguous,
    Severity,
    Unavailable,
)
from ledger.facts import Entry, Evidence, Issuer
from ledger.kept_copies import certificate_in
from ledger.operators import Found, OperatorCode
from ledger.origin.facts import Use
from ledger.ports import Filing, FilingState, Ledger
from ledger.presented import Examination, examined, opened
from ledger.procedures_port import ProceduresNotNamed
from ledger.recognition_port import AtHand, NoRecognitions, RecognitionNotNamed
from ledger.salting import HASH_BYTES
from ledger.terms import Scheme, Terms, normalised
from ledger.verdict import (
    Facts,
    Verdict,
    archive_matters,
    judge,
    recorded_at,
    silent_ledger,
    unknown_id,
    unknown_reference,
    vouches,
    with_warnings,
)


def verify(document: Mapping[str, object], ledger: Ledger) -> Verdict:
    """Judge a presented envelope against the ledger.

    Raises `EnvelopeMalformed` when it is none; everything else is an answer, a silent node included.
    """
    # 1. Recompute the hashes and rebuild the terms from the fields.
    return verify_examined(examined(opened(document)), ledger)


def verify_examined(examination: Examination, ledger: Ledger) -> Verdict:
    """Judge an envelope that was examined already: steps 2 to 4 of `verify`."""
    # 2. Ask the ledger what it holds under them, in one look.
    facts = _with_listing(_with_archive(_facts(examination, ledger, shown=True), ledger), ledger)
    verdict = _judged(facts)
    # 6. Put beside it what importing customs has made of it.
    verdict = replace(verdict, use=_use(facts, ledger)) if _acted_on(facts, ledger) else verdict
    beside = _parties(verdict, facts, ledger)
    return replace(verdict, parties=beside) if beside else verdict


def verify_at_once(document: Mapping[str, object], ledger: Ledger) -> Verdict | None:
    """Judge as `verify` does, or return None where a node or the archive would have to be asked.

    For callers that may not wait.  What was at hand a moment ago may not be any more, so that is asked here.
    """
    examination = examined(opened(document))
    if examination.terms is not None and examination.terms.scheme.is_declaration:
        return None  # its exporter is asked about
    try:
        evidence = _evidence(examination, ledger, at_hand=True)
    except Unavailable:
        return None
    if evidence is None and _asks(examination, ledger):
        return None
    facts = _facts_with(evidence, examination, ledger, shown=True)
    if archive_matters(facts) or _acted_on(facts, ledger):
        return None
    verdict = _judged(facts)
    beside = _parties(verdict, facts, ledger, at_hand=True)
    if beside is None:
        return None
    return replace(verdict, parties=beside) if beside else verdict


def _judged(facts: Facts) -> Verdict:
    # 3. Apply the rules; no I/O from here on.
    verdict = judge(facts)
    # 4. Put beside the verdict what its issuer's rules, and the ledger's, would have to say.
    return with_warnings(verdict, (*_findings(facts.examination), *_unseen_parents(facts)))


def _parties(
    verdict: Verdict, facts: Facts, ledger: Ledger, *, at_hand: bool = False
) -> tuple[Party, ...] | None:
    """Return the AEO status of the traders; with `at_hand`, None where a node would have to be asked."""
    # 5. Put beside it what the ledger says of the operators that the copy names.
    terms = facts.examination.terms
    if terms is None or not vouches(verdict):
        return ()
    claims = parties.claims_of(facts.examination.fields, terms.exporting, terms.importing)
    if not claims:
        return ()
    asked = parties.read(claims, facts.now)
    if facts.evidence is None or not asked.operators:
        return asked.told(None)
    try:
        found = _operators(asked.operators, ledger, at_hand=at_hand)
    except RecognitionNotNamed:
        return asked.told(None, unanswered=NOT_KEPT)
    except Unavailable:
        return None if at_hand else asked.told(None)
    return asked.told(found) if found else None


def _acted_on(facts: Facts, ledger: Ledger) -> bool:
    """Whether customs may have acted on the certificate; only an entry can be acted on."""
    evidence = facts.evidence
    if evidence is None or evidence.entry is None or evidence.unused:
        return False
    try:
        return bool(ledger.procedures.procedures_contract)
    except ProceduresNotNamed:
        return False


def _use(facts: Facts, ledger: Ledger) -> Use | None:
    """Return what customs has made of a certificate; None for nothing, or where nobody answers."""
    with suppress(Unavailable):
        found = ledger.procedures.use(facts.examination.certificate)
        return found if found != Use() else None
    return None


def _operators(operators: Collection[OperatorCode], ledger: Ledger, *, at_hand: bool) -> Found | None:
    """Ask the ledger for operators and all terms; None where they are not at hand."""
    recognitions = ledger.recognitions
    if not at_hand or isinstance(recognitions, NoRecognitions):
        return recognitions.found(operators)
    return recognitions.found_at_hand(operators) if isinstance(recognitions, AtHand) else None


def verify_reference(
    exporting: str, reference: str, issued_on: date, ledger: Ledger, *, office: str | None = None
) -> Verdict:
    """Judge the certificate with this reference and date of issue, among those issued here.

    Asks for two particulars so that numbers cannot be harvested.  It cannot say whether a paper in
    somebody's hand has the content that was issued.  Raises `ReferenceAmbiguous` when several offices
    gave out the number.
    """
    # 1. Look it up in the archive of the authorities served here.
    filings = [
        filing
        for filing in ledger.archive.find_reference(exporting, normalised(reference), issued_on)
        if office is None or filing.office == normalised(office)
    ]
    if not filings:
        return unknown_reference()
    if len(filings) > 1:
        raise ReferenceAmbiguous(len(filings))
    return verify_filing(filings[0], ledger)


def verify_id(certificate: bytes, ledger: Ledger) -> Verdict:
    """Judge what stands under an id, which whoever has seen the certificate knows.

    It cannot say whether a paper in somebody's hand has the content that was issued.
    """
    with suppress(Unavailable):
        # 1. Look it up in the archive here, and among the copies that were presented.
        filing = ledger.archive.find(certificate)
        if filing is not None:
            return _judged_unseen(_examined_filing(filing, ledger), ledger)
        kept = ledger.kept.kept([certificate]).get(certificate)
        if kept is not None:
            return _judged_unseen(_unseen(kept.id, kept.root, kept.terms, ledger), ledger)
        # 2. Ask the ledger alone, which has the terms of every entry, but for its reference.
        entry = ledger.registry.evidence(certificate, certificate, bytes(HASH_BYTES)).entry
        if entry is None:
            return unknown_id(ledger.registry.head())
        terms = _terms_of(entry)
        return _judged_unseen(_unseen(certificate, certificate, terms, ledger), ledger)
    return silent_ledger()


def _judged_unseen(examination: Examination, ledger: Ledger) -> Verdict:
    facts = _with_archive(_facts(examination, ledger, shown=False), ledger)
    verdict = judge(facts)
    # 3. Put beside it what importing customs has made of it.
    return replace(verdict, use=_use(facts, ledger)) if _acted_on(facts, ledger) else verdict


def _terms_of(entry: Entry) -> Terms:
    """Return the terms that an entry tells; hashes of content and reference are zeros."""
    return Terms(
        document_hash=bytes(HASH_BYTES),
        reference_key=bytes(HASH_BYTES),
        exporting=entry.exporting,
        importing=entry.importing,
        issued_on=entry.issued_at.date(),
        valid_until=entry.valid_until.date(),
        scheme=Scheme(entry.scheme),
        parents=(),
    )


def verify_filing(filing: Filing, ledger: Ledger) -> Verdict:
    """Judge a certificate that was issued here."""
    # 2. Ask the ledger and judge, without a document to compare.
    facts = _facts(_examined_filing(filing, ledger), ledger, shown=False)
    return judge(_with_archive(facts, ledger))


def _facts(examination: Examination, ledger: Ledger, *, shown: bool) -> Facts:
    """Gather what the chain says of all that a judgement rests on; what it does not answer stays None."""
    evidence: Evidence | None = None
    with suppress(Unavailable):
        evidence = _evidence(examination, ledger)
    return _facts_with(evidence, examination, ledger, shown=shown)


def _asks(examination: Examination, ledger: Ledger) -> bool:
    """Whether the ledger is asked at all: for terms that could be read, of a certificate that is its own."""
    return examination.terms is not None and examination.ledger == ledger.registry.ledger


def _evidence(examination: Examination, ledger: Ledger, *, at_hand: bool = False) -> Evidence | None:
    """Ask the ledger what it holds; None where it is not asked, or not at hand."""
    if examination.terms is None or not _asks(examination, ledger):
        return None
    registry, key = ledger.registry, examination.terms.reference_key
    ask = registry.evidence_at_hand if at_hand else registry.evidence
    return ask(examination.certificate, examination.root, key)


def _facts_with(evidence: Evidence | None, examination: Examination, ledger: Ledger, *, shown: bool) -> Facts:
    """Put together what a judgement rests on."""
    issuer: Issuer | None = None
    with suppress(Unavailable):
        issuer = ledger.members.issuer(evidence.key.authority) if evidence and evidence.key else None
    return Facts(
        examination=examination,
        ledger=ledger.registry.ledger,
        evidence=evidence,
        issuer=issuer,
        accepted=False,
        now=ledger.clock(),
        shown=shown,
    )


def _with_archive(facts: Facts, ledger: Ledger) -> Facts:
    """Add what the archive says where that can matter; most certificates are recorded, and spare it."""
    if not archive_matters(facts):
        return facts
    seen = facts.evidence.as_of.block if facts.evidence else 0
    return replace(facts, accepted=_accepted(facts.examination.certificate, seen, ledger))


def _with_listing(facts: Facts, ledger: Ledger) -> Facts:
    """Add whether exporter, signatory and products of a declaration on record were listed on its day."""
    seen, recorded = facts.examination, recorded_at(facts)
    declares = seen.terms is not None and seen.terms.scheme.is_declaration
    if not declares or recorded is None or not seen.intact:
        return facts
    return replace(facts, listing=listing_of(seen, recorded, ledger))


def _accepted(certificate: bytes, seen: int, ledger: Ledger) -> bool:
    """Whether the archive here has the certificate, and the ledger may not show it yet.

    It is on its way, or recorded in a block later than the one `seen`: another process was quicker than
    the events have come here.
    """
    with suppress(Unavailable):
        filing = ledger.archive.find(certificate)
        if filing is None or filing.state is not FilingState.RECORDED:
            return filing is not None and filing.state is FilingState.ACCEPTED
        write = ledger.outbox.find(filing.dispatch)
        return write is not None and write.written is not None and write.written.block > seen
    return False


def _examined_filing(filing: Filing, ledger: Ledger) -> Examination:
    """Return what an intact copy of a filed certificate would have been examined to."""
    return _unseen(filing.id, filing.root, filing.terms, ledger)


def _unseen(certificate: bytes, root: bytes, terms: Terms, ledger: Ledger) -> Examination:
    """Return what an intact copy that nobody shows would have been examined to."""
    return Examination(
        altered=(),
        removed=0,
        located=True,
        hidden=0,
        fields={},
        terms=terms,
        certificate=certificate,
        root=root,
        ledger=ledger.registry.ledger,
    )


def _findings(examination: Examination) -> tuple[Finding, ...]:
    """Return what the rules of its date of issue find in a copy that shows every field as issued.

    Its issuer has applied the rules; a refusal found here tells that other software did not.
    """
    if not examination.intact or examination.hidden:
        return ()
    try:
        certificate = certificate_in(examination.fields)
    except CertificateMalformed as error:
        return tuple(_of_form(problem) for problem in error.problems)
    return rules.check(certificate, on=certificate.issued_on)


def _of_form(problem: Problem) -> Finding:
    source = "docs/reference/form-d.md"
    return Finding(f"FORM-{problem.rule}", Severity.WARNING, problem.pointer, problem.message, source)


def _unseen_parents(facts: Facts) -> tuple[Finding, ...]:
    """Return a warning for a back-to-back certificate whose originals the ledger has not looked at yet."""
    terms, evidence = facts.examination.terms, facts.evidence
    if terms is None or not terms.parents or evidence is None or evidence.entry or evidence.anchor is None:
        return ()
    message = (
        "the ledger checks the original proofs when the certificate is entered, which has not happened yet"
    )
    return (Finding("PARENTS-UNSEEN", Severity.WARNING, "/originals", message, "ATIGA OCP Rule 11"),)
