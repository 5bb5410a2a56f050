"""The pages of the desk of administrators."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request, Response

from api.desks import members_shown as shown
from api.desks.members_asked import command_of, new_request
from api.desks.members_form import FormWrong, Wish, number_of, own_authority, own_key
from api.desks.members_words import KINDS, ROLE_NAMES, SCOPE_NAMES, WORDS
from api.desks.posted import UNPROCESSABLE, Posted
from api.errors import ApiError
from api.pages.present import Trouble
from api.pages.render import page
from api.services import Services
from ledger.archive import Officer
from ledger.facts import Key
from ledger.said import Said, said

_DOUBT: Final = said(
    "The chain did not say in time whether it took this. Look here whether it is done before you ask again."
)
_NOTHING: Final = Posted()


def front(request: Request, officer: Officer, services: Services) -> Response:
    """Show the member, its authorities, what waits for its vote, and the other members."""
    questions = shown.questions(officer.member, services)
    return _page(
        request,
        "members",
        member=services.ledger.members.member(officer.member),
        rows=shown.authorities(officer.member, services),
        waiting=[one for one in questions if one.state in {"open", "enough"}],
        others=shown.others(officer.member, services),
        held=held(officer, services),
    )


def votes(request: Request, officer: Officer, services: Services, wrong: FormWrong | None = None) -> Response:
    """Show the votes, and the form that opens one."""
    known = [one.code for one in services.ledger.members.members()]
    return _page(
        request,
        "members_votes",
        wrong,
        questions=shown.questions(officer.member, services),
        kinds=KINDS.values(),
        known=known,
    )


def new_authority(request: Request, wrong: FormWrong | None = None) -> Response:
    """Show the form that names an authority."""
    roles = [((role.name or "").lower(), name) for role, name in ROLE_NAMES.items()]
    return _page(request, "members_new", wrong, roles=roles)


def authority(
    request: Request, number: int, officer: Officer, services: Services, wrong: FormWrong | None = None
) -> Response:
    """Show an authority of the member: its keys, its officers, its API keys."""
    found = own_authority(number, officer, services.ledger.members)
    people = [one for one in shown.officers(officer.member, services) if one.officer.authority == number]
    return _page(
        request,
        "members_authority",
        wrong,
        row=shown.row(found, services),
        officers=people,
        api_keys=services.rooms.keys.keys(number),
        scope_names=SCOPE_NAMES,
    )


def key(
    request: Request, account: str, officer: Officer, services: Services, wrong: FormWrong | None = None
) -> Response:
    """Show a key of the member and what can be done with it."""
    found = own_key(account, officer, services.ledger.members)
    name = own_authority(found.authority, officer, services.ledger.members)
    return _page(request, "members_key", wrong, key=found, authority=name)


def officers(
    request: Request, officer: Officer, services: Services, wrong: FormWrong | None = None
) -> Response:
    """Show the officers of the member, and the form that enrols one."""
    return _page(
        request,
        "members_officers",
        wrong,
        rows=shown.officers(officer.member, services),
        offices=_offices(officer, services),
        scopes=[(scope.value, name) for scope, name in SCOPE_NAMES.items()],
        scope_names=SCOPE_NAMES,
        issuer=services.provider.client.issuer if services.provider else "",
    )


def confirm(request: Request, wish: Wish, sent: Posted, officer: Officer, services: Services) -> Response:
    """Show what an act leads to, and the button that does it; else the command for where the key is."""
    fields = [(name, text) for name in sent.fields if name != "request" for text in sent.all(name)]
    return _page(
        request,
        "members_confirm",
        wish=wish,
        words=WORDS[wish.act],
        fields=fields,
        token=new_request(),
        may=may(wish, officer, services),
        command=command_of(wish, officer),
    )


def again(request: Request, wrong: FormWrong, sent: Posted, officer: Officer, services: Services) -> Response:
    """Show the form in which something is to be put right, as it was filled in."""
    request.state.typed = sent
    match wrong.act:
        case "propose":
            return votes(request, officer, services, wrong)
        case "authority-add":
            return new_authority(request, wrong)
        case "key-add":
            return authority(request, number_of(sent.one("authority")), officer, services, wrong)
        case "key-rotate" | "key-compromised":
            return key(request, sent.one("key"), officer, services, wrong)
        case "officer-enrol" | "officer-end":
            return officers(request, officer, services, wrong)
    raise ApiError("invalid-request")


def held(officer: Officer, services: Services) -> bool:
    """Whether this service can sign with the member's admin key."""
    return services.ledger.registry.holds(officer.account)


def may(wish: Wish, officer: Officer, services: Services) -> bool:
    """Whether an act can be done here."""
    return not wish.command or held(officer, services)


def _offices(officer: Officer, services: Services) -> Sequence[tuple[str, Sequence[Key]]]:
    """Return for whom an officer can work: authorities by name, with the keys that may sign."""
    rows = shown.authorities(officer.member, services)
    return [(row.authority.name, row.keys) for row in rows if row.keys]


def _done(request: Request) -> Said | None:
    name = request.query_params.get("done", "")
    if name == "doubt":
        return _DOUBT
    return WORDS[name].done if name in WORDS else None


def _page(request: Request, name: str, wrong: FormWrong | None = None, **more: Any) -> Response:  # noqa: ANN401 - what a template shows
    troubles: Sequence[Trouble] = wrong.troubles if wrong else ()
    return page(
        request,
        f"desk/{name}.html",
        status=UNPROCESSABLE if wrong else HTTPStatus.OK,
        troubles=troubles,
        typed=getattr(request.state, "typed", _NOTHING),
        act=wrong.act if wrong else "",
        done=_done(request),
        **more,
    )
