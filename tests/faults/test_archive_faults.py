"""Databases that cannot store, and databases that are not the newest."""

import resource
import shutil
import signal
from collections.abc import Callable
from contextlib import closing

import _postgres
import pytest
from sqlalchemy import make_url

from ledger.archive import Database
from ledger.outbox import DispatchState
from ledger.ports import FilingState
from tests.databases import administer, end_sessions
from tests.faults.station import Station, eventually
from tests.faults.test_crashes import a_file

pytestmark = [pytest.mark.chain, pytest.mark.slow]
_A_PAGE = 16_384
"""Bytes; every change to the database takes more than that in its log."""


def told(station: Station, *statements: str) -> None:
    """Run SQL statements in the archive's database."""
    with closing(Database(station.archive)) as database, database.writing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


FAILING = {
    "sqlite": (
        "CREATE TRIGGER failing BEFORE INSERT ON {table} BEGIN SELECT RAISE(FAIL, 'no'); END",
        "DROP TRIGGER failing",
    ),
    "postgresql": (
        """CREATE FUNCTION failing() RETURNS trigger LANGUAGE plpgsql AS
           $$BEGIN RAISE EXCEPTION 'no'; END$$;
           CREATE TRIGGER failing BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION failing()""",
        "DROP FUNCTION failing() CASCADE",
    ),
}


@pytest.mark.parametrize("table", ["certificates", "outbox", "signatures"])
def test_an_insert_that_fails_leaves_all_of_a_certificate_or_nothing(
    station: Station, database_kind: str, table: str
) -> None:
    """Case 7: nothing is sent without its stored intent, and once the table works it is completed."""
    make, drop = FAILING[database_kind]
    told(station, make.format(table=table))
    used = station.used()
    stored = table == "signatures"  # accepted then, and only its signed bytes cannot be stored
    failed = station.asal("certificate", "issue", a_file(station), kill="archive.file/after/1")
    assert failed.status == (-signal.SIGKILL if stored else 1), failed.said()
    assert station.asal("outbox", "drain", "--wait", "1").status == (15 if stored else 0)
    assert (len(station.filings()), len(station.writes())) == (stored, stored)
    assert (station.signed_bytes(), station.used()) == ([], used)
    told(station, drop)
    done = station.asal("certificate", "issue", a_file(station))
    assert done.status == 0, done.said()
    assert (len(station.filings()), station.on_chain().certificates) == (1, 1)
    identity = f"0x{station.filings()[0].id.hex()}"
    assert station.asal("certificate", "cancel", identity, "--reason", "OTHER").status == 0
    assert station.discrepancies() == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_full_disk_is_told_and_nothing_is_signed(station: Station) -> None:
    """Case 6: 503, no half certificate, and the service goes on once there is room."""
    with station.serving() as service:
        assert service.issue("VN-TH 26/02/00001").status_code == 201
        let_files_grow(service.process.pid, _A_PAGE)
        answer = service.issue("VN-TH 26/02/00002", prefer="wait=1")
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/archive-unavailable")
        assert service.client.get("/livez").status_code == 200
        assert (len(station.filings()), len(station.signed_bytes())) == (1, 1)
        let_files_grow(service.process.pid, resource.RLIM_INFINITY)
        assert service.issue("VN-TH 26/02/00002").status_code == 201
    assert (len(station.filings()), station.on_chain().certificates) == (2, 2)
    assert station.discrepancies() == []


def let_files_grow(process: int, size: int) -> None:
    """Let a process write its files up to a size only, as on a disk that is full."""
    resource.prlimit(process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.mark.postgresql
@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_database_that_is_read_only_is_told_and_nothing_is_signed(
    station: Station, postgres_server: _postgres.Server
) -> None:
    """Case 6, as an administrator may leave a database: 503, and it goes on once it can be written."""
    name = make_url(station.archive).database
    with station.serving() as service:
        assert service.issue("VN-TH 26/02/00001").status_code == 201
        administer(postgres_server, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        end_sessions(postgres_server, station.archive)
        answer = service.issue("VN-TH 26/02/00002", prefer="wait=1")
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/archive-unavailable")
        administer(postgres_server, f"ALTER DATABASE {name} SET default_transaction_read_only = off")
        end_sessions(postgres_server, station.archive)
        assert (len(station.filings()), len(station.signed_bytes())) == (1, 1)
        eventually(lambda: service.issue("VN-TH 26/02/00002").status_code == 201)
    assert (len(station.filings()), station.on_chain().certificates) == (2, 2)
    assert station.discrepancies() == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_restored_archive_stops_the_key_until_it_is_reconciled(
    station: Station, new_archive_url: Callable[[], str]
) -> None:
    """Case 9: an earlier copy of the database accepts nothing new, and doubles nothing after reconciling."""
    with station.serving() as service:
        first = service.issue("VN-TH 26/02/00001")
        assert first.status_code == 201
    copy = new_archive_url().removeprefix("sqlite:///")
    station.asal("outbox", "status")  # the last to close the database empties its write-ahead log into it
    shutil.copy(station.archive.removeprefix("sqlite:///"), copy)
    lost = station.asal("certificate", "issue", a_file(station, "VN-TH 26/02/00002"))
    assert lost.status == 0, lost.said()

    restored = Station(
        station.profile, station.authority, station.folder, f"sqlite:///{copy}", station.nursery
    )
    with restored.serving(ASAL_WAIT="1") as service:
        service.issue("VN-TH 26/02/00003")
        eventually(lambda: restored.alarms() == {"key-used-elsewhere"})
        answer = service.issue("VN-TH 26/02/00004")
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/submitter-stopped")
        assert "VNTH260200004" not in {filing.reference for filing in restored.filings()}
        reconciled = restored.asal("outbox", "reconcile")
        assert reconciled.status == 0, reconciled.said()
        assert service.issue("VN-TH 26/02/00003", prefer="wait=20").status_code == 201
    recorded = [one.reference for one in restored.filings() if one.state is FilingState.RECORDED]
    assert recorded == ["VNTH260200001", "VNTH260200003"]
    assert restored.on_chain().certificates == 3
    assert all(write.state is DispatchState.RECORDED for write in restored.writes())
    # The certificate that the backup lacks is on the chain: this is what fsck is for.
    assert [one.fault.value for one in restored.discrepancies()] == ["not-in-archive"]
