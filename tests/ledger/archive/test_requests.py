"""Requests that must not happen twice."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from ledger.archive import Answered, InFlight, Mine, OtherRequest, Requests, open_archive
from ledger.archive.requests import KEPT, LEASE
from tests.ledger.archive.filings import NOON

HASH = b"\1" * 32
DONE = Answered(201, "/v1/certificates/0x01", b'{"id":"0x01"}')


@pytest.fixture
def requests(archive_url: str) -> Iterator[Requests]:
    """Give an archive's requests."""
    rooms = open_archive(archive_url)
    yield rooms.requests
    rooms.close()


def _claimed(requests: Requests, key: str = "k") -> Mine:
    claim = requests.claim(1, key, HASH, now=NOON)
    assert isinstance(claim, Mine)
    return claim


def test_an_answered_request_gives_its_answer_again(requests: Requests) -> None:
    """Status, place and body are those of the first time."""
    requests.answer(_claimed(requests), DONE)
    assert requests.claim(1, "k", HASH, now=NOON + timedelta(days=29)) == DONE


def test_a_request_in_flight_is_not_carried_out_twice(requests: Requests) -> None:
    """The second caller learns until when."""
    _claimed(requests)
    assert requests.claim(1, "k", HASH, now=NOON) == InFlight(NOON + LEASE)


def test_a_key_used_for_another_request_is_refused(requests: Requests) -> None:
    """In flight or answered."""
    claim = _claimed(requests)
    assert requests.claim(1, "k", b"\2" * 32, now=NOON) == OtherRequest()
    requests.answer(claim, DONE)
    assert requests.claim(1, "k", b"\2" * 32, now=NOON) == OtherRequest()


def test_keys_of_two_authorities_do_not_meet(requests: Requests) -> None:
    """Each authority chooses its keys for itself."""
    requests.answer(_claimed(requests), DONE)
    assert isinstance(requests.claim(2, "k", HASH, now=NOON), Mine)


def test_a_released_request_may_be_tried_again(requests: Requests) -> None:
    """Nothing was done under the key, so it is free, also for another request."""
    requests.release(_claimed(requests))
    assert isinstance(requests.claim(1, "k", b"\2" * 32, now=NOON), Mine)


def test_the_claim_of_one_that_died_is_taken_over(requests: Requests) -> None:
    """After the lease the next caller carries it out; what the dead one might still say is ignored."""
    dead = _claimed(requests)
    later = NOON + LEASE
    mine = requests.claim(1, "k", HASH, now=later)
    assert isinstance(mine, Mine)
    requests.answer(dead, Answered(201, None, b"late"))
    requests.release(dead)
    assert requests.claim(1, "k", HASH, now=later) == InFlight(later + LEASE)
    requests.answer(mine, DONE)
    assert requests.claim(1, "k", HASH, now=later) == DONE


def test_answers_are_kept_for_thirty_days(requests: Requests) -> None:
    """Then the key is free again."""
    requests.answer(_claimed(requests), DONE)
    assert isinstance(requests.claim(1, "k", HASH, now=NOON + KEPT + timedelta(seconds=1)), Mine)


def test_of_many_at_once_one_carries_the_request_out(requests: Requests) -> None:
    """Eight threads claim one request; one gets it."""
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda _: requests.claim(1, "k", HASH, now=NOON), range(8)))
    assert sum(isinstance(claim, Mine) for claim in claims) == 1
    assert sum(isinstance(claim, InFlight) for claim in claims) == 7
