"""The ledger's events as sentences: what happened, between which members, and by which authority."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from api.pages.case_words import DONE
from api.pages.speech import Speech
from ledger import events as e
from ledger.errors import Unavailable
from ledger.events import Event, moment
from ledger.facts import Issuer, Reason
from ledger.origin.facts import Step
from ledger.ports import Members
from ledger.procedures_port import Happening
from ledger.said import Said, said


@dataclass(frozen=True, slots=True)
class EventShown:
    """One event, in a visitor's language."""

    what: str
    """A word for it, for programs."""
    sentence: str
    at: datetime
    place: tuple[int, int]
    """Block, and position in it."""
    who: Issuer | None
    """The authority whose key signed it, or that it is about."""
    certificate: str = ""
    """Id, as programs write it."""
    operator: str = ""
    exporting: str = ""
    importing: str = ""

    @property
    def mark(self) -> str:
        """Its place, as an address has it."""
        return mark_of(self.place)


def mark_of(place: tuple[int, int]) -> str:
    """Return a place as an address has it."""
    return f"{place[0]}-{place[1]}"


class Teller:
    """Tells events in one language; asks for each authority once."""

    def __init__(self, members: Members, speech: Speech) -> None:
        """Ask the ledger's members for names."""
        self._members, self._speech = members, speech
        self._signer: Callable[[int], Issuer | None] = cache(self._signer_asked)
        self._authority: Callable[[int], Issuer | None] = cache(self._authority_asked)

    def told(self, happening: Happening) -> EventShown:
        """Return an event as it is shown."""
        one = happening.occurrence
        event, who = one.event, self._who(one.event)
        template = sentence_of(event)
        certificate = happening.certificate
        return EventShown(
            what=word_of(event),
            sentence=self._speech.fill(template, self._values(happening, who)),
            at=moment(one.at),
            place=one.place,
            who=who,
            certificate=f"0x{certificate.hex()}" if certificate else "",
            operator=getattr(event, "operator", ""),
            exporting=happening.exporting or (who.member if who else getattr(event, "member", "")),
            importing=happening.importing or "",
        )

    def _values(self, happening: Happening, who: Issuer | None) -> dict[str, Any]:
        """Return all that sentences name, members by their names."""
        event, call = happening.occurrence.event, self._speech.member
        member = getattr(event, "member", "") or happening.exporting or (who.member if who else "")
        step = DONE[Step(event.step)] if isinstance(event, e.CaseStepped) else ""
        return {
            "exporting": call(happening.exporting),
            "importing": call(happening.importing or ""),
            "asked": call(getattr(event, "exporting", "") or happening.asked or happening.exporting),
            "member": call(member),
            "grantor": call(getattr(event, "grantor", "")),
            "partner": call(getattr(event, "partner", "")),
            "proposer": call(getattr(event, "proposer", "")),
            "voter": call(getattr(event, "voter", "")),
            "operator": getattr(event, "operator", ""),
            "number": self._speech.number(
                getattr(event, "case", 0) or getattr(event, "size", 0) or getattr(event, "proposal", 0)
            ),
            "step": step,
        }

    def _who(self, event: Event) -> Issuer | None:
        match event:
            case e.AuthorityAdded(name=name, member=member):
                return Issuer(name, member)
            case e.AuthorityWithdrawn(authority=authority) | e.KeyAdded(authority=authority):
                return self._authority(authority)
            case e.KeyRevoked(account=account) | e.KeyCompromised(account=account):
                with suppress(Unavailable):
                    key = self._members.key(account)
                    return self._authority(key.authority) if key else None
                return None
        number: int = getattr(event, "key", 0)
        return self._signer(number) if number else None

    def _signer_asked(self, number: int) -> Issuer | None:
        with suppress(Unavailable):
            key = self._members.signer(number)
            return self._authority(key.authority) if key else None
        return None

    def _authority_asked(self, number: int) -> Issuer | None:
        with suppress(Unavailable):
            return self._members.issuer(number)
        return None


def word_of(event: Event) -> str:
    """Return the word for an event: its name, in small letters with hyphens."""
    name = type(event).__name__
    return "".join(f"-{one.lower()}" if one.isupper() else one for one in name).lstrip("-")


