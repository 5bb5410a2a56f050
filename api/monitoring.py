"""How the service is watched from outside: where its figures are asked for, and where answers are logged."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.types import Scope
from structlog.typing import FilteringBoundLogger

from api.metrics import METHODS, NO_ROUTE, Metrics


@dataclass(frozen=True, slots=True)
class Monitoring:
    """What an app is told about its surroundings; nothing is needed."""

    port: int | None = None
    """Where Prometheus asks, on this machine; 0 for any free port."""
    log: FilteringBoundLogger | None = None
    """Where each answer is logged."""
    signer: Callable[[], None] | None = None
    """Raises `SignerUnavailable` unless the signing service answers."""


NOBODY: Final = Monitoring()


class Answers:
    """Counts and logs each answer: route templates, never paths."""

    def __init__(self, metrics: Metrics, log: FilteringBoundLogger | None) -> None:
        """Count here and log there."""
        self._metrics, self._log = metrics, log

    def __call__(self, scope: Scope, status: int, seconds: float, size: int) -> None:
        """Note an answer of `size` bytes; status 499 when nobody was left to hear it."""
        found = scope.get("route")
        route: str = NO_ROUTE if found is None else found.path
        method: str = scope["method"] if scope["method"] in METHODS else "other"
        self._metrics.answered(route, method, status, seconds)
        if self._log is not None:
            state = scope["state"]
            told = {"authority": state["authority"]} if "authority" in state else {}
            self._log.info(
                "answered",
                request_id=state["request_id"],
                method=method,
                route=route,
                status=status,
                ms=round(seconds * 1000, 2),
                bytes=size,
                **told,
            )
