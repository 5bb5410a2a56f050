"""The fields of an envelope as they are written on paper, each taken once, so that none is forgotten."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from ledger.codes.lists import packages, places, units
from ledger.codes.members import called
from ledger.envelope import leaves
from ledger.paper.fonts import inert
from ledger.paper.sheet import HIDDEN
from ledger.said import day

_ELSEWHERE: Final = ("terms.", "network.", "issuers.0.documentStore", "issuers.0.identityProof.type")
"""Beginnings of what ties an envelope to its ledger: it is in the file, and the foot names the ledger."""


class Told:
    """Fields that are looked up by their dotted path, and remembered as taken."""

    def __init__(self, fields: Mapping[str, Any], *, redacted: bool) -> None:
        self._left = {path: value for path, value in leaves(dict(fields)) if value not in ({}, [])}
        self._all = tuple(self._left)
        self._absent = HIDDEN if redacted else ""

    def text(self, path: str, *, must: bool = False) -> str:
        """Return a field, made inert; of one that must be there and is not, that it is hidden."""
        found = self._left.pop(path, None)
        return inert(str(found)) if found is not None else self._absent if must else ""

    def ticked(self, path: str) -> bool:
        """Whether a tick-box is ticked."""
        return self._left.pop(path, False) is True

    def has(self, path: str) -> bool:
        """Whether there is a field, or something below it."""
        return any(at == path or at.startswith(f"{path}.") for at in self._all)

    def numbers(self, path: str) -> list[int]:
        """Return the numbers of the goods lines, invoices or originals that stand below a path, ascending."""
        steps = {at[len(path) + 1 :].split(".", 1)[0] for at in self._all if at.startswith(f"{path}.")}
        return sorted(int(step) for step in steps if step.isdecimal() and step.isascii() and len(step) < 4)  # noqa: PLR2004

    def day(self, path: str, *, must: bool = False) -> str:
        """Return a date, with its month by name."""
        found = self.text(path, must=must)
        try:
            return day(date.fromisoformat(found))
        except ValueError:
            return found

    def state(self, path: str, *, must: bool = False) -> str:
        """Return a state by name and code."""
        return str(called(self.text(path, must=must)))

    def measure(self, path: str, *, must: bool = False) -> str:
        """Return a quantity or a weight with the name of its unit."""
        return self._with_code(path, ("value", "unit"), units(), must=must)

    def packages(self, path: str, *, must: bool = False) -> str:
        """Return number and kind of packages."""
        return self._with_code(path, ("count", "kind"), packages(), must=must)

    def money(self, path: str) -> str:
        """Return an amount in its currency."""
        return " ".join(filter(None, (self.text(f"{path}.currency"), self.text(f"{path}.amount"))))

    def port(self, path: str) -> str:
        """Return a port by code and name."""
        return _named(self.text(path), places())

    def rest(self) -> Iterator[str]:
        """Yield what nobody has taken, with its path; what ties the envelope to the ledger is left out."""
        for path in list(self._left):
            if not path.startswith(_ELSEWHERE):
                yield f"{inert(path)}: {self.text(path)}"

    def _with_code(self, path: str, names: tuple[str, str], known: Mapping[str, str], *, must: bool) -> str:
        if not self.has(path):
            return self._absent if must else ""
        number, code = (self.text(f"{path}.{name}", must=True) for name in names)
        return f"{number} {_named(code, known)}".strip()


def _named(code: str, names: Mapping[str, str]) -> str:
    name = names.get(code)
    return f"{code} ({name})" if name else code
