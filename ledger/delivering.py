"""Sending what is due: signed, and tried again for three days.

Messages follow Standard Webhooks: the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`, made
by that project's own library.  Answers of 2xx count as taken; 410 ends the watch; everything else, redirects
too, is tried again after growing pauses.
"""

import random
import secrets
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from standardwebhooks import Webhook

from ledger.outgoing import NotDelivered, Reply, Sender, TargetRefused, is_redirect
from ledger.ports import Clock
from ledger.watch_port import Delivery, DeliveryState, EventType, Outcome, Secrets, Watch

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
PAUSES: Final = (
    timedelta(seconds=5),
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    20 * _HOUR,
    24 * _HOUR,
)
"""Between two attempts, as Standard Webhooks suggests; the last one is a little over three days later."""
_JITTER: Final = 0.1
"""Part of a pause by which it is longer at random, so that receivers are not met by all at once."""
_KEY_BYTES: Final = 32
_SECRET: Final = "whsec_"  # noqa: S105 - the prefix of one
_TAKEN: Final = range(200, 300)


def new_secret() -> bytes:
    """Return what messages are signed with: 256 random bits."""
    return secrets.token_bytes(_KEY_BYTES)


def written(secret: bytes) -> str:
    """Return a secret as receivers are given it: `whsec_` and base64."""
    return f"{_SECRET}{b64encode(secret).decode()}"


def signed_headers(kept: Secrets, event: str, body: bytes, now: datetime) -> dict[str, str]:
    """Return the headers that prove a message ours; while secrets overlap, with a signature by each."""
    text = body.decode()
    signatures = [Webhook(secret).sign(event, now, text) for secret in kept.valid(now)]
    return {
        "webhook-id": event,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Makes attempts; threads may share it."""

    sender: Sender
    clock: Clock
    longer: Callable[[], float] = field(default=random.random)
    """A number from 0 to 1, for the jitter."""

    def attempt(self, watch: Watch, delivery: Delivery) -> Outcome:
        """Send a message once, and say what came of it."""
        now = self.clock()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "asal-webhooks/1",
            **signed_headers(watch.secrets, delivery.event, delivery.body, now),
        }
        try:
            reply = self.sender.post(watch.url, delivery.body, headers)
        except (TargetRefused, NotDelivered) as problem:
            return self._failed(delivery, None, str(problem))
        if reply.status in _TAKEN:
            return Outcome(state=DeliveryState.DELIVERED, at=self.clock(), status=reply.status)
        return self._failed(delivery, reply, _said(reply))

    def _failed(self, delivery: Delivery, reply: Reply | None, error: str) -> Outcome:
        """Say when it is tried again, if it is."""
        at, status = self.clock(), reply.status if reply else None
        gone = status == HTTPStatus.GONE
        tried = delivery.attempts + 1
        if delivery.type is EventType.TEST or gone or tried > len(PAUSES):
            return Outcome(
                state=DeliveryState.FAILED,
                at=at,
                status=status,
                error=error,
                gone="the receiver says that it is gone (410)" if gone else None,
                exhausted=delivery.type is not EventType.TEST and not gone,
            )
        pause = PAUSES[tried - 1] * (1 + _JITTER * self.longer())
        asked = timedelta(seconds=(reply.retry_after or 0) if reply else 0)
        return Outcome(
            state=DeliveryState.PENDING, at=at, status=status, error=error, next_at=at + max(pause, asked)
        )


def _said(reply: Reply) -> str:
    if is_redirect(reply.status):
        return f"the receiver answered {reply.status}; redirects are not followed"
    return f"the receiver answered {reply.status}"
