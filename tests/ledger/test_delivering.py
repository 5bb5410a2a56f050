"""Messages are signed, so receivers can tell forged, altered and repeated ones; and they are tried again."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from ledger.delivering import PAUSES, Deliverer, new_secret, signed_headers, written
from ledger.outgoing import Allowed, Sender
from ledger.watch_port import Delivery, DeliveryState, EventType, Interest, Secrets, Watch
from tests.receiver import Received, Receiver

SECRET = b"s" * 32
FIRST_AT = timedelta(seconds=5)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return a receiver on loopback."""
    with Receiver() as running:
        yield running


class Sending:
    """One watch and one message, with a clock that a test sets."""

    def __init__(self, receiver: Receiver) -> None:
        self.now = datetime.now(UTC)
        self.receiver = receiver
        sender = Sender(Allowed.of("127.0.0.1"), seconds=5)
        self.deliverer = Deliverer(sender, lambda: self.now, lambda: 0.5)
        self.watch = Watch(
            id="w1",
            authority=1,
            member="TH",
            url=receiver.url(),
            label="",
            interest=Interest(everything=True),
            secrets=Secrets(current=SECRET),
            created_at=self.now,
        )
        self.delivery = Delivery(
            watch="w1",
            event="evt_1",
            type=EventType.STATUS,
            subject="MYAEO1",
            body='{"id":"evt_1","note":"\u1e8e"}'.encode(),
            created_at=self.now,
            next_at=self.now,
        )

    def attempt(self, **overrides: Any) -> Any:
        """Send the message once."""
        return self.deliverer.attempt(self.watch, replace(self.delivery, **overrides))

    def sent(self) -> Received:
        """Return what the receiver got last."""
        return self.receiver.received[-1]


@pytest.fixture
def sending(receiver: Receiver) -> Sending:
    """Return a message to that receiver."""
    return Sending(receiver)


def verified(received: Received, secret: bytes = SECRET, **changed: str) -> Any:
    """Verify a message as a receiver does, by the library of Standard Webhooks; returns its body."""
    headers = {**received.headers, **{name.replace("_", "-"): value for name, value in changed.items()}}
    return Webhook(written(secret)).verify(received.body, headers)


def test_a_message_proves_itself_to_the_library_of_the_standard(sending: Sending) -> None:
    """The secret is given in the form that the library takes; the body arrives as it was signed."""
    outcome = sending.attempt()
    assert (outcome.state, outcome.status, outcome.next_at) == (DeliveryState.DELIVERED, 204, None)
    assert verified(sending.sent()) == {"id": "evt_1", "note": "\u1e8e"}
    assert sending.sent().headers["webhook-id"] == "evt_1"
    assert sending.sent().headers["content-type"] == "application/json"


def test_an_altered_message_is_refused_by_the_library(sending: Sending) -> None:
    """Another body, another id, another time, another secret, or no signature (attack 36)."""
    sending.attempt()
    received = sending.sent()
    later = str(int(received.headers["webhook-timestamp"]) + 1)
    for altered in (
        replace(received, body=received.body.replace(b"evt_1", b"evt_2")),
        replace(received, headers={**received.headers, "webhook-id": "evt_2"}),
        replace(received, headers={**received.headers, "webhook-timestamp": later}),
        replace(received, headers={**received.headers, "webhook-signature": "v1,AAAA"}),
        replace(received, headers={n: v for n, v in received.headers.items() if n != "webhook-signature"}),
    ):
        with pytest.raises(WebhookVerificationError):
            verified(altered)
    with pytest.raises(WebhookVerificationError):
        verified(received, b"o" * 32)


def test_a_message_repeated_later_is_refused_by_the_library(sending: Sending) -> None:
    """Its time is signed and more than five minutes ago (attack 36)."""
    sending.now -= timedelta(minutes=6)
    sending.attempt()
    with pytest.raises(WebhookVerificationError, match="too old"):
        verified(sending.sent())


def test_another_attempt_has_the_same_id_and_body_and_its_own_time(sending: Sending) -> None:
    """So that a receiver which had taken the first knows the second again."""
    sending.now -= timedelta(minutes=6)
    sending.attempt()
    sending.now += timedelta(minutes=6)
    sending.attempt(attempts=1)
    first, second = sending.receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert verified(second)
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


