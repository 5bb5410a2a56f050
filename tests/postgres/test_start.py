"""The tests' PostgreSQL is private to its user, never root's, and never outlives whoever started it."""

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import _postgres
import psycopg
import pytest

pytestmark = pytest.mark.postgresql
_OWNER = """
import sys
sys.path.insert(0, "scripts")
import _postgres
with _postgres.running() as server:
    print(server.folder, (server.folder / "data/postmaster.pid").read_text().split()[0], flush=True)
    sys.stdin.read()
"""


def _gone(pid: int, folder: Path) -> bool:
    ends = time.monotonic() + _postgres.STOP_SECONDS
    while time.monotonic() < ends:
        if not folder.exists() and not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("how", ["end", "kill"])
def test_nothing_is_left_when_its_owner_has_gone(postgres_server: _postgres.Server, how: str) -> None:
    """Neither process nor data, also when the owner could not clean up."""
    assert postgres_server.folder.exists()
    command = [sys.executable, "-c", _OWNER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        folder, pid = owner.stdout.readline().split()
        assert Path(folder).exists()
        if how == "kill":
            owner.kill()
    assert _gone(int(pid), Path(folder))


def test_only_its_user_reaches_it_and_that_is_not_root(postgres_server: _postgres.Server) -> None:
    """The socket's folder is closed to others, no port is open, and root's tests run it as somebody else."""
    found = postgres_server.folder.stat()
    assert stat.S_IMODE(found.st_mode) == 0o700
    assert found.st_uid != 0
    assert found.st_uid == os.geteuid() or os.geteuid() == 0
    with psycopg.connect(postgres_server.url()) as connection:
        row = connection.execute("SHOW listen_addresses").fetchone()
    assert row == ("",)
