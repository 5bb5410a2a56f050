"""What the pages of drafts have in common: whose draft it is, and the page of its form."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Path, Request, Response

from api.dependencies import Caller, ServicesDep, filing_for
from api.desks.at_work import DESK, AtIssuing, note
from api.desks.issuing_check import check_of
from api.desks.issuing_fields import SCHEMES
from api.desks.issuing_form import apart, form_of
from api.desks.issuing_typed import scheme_of
from api.errors import ApiError
from api.pages.render import page
from api.pages.words import choices
from api.schemas import Id
from api.services import Services
from ledger.archive import ActOutcome, Officer
from ledger.codes.members import NAMES
from ledger.drafts import Draft
from ledger.ports import Filing
from ledger.said import Said

ISSUING: Final = f"{DESK}/issuing"


@dataclass(frozen=True, slots=True)
class Drawer:
    """A draft of the caller's authority."""

    draft: Draft
    caller: Caller
    services: Services


def drawer_of(
    draft: Annotated[str, Path(pattern="^[0-9a-f]{16}$")], caller: AtIssuing, services: ServicesDep
) -> Drawer:
    """Return a draft of the caller's authority; for everybody else it does not exist."""
    found = services.rooms.drafts.find(draft, caller.authority)
    if found is None:
        raise ApiError("not-found")
    return Drawer(found, caller, services)


DrawerDep = Annotated[Drawer, Depends(drawer_of)]


@dataclass(frozen=True, slots=True)
class Own:
    """A certificate that the caller's authority has issued."""

    filing: Filing
    caller: Caller
    services: Services

    @property
    def id(self) -> str:
        """Its id, as addresses have it."""
        return f"0x{self.filing.id.hex()}"

    @property
    def draftable(self) -> bool:
        """Whether drafts can be of its scheme; declarations are made out by exporters."""
        return self.filing.terms.scheme in SCHEMES


def own_of(certificate: Annotated[Id, Path()], caller: AtIssuing, services: ServicesDep) -> Own:
    """Return a certificate of the caller's own authority; for all others it does not exist."""
    filing = filing_for(bytes.fromhex(certificate[2:]), caller, services.ledger)
    if filing.authority != caller.authority:
        raise ApiError("not-found")
    return Own(filing, caller, services)


OwnDep = Annotated[Own, Depends(own_of)]
_TOKEN: Final = re.compile("[0-9a-f]{32}")


def kept(
    request: Request,
    by: tuple[Caller, Services],
    token: str,
    document: Mapping[str, Any],
    replaces: bytes | None = None,
) -> Draft:
    """Keep a new draft; its id is made of the token that the form carried, so sent twice it is one."""
    caller, services = by
    if not _TOKEN.fullmatch(token):
        raise ApiError("invalid-request")
    now = services.ledger.clock()
    draft = Draft(
        id=hashlib.sha256(f"{caller.authority} {token}".encode()).hexdigest()[:16],
        authority=caller.authority,
        member=caller.member,
        officer=name_of(caller),
        document=document,
        replaces=replaces,
        created_at=now,
        updated_at=now,
    )
    note(request, ActOutcome.DONE, act="draft.begin", about=draft.id)
    return services.rooms.drafts.begin(draft)


def name_of(caller: Caller) -> str:
    """Return the name of the officer at the desk."""
    assert isinstance(caller.key, Officer)  # noqa: S101 - at a desk
    return caller.key.name


def heading(draft: Draft) -> Mapping[str, str]:
    """Return by what a draft is known in lists, as far as it is written."""
    document = draft.document
    return {
        "reference": document.get("reference", ""),
        "consignee": document.get("consignee", {}).get("name", ""),
        "importing": document.get("importingMember", ""),
    }


def others_of(document: Mapping[str, Any]) -> Mapping[str, Said]:
    """Return the schemes that a draft could be made one of, by their codes."""
    return {scheme.code: name for scheme, name in SCHEMES.items() if scheme is not scheme_of(document)}


def draft_page(  # noqa: PLR0913 - what is shown, and why
    request: Request,
    drawer: Drawer,
    document: Mapping[str, Any],
    *,
    tried: bool = False,
    moved_on: bool = False,
    status: int = 200,
) -> Response:
    """Return the page of a draft with a document in its form: the one that is kept, or what was typed.

    `tried` after somebody wanted to issue it, `moved_on` when somebody else has saved it meanwhile.
    """
    draft = drawer.draft
    check = check_of(document, draft, drawer.caller, drawer.services.ledger)
    members = drawer.services.ledger.members.members()
    others = [one for one in choices(members) if one[0] != draft.member]
    return page(
        request,
        "desk/issuing_draft.html",
        status=status,
        draft=draft,
        document=document,
        sections=form_of(document, check.told),
        check=check,
        tried=tried,
        moved_on=moved_on,
        apart=apart(document, draft.document) if moved_on else (),
        scheme=SCHEMES[scheme_of(document)],
        schemes=others_of(document),
        members=others,
        countries=sorted(NAMES.items(), key=lambda one: one[1]),
    )
