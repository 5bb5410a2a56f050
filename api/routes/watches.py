"""The watch list: who is told when an operator's status, or its recognition, changes."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.dependencies import LedgerDep, ServicesDep, Watcher
from api.openapi import AUTHENTICATED, problems
from api.strict import StrictRoute
from api.watch_schemas import DeliveryList, DeliveryOut, NewWatch, WatchList, WatchOut, WatchWish
from ledger.keeping_watch import Keeper
from ledger.ports import Ledger

router = APIRouter(prefix="/v1/watches", tags=["watches"], route_class=StrictRoute)
_WISH = ("body", "watch-malformed", "target-refused")
_ONE = (*AUTHENTICATED, "watch-not-found")
WatchId = Annotated[str, Path(max_length=24, description="The watch's id.")]
DeliveryId = Annotated[int, Path(ge=1, le=2**53 - 1)]


def keeper_of(caller: Watcher, services: ServicesDep) -> Keeper:
    """Return the caller with its watches."""
    return Keeper(caller.authority, caller.member, services.rooms.watches, services.sender)


KeeperDep = Annotated[Keeper, Depends(keeper_of)]


@dataclass(frozen=True, slots=True)
class Page:
    """Where the list of deliveries goes on, and how much of it is wanted."""

    before: Annotated[int | None, Query(ge=1, le=2**53 - 1, description="Id of the last one seen.")] = None
    limit: Annotated[int, Query(ge=1, le=500)] = 100


PageDep = Annotated[Page, Depends()]


@router.get(
    "", operation_id="listWatches", response_model_exclude_none=True, responses=problems(*AUTHENTICATED)
)
def list_watches(keeper: KeeperDep) -> WatchList:
    """List the watches of the caller's authority, disabled ones too."""
    return WatchList(watches=[WatchOut.from_domain(one) for one in keeper.watches.of(keeper.authority)])


@router.post(
    "",
    operation_id="makeWatch",
    status_code=201,
    response_model_exclude_none=True,
    responses=problems(*AUTHENTICATED, *_WISH, "too-many-watches", "chain-unreachable"),
)
def make_watch(
    wish: WatchWish, keeper: KeeperDep, ledger: LedgerDep, services: ServicesDep, response: Response
) -> NewWatch:
    """Watch operators; the secret that messages are signed with is shown this once."""
    final = ledger.registry.head().block - services.finality
    watch = keeper.begin(wish.to_domain(), _members(ledger), final, ledger.clock())
    response.headers["Location"] = f"{router.prefix}/{watch.id}"
    return NewWatch.made(watch)


@router.get("/{watch}", operation_id="getWatch", response_model_exclude_none=True, responses=problems(*_ONE))
def get_watch(watch: WatchId, keeper: KeeperDep) -> WatchOut:
    """Fetch a watch."""
    return WatchOut.from_domain(keeper.found(watch))


@router.put(
    "/{watch}",
    operation_id="changeWatch",
    response_model_exclude_none=True,
    responses=problems(*_ONE, *_WISH),
)
def change_watch(watch: WatchId, wish: WatchWish, keeper: KeeperDep, ledger: LedgerDep) -> WatchOut:
    """Watch other operators, or be told elsewhere; the secret stays."""
    return WatchOut.from_domain(keeper.change(watch, wish.to_domain(), _members(ledger)))


@router.delete("/{watch}", operation_id="removeWatch", status_code=204, responses=problems(*_ONE))
def remove_watch(watch: WatchId, keeper: KeeperDep) -> Response:
    """End a watch; what waits for its receiver is not sent any more."""
    keeper.remove(watch)
    return Response(status_code=204)


@router.post(
    "/{watch}/secret",
    operation_id="rotateWatchSecret",
    response_model_exclude_none=True,
    responses=problems(*_ONE),
)
def rotate_secret(watch: WatchId, keeper: KeeperDep, ledger: LedgerDep) -> NewWatch:
    """Give a watch another secret, shown this once; for 24 hours messages are signed by both."""
    return NewWatch.made(keeper.rotate(watch, ledger.clock()))


@router.post(
    "/{watch}/resume",
    operation_id="resumeWatch",
    response_model_exclude_none=True,
    responses=problems(*_ONE),
)
def resume_watch(watch: WatchId, keeper: KeeperDep, services: ServicesDep) -> WatchOut:
    """Tell a watch again that was disabled; what waited then is sent."""
    resumed = keeper.resume(watch)
    services.bell.set()
    return WatchOut.from_domain(resumed)


@router.post(
    "/{watch}/test",
    operation_id="testWatch",
    status_code=202,
    response_model_exclude_none=True,
    responses=problems(*_ONE, "watch-disabled"),
)
def test_watch(watch: WatchId, keeper: KeeperDep, services: ServicesDep) -> DeliveryOut:
    """Send `watch.test` to the receiver, once; its delivery says what came of it."""
    queued = keeper.test(watch, services.ledger.clock())
    services.bell.set()
    return DeliveryOut.from_domain(queued)


@router.get(
    "/{watch}/deliveries",
    operation_id="listDeliveries",
    response_model_exclude_none=True,
    responses=problems(*_ONE),
)
def list_deliveries(watch: WatchId, keeper: KeeperDep, page: PageDep, response: Response) -> DeliveryList:
    """List what was or is to be sent to a receiver, newest first; ended ones are kept for 30 days."""
    found = keeper.watches.deliveries(keeper.found(watch).id, before=page.before, limit=page.limit)
    if len(found) == page.limit:
        query = f"before={found[-1].position}&limit={page.limit}"
        response.headers["Link"] = f'<{router.prefix}/{watch}/deliveries?{query}>; rel="next"'
    return DeliveryList(deliveries=[DeliveryOut.from_domain(one) for one in found])


@router.post(
    "/{watch}/deliveries/{delivery}/redeliver",
    operation_id="redeliver",
    status_code=202,
    response_model_exclude_none=True,
    responses=problems(*_ONE, "delivery-not-found", "watch-disabled"),
)
def redeliver(watch: WatchId, delivery: DeliveryId, keeper: KeeperDep, services: ServicesDep) -> DeliveryOut:
    """Send a message once more, under its id, whatever became of it."""
    queued = keeper.again(watch, delivery, services.ledger.clock())
    services.bell.set()
    return DeliveryOut.from_domain(queued)


def _members(ledger: Ledger) -> frozenset[str]:
    return frozenset(member.code for member in ledger.members.members())
