"""What the cells of a row mean, field by field."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Final, TypeVar

from ledger.aeo.codes import parse_operator_code
from ledger.aeo.records import HIGHEST_LEVEL, NATIONAL_ID, PROGRAMME
from ledger.errors import OperatorCodeAmbiguous, OperatorCodeMalformed
from ledger.field_checks import ADDRESS, NAME
from ledger.lists.complaints import Unfit
from ledger.lists.days import begins, day_in, ends
from ledger.lists.fields import CONSENTS, EXPIRED, GROUNDS, ON_RECORDING, ROLES, STATUSES, UNLIMITED
from ledger.lists.mapping import ListMap
from ledger.lists.table import Cell, folded
from ledger.operators import Consent, Ground, OperatorCode, OperatorRole, OperatorStatus
from ledger.texts import Check, country, printable, text

_COMPUTED: Final = ("=", "+", "-", "@")
"""How a cell begins that a spreadsheet would compute when it is opened there again."""
_BETWEEN: Final = str.maketrans(dict.fromkeys(",;/|&+\n\t", " "))
"""What stands between several roles in one cell."""
_Kind = TypeVar("_Kind")


def written(cell: Cell, check: Check) -> str:
    """Return a text without outer spaces and in normal form C; raises `Unfit`."""
    value = unicodedata.normalize("NFC", str(cell).replace("\r\n", "\n").strip())
    if value.startswith(_COMPUTED):
        raise Unfit("text.formula", "begin with another character; a spreadsheet would compute this")
    if fault := check(value):
        raise Unfit(*fault)
    return value


def number_kept(cell: Cell) -> str:
    """Return an identifier as text; a sheet's number may have lost zeros at its beginning."""
    if not isinstance(cell, str):
        raise Unfit(
            "text.number", "format the column as text, and see that no zeros are lost at the beginning"
        )
    return cell


def code(cell: Cell, member: str) -> OperatorCode:
    """Return the operator's code in its canonical form."""
    try:
        return parse_operator_code(number_kept(cell), member=member)
    except OperatorCodeMalformed as error:
        raise Unfit(error.rule, error.message) from None
    except OperatorCodeAmbiguous:
        message = "write the member's two letters first; the code could be another country's"
        raise Unfit("operator.ambiguous", message) from None


def name(cell: Cell) -> str:
    """Return the operator's name."""
    return written(cell, text(NAME))


def address(cell: Cell) -> str:
    """Return its address, which may have several lines."""
    return written(cell, text(ADDRESS, lines=True))


def national_id(cell: Cell) -> str:
    """Return its number in the national register."""
    return written(number_kept(cell), printable(NATIONAL_ID))


def programme(cell: Cell) -> str:
    """Return the code of its programme."""
    return written(cell, printable(PROGRAMME))


def address_country(cell: Cell) -> str:
    """Return the country of its address."""
    return written(str(cell).upper(), country)


def level(cell: Cell) -> int:
    """Return its level."""
    digits = str(cell).strip()
    if isinstance(cell, bool) or not (digits.isascii() and digits.isdigit() and len(digits) == 1):
        raise Unfit("level.range", f"give a whole number from 1 to {HIGHEST_LEVEL}")
    if digits == "0":
        raise Unfit("level.range", f"give a whole number from 1 to {HIGHEST_LEVEL}")
    return int(digits)


def roles(cell: Cell) -> OperatorRole:
    """Return its roles: codes or words, several in one cell."""
    words = str(cell).translate(_BETWEEN).casefold().split()
    unknown = [word for word in words if word not in ROLES]
    if unknown or not words:
        raise Unfit(
            "role.unknown", f"use {', '.join(ROLES)}, or say under [values.roles] what the cell means"
        )
    return OperatorRole(sum({ROLES[word].value for word in words}))


def status(cell: Cell) -> OperatorStatus | None:
    """Return its status; None for one that has expired, which is computed from its last day."""
    if folded(str(cell)) == EXPIRED:
        return None
    return _one_of(cell, STATUSES, "status")


def consent(cell: Cell) -> Consent:
    """Return what it has agreed to: one word, or exchange and publication."""
    words = str(cell).translate(_BETWEEN).casefold().split() or [""]
    return reduce(or_, (_one_of(word, CONSENTS, "consent") for word in words))


def ground(cell: Cell) -> Ground:
    """Return why its status changed."""
    return _one_of(cell, GROUNDS, "ground")


def first_moment(cell: Cell, map_: ListMap) -> datetime | None:
    """Return from when the status holds; None for the moment it is recorded."""
    if folded(str(cell)) == ON_RECORDING:
        return None
    return begins(_day(cell, map_))


def last_second(cell: Cell, map_: ListMap) -> datetime | None:
    """Return until when it holds; None for unlimited."""
    if folded(str(cell)) == UNLIMITED:
        return None
    return ends(_day(cell, map_))


def _day(cell: Cell, map_: ListMap) -> date:
    return day_in(cell, map_.dates, buddhist=map_.buddhist)


def _one_of(cell: Cell, known: Mapping[str, _Kind], field: str) -> _Kind:
    found = known.get(folded(str(cell)))
    if found is None:
        message = f"use {', '.join(known)}, or say under [values.{field}] what the cell means"
        raise Unfit(f"{field}.unknown", message)
    return found


Reading = Callable[[Cell], object]


def readings(member: str, map_: ListMap) -> Mapping[str, Reading]:
    """Return how each field of a member's list is read."""
    return {
        "code": lambda cell: code(cell, member),
        "name": name,
        "address": address,
        "national_id": national_id,
        "programme": programme,
        "country": address_country,
        "level": level,
        "roles": roles,
        "status": status,
        "consent": consent,
        "ground": ground,
        "effective": lambda cell: first_moment(cell, map_),
        "until": lambda cell: last_second(cell, map_),
        "apply_from": lambda cell: last_second(cell, map_),
    }
