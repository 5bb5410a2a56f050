"""The options that acts on operators share, and what they become."""

from collections.abc import Iterator
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ledger import authorising
from ledger.aeo.acts import GROUNDS, Act
from ledger.aeo.application import particulars_in
from ledger.aeo.asked import OFFICE, end_given
from ledger.aeo.words import ROLE_WORDS, role_named
from ledger.cli.output import usage
from ledger.cli.saying import begin_of
from ledger.cli.session import Session, read_text
from ledger.hashing import keccak_of
from ledger.operators import Consent, Ground, OperatorCode, OperatorRole
from ledger.strict_json import loads

_PIECE: Final = 2**20
"""Bytes of a file that are read at a time."""
Code = Annotated[str, typer.Argument(metavar="CODE", help="The operator's code, as it is written.")]
Particulars = Annotated[
    Path, typer.Argument(metavar="FILE", help="What is said of the operator: a JSON object.")
]
Office = Annotated[
    str,
    typer.Option(
        "--office", envvar="ASAL_OFFICE", help="The deciding office; the authority's name unless told."
    ),
]
Effective = Annotated[
    str | None,
    typer.Option("--effective", help="From when it holds: a day (its first second, UTC) or a moment."),
]
Note = Annotated[str, typer.Option("--note", help="Reasons in words; stays in this archive.")]
Evidence = Annotated[
    list[Path] | None,
    typer.Option("--evidence", help="A file the decision rests on; only its hash is kept. Repeatable."),
]
Ending = Annotated[str | None, typer.Option("--until", help="A day (its last second, UTC) or a moment.")]
Level = Annotated[int | None, typer.Option("--level", min=1, max=9, help="Level that is granted.")]
Roles = Annotated[
    list[str] | None,
    typer.Option("--role", help=f"Role that is granted; repeatable: {', '.join(ROLE_WORDS.values())}."),
]
Why = Annotated[
    str | None, typer.Option("--ground", help="Ground of the decision; see the page of commands.")
]


def common(session: Session, code: str, office: str, effective: str | None, note: str) -> dict[str, Any]:
    """Return the fields of an action that every act has."""
    number, _ = session.authority()
    authority = session.members.authority(number)
    return {
        "operator": own_code(session, code),
        "office": office or (authority.name[:OFFICE] if authority else ""),
        "effective": begin_of(effective) if effective else None,
        "note": note,
    }


def own_code(session: Session, code: str) -> OperatorCode:
    """Return the code of an operator of the acting authority's member."""
    number, _ = session.authority()
    authority = session.members.authority(number)
    return authorising.own_code(code, authority.member if authority else "")


def hashes(files: list[Path] | None) -> tuple[bytes, ...]:
    """Return the hashes of files, each read piece by piece, or end with the reason one cannot be read."""
    return tuple(_hash(path) for path in files or ())


def until_of(act: Act, text: str | None) -> dict[str, Any]:
    """Return the field for the end that an act is given, if it is."""
    return {"until": end_given(act, text)} if text else {}


def granted(level: int | None, roles: list[str] | None) -> dict[str, Any]:
    """Return the fields for level and roles, where they are given."""
    found: dict[str, Any] = {"level": level} if level is not None else {}
    if roles:
        found["roles"] = reduce(or_, map(role_named, roles), OperatorRole(0))
    return found


def ground_of(act: Act, text: str | None) -> dict[str, Any]:
    """Return the field for a ground, or end with those that the act may rest on."""
    words = {ground.name.lower().replace("_", "-"): ground for ground in GROUNDS.get(act, ())}
    if text is None:
        return {}
    if text.lower() not in words:
        usage(f"--ground is one of {', '.join(words)}")
    ground: Ground = words[text.lower()]
    return {"ground": ground}


def consent_of(before: Consent, *, publication: bool | None, exchange: bool | None) -> Consent:
    """Return what an operator agrees to after a change of one or both."""
    changes = ((publication, Consent.PUBLICATION), (exchange, Consent.EXCHANGE))
    for given, which in changes:
        before = before if given is None else (before | which if given else before & ~which)
    return before


def document_in(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file, with the operator's code apart when it names one."""
    document = loads(read_text(path))
    if not isinstance(document, dict):
        usage(f"{path} does not hold a JSON object")
    code = document.pop("operator", None)
    if code is not None and not isinstance(code, str):
        usage(f"`operator` in {path} is not a text")
    return {"code": code, "said": particulars_in(document)}


def _hash(path: Path) -> bytes:
    try:
        return keccak_of(_pieces(path))
    except OSError as error:
        usage(f"{path} cannot be read: {error.strerror}")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
