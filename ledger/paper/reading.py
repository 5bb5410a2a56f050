"""Reading the envelope back out of a certificate that came as PDF.

A stranger made the file.  Only the catalogue and the list of attached files are read, never a page; every
walk is bounded, and whatever a broken file does to its reader is one and the same refusal.
"""

import logging
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from pypdf import PdfReader, apply_configuration
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

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
        reader = PdfReader(
            BytesIO(pdf), root_object_recovery_limit=1000, xref_stream_maximum_entries=_OBJECTS
        )
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
