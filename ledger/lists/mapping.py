"""The map from a list's columns to our fields: a small TOML file that a person writes once for each list.

    [list]                      # all of it optional
    header = 3                  # line of the titles
    sheet = "AEO"               # of a workbook
    dates = "D/M/YYYY"          # how days are written in texts
    calendar = "buddhist"
    empty = ["-"]               # cells that say nothing
    ignored = ["No."]           # columns that say nothing
    speaks_of = ["BRK"]         # roles that the list is about, where others are listed elsewhere
    [columns]
    code = "AEO code"
    [constants]
    programme = "AEO"
    [values.status]
    "Active" = "certified"

Without a map, the columns are called like our fields.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ledger.lists.complaints import ColumnsMissing, ListUnreadable, MapInvalid
from ledger.lists.days import FORMS, ISO
from ledger.lists.fields import CODED, FIELDS, NEEDED, ROLES
from ledger.lists.table import MOST_ROWS, Cell, folded
from ledger.operators import OperatorRole

_LIST_KEYS: Final = frozenset({"header", "sheet", "dates", "calendar", "empty", "ignored", "speaks_of"})
_SECTIONS: Final = frozenset({"list", "columns", "constants", "values"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMap:
    """How to understand a list."""

    columns: Mapping[str, str] = field(default_factory=lambda: {name: name for name in FIELDS})
    """Title of the column by field; one column may serve several."""
    constants: Mapping[str, Cell] = field(default_factory=dict)
    """What holds for all rows, by field."""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By field, what a cell of the list (folded) means."""
    header: int | None = None
    sheet: str | None = None
    dates: str = ISO
    buddhist: bool = False
    empty: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    speaks_of: OperatorRole | None = None
    """The roles that the list is about; None for all."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A map applied to the titles of a list."""

    map: ListMap
    titles: tuple[str, ...]
    places: Mapping[str, int]
    """Position of the column by field."""
    unknown: tuple[str, ...]
    """Titles that nothing is taken from."""

    def title(self, name: str) -> str:
        """Return the title of a field's column, or its own name when it is the same for all rows."""
        return self.titles[self.places[name]] if name in self.places else name


def map_in(text: bytes) -> ListMap:
    """Return the map in a TOML file; raises `MapInvalid`."""
    try:
        document = tomllib.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError):  # a number too long, or nesting too deep, too
        raise MapInvalid("text", "is not TOML in UTF-8") from None
    _only(document, _SECTIONS, "")
    told = {name: _section(document, name) for name in _SECTIONS}
    _only(told["list"], _LIST_KEYS, "list.")
    _only(told["columns"], frozenset(FIELDS), "columns.")
    _only(told["constants"], frozenset(FIELDS), "constants.")
    _only(told["values"], frozenset(CODED), "values.")
    for name in told["columns"].keys() & told["constants"].keys():
        raise MapInvalid(f"constants.{name}", "is a column too; keep one of the two")
    return ListMap(
        columns={name: _text(title, f"columns.{name}") for name, title in told["columns"].items()},
        constants={name: _constant(cell, f"constants.{name}") for name, cell in told["constants"].items()},
        values={name: _table(told["values"], name) for name in told["values"]},
        **_of_list(told["list"]),
    )


def bound(map_: ListMap, titles: tuple[str, ...]) -> Bound:
    """Return where each field is; raises `ColumnsMissing` or, for a title there twice, `ListUnreadable`."""
    at: dict[str, int] = {}
    for place, title in enumerate(titles):
        if at.setdefault(folded(title), place) != place and _used(map_, title):
            raise ListUnreadable("list.titles", "a column that the map names is there twice")
    places = {name: at[folded(title)] for name, title in map_.columns.items() if folded(title) in at}
    needed = [name for name in NEEDED if name not in places and name not in map_.constants]
    if needed:
        raise ColumnsMissing(tuple(needed), tuple(map_.columns.get(name, name) for name in needed))
    taken = set(places.values())
    unknown = [title for place, title in enumerate(titles) if place not in taken and title]
    return Bound(map_, titles, places, tuple(title for title in unknown if folded(title) not in map_.ignored))


def _used(map_: ListMap, title: str) -> bool:
    return folded(title) in {folded(wanted) for wanted in map_.columns.values()}


def _of_list(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a map that its section [list] gives."""
    found: dict[str, Any] = {}
    if "header" in told:
        found["header"] = _line(told["header"])
    if "sheet" in told:
        found["sheet"] = _text(told["sheet"], "list.sheet")
    if "dates" in told:
        found["dates"] = _one_of(told["dates"], FORMS, "list.dates")
    if "calendar" in told:
        found["buddhist"] = (
            _one_of(told["calendar"], ("gregorian", "buddhist"), "list.calendar") == "buddhist"
        )
    for name in ("empty", "ignored"):
        if name in told:
            found[name] = frozenset(folded(text) for text in _texts(told[name], f"list.{name}"))
    if "speaks_of" in told:
        roles = [_role(text) for text in _texts(told["speaks_of"], "list.speaks_of")]
        found["speaks_of"] = OperatorRole(sum({role.value for role in roles}))
    return found


def _role(text: str) -> OperatorRole:
    role = ROLES.get(text.strip().lower())
    if role is None:
        raise MapInvalid("list.speaks_of", f"names roles of {', '.join(ROLES)}")
    return role


def _only(told: Mapping[str, Any], known: frozenset[str], path: str) -> None:
    for name in told.keys() - known:
        raise MapInvalid(f"{path}{name}", f"is not known; there is {', '.join(sorted(known))}")


def _section(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = document.get(name, {})
    if not isinstance(section, dict):
        raise MapInvalid(name, "is a section")
    return section


def _table(values: Mapping[str, Any], name: str) -> dict[str, str]:
    section = _section(values, name)
    return {folded(cell): _text(meaning, f"values.{name}") for cell, meaning in section.items()}


def _text(value: object, path: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise MapInvalid(path, "is a text")
    return value


def _texts(value: object, path: str) -> list[str]:
    if not isinstance(value, list):
        raise MapInvalid(path, "is a list of texts")
    return [_text(text, path) for text in value]


def _constant(value: object, path: str) -> Cell:
    if isinstance(value, bool | float) or not isinstance(value, str | int) or value == "":
        raise MapInvalid(path, "is a text or a whole number")
    return value


def _line(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_ROWS:
        raise MapInvalid("list.header", "is the line of the titles, from 1")
    return value


def _one_of(value: object, known: Sequence[str] | Mapping[str, object], path: str) -> str:
    if not isinstance(value, str) or value not in known:
        raise MapInvalid(path, f"is one of {', '.join(known)}")
    return value
