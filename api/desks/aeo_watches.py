"""The watches of an officer's authority, from forms: the same wishes and steps as through the API."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from api.dependencies import Caller
from api.desks.posted import Posted
from api.errors import ApiError, told_of
from api.pages.present import Trouble
from api.services import Services
from api.watch_schemas import WatchWish
from ledger.archive import Answered, Mine
from ledger.delivering import written
from ledger.keeping_watch import Keeper, Wish
from ledger.said import said
from ledger.watch_port import Watch

_WANTED = {
    "url": said("Enter the address of your receiver: https, a public address"),
    "label": said("Enter at most 80 characters"),
    "operators": said("Enter operator codes, one in each line"),
}
_TOKEN = 32
_SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class Shown:
    """A watch as the desk lists it."""

    id: str
    label: str
    url: str
    operators: tuple[str, ...]
    members: tuple[str, ...]
    everything: bool
    created_at: datetime
    failing: bool
    disabled_at: datetime | None


def keeper_of(caller: Caller, services: Services) -> Keeper:
    """Return an officer's authority with its watches."""
    return Keeper(caller.authority, caller.member, services.rooms.watches, services.sender)


def watches_of(keeper: Keeper) -> list[Shown]:
    """Return the watches on operators, the oldest first; those on certificates alone are not shown here."""
    return [_shown(one) for one in keeper.watches.of(keeper.authority) if _on_operators(one)]


def wish_of(sent: Posted) -> WatchWish:
    """Return what a form asks for; raises pydantic's `ValidationError`."""
    codes = tuple(line for line in sent.one("operators").replace(",", "\n").split("\n") if line.strip())
    return WatchWish(url=sent.one("url"), label=sent.one("label"), operators=codes)


def made(wish: WatchWish, keeper: Keeper, sent: Posted, services: Services) -> str | None:
    """Make a watch and return its secret, which is told this once; None when the form was sent before."""
    request = sent.one("request")
    if len(request) != _TOKEN or not request.isalnum():
        raise ApiError("invalid-request")
    now, requests = services.ledger.clock(), services.rooms.requests
    asked = sha256(wish.model_dump_json().encode()).digest()
    claim = requests.claim(keeper.authority, f"desk watch {request}", asked, now=now)
    if not isinstance(claim, Mine):
        return None
    try:
        final = services.ledger.registry.head().block - services.finality
        watch = keeper.begin(wish.to_domain(), members_of(services), final, now)
    except Exception:
        requests.release(claim)
        raise
    requests.answer(claim, Answered(_SEE_OTHER, None, b""))
    return written(watch.secrets.current)


def added(name: str, operator: str, keeper: Keeper, services: Services) -> None:
    """Let a watch look at one more operator; one that it looks at already changes nothing."""
    watch = keeper.found(name)
    interest = watch.interest
    wish = Wish(
        url=watch.url,
        label=watch.label,
        operators=sorted({*interest.operators, operator}),
        members=sorted(interest.members),
        everything=interest.everything,
        hosts=sorted(interest.hosts),
        certificates=interest.all_certificates,
        certificate_ids=sorted(f"0x{one.hex()}" for one in interest.certificates),
    )
    keeper.change(name, wish, members_of(services))


def members_of(services: Services) -> frozenset[str]:
    """Return the codes of the members."""
    return frozenset(member.code for member in services.ledger.members.members())


def troubles_of(error: Exception) -> tuple[Trouble, ...]:
    """Return what has to be put right, at its control."""
    told = told_of(error)
    found = [_trouble(place.get("pointer", ""), place["detail"]) for place in told.places]
    return tuple(found) or (Trouble("url", told.detail),)


def _trouble(pointer: str, detail: str) -> Trouble:
    name = pointer.strip("/").partition("/")[0]
    control = name if name in _WANTED else "operators"
    return Trouble(control, _WANTED[control], (f"{detail[:1].upper()}{detail[1:]}.",))


def _on_operators(watch: Watch) -> bool:
    interest = watch.interest
    return bool(interest.operators or interest.members or interest.everything)


def _shown(watch: Watch) -> Shown:
    interest = watch.interest
    return Shown(
        id=watch.id,
        label=watch.label,
        url=watch.url,
        operators=tuple(sorted(interest.operators)),
        members=tuple(sorted(interest.members)),
        everything=interest.everything,
        created_at=watch.created_at,
        failing=watch.failing,
        disabled_at=watch.disabled_at,
    )
