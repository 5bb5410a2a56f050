"""Run a throw-away PostgreSQL server for a test or a measurement; its data goes with it.

Its settings give up durability for speed (`FAST`), which is right for data that nobody keeps and for
nothing else.  It listens on a socket in a folder that only its user may enter, and on no network; whoever
reaches the socket is let in.
"""

import contextlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from _postgres_programs import PostgresMissing, programs

START_SECONDS = 60
STOP_SECONDS = 30
_LONGEST_FOLDER = 60
"""Characters; a socket's path has 107 bytes at most, and we add to it."""
ROLE = "asal"
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "jit": "off",
}
"""Settings of a server whose data may be lost when the machine dies."""
DURABLE: dict[str, str] = {}
"""Settings of a server whose speed is to be measured: PostgreSQL's own defaults."""
_KEEPER = """
"$@" >"$FOLDER/log" 2>&1 &
read -r word
"$BIN/pg_ctl" stop -D "$FOLDER/data" -m fast -w -t 20 >/dev/null 2>&1 ||
    "$BIN/pg_ctl" stop -D "$FOLDER/data" -m immediate -w -t 5 >/dev/null 2>&1
wait
[ "$word" = keep ] || rm -rf "$FOLDER"
"""
"""Holds the server: it stops when our end of the pipe closes, also when we were killed."""


class PostgresDidNotStart(RuntimeError):
    """The server ended or stayed silent before it was ready; the message is the end of its log."""


@dataclass(slots=True)
class Server:
    """A PostgreSQL server of this process."""

    bin: Path
    """Its programs, also `psql` and `pg_dump` where the machine has them."""
    folder: Path
    """Its socket, its data and its log."""
    user: str | None
    """Who it runs as; `None` for whoever runs this."""
    settings: dict[str, str]
    _keeper: subprocess.Popen[str] | None = field(default=None)

    def url(self, database: str = "postgres") -> str:
        """Return the SQLAlchemy URL of one of its databases."""
        return f"postgresql://{ROLE}@/{database}?host={self.folder}"

    def start(self) -> None:
        """Start the server and wait until it answers; raises `PostgresDidNotStart`."""
        (self.folder / "log").unlink(missing_ok=True)
        settings = {"listen_addresses": "", "unix_socket_directories": str(self.folder), **self.settings}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        server = [str(self.bin / "postgres"), "-D", str(self.folder / "data"), *options]
        self._keeper = subprocess.Popen(
            ["sh", "-c", _KEEPER, "keeper", *server],
            stdin=subprocess.PIPE,
            env={**os.environ, "BIN": str(self.bin), "FOLDER": str(self.folder)},
            cwd=self.folder,
            text=True,
            start_new_session=True,  # Ctrl-C is for us; the server goes when we go
            **_as(self.user),
        )
        self._wait()

    def stop(self, *, keep: bool = True) -> None:
        """Stop the server, as an administrator would, and keep its data for another start unless told."""
        if self._keeper is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._keeper.communicate("keep\n" if keep else "", timeout=STOP_SECONDS)
        if self._keeper.poll() is None:
            self._keeper.kill()
            self._keeper.communicate()
        self._keeper = None

    def _wait(self) -> None:
        pid_file, log = self.folder / "data/postmaster.pid", self.folder / "log"
        ends = time.monotonic() + START_SECONDS
        while time.monotonic() < ends:
            # The eighth line of the file says "ready" as soon as connections are taken.
            with contextlib.suppress(OSError):
                if pid_file.read_text(encoding="utf-8").splitlines()[7:8] == ["ready   "]:
                    return
            if log.exists() and re.search(r"FATAL|PANIC", log.read_text(encoding="utf-8", errors="replace")):
                break
            time.sleep(0.02)
        told = log.read_text(encoding="utf-8", errors="replace")[-1000:] if log.exists() else "nothing"
        raise PostgresDidNotStart(f"PostgreSQL did not start; it said: {told}")


@contextlib.contextmanager
def running(settings: dict[str, str] | None = None) -> Iterator[Server]:
    """Run a server while the block lasts, with the settings `FAST` unless told otherwise.

    Raises `PostgresMissing` where there is none to be had and `PostgresDidNotStart`.
    """
    user = _unprivileged() if os.geteuid() == 0 else None
    found = programs()
    folder = _private_folder(user)
    try:
        server = Server(_reachable(found, folder, user), folder, user, FAST if settings is None else settings)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    try:
        _made(server)
        server.start()
        yield server
    finally:
        server.stop(keep=False)
        shutil.rmtree(folder, ignore_errors=True)


def _made(server: Server) -> None:
    """Make the server's data folder: UTF-8, sorted by code point, trusting whoever reaches its socket."""
    made = subprocess.run(
        [
            *(str(server.bin / "initdb"), "-D", str(server.folder / "data"), "-U", ROLE),
            *("--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync"),
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd=server.folder,
        **_as(server.user),
    )
    if made.returncode:
        raise PostgresDidNotStart(f"initdb ended with status {made.returncode}: {made.stderr[-1000:]}")


def _unprivileged() -> str:
    """Return the user to run as: PostgreSQL refuses to run as root."""
    names = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in names:
            return name
    raise PostgresMissing("PostgreSQL does not run as root, and there is no user postgres or nobody")


def _as(user: str | None) -> dict[str, Any]:
    """Return how a program is started as a user, with that user's group and no other."""
    if user is None:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _private_folder(user: str | None) -> Path:
    """Make a folder for the user alone, with a path short enough for a socket."""
    chosen = tempfile.gettempdir()
    fits = user is None and len(chosen) < _LONGEST_FOLDER
    short = None if fits else "/tmp"  # noqa: S108 - a private folder is made in it
    folder = Path(tempfile.mkdtemp(prefix="asal-pg-", dir=short))  # mode 0700
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    return folder


def _reachable(found: Path, folder: Path, user: str | None) -> Path:
    """Return the programs, copied into the server's folder where its user may not enter theirs."""
    try:
        subprocess.run([found / "postgres", "--version"], check=True, capture_output=True, **_as(user))
    except (OSError, subprocess.CalledProcessError):
        copied = shutil.copytree(found.parent, folder / "programs", symlinks=True)
        return Path(copied) / found.name
    return found
