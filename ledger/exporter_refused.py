"""Why something about a certified exporter is refused before it reaches the ledger.

    Refused (see `ledger.errors`)
    ├── ExporterMalformed        what is said of an exporter does not have the required form
    ├── ExporterUnknown          neither this archive nor the ledger knows the exporter
    ├── ExporterActNotAllowed    its authorisation does not allow this as it stands
    ├── ExporterMovedOn          another process acted on the exporter at the same time
    ├── ExporterRecordNotHeld    the record that the ledger names is not in this archive
    └── ExporterRecordNotNamed   the ledger has never named this record

Messages repeat codes, acts and statuses, and nothing else that was sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.errors import Problem, Refused


@dataclass(eq=False)
class ExporterMalformed(Refused):
    """What is said of an exporter does not have the required form; carries every problem found."""

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        return "; ".join(f"{problem.pointer or '/'}: {problem.message}" for problem in self.problems)


@dataclass(eq=False)
class ExporterUnknown(Refused):
    """Neither this archive nor the ledger knows the exporter."""

    member: str
    code: str

    def __str__(self) -> str:
        return f"nothing is recorded of exporter {self.code} of {self.member}"


@dataclass(eq=False)
class ExporterActNotAllowed(Refused):
    """The authorisation does not allow the act as it stands (OCP Rules 12A to 12D)."""

    code: str
    act: str
    status: str
    """none, authorised, suspended or withdrawn."""
    allowed: Sequence[str]
    """What is allowed now, in the words of the command line and the API."""

    def __str__(self) -> str:
        allowed = ", ".join(self.allowed) or "nothing; a later authorisation has a code of its own"
        return (
            f"the authorisation of exporter {self.code} is {self.status}, which does not allow `{self.act}`; "
            f"allowed now: {allowed}"
        )


@dataclass(eq=False)
class ExporterMovedOn(Refused):
    """Another process acted on the exporter at the same time, and was first."""

    code: str

    def __str__(self) -> str:
        return f"somebody else acted on exporter {self.code} at the same time; nothing was done"


@dataclass(eq=False)
class ExporterRecordNotHeld(Refused):
    """The record that the ledger names is not in this archive."""

    member: str
    code: str

    def __str__(self) -> str:
        return (
            f"the record of exporter {self.code} of {self.member} is not in this archive; ask its competent "
            "authority for it and take it in with `asal exporter take` or POST /v1/exporters/records"
        )


@dataclass(eq=False)
class ExporterRecordNotNamed(Refused):
    """The ledger has never named this record for this exporter, so nobody vouches for it."""

    member: str
    code: str

    def __str__(self) -> str:
        return f"the ledger names no such record for exporter {self.code} of {self.member}"
