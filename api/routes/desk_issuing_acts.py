"""What an issuing officer does for good: issuing from a draft, cancelling, replacing, true copies."""

import secrets
from collections.abc import Mapping
from typing import Final

import orjson
from fastapi import APIRouter, Request, Response

from api.dependencies import own_certificate
from api.desks.at_work import DeskRoute, note, see_other
from api.desks.issuing_check import check_of
from api.desks.issuing_front import standing_of
from api.desks.issuing_pages import ISSUING, Drawer, DrawerDep, Own, OwnDep, kept, name_of
from api.desks.issuing_shown import CONSEQUENCES, REASONS, refusal_of, sheet_of_draft
from api.desks.issuing_typed import renewed
from api.desks.posted import UNPROCESSABLE, PostedDep
from api.errors import ApiError
from api.pages.present import Trouble
from api.pages.render import page
from ledger.archive import ActOutcome
from ledger.documents import parse_document
from ledger.errors import NotRecordedYet
from ledger.facts import Reason
from ledger.issuing import Issued, cancel, issue, replace_certificate
from ledger.paper import paper_of
from ledger.ports import FilingState
from ledger.said import said
from ledger.true_copies import certify_copy

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
_DRAFTS: Final = f"{ISSUING}/drafts"
_CERTIFICATES: Final = f"{ISSUING}/certificates"
_LONGEST_REASON: Final = 500


@router.get(f"{_DRAFTS}/{{draft}}/issue")
def ask_before_issuing(request: Request, drawer: DrawerDep) -> Response:
    """Show the certificate as it would be issued, and what cannot be undone."""
    draft = drawer.draft
    if draft.certificate is not None:
        return see_other(issued_at(draft.certificate))
    check = check_of(draft.document, draft, drawer.caller, drawer.services.ledger)
    if not check.issuable:
        return see_other(f"{_DRAFTS}/{draft.id}?tried=true")
    shown = sheet_of_draft(request, draft, drawer.caller, drawer.services.ledger)
    return page(request, "desk/issuing_confirm.html", draft=draft, check=check, sheet=shown)


@router.post(f"{_DRAFTS}/{{draft}}/issue")
def issue_draft(request: Request, drawer: DrawerDep, form: PostedDep) -> Response:
    """Issue what was shown; sent twice, or by two officers, it is one certificate."""
    draft = drawer.draft
    if draft.certificate is not None:
        return see_other(issued_at(draft.certificate))
    check = check_of(draft.document, draft, drawer.caller, drawer.services.ledger)
    if form.one("version") != str(draft.version) or not check.issuable:
        return see_other(f"{_DRAFTS}/{draft.id}?tried=true")  # somebody has changed it since it was shown
    issued = _issued(drawer)
    now = drawer.services.ledger.clock()
    drawer.services.rooms.drafts.close(draft.id, draft.authority, issued.filing.id, now=now)
    note(request, ActOutcome.DONE, act="draft.issue", about=f"0x{issued.filing.id.hex()}")
    return see_other(issued_at(issued.filing.id))


def _issued(drawer: Drawer) -> Issued:
    certificate, services = parse_document(drawer.draft.document), drawer.services
    who, wait = drawer.caller, services.limits.wait
    if drawer.draft.replaces is None:
        return issue(
            certificate, authority=who.authority, account=who.account, ledger=services.ledger, wait=wait
        )
    old = own_certificate(drawer.draft.replaces, who, services.ledger)
    return replace_certificate(
        old, certificate, authority=who.authority, account=who.account, ledger=services.ledger, wait=wait
    )


def issued_at(certificate: bytes) -> str:
    """Return the address of the page that says how far an issued certificate is."""
    return f"{_CERTIFICATES}/0x{certificate.hex()}/issued"


@router.get(f"{_CERTIFICATES}/{{certificate}}/issued")
def issued(request: Request, own: OwnDep) -> Response:
    """Say how far a certificate is: accepted, recorded at a block, or refused by the ledger."""
    filing = own.filing
    write = own.services.ledger.outbox.find(filing.dispatch)
    shown = {
        "filing": filing,
        "id": own.id,
        "reference": orjson.loads(filing.document)["reference"],
        "replaces": f"0x{filing.replaces.hex()}" if filing.replaces else "",
        "block": write.written.block if write and write.written else None,
        "problem": refusal_of(write),
        "draftable": own.draftable,
        "token": secrets.token_hex(16),
    }
    fragment = request.headers.get("hx-request") == "true"
    return page(request, "desk/_issuing_issued.html" if fragment else "desk/issuing_issued.html", **shown)


