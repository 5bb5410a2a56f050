"""What anybody may be told of an operator: an answer within the operator's consent.

1. Without consent to the exchange of its data nothing is told but the code that was asked, whatever is
   recorded, for whichever day: the answer is the same for a certified and for a revoked operator.
2. Without consent to publication its name is not told.
3. Consent is what the newest change says, as far as the one in force says no less; a withdrawal counts from
   the moment it is recorded, also for questions about days before.  A consent recorded with a key that is
   compromised adds nothing to the one before it.
4. A name comes only from the record whose hash the ledger holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from ledger.aeo.recognition import compromised, recognised, status_at
from ledger.aeo.records import OperatorRecord, record_hash
from ledger.aeo.words import next_step_of, sentence_of, status_code, word
from ledger.facts import AsOf
from ledger.operators import (
    Answer,
    Arrangement,
    Consent,
    Found,
    Mutual,
    Operator,
    OperatorCode,
    OperatorStatus,
    Programme,
    Question,
    Reason,
)
from ledger.said import said

Names = Mapping[OperatorCode, str]
"""Names that may be told and are at hand, by code; see `records_wanted` and `names_in`."""
NO_NAMES: Final[Names] = {}


class NameNote(StrEnum):
    """Why there is no name beside a code."""

    NOT_CONSENTED = "not-consented"
    NOT_AT_HAND = "not-at-hand"
    NOT_RELIABLE = "not-reliable"
    NOTHING_RECORDED = "nothing-recorded"


NAME_NOTES: Final = {
    NameNote.NOT_CONSENTED: said("The operator does not agree to the publication of its name."),
    NameNote.NOT_AT_HAND: said("The record that the ledger names is not at hand here."),
    NameNote.NOT_RELIABLE: said("The newest record is signed with a key that is not to be relied on."),
    NameNote.NOTHING_RECORDED: said("Nothing is recorded under this code."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A public answer; what the operator does not agree to is not in it."""

    question: Question
    reason: Reason
    as_of: AsOf
    final: bool
    """False while a block that it rests on could still be undone."""
    name: str | None = None
    name_note: NameNote | None = None
    """Why there is no name."""
    status: str | None = None
    programme: Programme | None = None
    level: int | None = None
    valid_until: datetime | None = None
    """Last second of the authorisation; None also where it has no end."""
    arrangement: Arrangement | None = None
    effective_from: datetime | None = None
    recorded_at: datetime | None = None

    @property
    def operator(self) -> OperatorCode:
        """The code that was asked about."""
        return self.question.operator

    @property
    def recognised(self) -> bool:
        """Whether the host recognises it."""
        return self.reason is Reason.RECOGNISED

    @property
    def code(self) -> str:
        """The reason as the wire has it."""
        return word(self.reason)

    @property
    def sentence(self) -> str:
        """Why, as a sentence."""
        return sentence_of(self.reason, self.question)

    @property
    def next_step(self) -> str:
        """What a business does now."""
        return next_step_of(self.reason, self.question)


def consent_of(operator: Operator, now: datetime, mutual: Mutual) -> Consent:
    """Return what the operator agrees to: what was recorded last, as far as what is in force agrees too.

    Of what was recorded last with keys not to be relied on, only withdrawals count.
    """
    force = status_at(operator, now)
    agreed = force.consent if force else operator.latest.consent
    for change in reversed(operator.changes):
        agreed &= change.consent
        if not compromised(mutual, change.key, change.recorded_at):
            break
    return agreed


def records_wanted(found: Found, now: datetime) -> dict[OperatorCode, bytes]:
    """Return the hash of the record of each operator that may be named; nobody is asked for the others."""
    return {
        code: operator.latest.record_hash
        for code, operator in found.operators.items()
        if _may_be_named(operator, consent_of(operator, now, found.mutual), found.mutual) is None
    }


def names_in(records: Mapping[bytes, OperatorRecord], wanted: Mapping[OperatorCode, bytes]) -> Names:
    """Return the names in the records that are the operators' own, by what the ledger says of them."""
    return {
        code: record.name
        for code, hash_ in wanted.items()
        if (record := records.get(hash_)) and record.operator == code and record_hash(record) == hash_
    }


def told(question: Question, found: Found, names: Names, now: datetime) -> Told:
    """Return the public answer to a question about one of the operators found."""
    operator = found.operators.get(question.operator)
    answer = recognised(question, operator, found.mutual)
    bare = Told(question=question, reason=answer.reason, as_of=found.as_of, final=found.final)
    if operator is None:
        return replace(bare, name_note=NameNote.NOTHING_RECORDED)
    consent = consent_of(operator, now, found.mutual)
    if Consent.EXCHANGE not in _at_both(consent, answer):
        return replace(bare, reason=Reason.NO_CONSENT, name_note=NameNote.NOT_CONSENTED)
    if answer.reason is Reason.NOT_FOUND:
        return replace(bare, name_note=NameNote.NOTHING_RECORDED)
    note = _may_be_named(operator, consent, found.mutual)
    name = names.get(question.operator) if note is None else None
    if note is None and name is None:
        note = NameNote.NOT_AT_HAND
    return replace(bare, name=name, name_note=note, **_particulars(answer, found.mutual))


def _at_both(consent: Consent, answer: Answer) -> Consent:
    """Return what it agrees to now, as far as it agreed at the moment asked about."""
    return consent & answer.change.consent if answer.change else consent


def _may_be_named(operator: Operator, consent: Consent, mutual: Mutual) -> NameNote | None:
    """Return why an operator may not be named, None when it may."""
    if consent != Consent.PUBLICATION | Consent.EXCHANGE:
        return NameNote.NOT_CONSENTED
    latest = operator.latest
    distrusted = compromised(mutual, latest.key, latest.recorded_at)
    return NameNote.NOT_RELIABLE if distrusted else None


def _particulars(answer: Answer, mutual: Mutual) -> dict[str, Any]:
    """Return what else the answer rests on; of a status that is not to be relied on nothing."""
    change = answer.change
    if change is None or answer.reason is Reason.SIGNER_COMPROMISED:
        return {"status": status_code(answer)}
    certified = change.status is OperatorStatus.CERTIFIED
    return {
        "status": status_code(answer),
        "programme": mutual.programmes.get(change.programme),
        "level": change.level,
        "valid_until": change.until if certified else None,
        "arrangement": answer.arrangement,
        "effective_from": change.effective_from,
        "recorded_at": change.recorded_at,
    }
