"""Where the envelopes of a bulk run go: one line each into a file, or a file each into a folder.

Both know what is there already, so that a run that is repeated adds what is missing and nothing twice.
"""

import re
from pathlib import Path
from typing import BinaryIO, Final, Self

from ledger.cli.output import usage
from ledger.hashing import pair

_PROOF: Final = re.compile(rb'"targetHash":"([0-9a-f]{64})","proof":\["([0-9a-f]{64})[^{}]*\},"fingerprints"')


class Lines:
    """A file with one envelope a line, in the order of the rows.

    A last line without an end was torn by the death of an earlier run, and is cut off.  About a hundred bytes
    of memory are kept for each envelope, to write none twice.
    """

    def __init__(self, path: Path) -> None:
        """Open the file and read which certificates are in it."""
        self._ids: set[bytes] = set()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream: BinaryIO = path.open("a+b", buffering=1 << 20)
        except OSError as error:
            usage(f"{path} cannot be written: {error.strerror}")
        self._stream.truncate(self._read(path))
        self._stream.seek(0, 2)

    def __enter__(self) -> Self:
        """Stand ready."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._stream.close()

    def lacks(self, certificate: bytes) -> bool:
        """Whether the envelope of a certificate is missing."""
        return certificate not in self._ids

    def write(self, certificate: bytes, envelope: bytes | None) -> None:
        """Add an envelope, unless it is there."""
        if envelope is not None and certificate not in self._ids:
            self._stream.write(envelope + b"\n")
            self._ids.add(certificate)

    def _read(self, path: Path) -> int:
        """Take in the certificates of the complete lines; returns where the last one ends."""
        self._stream.seek(0)
        end = 0
        for line in self._stream:
            if not line.endswith(b"\n"):
                break
            found = _PROOF.search(line)
            if found is None:
                self._stream.close()
                usage(f"{path} holds something else than envelopes, one a line; name another file with --out")
            self._ids.add(pair(bytes.fromhex(found[1].decode()), bytes.fromhex(found[2].decode())))
            end += len(line)
        return end


class Folder:
    """A folder with one file for each envelope, named by the certificate's id."""

    def __init__(self, path: Path) -> None:
        """Make the folder."""
        self._path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            usage(f"{path} cannot be written: {error.strerror}")

    def __enter__(self) -> Self:
        """Stand ready."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave it."""

    def lacks(self, certificate: bytes) -> bool:
        """Whether the envelope of a certificate is missing."""
        return not self._file(certificate).exists()

    def write(self, certificate: bytes, envelope: bytes | None) -> None:
        """Write an envelope, whole or not at all."""
        if envelope is None:
            return
        file = self._file(certificate)
        part = file.with_suffix(".part")
        try:
            part.write_bytes(envelope + b"\n")
            part.replace(file)
        except OSError as error:
            usage(f"{file} cannot be written: {error.strerror}")

    def _file(self, certificate: bytes) -> Path:
        return self._path / f"{certificate.hex()}.json"
