"""The outbox's tables: what was there before it, what is left when storing fails, and which index answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from ledger.archive import ArchiveRooms, Database, open_archive
from ledger.archive.tables import OPEN, outbox
from ledger.errors import ArchiveUnavailable
from ledger.outbox import DispatchKind, DispatchState
from ledger.ports import FilingState
from tests.ledger.archive.filings import ACCOUNT, NOON, a_batch, a_filing, a_receipt

_BEFORE = (
    "id, authority, account, scheme, exporting, importing, office, reference, issued_on, valid_until, "
    "document_hash, reference_key, parents, document, seed, root, siblings, state, filed_at, recorded_at, "
    "transaction_hash, replaces"
)
_ON_SQLITE = """
CREATE TRIGGER stopped BEFORE INSERT ON certificates WHEN NEW.reference = 'VNTH260200007'
BEGIN SELECT RAISE(FAIL, 'stopped'); END
"""
_FUNCTION = """
CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION 'stopped' USING ERRCODE = 'disk_full'; END $$
"""
_ON_POSTGRESQL = """
CREATE TRIGGER stopped BEFORE INSERT ON certificates
FOR EACH ROW WHEN (NEW.reference = 'VNTH260200007') EXECUTE FUNCTION stop()
"""
_TRIGGERS = {"sqlite": [_ON_SQLITE], "postgresql": [_FUNCTION, _ON_POSTGRESQL]}


@pytest.fixture
def rooms(archive_url: str) -> Iterator[ArchiveRooms]:
    """Give an empty archive, on both databases."""
    rooms = open_archive(archive_url)
    yield rooms
    rooms.close()


def _file_as_before(connection: Connection, number: int, state: str, *, replaces: bytes | None) -> None:
    """Store a certificate as the first schema kept it."""
    recorded = state == "recorded"
    values = {
        "id": bytes([number]) * 32,
        "number": f"00{number}",
        "account": ACCOUNT,
        "none": b"",
        "state": state,
        "moment": NOON if connection.dialect.name == "postgresql" else "2026-11-02 12:00:00.000000",
        "recorded_at": None,
        "transaction": b"\5" * 32 if recorded else None,
        "replaces": replaces,
    }
    values["recorded_at"] = values["moment"] if recorded else None
    statement = (
        f"INSERT INTO certificates ({_BEFORE}) VALUES (:id, 1, :account, 1, 'VN', 'TH', '02', :number, "  # noqa: S608
        "'2026-11-02', '2027-11-01', :id, :id, :none, :id, :id, :id, :none, :state, :moment, :recorded_at, "
        ":transaction, :replaces)"
    )
    connection.execute(text(statement), values)


def _as_before(database: Database) -> list[tuple[object, ...]]:
    with database.reading() as connection:
        rows = connection.execute(text(f"SELECT {_BEFORE}, position FROM certificates ORDER BY position"))  # noqa: S608
        return [tuple(row) for row in rows]


@pytest.fixture
def grown(blank_url: str) -> Iterator[Database]:
    """Give an archive of the first schema with a certificate in each state, and a replacement."""
    database = Database(blank_url)
    database.migrate("0001")
    with database.writing() as connection:
        for number, state in enumerate(("accepted", "recorded", "refused", "accepted"), 1):
            replaces = b"\7" * 32 if number == 4 else None
            _file_as_before(connection, number, state, replaces=replaces)
    yield database
    database.close()


def test_certificates_filed_before_the_outbox_get_their_writes(blank_url: str, grown: Database) -> None:
    """Accepted ones wait, recorded and refused ones stay so, and what is filed next comes after them."""
    grown.migrate()
    rooms = open_archive(blank_url)
    filings = rooms.certificates.filings(1)
    states = [FilingState.ACCEPTED, FilingState.RECORDED, FilingState.REFUSED, FilingState.ACCEPTED]
    assert [filing.state for filing in filings] == states
    assert [filing.dispatch for filing in filings] == [1, 2, 3, 4]
    assert (filings[1].recorded_at, filings[1].transaction) == (NOON, b"\5" * 32)
    waiting = rooms.outbox.open(ACCOUNT, 10)
    assert [(write.position, write.kind) for write in waiting] == [
        (1, DispatchKind.ISSUE),
        (4, DispatchKind.REPLACE),
    ]
    assert rooms.outbox.backlog().certificates == 2
    settled = rooms.outbox.find(2)
    assert settled is not None
    assert settled.state is DispatchState.RECORDED
    assert settled.written is not None
    assert (settled.written.at, settled.written.block) == (NOON, 0)
    assert rooms.certificates.file(a_filing()).dispatch == 5
    rooms.close()


def test_going_back_before_the_outbox_and_up_again_keeps_the_certificates(grown: Database) -> None:
    """Every column of every certificate is as it was; new ones are numbered after them."""
    before = _as_before(grown)
    grown.migrate()
    grown.downgrade("0001")
    assert _as_before(grown) == before
    with grown.writing() as connection:
        _file_as_before(connection, 5, "accepted", replaces=None)
    assert _as_before(grown)[-1][-1] == 5
    grown.migrate()
    with grown.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM outbox")).scalar_one() == 5


def test_going_back_writes_down_what_the_outbox_knew(blank_url: str, grown: Database) -> None:
    """A batch that is recorded leaves recorded certificates behind, a refused one refused ones."""
    grown.migrate()
    rooms = open_archive(blank_url)
    for numbers in ([11, 12], [21, 22]):
        rooms.certificates.file_batch(*a_batch(numbers))
    recorded, refused = rooms.outbox.open(ACCOUNT, 10)[-2:]
    rooms.outbox.settle(recorded, a_receipt(9))
    with rooms.database.writing() as connection:
        connection.execute(text(f"UPDATE certificates SET held = false WHERE dispatch = {refused.position}"))  # noqa: S608
    rooms.close()
    grown.downgrade("0001")
    states = [row[17] for row in _as_before(grown)[4:]]
    transactions = [row[20] for row in _as_before(grown)[4:]]
    assert states == ["recorded", "recorded", "refused", "refused"]
    assert transactions == [b"\x09" * 32, b"\x09" * 32, None, None]


def test_a_batch_of_which_one_row_cannot_be_stored_leaves_nothing_behind(rooms: ArchiveRooms) -> None:
    """Neither certificates nor a write nor a held reference; the same batch is stored when it can be."""
    with rooms.database.writing() as connection:
        kind = connection.dialect.name
        for statement in _TRIGGERS[kind]:
            connection.exec_driver_sql(statement)
    filings, batch = a_batch(range(1, 2001))
    with pytest.raises(ArchiveUnavailable):
        rooms.certificates.file_batch(filings, batch)
    assert rooms.certificates.filings(1) == ()
    assert rooms.outbox.accounts() == ()
    assert rooms.certificates.holders([filing.terms.reference_key for filing in filings]) == {}
    with rooms.database.writing() as connection:
        where = " ON certificates" if kind == "postgresql" else ""
        connection.exec_driver_sql(f"DROP TRIGGER stopped{where}")
    position = rooms.certificates.file_batch(filings, batch)
    assert len(rooms.certificates.carried(position, limit=5000)) == 2000


def test_sqlite_reads_the_backlog_off_the_open_writes_alone(tmp_path: Path) -> None:
    """However many are settled: it asks one index and not the table."""
    rooms = open_archive(f"sqlite:///{tmp_path / 'archive.sqlite3'}")
    query = str(outbox.select().with_only_columns(outbox.c.size, outbox.c.queued_at).where(OPEN))
    with rooms.database.reading() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all()
    assert [row.detail for row in plan] == ["SCAN outbox USING COVERING INDEX ix_outbox_open"]
    rooms.close()
