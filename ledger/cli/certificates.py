"""`asal certificate`: check, issue, cancel, replace, show, redact, resume."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from ledger import issuing, presented, rules
from ledger.bulk.running import BATCH, PATIENCE, Way
from ledger.certificate import Certificate
from ledger.cli import bulk
from ledger.cli.output import EXIT_PENDING, answer, failures, findings, page, table, talk, usage
from ledger.cli.session import read_text, session_of, write_text
from ledger.documents import parse_document
from ledger.errors import CertificateNotFiled, Finding, InputMalformed, LedgerError, Severity
from ledger.facts import Reason
from ledger.issuing import Issued
from ledger.paper import envelope_in, is_pdf
from ledger.strict_json import loads

app = typer.Typer(no_args_is_help=True, help="Issue, cancel, replace and look at certificates of origin.")

_LATER = "(on its way to the chain; repeat the command for the envelope)"

Out = Annotated[Path, typer.Option("--out", help="Folder for the envelopes to hand out.")]
Identity = Annotated[str, typer.Argument(metavar="ID", help="The certificate's id: 0x and 64 hex digits.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="Certificate documents in JSON.")]


@app.command()
def check(context: typer.Context, files: Files) -> None:
    """Say what the rules find in certificate documents, without issuing anything."""
    session = session_of(context)
    refused = False
    found: dict[str, tuple[Finding, ...]] = {}
    with failures():
        for path in files:
            certificate = certificate_in(path)
            found[str(path)] = rules.check(certificate, on=certificate.issued_on)
            refused |= any(finding.severity is Severity.REFUSAL for finding in found[str(path)])

    def shown() -> None:
        for name, its in found.items():
            page.print(f"{name}: {'nothing found' if not its else ''}", markup=False)
            findings(its)

    answer(found, as_json=session.as_json, shown=shown)
    raise typer.Exit(3 if refused else 0)


@app.command()
def issue(  # noqa: PLR0913 - each is an option of the command line
    context: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE…", help="Certificate documents in JSON.")
    ] = None,
    *,
    out: Annotated[
        Path, typer.Option("--out", help="Folder for the envelopes; with --bulk also a file, X.ndjson.")
    ] = Path("envelopes"),
    rows: Annotated[
        Path | None,
        typer.Option(
            "--bulk",
            help="Issue a certificate for each row of a file: NDJSON or .csv; - for NDJSON from stdin.",
        ),
    ] = None,
    batch: Annotated[
        int, typer.Option("--batch", min=2, max=10_000, help="Of --bulk: rows anchored together.")
    ] = BATCH,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, max=64, help="Of --bulk: processes that draw up.")
    ] = None,
    errors: Annotated[
        Path | None, typer.Option("--errors", help="Of --bulk: file for the rows refused, in NDJSON.")
    ] = None,
    wait: Annotated[
        float, typer.Option("--wait", min=0, help="Of --bulk: seconds to wait for a ledger that is silent.")
    ] = PATIENCE,
) -> None:
    """Issue certificates and write their envelopes; repeating the command changes nothing."""
    session = session_of(context)
    if rows is not None:
        if files:
            usage("give either FILE… or --bulk FILE")
        bulk.issue_file(session, rows, out, errors, Way(batch=batch, workers=workers, patience=wait))
    if not files:
        usage("name the documents to issue, or --bulk FILE")
    done: list[dict[str, object]] = []
    with failures(), Progress(console=talk, transient=True, disable=len(files) < 2) as progress:  # noqa: PLR2004
        authority, account = session.authority()
        task = progress.add_task("Issuing", total=len(files))
        for path in files:
            certificate = certificate_in(path)
            issued = issuing.issue(certificate, authority=authority, account=account, ledger=session.ledger)
            done.append(handed_out(issued, out))
            progress.advance(task)
    answer(done, as_json=session.as_json, shown=lambda: show_issued(done))
    raise typer.Exit(pending(done))


@app.command()
def cancel(
    context: typer.Context,
    identity: Identity,
    reason: Annotated[
        str, typer.Option(help=f"One of: {', '.join(r.name for r in Reason if r < Reason.REPLACED)}.")
    ],
) -> None:
    """Cancel a certificate of one's own member."""
    session = session_of(context)
    with failures():
        authority, account = session.authority()
        identifier = identity_of(identity)
        why = _reason(reason)
        written = issuing.cancel(identifier, why, authority=authority, account=account, ledger=session.ledger)
    text = "Cancelled" if written else "It was cancelled for this reason before"
    answer(
        {"id": identifier, "written": written}, as_json=session.as_json, shown=lambda: page.print(f"{text}.")
    )


@app.command()
def replace(context: typer.Context, identity: Identity, file: Path, out: Out = Path("envelopes")) -> None:
    """Issue a certificate in place of another; the document names the one it replaces."""
    session = session_of(context)
    with failures():
        authority, account = session.authority()
        issued = issuing.replace_certificate(
            identity_of(identity),
            certificate_in(file),
            authority=authority,
            account=account,
            ledger=session.ledger,
        )
    done = [handed_out(issued, out)]
    answer(done, as_json=session.as_json, shown=lambda: show_issued(done))
    raise typer.Exit(pending(done))


