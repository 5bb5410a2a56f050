"""`asal certificate receive, timeline, tree, balance, true-copy`: what becomes of certificates."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.tree import Tree as Shown

from ledger.cli.certificates import Identity, identity_of, json_object
from ledger.cli.output import EXIT_PENDING, answer, failures, page, table
from ledger.cli.saying import WAITING, Wait
from ledger.cli.session import session_of, write_text
from ledger.errors import CertificateNotFiled
from ledger.receiving import Received, receive
from ledger.reexporting import balance_of
from ledger.statements import statement_hash
from ledger.timeline import Row, timeline_of
from ledger.tree import Node, Tree, tree_of
from ledger.true_copies import certify_copy

app = typer.Typer()
"""Commands of `asal certificate`."""


@app.command("receive")
def receive_files(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Envelopes that were presented.")],
    *,
    wait: Wait = WAITING,
) -> None:
    """Receive presented envelopes: verify and keep them, and confirm the receipt to their issuer.

    Customs of the importing member confirms; any other authority keeps the copy, as to re-export on it.
    """
    session = session_of(context)
    done: list[Received] = []
    with failures():
        authority, account = session.authority()
        for path in files:
            document = json_object(path)
            one = receive(document, authority=authority, account=account, ledger=session.ledger, wait=wait)
            done.append(one)
    told = [
        {
            "certificate": one.kept.id,
            "reference": one.kept.certificate.reference,
            "verdict": one.verdict.code,
            "addressed": one.addressed,
            "receivedAt": one.received_at,
        }
        for one in done
    ]

    def shown() -> None:
        for one in done:
            page.print(f"0x{one.kept.id.hex()}  {one.verdict.title}: {_receipt(one)}", markup=False)

    answer(told, as_json=session.as_json, shown=shown)
    raise typer.Exit(EXIT_PENDING if any(one.addressed and not one.received_at for one in done) else 0)


def _receipt(one: Received) -> str:
    if not one.addressed:
        return f"kept; it is addressed to {one.kept.terms.importing}, so no receipt is confirmed."
    if one.received_at is None:
        return "kept; the receipt is on its way to the chain."
    return f"received on {_moment(one.received_at)}."


@app.command()
def timeline(context: typer.Context, identity: Identity) -> None:
    """Tell all that happened to a certificate: who, what, when on the ledger, from when it counts."""
    session = session_of(context)
    with failures():
        told = timeline_of(identity_of(identity), session.ledger)
        if not told.rows:
            raise CertificateNotFiled(identity_of(identity))

    def shown() -> None:
        rows = [
            (_moment(row.at), f"{row.who.name}, {row.who.member}" if row.who else "", _told(row))
            for row in told.rows
        ]
        table(("recorded", "by", "what"), rows, empty="Nothing is recorded of it.")
        page.print(f"As of block {told.as_of.block}, {_moment(told.as_of.time)}.")

    answer(told, as_json=session.as_json, shown=shown)


def _told(row: Row) -> str:
    parts = [row.sentence]
    if row.case is not None:
        parts.insert(0, f"Case {row.case}:")
    if row.effective is not None:
        parts.append(f"Counts from {_moment(row.effective)}.")
    if row.due is not None:
        parts.append(f"Next due {_moment(row.due)}.")
    return " ".join(parts)


@app.command()
def tree(context: typer.Context, identity: Identity) -> None:
    """Tell the originals behind a certificate and what rests on it, and where more was re-exported."""
    session = session_of(context)
    with failures():
        found = tree_of(identity_of(identity), session.ledger)
        if identity_of(identity) not in found.nodes:
            raise CertificateNotFiled(identity_of(identity))

    def shown() -> None:
        tops = [node for node in found.nodes.values() if not set(node.parents) & found.nodes.keys()]
        for top in tops:
            branch = Shown(_named(top, found))
            _grow(branch, top, found, 0)
            page.print(branch)

    answer(found, as_json=session.as_json, shown=shown)


_DEEPEST = 20


def _grow(branch: Shown, node: Node, found: Tree, depth: int) -> None:
    for line in node.lines:
        exceeded = "  EXCEEDED" if line.exceeded else ""
        text = (
            f"line {line.line}: {line.reexported:f} of {line.certified:f} {line.unit} re-exported{exceeded}"
        )
        if node.children:
            branch.add(text)
    for child in node.children if depth < _DEEPEST else ():
        if child in found.nodes:
            _grow(branch.add(_named(found.nodes[child], found)), found.nodes[child], found, depth + 1)


def _named(node: Node, found: Tree) -> str:
    mark = "  (asked about)" if node.certificate == found.root else ""
    name = node.reference or f"0x{node.certificate.hex()[:16]}…"
    return f"{name}  {node.exporting} to {node.importing}, {node.standing.name.lower()}{mark}"


@app.command()
def balance(context: typer.Context, identity: Identity) -> None:
    """Tell what a certificate still holds for re-export under certificates issued here."""
    session = session_of(context)
    with failures():
        lines = balance_of(identity_of(identity), session.ledger)
    told = [
        {
            "line": one.line,
            "unit": one.certified.unit,
            "certified": one.certified.value,
            "drawn": one.drawn,
            "imported": one.imported,
            "left": one.left,
        }
        for one in lines
    ]
    rows = [tuple(row.values()) for row in told]
    shown = ("line", "unit", "certified", "drawn", "imported", "left")
    answer(told, as_json=session.as_json, shown=lambda: table(shown, rows, empty=""))


@app.command("true-copy")
def true_copy(
    context: typer.Context,
    identity: Identity,
    *,
    reason: Annotated[str, typer.Option(help="Why it is wanted, such as that the original was lost.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the envelope.")] = Path("envelopes"),
) -> None:
    """Give out a certified true copy within a year of the issue (ATIGA OCP Rule 12)."""
    session = session_of(context)
    with failures():
        authority, _ = session.authority()
        copy = certify_copy(identity_of(identity), reason, authority=authority, ledger=session.ledger)
    path = out / f"{identity_of(identity).hex()[:16]}-true-copy-{copy.number}.json"
    write_text(path, json.dumps(copy.envelope, ensure_ascii=False, indent=2))
    told = {
        "number": copy.number,
        "endorsement": copy.endorsement,
        "statement": statement_hash(copy.statement),
        "file": str(path),
    }
    text = f"{copy.endorsement} (number {copy.number}): {path}"
    answer(told, as_json=session.as_json, shown=lambda: page.print(text, markup=False))


def _moment(at: datetime) -> str:
    return at.strftime("%d %b %Y %H:%M:%S")
