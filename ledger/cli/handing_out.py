"""Where the envelopes of a bulk run go: one line each into a file, or a file each into a folder.

Both know what is there already, so that a run that is repeated adds what is missing and nothing twice.
"""

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Self

from ledger.cli.output import usage
from ledger.envelope import VERSION
from ledger.errors import Unavailable
from ledger.hashing import pair

_LONGEST: Final = 2**24
"""Bytes that are looked at as one line: four times the longest envelope."""
_BEGINNING: Final = b'{"version":"%s","data":{' % VERSION.encode()
_PROOF: Final = re.compile(rb'"targetHash":"([0-9a-f]{64})","proof":\["([0-9a-f]{64})[^{}]*\},"fingerprints"')


@dataclass(eq=False)
class OutputUnwritable(Unavailable):
    """Nothing more can be written to a file; what was accepted is in the archive."""

    path: Path
    reason: str

    def __str__(self) -> str:
        return f"{self.path} cannot be written: {self.reason}; make room, and run the same command again"


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Turn what the system says of a file into `OutputUnwritable`."""
    try:
        yield
    except OSError as error:
        raise OutputUnwritable(path, error.strerror or type(error).__name__) from error


class Lines:
    """A file with one envelope a line, in the order of the rows.

    A last line without an end was torn by the death of an earlier run, and is cut off.  About a hundred bytes
    of memory are kept for each envelope, to write none twice.  One run at a time has the file.
    """

    def __init__(self, path: Path) -> None:
        """Open the file and read which certificates are in it."""
        self._ids: set[bytes] = set()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream: BinaryIO = path.open("a+b", buffering=1 << 20)
        except OSError as error:
            usage(f"{path} cannot be written: {error.strerror}")
        self._path = path
        _hold_alone(self._stream.fileno(), path, self._stream.close)
        self._stream.truncate(self._read(path))
        self._stream.seek(0, 2)

    def __enter__(self) -> Self:
        """Stand ready."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file; what could not be written then is written by the next run."""
        with suppress(OSError):
            self._stream.close()

    def finish(self) -> None:
        """Hand over to the system all that was added; raises `OutputUnwritable`."""
        with writing_to(self._path):
            self._stream.flush()

    def lacks(self, certificate: bytes) -> bool:
        """Whether the envelope of a certificate is missing."""
        return certificate not in self._ids

    def write(self, certificate: bytes, envelope: bytes | None) -> None:
        """Add an envelope, unless it is there."""
        if envelope is not None and certificate not in self._ids:
            with writing_to(self._path):
                self._stream.write(envelope + b"\n")
            self._ids.add(certificate)

    def _read(self, path: Path) -> int:
        """Take in the certificates of the complete lines; returns where the last one ends."""
        self._stream.seek(0)
        end = 0
        while line := self._stream.readline(_LONGEST):
            torn = not line.endswith(b"\n")
            if torn and (line.startswith(_BEGINNING) or _BEGINNING.startswith(line)):
                break
            found = None if torn else _PROOF.search(line)
            if found is None:
                self._stream.close()
                usage(f"{path} holds something else than envelopes, one a line; name another file with --out")
            self._ids.add(pair(bytes.fromhex(found[1].decode()), bytes.fromhex(found[2].decode())))
            end += len(line)
        return end


class Folder:
    """A folder with one file for each envelope, named by the certificate's id; one run at a time has it."""

    def __init__(self, path: Path) -> None:
        """Make the folder."""
        self._path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            usage(f"{path} cannot be written: {error.strerror}")
        _hold_alone(self._handle, path, lambda: os.close(self._handle))

    def __enter__(self) -> Self:
        """Stand ready."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave it to others."""
        os.close(self._handle)

    def finish(self) -> None:
        """Do nothing: each file is whole already."""

    def lacks(self, certificate: bytes) -> bool:
        """Whether the envelope of a certificate is missing."""
        return not self._file(certificate).exists()

    def write(self, certificate: bytes, envelope: bytes | None) -> None:
        """Write an envelope, whole or not at all."""
        if envelope is None:
            return
        file = self._file(certificate)
        part = file.with_suffix(".part")
        with writing_to(file):
            part.write_bytes(envelope + b"\n")
            part.replace(file)

    def _file(self, certificate: bytes) -> Path:
        return self._path / f"{certificate.hex()}.json"


def _hold_alone(handle: int, path: Path, close: Callable[[], None]) -> None:
    """Keep other runs out until the handle is closed, or end because one is there; it would cut our lines."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        close()
        usage(f"another run writes to {path}; wait for its end, or name another place with --out")
