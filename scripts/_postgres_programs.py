"""Where the programs of a PostgreSQL server are: on this machine, else installed from `postgres.lock`."""

import contextlib
import functools
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import _setup

OLDEST = 13
NEEDED = ("initdb", "pg_ctl", "postgres")
_FIX = "install PostgreSQL 13 or later (Debian: postgresql; Homebrew: postgresql@17)"


class PostgresMissing(RuntimeError):
    """This machine has no PostgreSQL, and none could be installed; the message says what to do."""


@functools.cache
def programs() -> Path:
    """Return the folder of a server's programs: the machine's newest, else those of `postgres.lock`."""
    for folder in _candidates():
        if all((folder / program).exists() for program in NEEDED) and _version(folder) >= OLDEST:
            return folder
    try:
        return _setup.postgres_programs()
    except SystemExit as error:
        raise PostgresMissing(f"no PostgreSQL on this machine: {_FIX}") from error


def _candidates() -> Iterator[Path]:
    """Yield where servers are put: as pg_config says, on PATH, by Debian, Homebrew and the installer."""
    if os.environ.get("ASAL_POSTGRES") == "wheel":  # to try the fall-back where there is a server
        return
    with contextlib.suppress(OSError):
        asked = subprocess.run(["pg_config", "--bindir"], check=False, capture_output=True, text=True)
        if asked.stdout.strip():
            yield Path(asked.stdout.strip())
    found = shutil.which("postgres")
    if found:
        yield Path(found).resolve().parent
    for root, pattern in (
        ("/usr/lib/postgresql", "*/bin"),
        ("/opt/homebrew/opt", "postgresql*/bin"),
        ("/usr/local/opt", "postgresql*/bin"),
        ("/Library/PostgreSQL", "*/bin"),
    ):
        yield from sorted(Path(root).glob(pattern), key=_number, reverse=True)


def _number(folder: Path) -> int:
    """Return the version that a folder is named after, 0 for none."""
    digits = re.search(r"(\d+)/bin$", str(folder))
    return int(digits[1]) if digits else 0


def _version(folder: Path) -> int:
    """Return the major version of the server in a folder, 0 when it cannot be run."""
    with contextlib.suppress(OSError):
        asked = subprocess.run(
            [folder / "postgres", "--version"], check=False, capture_output=True, text=True
        )
        digits = re.search(r"(\d+)", asked.stdout)
        return int(digits[1]) if digits else 0
    return 0
