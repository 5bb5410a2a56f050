"""`asal fsck`: whether archive, chain and envelopes say the same."""

import typer
from rich.progress import Progress

from ledger.cli.output import EXIT_REFUSED, answer, failures, page, table, talk
from ledger.cli.session import session_of
from ledger.fsck import Examiner


def fsck(context: typer.Context) -> None:
    """Prove that archive, chain and envelopes say the same; exit code 3 when they do not.

    Looks at every certificate of this archive, and at everything that the keys of the authorities served
    here have recorded.  Changes nothing.
    """
    session = session_of(context)
    with failures(), Progress(console=talk, transient=True) as progress:
        task = progress.add_task("Looking at certificates", total=None)
        examiner = Examiner(session.ledger, lambda count: progress.update(task, completed=count))
        found = list(examiner.discrepancies())
    counts = examiner.counts

    def shown() -> None:
        page.print(
            f"{counts.filings} certificates: {counts.recorded} recorded, {counts.accepted} accepted, "
            f"{counts.refused} refused; {counts.batches} batches; {counts.operators} operators; "
            f"{counts.decisions} decisions."
        )
        rows = [(one.fault, one.operator or f"0x{one.subject.hex()}", one.detail) for one in found]
        table(("fault", "subject", "detail"), rows, empty="Archive, chain and envelopes say the same.")

    answer({"counts": counts, "discrepancies": found}, as_json=session.as_json, shown=shown)
    raise typer.Exit(EXIT_REFUSED if found else 0)
