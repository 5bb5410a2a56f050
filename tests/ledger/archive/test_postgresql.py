"""What only PostgreSQL does: faults by their SQLSTATE, lost connections, roles, encodings and settings."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import _postgres
import psycopg
import pytest
from sqlalchemy import make_url, text

from ledger.archive import ArchiveRooms, Database, SqlReplica, engines, open_archive
from ledger.errors import ArchiveUnavailable
from ledger.facts import Address, LedgerName
from tests.databases import administer, end_sessions, lent_database
from tests.ledger.archive.filings import a_filing

pytestmark = pytest.mark.postgresql


@pytest.fixture
def database_kind() -> str:
    """Return the one kind that this file is about."""
    return "postgresql"


@pytest.fixture
def rooms(archive_url: str) -> Iterator[ArchiveRooms]:
    """Give an empty archive."""
    rooms = open_archive(archive_url)
    yield rooms
    rooms.close()


def _with(url: str, **query: str) -> str:
    return make_url(url).update_query_dict(query).render_as_string(hide_password=False)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_usual_form_of_the_address_is_understood(archive_url: str, scheme: str) -> None:
    """All of them mean the same driver."""
    rooms = open_archive(scheme + archive_url.removeprefix("postgresql"))
    assert rooms.certificates.filings(1) == ()
    rooms.close()


@pytest.mark.parametrize(
    ("state", "meaning"),
    [
        ("53100", "disk is full; nothing was stored"),
        ("25006", "read-only; nothing was stored"),
        ("40001", "another transaction was in the way; nothing was stored"),
        ("40P01", "waited for each other; nothing was stored"),
        ("57P01", "may or may not have been stored"),
        ("57P03", "starting or stopping"),
        ("08006", "may or may not have been stored"),
        ("22P02", "SQLSTATE 22P02"),
    ],
)
def test_a_fault_is_named_and_the_server_is_not_quoted(rooms: ArchiveRooms, state: str, meaning: str) -> None:
    """The server's own words may hold particulars of a certificate."""
    spoilt = f"""
        CREATE FUNCTION spoilt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'confidential' USING ERRCODE = '{state}', DETAIL = 'confidential';
        END $$;
        CREATE TRIGGER spoilt BEFORE INSERT ON certificates FOR EACH ROW EXECUTE FUNCTION spoilt()
    """
    with rooms.database.writing() as connection:
        connection.exec_driver_sql(spoilt)
    with pytest.raises(ArchiveUnavailable, match=meaning) as fault:
        rooms.certificates.file(a_filing())
    assert "confidential" not in f"{fault.value!s} {fault.value!r} {fault.value.__cause__!r}"
    with rooms.database.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER spoilt ON certificates")
    assert rooms.certificates.filings(1) == ()
    assert rooms.certificates.file(a_filing()).id == a_filing().id


