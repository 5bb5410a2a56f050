"""The schema: made by migrations, equal to the tables of the code, on both databases and both ways."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from ledger.archive import Database, open_archive
from ledger.archive.database import _MIGRATIONS
from ledger.archive.tables import metadata
from ledger.errors import ArchiveUnavailable
from tests.ledger.archive.filings import a_filing

REVISIONS = [one.revision for one in ScriptDirectory(str(_MIGRATIONS)).walk_revisions()][::-1]
_CATALOGUE = {
    "sqlite": """
        SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%' AND name NOT LIKE 'sqlite_%'
    """,
    "postgresql": """
        SELECT indexname AS name, indexdef AS sql FROM pg_indexes
        WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%'
        UNION ALL
        SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'alembic%'
        UNION ALL
        SELECT attrelid::regclass || '.' || attname,
            concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attidentity,
                pg_get_expr(adbin, adrelid), col_description(attrelid, attnum))
        FROM pg_attribute
        JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r'
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attnum > 0 AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'alembic%'
    """,
}
"""What each database says of its tables, columns, constraints and indexes."""


@pytest.fixture
def database(blank_url: str) -> Iterator[Database]:
    """Give a database without any table."""
    database = Database(blank_url)
    yield database
    database.close()


def _catalogue(connection: Connection) -> dict[str, list[str]]:
    rows = connection.execute(text(_CATALOGUE[connection.dialect.name]))
    return {row.name: sorted(re.split(r"[\s,()]+", row.sql)) for row in rows}


def _tables(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def test_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    """Alembic sees no difference between the migrated schema and the tables."""
    database.migrate()
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_tables_of_the_code_carry_the_same_sql_as_the_migrations(
    database: Database, new_blank_url: Callable[[], str]
) -> None:
    """Also what Alembic does not compare, such as conditions of indexes, is equal."""
    database.migrate()
    direct = create_engine(new_blank_url())
    metadata.create_all(direct)
    with direct.connect() as made, database.reading() as migrated:
        assert _catalogue(made) == _catalogue(migrated)
    direct.dispose()


def test_each_migration_goes_down_to_what_was_there_before_and_up_again(database: Database) -> None:
    """Every revision has one schema, whichever way it is reached; below the first there is nothing."""
    schemas = {}
    for revision in REVISIONS:
        database.migrate(revision)
        with database.reading() as connection:
            schemas[revision] = _catalogue(connection)
    for revision in REVISIONS[-2::-1]:
        database.downgrade(revision)
        with database.reading() as connection:
            assert _catalogue(connection) == schemas[revision]
    database.downgrade("base")
    assert database.revision() is None
    assert _tables(database) == set()
    database.migrate()
    assert database.revision() == REVISIONS[-1] == database.newest_revision
    with database.reading() as connection:
        assert _catalogue(connection) == schemas[REVISIONS[-1]]


def test_migrating_twice_keeps_what_is_stored(blank_url: str) -> None:
    """Every start of the service migrates."""
    first = open_archive(blank_url)
    filing = first.certificates.file(a_filing())
    first.close()
    again = open_archive(blank_url)
    assert again.certificates.find(filing.id) == filing
    again.close()


_FILED_BEFORE = """
    INSERT INTO certificates (position, id, authority, account, scheme, exporting, importing, office,
        reference, issued_on, valid_until, document_hash, reference_key, parents, document, seed, root,
        siblings, state, filed_at, recorded_at, transaction_hash, replaces)
    VALUES (:position, :id, 1, '0xAa', 1, 'VN', 'TH', '02', :reference, '2026-11-02', '2027-11-01',
        :word, :id, :none, :word, :word, :word, :none, :state, '2026-11-02 12:00:00.000007+00:00',
        :recorded_at, :transaction, :replaces)
"""
"""As the first schema had it."""


def _rows(database: Database) -> list[tuple[object, ...]]:
    with database.reading() as connection:
        query = text("SELECT * FROM certificates ORDER BY position")
        return sorted(tuple(sorted(map(repr, row._mapping.items()))) for row in connection.execute(query))


def test_certificates_of_the_first_schema_come_through_unharmed_and_can_go_back(database: Database) -> None:
    """Accepted, recorded, refused and replacing ones, with gaps in their numbers, are as they were."""
    database.migrate(REVISIONS[0])
    some = [("accepted", None), ("recorded", "2026-11-02 12:00:09+00:00"), ("refused", None)]
    with database.writing() as connection:
        for number, (state, at) in enumerate(some * 2, 1):
            values = {
                "position": number * 3,
                "id": bytes([number]) * 32,
                "reference": f"VN{number}",
                "word": b"w" * 32,
                "none": b"",
                "state": state,
                "recorded_at": at,
                "transaction": b"t" * 32 if at else None,
                "replaces": b"r" * 32 if number > 3 else None,
            }
            connection.execute(text(_FILED_BEFORE), values)
    before = _rows(database)
    database.migrate()
    assert len(_rows(database)) == 6
    database.downgrade(REVISIONS[0])
    assert _rows(database) == before


_OPENER = """
import sys, time
from ledger.archive import open_archive
time.sleep(max(0, float(sys.argv[2]) - time.time()))
open_archive(sys.argv[1]).close()
"""


def test_several_workers_can_make_a_new_archive_together(blank_url: str) -> None:
    """One makes the tables, and the others wait for it instead of failing."""
    command = [sys.executable, "-c", _OPENER, blank_url, str(time.time() + 2)]
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(subprocess.run, command, capture_output=True, check=False) for _ in range(4)]
    assert [(one.result().returncode, one.result().stderr) for one in done] == [(0, b"")] * 4


def test_a_migration_that_fails_leaves_nothing_behind(database: Database) -> None:
    """A table in the way stops it; what it had made by then is undone."""
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE requests (something INTEGER)"))
    with pytest.raises(ArchiveUnavailable):
        database.migrate()
    assert database.revision() is None
    assert _tables(database) == {"requests"}


def test_a_schema_of_a_later_release_is_refused_in_words(database: Database) -> None:
    """Older software does not touch what it does not know."""
    database.migrate()
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ArchiveUnavailable, match="not one that this release knows"):
        database.migrate()
    assert database.revision() == "9999"