@router.post(f"{_CERTIFICATES}/{{certificate}}/draft")
def draft_of(request: Request, own: OwnDep, form: PostedDep) -> Response:
    """Begin a draft with the content of a certificate: another one like it, or one in its place."""
    if not own.draftable:
        raise ApiError("invalid-request")
    content, replaces = orjson.loads(own.filing.document), _still_replaced(own)
    document = renewed(content, name_of(own.caller), own.services.ledger.clock().date())
    if replaces is None:
        document.pop("replaces", None)
    if own.filing.state is not FilingState.REFUSED:
        document.pop("reference")
        if form.one("replace"):
            replaces = own.filing.id
            document["replaces"] = {"reference": content["reference"], "issuedOn": content["issuedOn"]}
    draft = kept(request, (own.caller, own.services), form.one("token"), document, replaces)
    return see_other(f"{_DRAFTS}/{draft.id}")


def _still_replaced(own: Own) -> bytes | None:
    """Return what a certificate that the ledger refused was to replace, while that is in force."""
    if own.filing.state is not FilingState.REFUSED or own.filing.replaces is None:
        return None
    ledger = own.services.ledger
    old = ledger.archive.find(own.filing.replaces)
    return old.id if old is not None and standing_of(old, ledger)[2] else None


@router.get(f"{_CERTIFICATES}/{{certificate}}/change")
def change(request: Request, own: OwnDep) -> Response:
    """Show what can be done with an issued certificate: replace, cancel, copy."""
    return _change_page(request, own)


def _change_page(
    request: Request,
    own: Own,
    troubles: tuple[Trouble, ...] = (),
    *,
    waiting: str = "",
    typed: Mapping[str, str] | None = None,
) -> Response:
    filing = own.filing
    tone, word, live = standing_of(filing, own.services.ledger)
    document = orjson.loads(filing.document)
    return page(
        request,
        "desk/issuing_change.html",
        status=UNPROCESSABLE if troubles else 200,
        id=own.id,
        reference=document["reference"],
        draftable=own.draftable,
        tone=tone,
        word=word,
        live=live and filing.state is FilingState.RECORDED,
        reasons=[(reason.name.lower(), name) for reason, name in REASONS.items()],
        consequences=CONSEQUENCES,
        token=secrets.token_hex(16),
        troubles=troubles,
        waiting=waiting,
        typed=typed or {},
    )


@router.post(f"{_CERTIFICATES}/{{certificate}}/cancel")
def cancel_it(request: Request, own: OwnDep, form: PostedDep) -> Response:
    """Cancel a certificate for a reason; the same again changes nothing, and says how far it is."""
    named = {reason.name.lower(): reason for reason in REASONS}
    reason: Reason | None = named.get(form.one("reason"))
    wrong = (
        (reason is None, Trouble("reason", said("Choose why it is cancelled"))),
        (not form.one("sure"), Trouble("sure", said("Say that you know it cannot be undone"))),
    )
    troubles = tuple(trouble for there, trouble in wrong if there)
    if reason is None or troubles:
        return _change_page(request, own, troubles, typed={"reason": form.one("reason")})
    who, ledger, wait = own.caller, own.services.ledger, own.services.limits.wait
    try:
        cancel(own.filing.id, reason, authority=who.authority, account=who.account, ledger=ledger, wait=wait)
    except NotRecordedYet:
        return _change_page(request, own, waiting=reason.name.lower())
    note(request, ActOutcome.DONE, act="certificate.cancel", about=own.id)
    return see_other(f"{_CERTIFICATES}/{own.id}/change")


@router.post(f"{_CERTIFICATES}/{{certificate}}/true-copy")
def true_copy(request: Request, own: OwnDep, form: PostedDep) -> Response:
    """Give out a certified true copy as a PDF with its endorsement (ATIGA OCP Rule 12)."""
    reason = form.one("why")
    if not 0 < len(reason) <= _LONGEST_REASON:
        trouble = Trouble("why", said("Enter why a copy is needed, in at most 500 characters"))
        return _change_page(request, own, (trouble,), typed={"why": reason})
    copy = certify_copy(own.filing.id, reason, authority=own.caller.authority, ledger=own.services.ledger)
    note(request, ActOutcome.DONE, act="certificate.copy", about=own.id)
    content = paper_of(copy.envelope, endorsement=copy.endorsement)
    name = f'attachment; filename="true-copy-{copy.number}-{own.id[2:14]}.pdf"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": name})