def test_a_read_only_database_can_be_read_and_not_written(
    postgres_server: _postgres.Server, archive_url: str
) -> None:
    """Reads go on; writes say that nothing was stored."""
    first = open_archive(archive_url)
    filing = first.certificates.file(a_filing(1))
    first.close()
    name = make_url(archive_url).database
    administer(postgres_server, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    rooms = open_archive(archive_url)
    with pytest.raises(ArchiveUnavailable, match="read-only; nothing was stored"):
        rooms.certificates.file(a_filing(2))
    assert rooms.certificates.filings(1) == (filing,)
    rooms.close()


def test_what_is_written_when_the_connection_breaks_is_undone(
    postgres_server: _postgres.Server, archive_url: str, rooms: ArchiveRooms
) -> None:
    """The caller learns that the outcome is open, and the next use finds another connection."""
    count = text("SELECT count(*) FROM alembic_version")

    def written_half() -> None:
        with rooms.database.writing() as connection:
            connection.execute(text("DELETE FROM alembic_version"))
            end_sessions(postgres_server, archive_url)
            connection.execute(count)

    with pytest.raises(ArchiveUnavailable, match="may or may not"):
        written_half()
    with rooms.database.reading() as connection:
        assert connection.execute(count).scalar_one() == 1


def _name(url: str) -> str:
    return str(make_url(url).database)


def test_a_server_that_was_restarted_is_used_again(own_postgres: _postgres.Server) -> None:
    """While it is down everything is unavailable, also a held name; what was stored is there again after."""
    rooms = open_archive(own_postgres.url())
    filing = rooms.certificates.file(a_filing())
    with rooms.database.exclusive("key") as held:
        assert held is not None
        own_postgres.stop()
        assert not held.alive()
    for use in (rooms.database.ping, lambda: rooms.certificates.file(a_filing(2)), _claim(rooms.database)):
        with pytest.raises(ArchiveUnavailable, match="cannot connect"):
            use()
    own_postgres.start()
    assert rooms.certificates.filings(1) == (filing,)
    assert rooms.certificates.file(a_filing(2)).id == a_filing(2).id
    _claim(rooms.database)()
    rooms.close()


def _claim(database: Database) -> Callable[[], None]:
    def use() -> None:
        with database.exclusive("key") as held:
            assert held is not None

    return use


def test_a_lock_or_a_statement_that_takes_too_long_is_given_up(archive_url: str, rooms: ArchiveRooms) -> None:
    """Times in the address prevail over ours."""
    hasty = open_archive(_with(archive_url, options="-c lock_timeout=50 -c statement_timeout=200"))
    with rooms.database.writing() as connection:
        connection.execute(text("LOCK TABLE certificates"))
        with pytest.raises(ArchiveUnavailable, match="held a lock for too long; nothing was stored"):
            hasty.certificates.file(a_filing())
    with pytest.raises(ArchiveUnavailable, match="statement_timeout"), hasty.database.reading() as connection:
        connection.execute(text("SELECT pg_sleep(10)"))
    hasty.close()


def test_a_large_replica_is_forgotten_however_long_that_takes(archive_url: str, rooms: ArchiveRooms) -> None:
    """Millions of events take longer than any other statement may."""
    slow = """
        CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END';
        CREATE TRIGGER slow BEFORE DELETE ON replica_issued FOR EACH STATEMENT EXECUTE FUNCTION slow()
    """
    ledger = LedgerName(1337, Address("0x" + "11" * 20))
    hasty = Database(_with(archive_url, options="-c statement_timeout=200ms"))
    with rooms.database.writing() as connection:
        connection.execute(text(slow))
    try:
        SqlReplica(hasty).clear(ledger)
    finally:
        hasty.close()
        with rooms.database.writing() as connection:
            connection.execute(text("DROP TRIGGER slow ON replica_issued; DROP FUNCTION slow"))
    head = rooms.replica.head()
    assert head is not None
    assert head.ledger == ledger


def test_nothing_may_take_for_ever(rooms: ArchiveRooms) -> None:
    """Statements, locks and idle transactions have their limits without anybody setting them."""
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "application_name")
    with rooms.database.reading() as connection:
        found = [connection.execute(text(f"SHOW {name}")).scalar_one() for name in names]
    assert found == ["30s", "10s", "5min", "asal"]


def test_a_process_keeps_to_its_number_of_connections(archive_url: str) -> None:
    """Eight threads share the two that they are given."""
    database = Database(archive_url, connections=2)
    together = Barrier(8)

    def process(_: int) -> int:
        together.wait()
        with database.reading() as connection:
            return int(connection.execute(text("SELECT pg_backend_pid() FROM pg_sleep(0.05)")).scalar_one())

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(process, range(8)))) <= 2
    database.close()


def test_looks_into_the_replica_keep_to_a_number_of_connections_too(archive_url: str) -> None:
    """Of eight threads that look at once, two have a connection at a time."""
    database = Database(archive_url, connections=2)
    replica = SqlReplica(database)
    replica.start(LedgerName(1337, Address("0x" + "11" * 20)))
    together = Barrier(8)

    def look(_: int) -> bool:
        together.wait()
        return all(replica.look(bytes(32), bytes(32), bytes(32)) is not None for _ in range(20))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(look, range(8)))
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%issued%'"
    )
    with database.reading() as connection:
        assert connection.execute(text(query)).scalar_one() <= 3  # this question is one of them
    replica.close()
    database.close()


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_cannot_keep_every_name_is_refused(
    postgres_server: _postgres.Server, encoding: str
) -> None:
    """Names are kept as they are written, so the encoding must be UTF8."""
    with (
        lent_database(postgres_server, f"ENCODING '{encoding}' TEMPLATE template0") as url,
        pytest.raises(ArchiveUnavailable, match="not UTF8"),
    ):
        open_archive(url)


def test_a_server_that_is_too_old_is_refused(archive_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the oldest that will do."""
    monkeypatch.setattr(engines, "OLDEST_POSTGRESQL", 99)
    with pytest.raises(ArchiveUnavailable, match="older than PostgreSQL 99"):
        open_archive(archive_url)


def test_a_role_that_may_not_change_the_schema_can_do_everything_else(
    postgres_server: _postgres.Server, blank_url: str
) -> None:
    """The owner migrates; the service needs only to read, insert, update and delete."""
    role = f"clerk_of_{_name(blank_url)}"
    as_clerk = make_url(blank_url).set(username=role).render_as_string(hide_password=False)
    administer(postgres_server, f"CREATE ROLE {role} LOGIN")
    with pytest.raises(ArchiveUnavailable, match="lacks a permission"):
        open_archive(as_clerk)
    open_archive(blank_url).close()
    with psycopg.connect(blank_url) as connection:
        rights = f"SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
        connection.execute(f"GRANT {rights}".encode())
        connection.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}".encode())
    rooms = open_archive(as_clerk)
    assert rooms.certificates.file(a_filing()).id == a_filing().id
    rooms.close()
    with psycopg.connect(blank_url) as connection:
        connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())
