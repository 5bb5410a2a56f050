"""What the tables of a replica are made of: types of their columns, and the table of one kind of event."""

from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Integer, LargeBinary, String, Table, TypeDecorator
from sqlalchemy.sql.type_api import TypeEngine

from ledger.archive.tables import metadata

ACCOUNT, CODE, WORD = String(42), String(8), LargeBinary(32)
"""An account; a member's code, whose two bytes may be no letters and are then written as escapes; a hash."""
OPERATOR = String(128).with_variant(String(128, collation="C"), "postgresql")
"""An operator's code, of 32 bytes that may be written as escapes too; it is in the same order everywhere."""
ORDERED_CODE = String(8).with_variant(String(8, collation="C"), "postgresql")
"""A member's code by which a list is in order."""
NUMBER, SMALL = BigInteger(), Integer()
_WORD_BITS = 64


class Lines(TypeDecorator[int]):
    """Goods lines as bits of a word of 64 (`ledger.origin.lines`); a database counts to 63 and below zero."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Return the same bits as a number with a sign."""
        return value - (1 << _WORD_BITS) if value is not None and value >> (_WORD_BITS - 1) else value

    def process_result_value(self, value: int | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Return the word."""
        return value % (1 << _WORD_BITS) if value is not None else None


def of_kind(kind_of: str, /, **columns: TypeEngine[Any]) -> Table:
    """Make the table of one kind of event: its place, the block's time, and its fields."""
    return Table(
        f"replica_{kind_of}",
        metadata,
        Column("block", BigInteger, primary_key=True, autoincrement=False),
        Column("position", Integer, primary_key=True, autoincrement=False),
        Column("at", BigInteger, nullable=False),
        *(Column(field, kind, nullable=field == "replacement") for field, kind in columns.items()),
    )