def test_while_secrets_overlap_both_sign(sending: Sending) -> None:
    """A receiver may change over at any moment of the day; after it only the new one counts."""
    until = sending.now + timedelta(hours=24)
    kept = Secrets(current=SECRET, previous=b"o" * 32, previous_until=until)
    sending.watch = replace(sending.watch, secrets=kept)
    sending.attempt()
    assert verified(sending.sent()) == verified(sending.sent(), b"o" * 32)
    headers = signed_headers(kept, "evt_1", b"{}", until)
    assert len(headers["webhook-signature"].split()) == 1


def test_a_secret_is_256_random_bits_as_receivers_are_given_it() -> None:
    """`whsec_` and base64, which the library takes as it stands; it is in no text about the watch."""
    first, second = new_secret(), new_secret()
    assert first != second
    assert len(first) == 32
    assert base64.b64decode(written(first).removeprefix("whsec_")) == first
    assert repr(first)[2:-1] not in repr(Secrets(current=first, previous=first))


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_taken(sending: Sending, status: int) -> None:
    """The body does not matter."""
    sending.receiver.status = status
    assert sending.attempt().state is DeliveryState.DELIVERED


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 422, 429, 500, 503])
def test_every_other_answer_is_tried_again(sending: Sending, status: int) -> None:
    """Redirects too, which are not followed."""
    sending.receiver.status = status
    sending.receiver.headers = {"Location": sending.receiver.url("/other")}
    outcome = sending.attempt()
    assert (outcome.state, outcome.status) == (DeliveryState.PENDING, status)
    assert str(status) in (outcome.error or "")
    assert len(sending.receiver.received) == 1


def test_pauses_grow_over_three_days_and_then_the_message_has_failed(sending: Sending) -> None:
    """As Standard Webhooks suggests, each a little longer at random."""
    sending.receiver.status = 500
    pauses = []
    for attempts in range(len(PAUSES)):
        outcome = sending.attempt(attempts=attempts)
        assert (outcome.state, outcome.exhausted) == (DeliveryState.PENDING, False)
        pauses.append(outcome.next_at - outcome.at)
    assert pauses == [pause * 1.05 for pause in PAUSES]
    assert PAUSES[0] == FIRST_AT
    assert timedelta(days=3) < sum(PAUSES, timedelta()) < timedelta(days=4)
    last = sending.attempt(attempts=len(PAUSES))
    assert (last.state, last.next_at, last.exhausted) == (DeliveryState.FAILED, None, True)


def test_a_receiver_that_is_gone_ends_the_watch(sending: Sending) -> None:
    """By 410, at the first attempt."""
    sending.receiver.status = 410
    outcome = sending.attempt()
    assert outcome.state is DeliveryState.FAILED
    assert outcome.gone is not None


@pytest.mark.parametrize(
    ("asked", "pause"), [("600", 600.0), ("1", 5.25), ("999999999", 6 * 3600.0), ("soon", 5.25)]
)
def test_a_receiver_may_ask_for_a_longer_pause(sending: Sending, asked: str, pause: float) -> None:
    """Never for a shorter one than ours, nor for more than six hours."""
    sending.receiver.status, sending.receiver.headers = 429, {"Retry-After": asked}
    outcome = sending.attempt()
    assert (outcome.next_at - outcome.at).total_seconds() == pause


def test_a_test_is_tried_once(sending: Sending) -> None:
    """Whoever tries a receiver looks at the outcome; it ends no watch."""
    sending.receiver.status = 500
    outcome = sending.attempt(type=EventType.TEST)
    assert (outcome.state, outcome.exhausted, outcome.gone) == (DeliveryState.FAILED, False, None)


def test_an_address_that_has_become_private_is_tried_again_later(sending: Sending) -> None:
    """Nothing is sent to it; its name may be put right."""
    sending.watch = replace(sending.watch, url="https://10.0.0.1/hook")
    outcome = sending.attempt()
    assert (outcome.state, outcome.status) == (DeliveryState.PENDING, None)
    assert "no public address" in (outcome.error or "")
