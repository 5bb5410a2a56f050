"""What is wrong with a list: each place with its line as the person sees it, its column and the rule."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ledger.errors import Refused

MOST_TOLD: Final = 100
"""Complaints that are kept unless more are asked for."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing that is wrong with one line."""

    line: int
    """Line of the file, or row of the sheet, counted from 1 with everything in it."""
    column: str
    """Title of the column as the file has it; empty where the whole row is meant."""
    rule: str
    """Stable code, such as `date.format`."""
    message: str
    """What to do, without the value that is wrong."""

    def __str__(self) -> str:
        where = f", {self.column}" if self.column else ""
        return f"line {self.line}{where}: {self.message} ({self.rule})"


class Unfit(Exception):
    """A cell that does not say what its field asks for; becomes a `RowProblem`."""

    def __init__(self, rule: str, message: str, field: str = "") -> None:
        """Keep the rule and what to do; the field is known where the cell was taken from."""
        super().__init__(rule)
        self.rule, self.message, self.field = rule, message, field


@dataclass(eq=False)
class ListUnreadable(Refused):
    """A file that cannot be read as a list at all."""

    rule: str
    message: str
    line: int = 0
    """Where, 0 for the file as a whole."""

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


@dataclass(eq=False)
class MapInvalid(Refused):
    """A map of columns that cannot be used."""

    key: str
    """Dotted path of the entry."""
    message: str

    def __str__(self) -> str:
        return f"the map's {self.key}: {self.message}"


@dataclass(eq=False)
class ColumnsMissing(Refused):
    """A list that lacks columns which a map needs."""

    fields: tuple[str, ...]
    titles: tuple[str, ...]
    """What the columns would be called, in the order of the fields."""

    def __str__(self) -> str:
        wanted = ", ".join(
            f"{field} ({title})" for field, title in zip(self.fields, self.titles, strict=True)
        )
        return (
            f"the list has no column for {wanted}; name the right columns in a map with --map, "
            "or state the value for all rows under [constants]"
        )


@dataclass(eq=False)
class ListRefused(Refused):
    """A list with rows that are wrong; nothing of it is recorded."""

    problems: tuple[RowProblem, ...]
    """In the order of the lines; the first ones, where there are more than were asked for."""
    total: int

    def __str__(self) -> str:
        return f"{self.total} places of the list are wrong, and nothing of it was recorded"


class Complaints:
    """Gathers what is wrong, so that a person can mend all of it at once."""

    def __init__(self, most: int = MOST_TOLD) -> None:
        """Keep so many; the others are counted."""
        self._most, self._kept = most, list[RowProblem]()
        self.total = 0

    def __iter__(self) -> Iterator[RowProblem]:
        """Yield what was kept, by line."""
        return iter(sorted(self._kept, key=lambda problem: problem.line))

    def add(self, problem: RowProblem) -> None:
        """Note one more."""
        self.total += 1
        if len(self._kept) < self._most:
            self._kept.append(problem)

    def raise_any(self) -> None:
        """Raise `ListRefused` when there are any."""
        if self.total:
            raise ListRefused(tuple(self), self.total)
