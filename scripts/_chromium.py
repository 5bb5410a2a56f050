"""Which Chromium the browser tests may start: the machine's, else the one packed for npm.

`ASAL_CHROMIUM` names another program, or says `packaged` to try the packed one where there is another.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import _setup

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FIX = "install Chromium (Debian: chromium; others: google-chrome), or name its program in ASAL_CHROMIUM"
_PACKAGED = "packaged"
_UNPACK = 'import it from "@sparticuz/chromium"; console.log(await it.executablePath());'
_UNPACK_SECONDS = 120


class ChromiumMissing(RuntimeError):
    """No Chromium of this machine starts, and none could be installed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Chromium:
    """A program to try."""

    path: str
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that it needs beside those of this process."""


def candidates() -> Iterator[Chromium]:
    """Yield the programs to try, the likeliest first; the packed one is installed when it is its turn."""
    asked = os.environ.get("ASAL_CHROMIUM", "")
    if asked and asked != _PACKAGED:
        yield Chromium(asked)
        return
    found = (shutil.which(name) for name in NAMES)
    yield from (Chromium(path) for path in found if path and asked != _PACKAGED)
    binary = _unpacked()
    if binary is None:
        return
    yield Chromium(str(binary))
    # Libraries for a machine that has few; in the way where it has its own.
    path = [str(binary.parent / "al2023/lib"), *filter(None, [os.environ.get("LD_LIBRARY_PATH")])]
    yield Chromium(str(binary), {"LD_LIBRARY_PATH": os.pathsep.join(path)})


def sandboxes() -> tuple[bool, ...]:
    """Return whether to try Chromium's sandbox, and in which order: it refuses to be root's.

    Without one is bearable here, because tests show it nothing but our own pages.
    """
    return (False,) if os.geteuid() == 0 else (True, False)


def _unpacked() -> Path | None:
    """Return the packed Chromium, unpacked by its own package; `None` where it cannot be had."""
    try:
        folder = _setup.npm_folder("browser")
    except SystemExit:
        return None
    unpacked, part = folder / "node_modules/.chromium", folder / "node_modules/.chromium.part"
    if not unpacked.exists():
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        # It unpacks into the temporary folder, its libraries only where it takes itself to be on Lambda.
        told = os.environ | {"TMPDIR": str(part), "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs24.x"}
        command = [*_setup.node_command(), "--input-type=module", "--eval", _UNPACK]
        done = subprocess.run(
            command, cwd=folder, env=told, check=False, capture_output=True, timeout=_UNPACK_SECONDS
        )
        if done.returncode:
            return None
        part.rename(unpacked)
    return unpacked / "chromium"
