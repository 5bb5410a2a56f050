"""The page of one verification case at both desks, and what was typed on it that could not be sent.

A case may move on while somebody writes: then nothing of what was typed is lost.  Where its step may still be
taken it stands in the form again, else beside it to be copied; and what is new stands above.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from fastapi import Request, Response

from api.dependencies import Caller, filing_for
from api.desks.at_work import note
from api.desks.cases_shown import CaseShown, Happened, case_shown
from api.desks.cases_taken import CONCLUDE, SUSPEND, CaseFormWrong
from api.desks.issuing_back import reference_for
from api.desks.posted import Posted
from api.pages.case_words import STEP_FORMS
from api.pages.present import Trouble
from api.pages.render import page
from api.services import Services
from ledger.archive import ActOutcome
from ledger.checking_turns import STEPS
from ledger.errors import CertificateNotFiled
from ledger.origin.facts import CaseFacts
from ledger.origin.steps import Side
from ledger.ports import Ledger
from ledger.said import Said, said

UNSENT: Final = "unsent"
"""The control in which a text stands that has no form any more."""
_TEMPLATES: Final = {Side.ASKING: "desk/importing_case.html", Side.ASKED: "desk/issuing_case.html"}
_NAMES: Final = {
    SUSPEND: said("Change of which lines preference is suspended"),
    CONCLUDE: said("Conclude the case"),
    **{word: STEP_FORMS[step].name for word, step in STEPS.items()},
}
_CHOICES: Final = {"confirmed": said("Confirmed lines"), "denied": said("Denied lines")}


@dataclass(frozen=True, slots=True)
class Named:
    """A certificate as a member may be told of it."""

    id: bytes
    reference: str
    """Nothing where the member is no party to it, or no copy is here."""
    link: str
    """Where the member finds it: at its desk, or among what everybody may see of the ledger."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """What was typed for a step that cannot be taken any more."""

    name: Said
    text: str
    lines: tuple[tuple[Said, str], ...]
    """Goods lines by what was chosen for them."""


def case_page(  # noqa: PLR0913 - what a form shows
    request: Request,
    found: CaseFacts,
    caller: Caller,
    services: Services,
    desk: Side,
    *,
    sent: Posted | None = None,
    wrong: CaseFormWrong | None = None,
    done: Said | None = None,
) -> Response:
    """Show a case as it stands, with the steps that the officer may take now.

    `desk` is where it is shown; `sent` is a form that was sent and, as `wrong` says, not taken.
    """
    case, typed = case_shown(found, caller.member, services.ledger), sent or Posted()
    acts = case.row.asks if desk is Side.ASKING else found.exporting == caller.member
    offered = _offered(case) if acts else frozenset()
    lost = None if wrong is None or typed.one("step") in offered else _unsent(typed)
    troubles = wrong.troubles if wrong else ()
    return page(
        request,
        _TEMPLATES[desk],
        status=wrong.status if wrong else 200,
        case=case,
        certificate=named_for(case.row.certificate, caller, services.ledger, desk),
        original=_original(case, caller, services.ledger, desk) if case.about else None,
        acts=bool(offered),
        typed=typed,
        troubles=tuple(Trouble(UNSENT, one.message) for one in troubles[:1]) if lost else troubles,
        since=_since(case, typed) if wrong else (),
        unsent=lost,
        done=done,
    )


def note_refusal(request: Request, wrong: CaseFormWrong, *, act: str = "") -> None:
    """Keep that the ledger refused what a form asked for; a form to be corrected is none."""
    if wrong.refusal:
        note(request, ActOutcome.REFUSED, act=act, why=wrong.refusal)


def named_for(certificate: bytes, caller: Caller, ledger: Ledger, desk: Side) -> Named:
    """Return a certificate as the caller's member may be told of it, and where a desk leads to it."""
    name = f"0x{certificate.hex()}"
    kept = ledger.kept.kept([certificate]).get(certificate)
    if kept is not None and caller.member in {kept.terms.importing, kept.terms.exporting}:
        received = desk is Side.ASKING and kept.terms.importing == caller.member
        there = "/desk/importing" if received else "/desk/certificates"
        return Named(certificate, kept.certificate.reference, f"{there}/{name}")
    with suppress(CertificateNotFiled):
        filing = filing_for(certificate, caller, ledger)
        return Named(certificate, reference_for(caller.member, filing), f"/desk/certificates/{name}")
    return Named(certificate, "", f"/ledger/certificates/{name}")


def _original(case: CaseShown, caller: Caller, ledger: Ledger, desk: Side) -> Named:
    """Return the original that is asked about; who was presented what rests on it knows its reference."""
    named = named_for(case.about, caller, ledger, desk)
    kept = ledger.kept.kept([case.row.certificate]).get(case.row.certificate)
    if named.reference or kept is None or kept.terms.importing != caller.member:
        return named
    told = (one.reference for one in kept.certificate.originals if one.certificate == case.about)
    return replace(named, reference=next(told, ""))


def _offered(case: CaseShown) -> frozenset[str]:
    """Return the words of the forms that the page shows."""
    beside = {SUSPEND: case.may_suspend, CONCLUDE: case.may_conclude}
    return frozenset([step.word for step in case.steps] + [word for word, may in beside.items() if may])


def _since(case: CaseShown, typed: Posted) -> Sequence[Happened]:
    """Return what happened after the turn at which a form was shown."""
    turn = typed.one("turn")
    shown = int(turn) if turn.isascii() and turn.isdecimal() and len(turn) <= len(str(2**32)) else case.turn
    return [one for one in case.happened if one.turn > shown]


def _unsent(typed: Posted) -> Unsent:
    name = _NAMES.get(typed.one("step"), said("What you say to the other side"))
    return Unsent(name, typed.one("text"), tuple(_chosen(typed)))


def _chosen(typed: Posted) -> Iterator[tuple[Said, str]]:
    lines = [(name.removeprefix("line-"), typed.one(name)) for name in typed.fields if name[:5] == "line-"]
    for choice, name in _CHOICES.items():
        if chosen := [line for line, one in lines if one == choice]:
            yield name, ", ".join(chosen)
    if suspended := typed.all("suspended"):
        yield said("Preference suspended"), ", ".join(suspended)
