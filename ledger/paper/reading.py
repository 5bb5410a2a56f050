"""Reading the envelope back out of a certificate that came as PDF.

A stranger made the file.  Only the catalogue and the list of attached files are read, never a page; every
walk is bounded, and whatever a broken file does to its reader is one and the same refusal.
"""

import logging
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from pypdf import PdfReader, apply_configuration
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from ledger.errors import InputMalformed
from ledger.paper.marked import LARGEST, NAME, is_pdf

_LARGEST_FILE: Final = 2**20
_DEEPEST: Final = 8
"""Levels of the tree of attached files."""
_MOST: Final = 64
"""Nodes of that tree, and files in it."""
_WORK: Final = 4 * 2**20
"""Bytes that any one stream of the file may unpack to."""
_OBJECTS: Final = 20_000
_EFFORT: Final = 8 * 2**20
"""Bytes that the reader may go over in all, some of them often: about half a second."""
_STEP: Final = 16
"""What one read costs beside its bytes."""
_LIMITS: Final[dict[str, Any]] = {
    "maximum_declared_stream_length": _LARGEST_FILE,
    "array_based_stream_maximum_output_length": _LARGEST_FILE,
    "array_maximum_element_count": _OBJECTS,
    "dictionary_maximum_element_count": _OBJECTS,
    "lzw_maximum_output_length": _WORK,
    "run_length_maximum_output_length": _WORK,
    "zlib_maximum_output_length": _WORK,
    "zlib_maximum_recovery_input_length": 0,
    "brotli_maximum_output_length": _WORK,
    "stream_filters_maximum_length": 2,
    "stream_decoding_work_maximum_length": _WORK,
    "jbig2dec_binary": None,
    "disable_legacy_handling": True,
}

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # strangers' files are not worth a line of the log


class _TooMuchEffort(MemoryError):
    """A file makes its reader go over it again and again; of all errors pypdf passes only this one on."""


class _Effort:
    """What the reader may still spend on a file."""

    def __init__(self) -> None:
        self._left = _EFFORT

    def spend(self, much: int) -> None:
        self._left -= much
        if self._left < 0:
            raise _TooMuchEffort


class _Metered(BytesIO):
    """A file of which each read is counted."""

    def __init__(self, content: bytes, effort: _Effort) -> None:
        super().__init__(content)
        self._effort = effort

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as ever."""
        found = super().read(size)
        self._effort.spend(len(found) + _STEP)
        return found

    def getbuffer(self) -> memoryview:
        """Return all of it: for an object that is not where it should be the whole file is searched."""
        found = super().getbuffer()
        self._effort.spend(len(found))
        return found


class _Reader(PdfReader):
    """Repairs no tables, and counts what unpacking many objects at once can take."""

    def __init__(self, pdf: bytes) -> None:
        self._effort = _Effort()
        super().__init__(
            _Metered(pdf, self._effort),
            strict=True,
            root_object_recovery_limit=1,
            xref_stream_maximum_entries=_OBJECTS,
        )

    def get_object(self, indirect_reference: int | IndirectObject) -> PdfObject | None:
        """Return an object; of those packed together each may go over the whole pack."""
        at = indirect_reference if isinstance(indirect_reference, int) else indirect_reference.idnum
        if at in self.xref_objStm and (0, at) not in self.resolved_objects:
            pack = super().get_object(self.xref_objStm[at][0])
            if isinstance(pack, StreamObject):
                count = pack.get("/N")
                number = max(1, int(count)) if isinstance(count, NumberObject) else 1
                self._effort.spend(number * len(pack.get_data()))
        return super().get_object(indirect_reference)


def envelope_in(pdf: bytes) -> bytes:
    """Return the JSON text of the envelope in a PDF, unread; raises `InputMalformed`."""
    if len(pdf) > _LARGEST_FILE:
        raise InputMalformed("pdf.size", f"a certificate as PDF has at most {_LARGEST_FILE // 1024} kB")
    try:
        found = _attached(pdf) if is_pdf(pdf) else []
    except (Exception, RecursionError):  # noqa: BLE001 - a broken file may do anything to its reader
        found = []
    if len(found) != 1:
        message = (
            "this PDF has no certificate in it: a scan has none; ask for the PDF that the issuing authority "
            "gave out"
        )
        raise InputMalformed("pdf.not-ours", message)
    if len(found[0]) > LARGEST:
        raise InputMalformed("pdf.size", f"the envelope in a PDF has at most {LARGEST // 1024} kB")
    return found[0]


def _attached(pdf: bytes) -> list[bytes]:
    """Return the content of the attached files that have the name of an envelope."""
    with apply_configuration(**_LIMITS):
        reader = _Reader(pdf)
        return [] if reader.is_encrypted else _envelopes(reader)


def _envelopes(reader: PdfReader) -> list[bytes]:
    names = _inner(_inner(reader.root_object, "/Names"), "/EmbeddedFiles")
    found = []
    for specification in _specifications(names):
        given = specification.get("/UF", specification.get("/F"))
        file = _inner(specification, "/EF").get("/F")
        content = file.get_object() if file is not None else None
        if given == NAME and isinstance(content, StreamObject):
            found.append(content.get_data())
            if len(found) > 1:
                return found
    return found


def _specifications(names: DictionaryObject) -> Iterator[DictionaryObject]:
    """Yield the attached files of a name tree, level by level."""
    level, seen = [names], 0
    for _ in range(_DEEPEST):
        below: list[DictionaryObject] = []
        for node in level:
            for part in _list(node, "/Names")[:_MOST]:
                value = part.get_object()
                seen += 1
                if seen > 2 * _MOST:
                    return
                if isinstance(value, DictionaryObject):
                    yield value
            kids: list[object] = [kid.get_object() for kid in _list(node, "/Kids")[:_MOST]]
            below += [kid for kid in kids if isinstance(kid, DictionaryObject)]
        level = below[:_MOST]
        if not level:
            return


def _inner(holder: DictionaryObject, name: str) -> DictionaryObject:
    found = holder.get(name)
    value: object = found.get_object() if found is not None else None
    return value if isinstance(value, DictionaryObject) else DictionaryObject()


def _list(holder: DictionaryObject, name: str) -> ArrayObject:
    found = holder.get(name)
    value = found.get_object() if found is not None else None
    return value if isinstance(value, ArrayObject) else ArrayObject()
