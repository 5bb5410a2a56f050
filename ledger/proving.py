"""Signed answers for third parties, and what a signed answer is worth: the steps."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from ledger.aeo.proofs import Proof, Seal, comparable, document_of, proof_in, typed_data
from ledger.aeo.told import NO_NAMES, NameNote, Told, names_in
from ledger.errors import ProofNotOffered, Unavailable
from ledger.facts import Address, Authority, Key, Role
from ledger.operators import Reason
from ledger.ports import Ledger
from ledger.recognising import Asked, answered, recognise
from ledger.replica_port import ReplicaBehind

SIGNING_ROLES: Final = Role.AEO | Role.CUSTOMS
"""Whose keys sign proofs."""


class ProofCode(StrEnum):
    """What a proof is worth; the first that holds."""

    ALTERED = "ALTERED"
    ANOTHER_LEDGER = "ANOTHER_LEDGER"
    SIGNER_NOT_ENTITLED = "SIGNER_NOT_ENTITLED"
    NOT_COMPARABLE = "NOT_COMPARABLE"
    NOT_CONFIRMED = "NOT_CONFIRMED"
    GENUINE = "GENUINE"


EXIT_CODES: Final = {
    ProofCode.GENUINE: 0,
    ProofCode.NOT_CONFIRMED: 10,
    ProofCode.ALTERED: 12,
    ProofCode.SIGNER_NOT_ENTITLED: 13,
    ProofCode.ANOTHER_LEDGER: 14,
    ProofCode.NOT_COMPARABLE: 15,
}
"""What `asal recognise verify` exits with, by the code of a certificate's verdict that is nearest."""

SENTENCES: Final = {
    ProofCode.GENUINE: "The authority signed this answer, and the ledger gives the same for that moment.",
    ProofCode.NOT_CONFIRMED: "The authority signed this answer, and the ledger gives another one.",
    ProofCode.NOT_COMPARABLE: (
        "The authority signed this answer; the operator no longer agrees that its status is told."
    ),
    ProofCode.ALTERED: "The signature is not one over this content by the account that it names.",
    ProofCode.SIGNER_NOT_ENTITLED: (
        "The account that signed was no key of this authority with the role AEO or CUSTOMS at that time."
    ),
    ProofCode.ANOTHER_LEDGER: "It is about another ledger than this one.",
}

