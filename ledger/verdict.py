"""When is a presented certificate good?  `judge` applies the rules; it asks nothing and raises nothing.

A verdict is one of a fixed list, with the checks it rests on, the moment it is true as of and the next
step for the person who asked.  Warnings, and the AEO status of its traders, stand beside it and never change
it.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from ledger.aeo.parties import Party
from ledger.errors import Finding
from ledger.facts import Anchor, AsOf, Evidence, Issuer, LedgerName, Reason, Role
from ledger.origin.facts import Use
from ledger.origin.reasons import ENDED_WORDS
from ledger.presented import Examination
from ledger.said import said
from ledger.terms import last_instant


class VerdictCode(StrEnum):
    """The fixed list of verdicts."""

    VALID = "VALID"
    REPLACED = "REPLACED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    ALTERED = "ALTERED"
    ISSUER_NOT_AUTHORISED = "ISSUER_NOT_AUTHORISED"
    CONFLICTING = "CONFLICTING"
    NOT_FOUND = "NOT_FOUND"
    PENDING = "PENDING"
    CANNOT_CHECK = "CANNOT_CHECK"


EXIT_CODES = {
    VerdictCode.VALID: 0,
    VerdictCode.REPLACED: 10,
    VerdictCode.CANCELLED: 11,
    VerdictCode.ALTERED: 12,
    VerdictCode.ISSUER_NOT_AUTHORISED: 13,
    VerdictCode.NOT_FOUND: 14,
    VerdictCode.PENDING: 15,
    VerdictCode.EXPIRED: 16,
    VerdictCode.CONFLICTING: 17,
    VerdictCode.CANNOT_CHECK: 20,
}
"""What `asal verify` exits with; stable, 1 and 2 are kept for faults and wrong usage."""

TITLES = {
    VerdictCode.VALID: said("Certificate is valid"),
    VerdictCode.REPLACED: said("Replaced by a newer certificate"),
    VerdictCode.CANCELLED: said("Certificate has been cancelled"),
    VerdictCode.EXPIRED: said("Genuine, but past its validity date"),
    VerdictCode.ALTERED: said("Content does not match what was issued"),
    VerdictCode.ISSUER_NOT_AUTHORISED: said("Issuer was not authorised when it signed"),
    VerdictCode.CONFLICTING: said("Its reference belongs to another certificate"),
    VerdictCode.NOT_FOUND: said("Not on this ledger"),
    VerdictCode.PENDING: said("Accepted, not yet final"),
    VerdictCode.CANNOT_CHECK: said("We could not check right now"),
}

NEXT_STEPS = {
    VerdictCode.VALID: said("Compare the particulars with the declaration and the goods."),
    VerdictCode.REPLACED: said("Ask the presenter for the replacement and verify that one."),
    VerdictCode.CANCELLED: said(
        "Do not grant preference on it; ask the issuing authority in case of dispute."
    ),
    VerdictCode.EXPIRED: said(
        "Late presentation is accepted on the grounds of Rule 14(b) and (c); ask for them."
    ),
    VerdictCode.ALTERED: said(
        "Do not rely on this copy; ask the issuing authority for the certificate as issued."
    ),
    VerdictCode.ISSUER_NOT_AUTHORISED: said(
        "Do not rely on it; ask the member's administrator about the key."
    ),
    VerdictCode.CONFLICTING: said("Do not rely on it; open a check with the issuing authority."),
    VerdictCode.NOT_FOUND: said(
        "No proof of forgery: check reference, issuer and ledger, then ask the issuer."
    ),
    VerdictCode.PENDING: said("Ask again in a minute."),
    VerdictCode.CANNOT_CHECK: said("This is our fault, not the certificate's; try again."),
}


NO_ANSWER = said("The ledger gave no answer, so nothing can be said about the certificate.")


class Outcome(StrEnum):
    """How one check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not-checked"


@dataclass(frozen=True, slots=True)
class Check:
    """One of the lines under a verdict."""

    name: str
    """content, record, issuer, exporter (of a declaration) or status."""
    outcome: Outcome
    evidence: str
    """What it was seen by, as a sentence."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to "is this certificate good?"."""

    code: VerdictCode
    sentence: str
    checks: tuple[Check, ...]
    as_of: AsOf | None
    """The block and time it is true as of; None when the ledger was not asked."""
    certificate: bytes | None
    altered: tuple[str, ...] = ()
    """Dotted paths of fields that are not as issued."""
    removed: int = 0
    """How many issued fields are gone."""
    hidden: int = 0
    """How many fields were redacted; that is allowed."""
    replacement: bytes | None = None
    warnings: tuple[Finding, ...] = ()
    parties: tuple[Party, ...] = ()
    """The AEO status of its traders, where the copy shows operator codes and the ledger knows its content."""
    use: Use | None = None
    """What importing customs has made of it; None where that is nothing, or could not be learnt."""

    @property
    def title(self) -> str:
        """The verdict in a few words."""
        return TITLES[self.code]

    @property
    def next_step(self) -> str:
        """What the person who asked does now."""
        return NEXT_STEPS[self.code]

    @property
    def exit_code(self) -> int:
        """What a command that verified exits with."""
        return EXIT_CODES[self.code]


