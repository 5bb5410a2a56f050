"""A list of partners' operators at the AEO desk: which of them are recognised, by the steps of the API."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from api.desks.aeo_lists import MOST_BYTES, ListWrong
from api.desks.posted import Posted
from ledger.aeo.words import DIRECTION_WORDS, ROLE_WORDS, direction_word, role_code
from ledger.partner_lists import Line, Row, checked, rows_of_csv
from ledger.ports import Ledger
from ledger.recognising import Asked
from ledger.said import said

MOST_SHOWN: Final = 2000
"""Rows in a list at the desk, which are all shown; programs send five times as many."""


def rows_in(sent: Posted) -> list[Row]:
    """Return the rows of the file; raises `ListWrong` and `QuestionMalformed`."""
    if not sent.file:
        raise ListWrong("file", said("Choose a file with rows in it"))
    if len(sent.file) > MOST_BYTES:
        raise ListWrong("file", said("The file is too large for the desk; send it through the API"))
    rows = rows_of_csv(sent.file)
    if len(rows) > MOST_SHOWN:
        raise ListWrong("file", said("The list has too many rows for the desk; send it through the API"))
    return rows


def asked_in(sent: Posted, member: str) -> Asked:
    """Return what holds for the rows that say nothing else."""
    host, role, direction = (sent.one(name)[:20] for name in ("host", "role", "direction"))
    return Asked(operator="", host=host or member, role=role or "exporter", direction=direction or None)


def lines_of(rows: Sequence[Row], asked: Asked, ledger: Ledger) -> Iterator[Line]:
    """Return what is said of each row; raises `QuestionMalformed`, or `Unavailable` for the first ones."""
    return checked(rows, asked, ledger)


def choices() -> Mapping[str, Any]:
    """Return the roles and directions that may be asked about."""
    return {
        "roles": [(role_code(role), name) for role, name in ROLE_WORDS.items()],
        "directions": [(direction_word(one), name) for one, name in DIRECTION_WORDS.items()],
    }