NAME_NOT_COMPARED: Final = (
    "The name in it is the signer's word: the record that holds it is not at hand here."
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of looking at a proof."""

    code: ProofCode
    proof: Proof
    signer: Authority | None
    """The authority whose key signed, as the ledger knows it; None where that is not shown."""
    then: Told | None
    """What the ledger says of the question as it knew it at the proof's time; None unless it was asked."""
    today: Told | None
    """What it says of the same question by all that it knows now."""
    name_confirmed: bool | None = None
    """Whether the name in it is that of the record which the ledger named then; None where it holds no name,
    and where there is nothing to compare it with."""

    @property
    def sentence(self) -> str:
        """The code as a sentence, and what it leaves open."""
        told = self.proof.answer["name"] and self.name_confirmed is None
        more = (NAME_NOT_COMPARED,) if told and self.code is ProofCode.GENUINE else ()
        return " ".join((SENTENCES[self.code], *more))

    @property
    def exit_code(self) -> int:
        """What a command that looked at it exits with."""
        return EXIT_CODES[self.code]


def prove(asked: Asked, ledger: Ledger, account: Address | None = None) -> dict[str, Any]:
    """Answer a question and sign the answer; returns the file.

    Signs with the account given, or with a key at hand: of the host if there is one, then of the operator's
    own member, then of any.  Raises `ProofNotOffered`, and what `recognise` does.
    """
    # 1. Answer as for anybody.
    told = recognise(asked, ledger)
    # 2. Find who can sign it.
    seal = _seal(told, ledger, account)
    # 3. Sign.
    chain_id, contract = ledger.registry.ledger.chain_id, ledger.recognitions.recognition_registry
    typed = typed_data(told, seal, chain_id, contract)
    return document_of(typed, ledger.notary.sign(typed, seal.account))


def offered(ledger: Ledger) -> bool:
    """Whether a key is at hand that may sign proofs."""
    return next(_held(ledger), None) is not None


def check(document: Mapping[str, Any], ledger: Ledger) -> Checked:
    """Say what a proof is worth; raises `ProofMalformed` for what is none, and `Unavailable`."""
    proof = proof_in(document)
    seal = proof.seal
    # 1. The signature is one over this content, by the account named in it.
    signer = ledger.notary.signer_of(proof.typed, proof.signature)
    if signer is None or signer.lower() != seal.account.lower():
        return Checked(ProofCode.ALTERED, proof, None, None, None)
    # 2. It speaks of this ledger.
    here = (ledger.registry.ledger.chain_id, ledger.recognitions.recognition_registry.lower())
    if (proof.chain_id, proof.contract) != here:
        return Checked(ProofCode.ANOTHER_LEDGER, proof, None, None, None)
    # 3. The account was a live key of the authority then.
    key = ledger.members.key(signer)
    authority = ledger.members.authority(key.authority) if key else None
    named = authority is not None and (authority.id, authority.member, authority.name) == (
        seal.authority,
        seal.member,
        seal.name,
    )
    if key is None or not named or not _live(key, proof.time):
        return Checked(ProofCode.SIGNER_NOT_ENTITLED, proof, None, None, None)
    # 4. The ledger says the same, as it knew then.  Only now is it asked: nobody learns by a forged proof.
    return _compared(proof, authority, ledger)


def _compared(proof: Proof, authority: Authority | None, ledger: Ledger) -> Checked:
    known = min(proof.question.known or proof.time, proof.time)
    then, today = answered(
        [replace(proof.question, known=known), replace(proof.question, known=None)], ledger
    )
    claimed = {name: value for name, value in proof.answer.items() if name != "name"}
    beyond = proof.block > then.as_of.block
    named = _name_confirmed(proof, then, ledger)
    if then.reason is Reason.NO_CONSENT and claimed["reason"] != then.code:
        code = ProofCode.NOT_COMPARABLE
    elif beyond and proof.time <= ledger.clock():
        raise ReplicaBehind  # what it speaks of has not come here yet
    elif comparable(then) != claimed or beyond or proof.time > then.as_of.time or named is False:
        code = ProofCode.NOT_CONFIRMED  # also of a time that its block cannot have had
    else:
        code = ProofCode.GENUINE
    return Checked(code, proof, authority, then, today, named)


def _name_confirmed(proof: Proof, then: Told, ledger: Ledger) -> bool | None:
    """Return whether a proof's name is that of the newest record which the ledger named at its time.

    The ledger holds no name, only the hash of the record; None where that record is not at hand, and where
    the operator does not agree to be named, so that nobody finds its name by trying.
    """
    code, claimed = proof.question.operator, proof.answer["name"]
    if not claimed or then.name_note not in {None, NameNote.NOT_AT_HAND}:
        return None
    operator = ledger.recognitions.found([code]).operators.get(code)
    changes = [one for one in operator.changes if one.recorded_at <= proof.time] if operator else []
    if not changes:
        return None
    hash_, names = changes[-1].record_hash, NO_NAMES
    with suppress(Unavailable):
        names = names_in(ledger.operator_files.records({hash_}), {code: hash_})
    return names[code] == claimed if code in names else None


def _seal(told: Told, ledger: Ledger, account: Address | None) -> Seal:
    """Return who signs; raises `ProofNotOffered` when nobody at hand may."""
    if account is not None:
        key = ledger.members.key(account)
        found = ledger.members.authority(key.authority) if key else None
        if key is None or found is None or not _live(key, told.as_of.time, now=True):
            raise ProofNotOffered(f"{account} is no live key of an AEO or customs authority")
        return Seal(account, found.id, found.member, found.name)
    order = {told.question.host: 0, told.operator[:2]: 1}
    held = sorted(_held(ledger), key=lambda one: order.get(one.member, 2))
    if not held:
        raise ProofNotOffered(
            "no key of an AEO or customs authority is at hand to sign with; ask a service that holds one"
        )
    return held[0]


def _held(ledger: Ledger) -> Iterator[Seal]:
    """Yield every live key at hand of an authority that may sign proofs."""
    for authority in ledger.members.authorities():
        if authority.withdrawn_at is None and authority.roles & SIGNING_ROLES:
            for key in ledger.members.keys(authority.id):
                if ledger.notary.holds(key.account) and not key.suspended and not key.compromised_from:
                    yield Seal(key.account, authority.id, authority.member, authority.name)


def _live(key: Key, at: datetime, *, now: bool = False) -> bool:
    """Whether a key could sign at a moment: added before, and neither revoked nor compromised by then."""
    return (
        bool(key.roles & SIGNING_ROLES)
        and (now or key.since <= at)
        and not (now and (key.suspended or key.revoked_at))
        and (key.revoked_at is None or at < key.revoked_at)
        and (key.compromised_from is None or at < key.compromised_from)
    )
