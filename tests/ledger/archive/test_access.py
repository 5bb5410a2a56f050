"""API keys: made once, shown once, dead at once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from ledger.archive import ApiKeys, Scope, open_archive
from tests.ledger.archive.filings import ACCOUNT, NOON


@pytest.fixture
def keys(archive_url: str) -> Iterator[ApiKeys]:
    """Give an archive's keys."""
    rooms = open_archive(archive_url)
    yield rooms.keys
    rooms.close()


def test_a_token_leads_to_its_key(keys: ApiKeys) -> None:
    """Authority, account, scopes and label come back."""
    made, token = keys.make(3, ACCOUNT, [Scope.ISSUE, Scope.READ], label="counter 4", now=NOON)
    assert keys.holder(token) == made
    assert (made.authority, made.account, made.label) == (3, ACCOUNT, "counter 4")
    assert made.scopes == {Scope.ISSUE, Scope.READ}


def test_the_secret_is_256_random_bits_and_only_its_hash_is_kept(keys: ApiKeys) -> None:
    """Nothing in the database opens the door."""
    _, token = keys.make(1, ACCOUNT, [Scope.READ], label="", now=NOON)
    secret = token.split("_", 2)[2]
    assert len(secret) == 43
    with keys._database.reading() as connection:
        row = connection.execute(text("SELECT * FROM api_keys")).one()
    assert all(secret.encode() not in value for value in row if isinstance(value, bytes))
    assert secret not in str(row)


def test_no_two_keys_are_alike(keys: ApiKeys) -> None:
    """Twenty keys have twenty tokens and ids."""
    made = [keys.make(1, ACCOUNT, [Scope.READ], label="", now=NOON) for _ in range(20)]
    assert len({token for _, token in made}) == len({key.id for key, _ in made}) == 20


def test_a_revoked_key_is_dead_at_once_and_stays_listed(keys: ApiKeys) -> None:
    """The next look finds nobody; the list says when it was revoked, the first time."""
    made, token = keys.make(1, ACCOUNT, [Scope.READ], label="", now=NOON)
    revoked = keys.revoke(1, made.id, now=NOON + timedelta(hours=1))
    assert keys.holder(token) is None
    assert revoked is not None
    assert revoked.revoked_at == NOON + timedelta(hours=1)
    assert keys.revoke(1, made.id, now=NOON + timedelta(hours=2)) == revoked
    assert keys.keys(1) == (revoked,)


def test_an_authority_revokes_only_its_own_keys(keys: ApiKeys) -> None:
    """Another authority's key is not there for it."""
    made, token = keys.make(1, ACCOUNT, [Scope.READ], label="", now=NOON)
    assert keys.revoke(2, made.id, now=NOON) is None
    assert keys.holder(token) == made
    assert keys.keys(2) == ()


def test_a_token_that_is_not_exactly_right_opens_nothing(keys: ApiKeys) -> None:
    """Shortened, altered, lengthened, in other case or empty."""
    _, token = keys.make(1, ACCOUNT, [Scope.READ], label="", now=NOON)
    altered = token[:-1] + ("A" if token[-1] != "A" else "B")
    for wrong in (token[:-1], altered, token + "A", token.swapcase(), f" {token}", f"{token}\n", ""):
        assert keys.holder(wrong) is None


def test_the_id_of_one_key_with_the_secret_of_another_opens_nothing(keys: ApiKeys) -> None:
    """The secret belongs to its id."""
    (_, one), (_, two) = (keys.make(1, ACCOUNT, [Scope.READ], label="", now=NOON) for _ in range(2))
    assert keys.holder(one[:22] + two[22:]) is None