@dataclass(frozen=True, slots=True)
class Listing:
    """Whether exporter, signatory and products of a declaration were listed on its day; `ledger.declared`."""

    outcome: Outcome
    evidence: str
    unanswered: bool = False
    """Whether the ledger did not answer who the exporter is."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All a judgement rests on; whatever could not be learnt is None."""

    examination: Examination
    ledger: LedgerName
    """The ledger that was asked."""
    evidence: Evidence | None
    issuer: Issuer | None
    """Whose key signed the entry or the anchor."""
    accepted: bool
    """Whether the archive here has accepted the certificate, and the chain has not refused it."""
    now: datetime
    shown: bool = True
    """False when nobody presented the document: it was looked up by its reference."""
    listing: Listing | None = None
    """Of a declaration that the ledger holds; certificates have none."""


def judge(facts: Facts) -> Verdict:
    """Return the verdict on a presented certificate, from facts gathered before."""
    code, sentence = _ruling(facts)
    seen = facts.examination
    known = facts.evidence is not None and code not in {VerdictCode.NOT_FOUND, VerdictCode.ALTERED}
    return Verdict(
        code=code,
        sentence=sentence,
        checks=(_content(facts), _record(facts), _issuer(facts), *_exporter(facts), _status(facts)),
        as_of=facts.evidence.as_of if facts.evidence else None,
        certificate=seen.certificate if seen.terms else None,
        altered=seen.altered,
        removed=seen.removed,
        hidden=seen.hidden,
        replacement=facts.evidence.replacement if known and facts.evidence else None,
    )


def archive_matters(facts: Facts) -> bool:
    """Whether the verdict may turn on the archive: the ledger answered that it holds no such certificate."""
    return facts.evidence is not None and recorded_at(facts) is None


def unknown_reference() -> Verdict:
    """Return the verdict on a reference that no authority served here has issued."""
    sentence = said("No certificate with this reference and date of issue was issued here.")
    return Verdict(VerdictCode.NOT_FOUND, sentence, checks=(), as_of=None, certificate=None)


def unknown_id(as_of: AsOf) -> Verdict:
    """Return the verdict on an id under which there is no entry, and of which no copy is here."""
    sentence = said("Nothing is entered under this id; a certificate of a batch is found by its file only.")
    return Verdict(VerdictCode.NOT_FOUND, sentence, checks=(), as_of=as_of, certificate=None)


def silent_ledger() -> Verdict:
    """Return the verdict while the ledger cannot even be opened."""
    return Verdict(VerdictCode.CANNOT_CHECK, NO_ANSWER, checks=(), as_of=None, certificate=None)


def with_warnings(verdict: Verdict, warnings: tuple[Finding, ...]) -> Verdict:
    """Return the verdict with warnings beside it."""
    return replace(verdict, warnings=warnings) if warnings else verdict


def vouches(verdict: Verdict) -> bool:
    """Whether the copy's content is what some authority issued, or that could not be asked.

    Of other copies no field is worth a look, and who invents one learns nothing by it.
    """
    return verdict.code not in {VerdictCode.ALTERED, VerdictCode.NOT_FOUND}


def _ruling(facts: Facts) -> tuple[VerdictCode, str]:
    """Return the first verdict of the list whose condition holds, in order of gravity."""
    seen, evidence = facts.examination, facts.evidence
    if not seen.intact:
        return VerdictCode.ALTERED, _differences(seen)
    if seen.ledger != facts.ledger:
        return VerdictCode.NOT_FOUND, _elsewhere(facts)
    if evidence is None:
        return VerdictCode.CANNOT_CHECK, NO_ANSWER
    recorded = recorded_at(facts)
    return _recorded(facts, recorded) if recorded else _unrecorded(facts)


