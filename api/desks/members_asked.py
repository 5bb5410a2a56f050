"""What an administrator's form asks for, and doing it: once, however often the form is sent.

First the act is shown with what it leads to; it comes back confirmed, under the name of a request that is
carried out once.
"""

import secrets
import shlex
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from http import HTTPStatus
from typing import Final

import orjson

from api.desks.members_form import Asking, Wish
from api.desks.members_keys import adding_key, distrusting, naming, revoking, rotating, withdrawing
from api.desks.members_people import ending, enrolling
from api.desks.members_votes import enacting, proposing, voting
from api.desks.posted import Posted
from api.errors import ApiError
from api.services import Services
from ledger.archive import Answered, InFlight, Mine, Officer
from ledger.errors import Unavailable

BASE: Final = "/desk/members"
_TOKEN: Final = 32
"""Hex digits in the name of a request."""
_WISHES: Final[Mapping[str, Callable[[Asking], Wish]]] = {
    "propose": proposing,
    "vote": voting,
    "enact": enacting,
    "authority-add": naming,
    "authority-withdraw": withdrawing,
    "key-add": adding_key,
    "key-rotate": rotating,
    "key-revoke": revoking,
    "key-compromised": distrusting,
    "officer-enrol": enrolling,
    "officer-end": ending,
}


def wish_of(act: str, sent: Posted, officer: Officer, services: Services) -> Wish:
    """Return what a form asks for; raises `FormWrong`, and `ApiError` for what is not the member's."""
    if act not in _WISHES:
        raise ApiError("not-found")
    return _WISHES[act](Asking(act, sent, officer, services))


def new_request() -> str:
    """Return the name of a request that is carried out once."""
    return secrets.token_hex(_TOKEN // 2)


def command_of(wish: Wish, officer: Officer) -> str:
    """Return the line that does the same where the admin key is; nothing for what needs no admin key."""
    return shlex.join(["asal", "--as", officer.account, *wish.command]) if wish.command else ""


def carried_out(wish: Wish, sent: Posted, officer: Officer, services: Services) -> tuple[str, bool]:
    """Do what was confirmed; returns the page to look at, and whether it was done now.

    Where it cannot be learnt whether the chain took it, the same request does not do it again: the
    administrator looks first.
    """
    requests, now = services.rooms.requests, services.ledger.clock()
    claim = requests.claim(0, f"{officer.member} {_request(sent)}", _digest(wish.act, sent), now=now)
    match claim:
        case Answered():
            return str(claim.location), False
        case InFlight():
            return f"{BASE}{wish.back}?done=doubt", False
        case Mine():
            pass
        case _:
            raise ApiError("invalid-request")
    try:
        wish.do(services)
    except Unavailable:
        with suppress(Unavailable):
            requests.answer(claim, _led(f"{BASE}{wish.back}?done=doubt"))
        raise
    except Exception:
        with suppress(Unavailable):
            requests.release(claim)
        raise
    done = f"{BASE}{wish.back}?done={wish.act}"
    with suppress(Unavailable):  # it is done, whether that can be kept or not
        requests.answer(claim, _led(done))
    return done, True


def _led(address: str) -> Answered:
    return Answered(HTTPStatus.SEE_OTHER, address, b"")


def _request(sent: Posted) -> str:
    request = sent.one("request")
    if len(request) != _TOKEN or not request.isalnum():
        raise ApiError("invalid-request")
    return request


def _digest(act: str, sent: Posted) -> bytes:
    return sha256(orjson.dumps([act, {name: list(sent.all(name)) for name in sorted(sent.fields)}])).digest()
