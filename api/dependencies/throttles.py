"""How often each may ask."""

import ipaddress
import time
from contextlib import suppress
from typing import Annotated, Any

from fastapi import Depends, Request
from limits import RateLimitItem

from api.dependencies.callers import Caller, Reader
from api.dependencies.house import ServicesDep
from api.errors import ApiError, retry_after
from api.services import Services


def throttle(request: Request, services: ServicesDep) -> None:
    """Let one address ask only so often, so that reference numbers cannot be tried out."""
    _throttled(request, services, services.by_reference)


def throttle_logins(request: Request, services: ServicesDep) -> None:
    """Let one address begin only so many logins."""
    _throttled(request, services, services.logins, "logins")


def throttle_recognition(request: Request, services: ServicesDep) -> None:
    """Let one address ask only so often about operators; counted apart from other questions."""
    _throttled(request, services, services.recognition, "recognition")


def throttle_search(request: Request, services: ServicesDep) -> None:
    """Let one address search only so often; counted apart from other questions."""
    _throttled(request, services, services.recognition, "search")


def throttle_proofs(request: Request, services: ServicesDep) -> None:
    """Let one address ask only so often, and all of them together have only so many proofs signed."""
    throttle_recognition(request, services)
    _hit(services, services.recognition_proofs, "recognition proofs")


def throttle_lists(request: Request, services: ServicesDep) -> None:
    """Let one address send only so many lists of partners."""
    _throttled(request, services, services.recognition_lists, "recognition lists")


def throttle_look_up(caller: Reader, services: ServicesDep) -> Caller:
    """Let one authority look only so much up; who asks is in the log of answers."""
    _hit(services, services.look_up, "look-up", str(caller.authority))
    return caller


LookingUp = Annotated[Caller, Depends(throttle_look_up)]


def _throttled(request: Request, services: Services, limit: RateLimitItem, *what: str) -> None:
    _hit(services, limit, *what, network_of(request))


def _hit(services: Services, limit: RateLimitItem, *what: str) -> None:
    if not services.limiter.hit(limit, *what):
        free_at = services.limiter.get_window_stats(limit, *what).reset_time
        raise ApiError("rate-limited", headers=retry_after(free_at - time.time()))


def network_of(request: Request) -> str:
    """Return the caller's address; of IPv6 the /64, which is one connection's to fill."""
    host: Any = request.client.host if request.client else ""
    with suppress(ValueError):
        address = ipaddress.ip_address(host)
        if address.version == 6:  # noqa: PLR2004 - IPv6
            return str(ipaddress.ip_network((address, 64), strict=False))
    return str(host)