def _recorded(facts: Facts, recorded: datetime) -> tuple[VerdictCode, str]:
    if not _authorised(facts, recorded):
        return (
            VerdictCode.ISSUER_NOT_AUTHORISED,
            said("The key that signed it was not entitled to, at the time it did."),
        )
    listing = facts.listing
    if listing is not None and listing.unanswered:
        return VerdictCode.CANNOT_CHECK, NO_ANSWER
    if listing is not None and listing.outcome is Outcome.FAILED:
        return VerdictCode.ISSUER_NOT_AUTHORISED, listing.evidence
    if _conflicting(facts):
        return (
            VerdictCode.CONFLICTING,
            said("Another certificate was entered under the same reference number before this one."),
        )
    return _standing(facts, recorded)


def _standing(facts: Facts, recorded: datetime) -> tuple[VerdictCode, str]:
    evidence, terms = facts.evidence, facts.examination.terms
    assert evidence is not None  # noqa: S101 - _ruling has seen to both
    assert terms is not None  # noqa: S101
    entry = evidence.entry
    if entry and entry.ended_at:
        if entry.reason is Reason.REPLACED:
            return _replaced(entry.ended_at.date())
        why = ENDED_WORDS[entry.reason] if entry.reason else said("no reason given")
        on = entry.ended_at.date()
        return VerdictCode.CANCELLED, said(
            "The issuing member cancelled it on {day}: {why}.", day=on, why=why
        )
    # Whichever clock is later: one that is behind must not revive an expired certificate.
    if max(facts.now, evidence.as_of.time).date() > terms.valid_until:
        return VerdictCode.EXPIRED, said("It could be presented until {day}.", day=terms.valid_until)
    if not evidence.final:
        return VerdictCode.PENDING, said("It is on the ledger, in a block that is not final yet.")
    return VerdictCode.VALID, _standing_since(recorded.date(), shown=facts.shown)


def _replaced(on: date) -> tuple[VerdictCode, str]:
    return VerdictCode.REPLACED, said("It was replaced by another certificate on {day}.", day=on)


def _standing_since(on: date, *, shown: bool) -> str:
    if shown:
        return said("Unaltered, recorded on {day}, and neither cancelled nor replaced since.", day=on)
    return said("Recorded on {day}, and neither cancelled nor replaced since.", day=on)


def _unrecorded(facts: Facts) -> tuple[VerdictCode, str]:
    if facts.accepted:
        accepted = said("The issuing authority has accepted it; it is on its way to the ledger.")
        return VerdictCode.PENDING, accepted
    return (
        VerdictCode.NOT_FOUND,
        said("The ledger holds no such certificate: it was never issued here, or not in this form."),
    )


def recorded_at(facts: Facts) -> datetime | None:
    """Return when the ledger first held the certificate: its entry's time or its batch's."""
    evidence = facts.evidence
    if evidence is None or not _covered(facts):
        return None
    if evidence.entry:
        return evidence.entry.issued_at
    return evidence.anchor.anchored_at if evidence.anchor else None


def _conflicting(facts: Facts) -> bool:
    """Whether another certificate holds the reference number, which only an anchored one can run into."""
    holder = facts.evidence.holder if facts.evidence else None
    return holder not in {None, facts.examination.certificate}


def _covered(facts: Facts) -> bool:
    """Whether a batch may speak for this certificate: the contract's rules for entering it, by date."""
    evidence, terms = facts.evidence, facts.examination.terms
    if evidence is None or evidence.entry or evidence.anchor is None or terms is None:
        return True
    anchor = evidence.anchor
    at = anchor.anchored_at.date()
    dated = terms.issued_on <= at + timedelta(days=1) and at <= terms.valid_until
    return dated and last_instant(terms.valid_until) <= anchor.valid_until.timestamp()


def _authorised(facts: Facts, recorded: datetime) -> bool:
    """Whether the signing key wrote for the exporting member and was not yet compromised."""
    evidence, terms = facts.evidence, facts.examination.terms
    if evidence is None or terms is None or evidence.key is None or evidence.key.member != terms.exporting:
        return False
    if terms.scheme.is_declaration and Role.COMPETENT not in evidence.key.roles:
        return False
    compromised = evidence.key.compromised_from
    return compromised is None or recorded < compromised


def _content(facts: Facts) -> Check:
    seen = facts.examination
    if not facts.shown:
        unseen = said("No document was shown; compare the particulars you hold.")
        return Check("content", Outcome.NOT_CHECKED, unseen)
    if not seen.intact:
        return Check("content", Outcome.FAILED, _differences(seen))
    if seen.hidden:
        some = said("All fields are as issued, {number} of them hidden.", number=seen.hidden)
        return Check("content", Outcome.PASSED, some)
    return Check("content", Outcome.PASSED, said("All fields are as issued."))


