"""A file as a list: which kind it is, what its columns are, and what it says of each operator."""

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ledger.hashing import keccak
from ledger.lists.complaints import Complaints, ListUnreadable
from ledger.lists.csv_table import csv_table
from ledger.lists.mapping import Bound, ListMap, bound
from ledger.lists.table import MOST_BYTES
from ledger.lists.wanted import Wanted, wanted_in
from ledger.lists.xlsx_table import xlsx_table

_ZIP: Final = b"PK\x03\x04"
"""How an XLSX workbook begins."""
_OLD: Final = b"\xd0\xcf\x11\xe0"
"""How a workbook of the format before it begins."""


@dataclass(frozen=True, slots=True)
class Source:
    """A list that was read."""

    wanted: list[Wanted]
    columns: Bound
    digest: bytes
    """Keccak-256 of the file."""


def read_list(data: bytes, map_: ListMap, member: str, now: datetime, complaints: Complaints) -> Source:
    """Return what a member's list says; what is wrong with rows goes to the complaints.

    The kind of file is told by how it begins, not by its name.  Raises `ListUnreadable` or `ColumnsMissing`.
    """
    if len(data) > MOST_BYTES:
        raise ListUnreadable("list.size", f"a list has at most {MOST_BYTES >> 20} MiB")
    if data.startswith(_OLD):
        raise ListUnreadable("list.format", "the workbook is of the old format; save it as XLSX or CSV UTF-8")
    stream = io.BytesIO(data)
    if data.startswith(_ZIP):
        table = xlsx_table(stream, complaints, map_.sheet, map_.header)
    else:
        table = csv_table(stream, map_.columns.values(), map_.header)
    columns = bound(map_, table.titles)
    return Source(wanted_in(table, columns, member, now, complaints), columns, keccak(data))
