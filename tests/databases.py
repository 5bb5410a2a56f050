"""Both kinds of database for every test that asks: `archive_url` runs it on SQLite and again on PostgreSQL.

A PostgreSQL of this test run alone is started when the first test wants it.  Where there is none to be had
its half of the tests is skipped, saying what to install; in CI it is an error.
"""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import _postgres
import _postgres_programs
import psycopg
import pytest
from sqlalchemy import make_url

from ledger.archive import open_archive

_NUMBERS = itertools.count(1)
_KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


def administer(server: _postgres.Server, statement: str) -> None:
    """Run a statement about databases or sessions as the server's administrator."""
    with psycopg.connect(
        host=str(server.folder), user=_postgres.ROLE, dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(statement.encode())


def end_sessions(server: _postgres.Server, url: str) -> None:
    """End every connection to a database, as its administrator can."""
    name = make_url(url).database
    administer(
        server,
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",  # noqa: S608 - ours
    )


@contextmanager
def lent_database(server: _postgres.Server, options: str = "") -> Iterator[str]:
    """Lend the URL of a new database; it is dropped after, whoever is still connected."""
    name = f"lent_{next(_NUMBERS)}"
    administer(server, f"CREATE DATABASE {name} {options}")
    try:
        yield server.url(name)
    finally:
        administer(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


_CLEAN = """
DO $$
DECLARE one record; kept bigint;
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    FOR one IN SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace
            AND relkind IN ('r', 'S') AND relname <> 'alembic_version' LOOP
        IF one.relkind = 'S' THEN
            PERFORM setval(one.relname::regclass, 1, false);
        ELSE
            EXECUTE format('SELECT 1 FROM %I LIMIT 1', one.relname);
            GET DIAGNOSTICS kept = ROW_COUNT;
            IF kept > 0 THEN EXECUTE format('TRUNCATE %I CASCADE', one.relname); END IF;
        END IF;
    END LOOP;
END $$
"""
"""Ends the sessions of others, empties the tables that have rows, and numbers from one again."""
_MADE_OF = """
SELECT (SELECT count(*) || ' ' || sum(oid::bigint) FROM pg_class WHERE relnamespace = 'public'::regnamespace),
    (SELECT count(*) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND NOT attisdropped),
    (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
    (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_constraint),
    (SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = setdatabase
        WHERE datname = current_database()),
    (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),
    (SELECT string_agg(version_num, ' ') FROM alembic_version)
"""
"""What a test may have changed besides rows, and who is connected."""


class Shelf:
    """Archives in PostgreSQL that tests borrow one after the other: emptying one is faster than a new one."""

    def __init__(self, server: _postgres.Server, template: str) -> None:
        """Start with none."""
        self._server, self._template = server, template
        self._free: list[tuple[str, object]] = []

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Lend the URL of an archive with nothing in it; one that a test has altered is not lent again."""
        name, made_of = self._free.pop() if self._free else self._new()
        try:
            yield self._server.url(name)
        finally:
            if self._emptied(name) == made_of:
                self._free.append((name, made_of))
            else:
                administer(self._server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _new(self) -> tuple[str, object]:
        name = f"lent_{next(_NUMBERS)}"
        administer(self._server, f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return name, self._emptied(name)

    def _emptied(self, name: str) -> object:
        """Empty an archive; returns what it is made of, None where that cannot be said."""
        try:
            with psycopg.connect(
                host=str(self._server.folder), user=_postgres.ROLE, dbname=name, autocommit=True
            ) as connection:
                connection.execute(_CLEAN)
                return connection.execute(_MADE_OF).fetchone()
        except psycopg.Error:
            return None


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[_postgres.Server]:
    """Return the PostgreSQL server of this test run; make a database on it with `lent_database`."""
    with _or_skipped() as server:
        yield server


@pytest.fixture
def own_postgres() -> Iterator[_postgres.Server]:
    """Return a PostgreSQL server of this test alone, which it may stop, start and spoil."""
    with _or_skipped() as server:
        yield server


@contextmanager
def _or_skipped() -> Iterator[_postgres.Server]:
    try:
        running = _postgres.running()
        server = running.__enter__()
    except _postgres_programs.PostgresMissing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    try:
        yield server
    finally:
        running.__exit__(None, None, None)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite archive with its tables and nothing in them, to be copied."""
    path = tmp_path_factory.mktemp("archive") / "empty.sqlite3"
    open_archive(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def migrated_template(postgres_server: _postgres.Server) -> str:
    """Return the name of a PostgreSQL archive with its tables and nothing in them, to be copied."""
    administer(postgres_server, "CREATE DATABASE migrated")
    open_archive(postgres_server.url("migrated")).close()
    return "migrated"


@pytest.fixture(scope="session")
def archive_shelf(postgres_server: _postgres.Server, migrated_template: str) -> Shelf:
    """Return the archives in PostgreSQL that the tests of this run share."""
    return Shelf(postgres_server, migrated_template)


@pytest.fixture(params=_KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return "sqlite" and, in another run of the test, "postgresql"."""
    return str(request.param)


@pytest.fixture
def new_archive_url(
    request: pytest.FixtureRequest, database_kind: str, tmp_path: Path
) -> Iterator[Callable[[], str]]:
    """Return a function that makes another archive each time: all tables, nothing in them."""
    if database_kind == "sqlite":
        empty = request.getfixturevalue("migrated_file")
        numbers = itertools.count(1)
        yield lambda: f"sqlite:///{shutil.copy(empty, tmp_path / f'archive{next(numbers)}.sqlite3')}"
        return
    shelf = request.getfixturevalue("archive_shelf")
    with ExitStack() as lent:
        yield lambda: lent.enter_context(shelf.lent())


@pytest.fixture
def archive_url(new_archive_url: Callable[[], str]) -> str:
    """Return the URL of an archive of this test alone: all tables, nothing in them; on both databases."""
    return new_archive_url()


@pytest.fixture
def new_blank_url(
    request: pytest.FixtureRequest, database_kind: str, tmp_path: Path
) -> Iterator[Callable[[], str]]:
    """Return a function that makes another database without any table each time."""
    if database_kind == "sqlite":
        numbers = itertools.count(1)
        yield lambda: f"sqlite:///{tmp_path / f'blank{next(numbers)}.sqlite3'}"
        return
    server = request.getfixturevalue("postgres_server")
    with ExitStack() as lent:
        yield lambda: lent.enter_context(lent_database(server))


@pytest.fixture
def blank_url(new_blank_url: Callable[[], str]) -> str:
    """Return the URL of a database of this test alone, without any table; on both databases."""
    return new_blank_url()
