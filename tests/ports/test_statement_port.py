"""One suite for the port `Statements`, run on the statements in memory and on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.archive import open_archive
from ledger.errors import ArchiveNotNamed
from ledger.memory_statements import MemoryStatements
from ledger.statement_port import NoStatements, Statements
from ledger.statements import Statement, StatementKind, statement_hash

NOW = datetime(2026, 11, 2, 9, 30, 15, tzinfo=UTC)
CERTIFICATE = b"\1" * 32


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return each kind of archive in turn, the one in memory too."""
    return str(request.param)


@pytest.fixture
def store(request: pytest.FixtureRequest, database_kind: str) -> Iterator[Statements]:
    """Give each test an empty store, of each kind."""
    if database_kind == "memory":
        yield MemoryStatements()
        return
    rooms = open_archive(request.getfixturevalue("archive_url"))
    yield rooms.statements
    rooms.close()


def a_statement(number: int = 1, **overrides: Any) -> Statement:
    """Return a clarification; its salt is told apart by a number."""
    fields: dict[str, Any] = {
        "kind": StatementKind.CLARIFICATION,
        "certificate": CERTIFICATE,
        "member": "VN",
        "authority": "Bộ Công Thương",
        "at": NOW,
        "body": {"lines": ["3"], "text": "The mill's invoice is enclosed.", "evidence": [f"0x{'5a' * 32}"]},
        "salt": bytes([number]) * 32,
    }
    return Statement(**fields | overrides)


def test_a_statement_comes_back_as_it_was_kept(store: Statements) -> None:
    """By its hash; nothing comes back for another."""
    one = a_statement()
    assert store.keep(one) == one
    assert store.statement(statement_hash(one)) == one
    assert store.statement(b"\0" * 32) is None


def test_what_is_said_again_is_the_statement_kept_before(store: Statements) -> None:
    """With its salt and its time, so that the ledger's hash names it."""
    first = store.keep(a_statement(1))
    again = store.keep(a_statement(2, at=NOW + timedelta(hours=1)))
    assert again == first
    assert store.statement(statement_hash(a_statement(2, at=NOW + timedelta(hours=1)))) is None
    assert list(store.statements_of(CERTIFICATE)) == [first]


def test_something_else_is_a_statement_of_its_own(store: Statements) -> None:
    """Another text, another speaker or another certificate."""
    given = [
        a_statement(1),
        a_statement(2, body={"lines": ["3"], "text": "It is not.", "evidence": []}),
        a_statement(3, authority="VCCI"),
        a_statement(4, certificate=b"\2" * 32),
    ]
    assert [store.keep(one) for one in given] == given


def test_what_others_made_is_kept_as_it_is(store: Statements) -> None:
    """Two of equal content are two, for the ledger may name either; one given twice is one."""
    given = [a_statement(1), a_statement(2)]
    for one in [*given, *given]:
        assert store.take(one) == one
    assert sorted(store.statements_of(CERTIFICATE), key=lambda one: one.salt) == given


def test_what_is_made_here_is_no_statement_of_others(store: Statements) -> None:
    """Its hash is new even where others said the same; a statement given back here is kept once."""
    theirs = store.take(a_statement(1))
    ours = store.keep(a_statement(2))
    assert ours != theirs
    assert store.take(ours) == ours
    assert store.keep(theirs) == ours
    assert len(store.statements_of(CERTIFICATE)) == 2


def test_statements_of_a_certificate_stand_in_the_order_of_their_time(store: Statements) -> None:
    """Not in the order in which they came; those of one second by their hash."""
    later, first, same = (
        a_statement(1, at=NOW + timedelta(seconds=1)),
        a_statement(2),
        a_statement(3),
    )
    for one in (later, same, first, a_statement(4, certificate=b"\2" * 32)):
        store.take(one)
    told = list(store.statements_of(CERTIFICATE))
    assert told == [*sorted((first, same), key=statement_hash), later]
    assert store.statements_of(b"\3" * 32) == ()


def test_a_time_between_two_seconds_is_kept_as_the_statement_says_it(store: Statements) -> None:
    """For the hash names whole seconds."""
    one = a_statement(at=NOW + timedelta(microseconds=250_000))
    kept = store.keep(one)
    assert kept.at == NOW
    assert statement_hash(kept) == statement_hash(one)
    assert store.statement(statement_hash(one)) == kept


def test_of_many_who_say_the_same_at_once_all_have_one_hash(store: Statements, database_kind: str) -> None:
    """Whoever was quicker."""
    tries = 2 if database_kind == "memory" else 8
    with ThreadPoolExecutor(tries) as pool:
        kept = list(pool.map(lambda number: store.keep(a_statement(number)), range(1, tries + 1)))
    assert len({statement_hash(one) for one in kept}) == 1
    assert list(store.statements_of(CERTIFICATE)) == kept[:1]


def test_without_an_archive_nothing_is_kept_and_nothing_can_be() -> None:
    """A verifier needs none."""
    nothing = NoStatements()
    assert (nothing.statement(b"\0" * 32), nothing.statements_of(CERTIFICATE)) == (None, ())
    with pytest.raises(ArchiveNotNamed):
        nothing.keep(a_statement())
    with pytest.raises(ArchiveNotNamed):
        nothing.take(a_statement())