@app.command()
def show(
    context: typer.Context,
    identity: Identity,
    *,
    envelope: Annotated[bool, typer.Option("--envelope", help="Print the envelope to hand out.")] = False,
) -> None:
    """Show a certificate of this archive, or print its envelope."""
    session = session_of(context)
    with failures():
        filing = session.ledger.archive.find(identity_of(identity))
        if filing is None:
            raise CertificateNotFiled(identity_of(identity))
        document = issuing.envelope_of(filing) if envelope else json.loads(filing.document)
        evidence = session.ledger.registry.evidence(filing.id, filing.root, filing.terms.reference_key)
    if envelope:
        answer(document, as_json=True, shown=lambda: None)
        return
    facts = {
        "id": filing.id,
        "state": filing.state,
        "filedAt": filing.filed_at,
        "recordedAt": filing.recorded_at,
        "transaction": filing.transaction,
        "entry": evidence.entry,
        "replacement": evidence.replacement,
        "asOf": evidence.as_of,
        "document": document,
    }

    def shown() -> None:
        rows = [(name, value) for name, value in facts.items() if name not in {"document", "entry"}]
        table(("", ""), rows, empty="")
        page.print_json(json.dumps(document, ensure_ascii=False))

    answer(facts, as_json=session.as_json, shown=shown)


@app.command()
def redact(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="An envelope.")],
    hide: Annotated[
        list[str], typer.Option("--hide", help="Dotted path of a field or line, such as items.2.fob.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Where to write the copy.")],
) -> None:
    """Write a copy of an envelope with fields hidden; it verifies like the original."""
    session = session_of(context)
    if out.resolve() == file.resolve():
        usage("write the copy to another file; what is hidden cannot be had back from it")
    with failures():
        copy = presented.redacted(json_object(file), hide)
    write_text(out, json.dumps(copy, ensure_ascii=False, indent=2))
    hidden = len(copy["privacy"]["obfuscatedData"])
    text = f"{out}: {hidden} fields hidden."
    answer({"file": str(out), "hidden": hidden}, as_json=session.as_json, shown=lambda: page.print(text))


@app.command()
def resume(context: typer.Context) -> None:
    """Complete what was accepted here and never confirmed by the ledger."""
    session = session_of(context)
    with failures():
        outcomes = list(issuing.resume(session.ledger))
    failed = [outcome for outcome in outcomes if isinstance(outcome, LedgerError)]
    completed = [outcome.id for outcome in outcomes if not isinstance(outcome, LedgerError)]
    text = f"{len(completed)} completed, {len(failed)} not"

    def shown() -> None:
        page.print(f"{text}.")
        for error in failed:
            talk.print(f"  {error}", markup=False)

    told = {"completed": completed, "failed": [str(error) for error in failed]}
    answer(told, as_json=session.as_json, shown=shown)
    raise typer.Exit(1 if failed else 0)


def certificate_in(path: Path) -> Certificate:
    """Return the certificate that a file describes."""
    return parse_document(json_object(path))


def json_object(path: Path) -> dict[str, object]:
    """Return the JSON object in a file."""
    return _object_in(read_text(path), path)


def envelope_file(path: Path) -> dict[str, object]:
    """Return the envelope in a file: JSON, or a certificate as PDF with its envelope inside."""
    content = read_text(path)
    return _object_in(envelope_in(content) if is_pdf(content) else content, path)


def _object_in(content: bytes, path: Path) -> dict[str, object]:
    value = loads(content)
    if not isinstance(value, dict):
        raise InputMalformed("json.object", f"{path} does not hold a JSON object")
    return value


def identity_of(text: str) -> bytes:
    """Return the 32 bytes of a certificate id."""
    try:
        identifier = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        identifier = b""
    if len(identifier) != 32:  # noqa: PLR2004 - bytes of a hash
        usage("a certificate id is 0x and 64 hex digits")
    return identifier


def _reason(text: str) -> Reason:
    names = [reason.name for reason in Reason if reason is not Reason.REPLACED]
    name = text.upper().replace("-", "_")
    if name not in names:
        usage(f"--reason is one of {', '.join(names)}")
    return Reason[name]


def handed_out(issued: Issued, out: Path) -> dict[str, object]:
    """Write the envelope, once the chain holds the certificate, and return what is told of it."""
    path = out / f"{issued.filing.reference}-{issued.filing.id.hex()[:8]}.json"
    if issued.recorded:
        write_text(path, json.dumps(issued.envelope, ensure_ascii=False, indent=2))
    return {
        "id": issued.filing.id,
        "state": issued.filing.state,
        "file": str(path) if issued.recorded else None,
        "transaction": issued.filing.transaction,
        "findings": issued.findings,
    }


def pending(done: list[dict[str, object]]) -> int:
    """Return the exit code for what was issued: pending when the chain does not hold all of it yet."""
    return 0 if all(one["file"] for one in done) else EXIT_PENDING


def show_issued(done: list[dict[str, object]]) -> None:
    """Show what was issued to a person."""
    for one in done:
        identifier = one["id"]
        shown = identifier.hex() if isinstance(identifier, bytes) else identifier
        page.print(f"{one['state']}  0x{shown}  {one['file'] or _LATER}", markup=False)
        its = one["findings"]
        findings(its if isinstance(its, tuple) else ())