def _record(facts: Facts) -> Check:
    evidence, unasked = facts.evidence, _unasked(facts)
    if evidence is None or unasked:
        return Check("record", Outcome.NOT_CHECKED, unasked or said("The ledger gave no answer."))
    if recorded_at(facts) is None:
        nothing = said("Nothing is recorded under it at block {block}.", block=evidence.as_of.block)
        return Check("record", Outcome.FAILED, nothing)
    if _conflicting(facts):
        held = said("Its reference number is held by another certificate.")
        return Check("record", Outcome.FAILED, held)
    if evidence.entry:
        entered = said("Entered on {moment}.", moment=evidence.entry.issued_at)
        return Check("record", Outcome.PASSED, entered)
    return Check("record", Outcome.PASSED, _anchored(evidence.anchor) if evidence.anchor else "")


def _anchored(anchor: Anchor) -> str:
    at = anchor.anchored_at
    return said("One of {number} anchored together on {moment}.", number=anchor.size, moment=at)


def _unasked(facts: Facts) -> str:
    """Return why the ledger was not asked, or nothing."""
    if facts.examination.terms is None:
        return said("This copy no longer says what to ask the ledger for.")
    return _elsewhere(facts) if facts.examination.ledger != facts.ledger else ""


def _issuer(facts: Facts) -> Check:
    evidence = facts.evidence
    recorded = recorded_at(facts)
    if evidence is None or recorded is None:
        unsigned = said("Without a record there is no signature to check.")
        return Check("issuer", Outcome.NOT_CHECKED, unsigned)
    issuer = facts.issuer
    who = f"{issuer.name}, {issuer.member}" if issuer else said("an unknown authority")
    if _authorised(facts, recorded):
        entitled = said("Signed for {who}, with a key entitled to issue at that time.", who=who)
        return Check("issuer", Outcome.PASSED, entitled)
    return Check("issuer", Outcome.FAILED, said("Signed for {who}; {why}.", who=who, why=_unentitled(facts)))


def _unentitled(facts: Facts) -> str:
    """Say why a key was not entitled to sign."""
    key, terms = facts.evidence.key if facts.evidence else None, facts.examination.terms
    if key and key.compromised_from:
        return said("its key counts as compromised from {moment}", moment=key.compromised_from)
    if key and terms and key.member == terms.exporting:
        return said("it is not a competent authority, which registers declarations of exporters")
    return said("for another member")


def _exporter(facts: Facts) -> tuple[Check, ...]:
    """Return the line on who made a declaration out; certificates have none."""
    terms = facts.examination.terms
    if terms is None or not terms.scheme.is_declaration:
        return ()
    if facts.listing is None:
        nobody = said("Without a document on record nobody is looked up.")
        return (Check("exporter", Outcome.NOT_CHECKED, nobody),)
    return (Check("exporter", facts.listing.outcome, facts.listing.evidence),)


def _status(facts: Facts) -> Check:
    terms, recorded = facts.examination.terms, recorded_at(facts)
    if terms is None or recorded is None:
        return Check("status", Outcome.NOT_CHECKED, said("Without a record there is no status."))
    code, sentence = _standing(facts, recorded)
    if code is VerdictCode.VALID:
        live = said("Live; can be presented until {day}.", day=terms.valid_until)
        return Check("status", Outcome.PASSED, live)
    return Check("status", Outcome.NOT_CHECKED if code is VerdictCode.PENDING else Outcome.FAILED, sentence)


def _differences(seen: Examination) -> str:
    """Say which fields differ, as far as it can be proved."""
    if not seen.located:
        return said("The content is not what was issued, and this copy no longer tells where.")
    if not seen.removed:
        return said("Not as issued: {fields}.", fields=", ".join(seen.altered))
    missing = _missing(seen.removed)
    if not seen.altered:
        return said("{missing}.", missing=missing)
    return said("Not as issued: {fields}; {missing}.", fields=", ".join(seen.altered), missing=missing)


def _missing(number: int) -> str:
    if number == 1:
        return said("{number} issued field is missing", number=number)
    return said("{number} issued fields are missing", number=number)


def _elsewhere(facts: Facts) -> str:
    named, here = facts.examination.ledger, facts.ledger
    there = _place(named) if named else said("no ledger")
    return said("It names {there}; this is {here}.", there=there, here=_place(here))


def _place(ledger: LedgerName) -> str:
    return said("{address} on chain {chain}", address=ledger.address, chain=ledger.chain_id)