def sentence_of(event: Event) -> str:
    """Return the sentence that tells an event, with places for members in braces."""
    match event:
        case e.Ended(reason=reason):
            return _REPLACED if reason == Reason.REPLACED else _CANCELLED
        case e.Decided(granted=granted, refused=refused):
            return _PARTLY if granted and refused else _GRANTED if granted else _REFUSED
        case e.SplitUseSet(allowed=allowed):
            return _SPLIT if allowed else _NOT_SPLIT
        case e.CaseConcluded(denied=denied):
            return _DENIED if denied else _CONFIRMED
    return _SENTENCES[type(event)]


def _words(sentence: Said) -> str:
    """Return the words of a sentence whose values come later; they stand for themselves until then."""
    return sentence.template


_E: Final = {"exporting": "{exporting}"}
_EI: Final = {**_E, "importing": "{importing}"}
_M: Final = {"member": "{member}"}
_EA: Final = {"importing": "{importing}", "asked": "{asked}", "number": "{number}"}
_REPLACED: Final = _words(said("{exporting} replaced a certificate for {importing} by a new one", **_EI))
_CANCELLED: Final = _words(said("{exporting} cancelled a certificate for {importing}", **_EI))
_GRANTED: Final = _words(said("{importing} granted preference on a certificate of {exporting}", **_EI))
_REFUSED: Final = _words(said("{importing} refused preference on a certificate of {exporting}", **_EI))
_PARTLY: Final = _words(
    said("{importing} granted preference for some lines of a certificate of {exporting}", **_EI)
)
_SPLIT: Final = _words(said("{member} allows a line to be used under several declarations", **_M))
_NOT_SPLIT: Final = _words(said("{member} allows a line to be used under one declaration only", **_M))
_CONFIRMED: Final = _words(
    said("{importing} concluded check {number} with {asked}: the origin is confirmed", **_EA)
)
_DENIED: Final = _words(
    said("{importing} concluded check {number} with {asked}: lines do not originate", **_EA)
)
_SENTENCES: Final[dict[type[Any], str]] = {
    kind: _words(sentence)
    for kind, sentence in {
        e.Issued: said("{exporting} issued a certificate for {importing}", **_EI),
        e.Entered: said("A certificate of {exporting} for {importing} left its batch", **_EI),
        e.Linked: said(
            "{exporting} issued a certificate that rests on one of {asked}", **_E, asked="{asked}"
        ),
        e.Anchored: said("{member} issued a batch of {number} certificates", **_M, number="{number}"),
        e.ProofReceived: said("{importing} received a certificate of {exporting}", **_EI),
        e.RefusalClarified: said("{exporting} answered a refusal of {importing}", **_EI),
        e.CaseOpened: said("{importing} asked {asked} to verify a certificate: check {number}", **_EA),
        e.CaseStepped: said("Check {number} of {importing} with {asked}: {step}", **_EA, step="{step}"),
        e.SuspensionSet: said("{importing} set for which lines preference waits in check {number}", **_EA),
        e.ExporterRecorded: said("{member} recorded how an approved exporter stands", **_M),
        e.StatusRecorded: said(
            "{member} recorded how the operator {operator} stands", **_M, operator="{operator}"
        ),
        e.MemberAdmitted: said("{member} was admitted as a member", **_M),
        e.MemberSuspended: said("{member} was suspended as a member", **_M),
        e.MemberReinstated: said("{member} was reinstated as a member", **_M),
        e.AdminReplaced: said("{member} has another administrator", **_M),
        e.AuthorityAdded: said("{member} named an authority", **_M),
        e.AuthorityWithdrawn: said("{member} withdrew an authority", **_M),
        e.KeyAdded: said("{member} gave an authority a key", **_M),
        e.KeyRevoked: said("{member} revoked a key of an authority", **_M),
        e.KeyCompromised: said("{member} marked a key as compromised", **_M),
        e.ProposalMade: said(
            "{proposer} put a question about {member} to the vote", **_M, proposer="{proposer}"
        ),
        e.VoteCast: said("{voter} voted on question {number}", voter="{voter}", number="{number}"),
        e.ProposalEnacted: said("Question {number} was carried by the members", number="{number}"),
        e.ProgrammeDeclared: said("{member} named a programme for authorised operators", **_M),
        e.ArrangementDeclared: said("{member} named an arrangement on mutual recognition", **_M),
        e.ParticipationRecorded: said("{member} said how far it is with an arrangement", **_M),
        e.RecognitionAdded: said(
            "{grantor} recognises authorised operators of {partner}",
            grantor="{grantor}",
            partner="{partner}",
        ),
        e.RecognitionEnded: said("{member} ended a recognition of operators", **_M),
    }.items()
}
