"""`asal verify`: is this certificate good?  The exit code is the verdict's."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ledger import verifying
from ledger.aeo.parties import Party
from ledger.cli.certificates import envelope_file
from ledger.cli.output import EXIT_REFUSED, answer, complain, failures, page, plain, usage
from ledger.cli.session import Session, session_of
from ledger.errors import Refused, Unavailable
from ledger.origin.use_told import sentences
from ledger.said import moment
from ledger.verdict import Outcome, Verdict, VerdictCode, silent_ledger
from ledger.verifying import verify_reference

COLOURS = {VerdictCode.VALID: "green", VerdictCode.PENDING: "yellow", VerdictCode.CANNOT_CHECK: "yellow"}
MARKS = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.NOT_CHECKED: "·"}


def verify(  # noqa: PLR0913 - each is an option of the command line
    context: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE…]", help="Envelopes to verify, JSON or PDF.")
    ] = None,
    *,
    reference: Annotated[
        str | None, typer.Option(help="Look up by reference number instead of a file.")
    ] = None,
    exporting: Annotated[
        str | None, typer.Option(help="With --reference: the exporting member, such as VN.")
    ] = None,
    issued_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="With --reference: the date of issue.")
    ] = None,
    office: Annotated[
        str | None, typer.Option(help="With --reference: the issuing office, if it is needed.")
    ] = None,
) -> None:
    """Verify envelopes, or a reference number with its date of issue.

    Exits with 0 VALID, 10 REPLACED, 11 CANCELLED, 12 ALTERED, 13 ISSUER_NOT_AUTHORISED, 14 NOT_FOUND,
    15 PENDING, 16 EXPIRED, 17 CONFLICTING, 20 CANNOT_CHECK, 3 for a file that is no envelope; the highest
    where several files are given.
    """
    session = session_of(context)
    if bool(files) == bool(reference):
        usage("give files, or --reference with --exporting and --issued-on")
    found: dict[str, Verdict | Refused] = {}
    if reference:
        if not exporting or not issued_on:
            usage("--reference needs --exporting and --issued-on")
        day, member = issued_on.replace(tzinfo=UTC).date(), exporting.upper()
        with failures():
            found[reference] = verify_reference(member, reference, day, session.ledger, office=office)
    for path in files or ():
        found[str(path)] = _verdict_on(path, session)
    told = [{"subject": name, **report(outcome)} for name, outcome in found.items()]
    single = told[0] if len(told) == 1 else told
    answer(single, as_json=session.as_json, shown=lambda: _show(found))
    raise typer.Exit(max(_exit_code(outcome) for outcome in found.values()))


def _verdict_on(path: Path, session: Session) -> Verdict | Refused:
    """Return the verdict on a file, or why it is no envelope; one bad file does not hide the others."""
    try:
        return verifying.verify(envelope_file(path), session.opened.verifier)
    except Refused as error:
        return error
    except Unavailable:
        return silent_ledger()


def _exit_code(outcome: Verdict | Refused) -> int:
    return outcome.exit_code if isinstance(outcome, Verdict) else EXIT_REFUSED


def report(outcome: Verdict | Refused) -> dict[str, object]:
    """Return an outcome as the JSON that programs read."""
    if isinstance(outcome, Refused):
        return {"error": type(outcome).__name__, "message": str(outcome), "exitCode": EXIT_REFUSED}
    told: dict[str, object] = plain(outcome)
    return {**told, "title": outcome.title, "nextStep": outcome.next_step, "exitCode": outcome.exit_code}


def _show(found: dict[str, Verdict | Refused]) -> None:
    for name, verdict in found.items():
        page.print(f"{name}:", style="dim", markup=False)
        if isinstance(verdict, Refused):
            complain(verdict, EXIT_REFUSED)
            continue
        page.print(f"{verdict.code}  {verdict.title}", style=f"bold {COLOURS.get(verdict.code, 'red')}")
        page.print(f"  {verdict.sentence}", markup=False)
        for check in verdict.checks:
            page.print(f"  {MARKS[check.outcome]} {check.name:8} {check.evidence}", markup=False)
        for warning in verdict.warnings:
            page.print(
                f"  ! {warning.rule} at {warning.pointer}: {warning.message}", style="yellow", markup=False
            )
        for sentence in sentences(verdict.use) if verdict.use else ():
            page.print(f"  · import    {sentence}", markup=False)
        for party in verdict.parties:
            _show_party(party)
        if verdict.replacement:
            page.print(f"  Replaced by 0x{verdict.replacement.hex()}", markup=False)
        if verdict.as_of:
            page.print(f"  As of block {verdict.as_of.block}, {moment(verdict.as_of.time)}", markup=False)
        page.print(f"  Next: {verdict.next_step}\n", markup=False)


def _show_party(party: Party) -> None:
    """Say how a trader stands; the code as the certificate has it beside the one it is read as."""
    read = f" = {party.operator}" if party.operator and party.operator != party.given else ""
    mark = "·" if party.recognised is None else MARKS[Outcome.PASSED if party.recognised else Outcome.FAILED]
    stands = f", {party.status} in {party.programme}" if party.status and party.programme else ""
    page.print(f"  {mark} {party.role:9} {party.given}{read}{stands}: {party.sentence}", markup=False)
