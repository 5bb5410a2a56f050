"""How commands speak: data on standard output, talk on standard error, and one way to fail.

Exit codes: 0 done, 1 could not be done now (node or archive silent), 2 wrong usage, 3 a rule said no, 15
accepted and on its way to the chain; `asal verify` exits with the code of its verdict (10 to 20, see
`docs/reference/verdicts.md`).
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum, Flag
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ledger.errors import (
    CertificateMalformed,
    CertificateRefused,
    EnvelopeMalformed,
    Finding,
    LedgerError,
    NotRecordedYet,
    Refused,
    Severity,
)

EXIT_UNAVAILABLE = 1
EXIT_USAGE = 2
EXIT_REFUSED = 3
EXIT_PENDING = 15


_TITLES = {EXIT_UNAVAILABLE: "Could not be done now", EXIT_REFUSED: "Refused", EXIT_PENDING: "Not yet"}
_UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""Characters that steer a terminal, turn the direction of writing, or do not show; not line ends."""


class _Page(Console):
    """Shows texts of others as they are: they neither steer the terminal nor count as markup."""

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 - the library's own
        """Return text for the page, with characters that would not be seen written as escapes."""
        return super().render_str(_UNSEEN.sub(_escaped, text), **options)


talk = _Page(stderr=True, highlight=False, emoji=False)
page = _Page(highlight=False, emoji=False, markup=False)


def plain(value: Any) -> Any:  # noqa: ANN401, PLR0911 - any value of the ledger, one line for each kind
    """Return a value of the ledger as JSON has it: bytes as 0x hex, times in RFC 3339, names in camelCase."""
    match value:
        case bytes():
            return f"0x{value.hex()}"
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Flag():
            return [role.name for role in value]
        case Enum():
            return value.value if isinstance(value.value, str) else value.name
        case Mapping():
            return {plain(key): plain(inner) for key, inner in value.items()}
        case str() | bool() | int() | None:
            return value
        case Iterable():
            return [plain(inner) for inner in value]
    if is_dataclass(value):
        return {_camel(field.name): plain(getattr(value, field.name)) for field in fields(value)}
    return str(value)


def answer(value: object, *, as_json: bool, shown: Callable[[], None]) -> None:
    """Print a value as JSON, or let the command show it to a person.

    JSON leaves characters as they are that steer a terminal, so these are written as escapes as well.
    """
    if as_json:
        text = json.dumps(plain(value), ensure_ascii=False, indent=2)
        sys.stdout.write(f"{_UNSEEN.sub(_escaped_in_json, text)}\n")
    else:
        shown()


def table(titles: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Print rows under titles, or the sentence for none."""
    cells = [[str(cell).replace("\n", "\\n") for cell in row] for row in rows]
    if not cells:
        page.print(empty)
        return
    sheet = Table(*titles, box=None, pad_edge=False)
    for row in cells:
        sheet.add_row(*row)
    page.print(sheet)


@contextmanager
def failures() -> Iterator[None]:
    """Turn what the ledger raises into a sentence on standard error and an exit code."""
    try:
        yield
    except Refused as error:
        fail(error, EXIT_REFUSED)
    except NotRecordedYet as error:
        fail(error, EXIT_PENDING)
    except LedgerError as error:
        fail(error, EXIT_UNAVAILABLE)


def fail(error: LedgerError, code: int) -> NoReturn:
    """Say what went wrong, and end."""
    complain(error, code)
    raise typer.Exit(code)


def complain(error: LedgerError, code: int) -> None:
    """Say what went wrong, line by line where there are several things."""
    match error:
        case CertificateMalformed() | EnvelopeMalformed():
            talk.print("[bold red]Refused:[/] the document does not have the required form")
            for problem in error.problems:
                talk.print(f"  {problem.pointer or '/'}  {problem.message}  ({problem.rule})", markup=False)
        case CertificateRefused():
            talk.print("[bold red]Refused:[/] rules of its scheme speak against it")
            findings(error.findings)
        case _:
            title = _TITLES[code]
            talk.print(f"[bold red]{title}:[/]", end=" ")
            talk.print(f"{error} ({type(error).__name__})", markup=False)


def findings(found: Iterable[Finding]) -> None:
    """Say what the rules found, refusals first."""
    for finding in sorted(found, key=lambda finding: finding.severity is not Severity.REFUSAL):
        line = (
            f"  {finding.severity}  {finding.rule} at {finding.pointer}: {finding.message} [{finding.source}]"
        )
        talk.print(line, markup=False)


def usage(message: str) -> NoReturn:
    """Say how the command is meant to be used, and end."""
    talk.print("[bold red]Usage:[/]", end=" ")
    talk.print(message, markup=False)
    raise typer.Exit(EXIT_USAGE)


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def _escaped_in_json(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
