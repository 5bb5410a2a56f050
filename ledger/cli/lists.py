"""`asal operator import FILE`: a member's own list of operators onto the ledger."""

from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from rich.progress import Progress

from ledger.cli.bulk import interruptible, progress_bar
from ledger.cli.lists_told import complaints_told, plan_told, summary_told
from ledger.cli.output import EXIT_PENDING, EXIT_REFUSED, failures, usage
from ledger.cli.saying import chosen
from ledger.cli.session import Session, read_text, session_of
from ledger.facts import Address, Authority, Role
from ledger.issuing import entitled
from ledger.lists.absent import Ending
from ledger.lists.carrying import BATCH, PATIENCE, BatchRefused, carried_out, finished_before, left_before
from ledger.lists.complaints import MOST_TOLD, Complaints, ListRefused
from ledger.lists.fields import CONSENTS, GROUNDS, STATUSES
from ledger.lists.filing import Loading
from ledger.lists.mapping import ListMap, map_in
from ledger.lists.reviewing import absence_of, agreeing, agrees_by_row, reviewed
from ledger.lists.source import Source, read_list
from ledger.lists.steps import Plan
from ledger.operators import ENDED, OperatorStatus
from ledger.ports import Ledger

_ENDINGS: Final = {word: one for word, one in STATUSES.items() if one in ENDED | {OperatorStatus.SUSPENDED}}
_OFFICE: Final = 80
"""Characters of an office's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked for on the command line."""

    file: Path
    map: ListMap
    dry_run: bool
    reinstate: bool
    ending: Ending | None
    consent_source: str
    office: str
    most_told: int
    wait: float
    batch: int


@dataclass(slots=True)
class Tally:
    """What came of a run so far."""

    recorded: int = 0
    refused: list[BatchRefused] = field(default_factory=list)
    finished: int = 0
    """Writes of an earlier run that were carried out first."""
    stopped: str | None = None
    """Why the run ended early."""

    @property
    def exit_code(self) -> int:
        """0 when all is recorded, 3 when something was refused, 15 when the run is to be repeated."""
        if self.stopped:
            return EXIT_PENDING
        return EXIT_REFUSED if self.refused else 0


def import_list(  # noqa: PLR0913 - each is an option of the command line
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The list: CSV or XLSX.")],
    *,
    columns: Annotated[
        Path | None, typer.Option("--map", help="Which column says what: a map in TOML.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of the workbook.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be recorded.")] = False,
    complete: Annotated[
        bool, typer.Option("--complete", help="End the operators that the list lacks; needs --ground.")
    ] = False,
    ground: Annotated[str | None, typer.Option(help=f"Of --complete: {', '.join(GROUNDS)}.")] = None,
    ended_as: Annotated[
        str, typer.Option(help=f"Of --complete: {', '.join(_ENDINGS)}.")
    ] = OperatorStatus.SURRENDERED.name.lower(),
    most_ended: Annotated[
        int | None, typer.Option(min=0, help="Of --complete: operators that may be ended at most.")
    ] = None,
    consent_source: Annotated[
        str, typer.Option(help="Where it is kept that all operators of the list have agreed.")
    ] = "",
    consent: Annotated[
        str, typer.Option(help=f"Of --consent-source, to what: {', '.join(CONSENTS)}.")
    ] = "exchange",
    reinstate: Annotated[
        bool, typer.Option("--reinstate", help="Certify again what the ledger has suspended or ended.")
    ] = False,
    office: Annotated[str, typer.Option(help="The deciding office; the authority's name unless told.")] = "",
    max_errors: Annotated[int, typer.Option(min=1, help="Wrong places that are told.")] = MOST_TOLD,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for a ledger that is silent.")
    ] = PATIENCE,
    batch: Annotated[
        int, typer.Option(min=1, max=BATCH, help="Operators in one transaction, if blocks are small.")
    ] = BATCH,
) -> None:
    """Record what a list says of operators and the ledger does not; the same list again changes nothing."""
    session = session_of(context)
    if complete != bool(ground):
        usage("--complete and --ground belong together: operators that the list lacks are ended for a reason")
    ended = _ending(ended_as, ground, most_ended) if ground else None
    with failures():
        asked = Asked(
            file=file,
            map=_map(columns, sheet, consent_source, consent),
            dry_run=dry_run,
            reinstate=reinstate,
            ending=ended,
            consent_source=consent_source,
            office=office,
            most_told=max_errors,
            wait=wait,
            batch=batch,
        )
        _loaded(session, asked)


def _map(file: Path | None, sheet: str | None, consent_source: str, consent: str) -> ListMap:
    """Return the map, with what the command line says of all rows."""
    found = map_in(read_text(file)) if file else ListMap()
    if sheet is not None:
        found = replace(found, sheet=sheet)
    if consent_source:
        word = consent.strip().lower()
        chosen(word, CONSENTS, "--consent")
        stated = agreeing(found, word, named=file is not None)
        if stated is None:
            usage("the map says what the operators agree to; leave --consent-source out, or that")
        found = stated
    return found


def _ending(status: str, ground: str, most: int | None) -> Ending:
    return Ending(chosen(status, _ENDINGS, "--ended-as"), chosen(ground, GROUNDS, "--ground"), most)


def _loaded(session: Session, asked: Asked) -> NoReturn:
    """Load a list, say what came of it, and end."""
    authority, account = session.authority()
    ledger = session.issuing
    acting = entitled(authority, account, ledger, Role.AEO)
    tally = Tally()
    with ExitStack() as ending:
        progress = ending.enter_context(progress_bar())
        if not asked.dry_run:
            tally.finished = finished_before(authority, account, ledger, asked.wait)
        source, plan = _planned(session, asked, ledger, acting, progress)
        if asked.dry_run:
            progress.stop()
            plan_told(plan, len(left_before(authority, ledger)), as_json=session.as_json)
            raise typer.Exit(0)
        loading = _loading(asked, acting, account, source)
        task = progress.add_task("Recording", total=len(plan.due), rate=0)
        outcomes = ending.enter_context(
            closing(carried_out(plan.due, loading, ledger, asked.wait, batch=asked.batch))
        )
        with interruptible(tally):
            for outcome in outcomes:
                if isinstance(outcome, BatchRefused):
                    tally.refused.append(outcome)
                else:
                    tally.recorded += len(outcome.due)
                progress.advance(task, len(outcome.due))
    summary_told(plan, tally, as_json=session.as_json)
    raise typer.Exit(tally.exit_code)


def _planned(
    session: Session, asked: Asked, ledger: Ledger, acting: Authority, progress: Progress
) -> tuple[Source, Plan]:
    """Read the list and compare it with the ledger, or end with everything that is wrong with it."""
    complaints, now = Complaints(asked.most_told), ledger.clock().replace(microsecond=0)
    source = read_list(read_text(asked.file), asked.map, acting.member, now, complaints)
    _one_consent(source, asked)
    task = progress.add_task("Comparing", total=len(source.wanted), rate=0)
    plan = reviewed(
        source,
        ledger,
        acting.member,
        now=now,
        complaints=complaints,
        reinstate=asked.reinstate,
        absence=absence_of(session.opened.replicated, ledger, acting.member, asked.ending),
        seen=lambda more: progress.advance(task, more),
    )
    try:
        complaints.raise_any()
    except ListRefused as refused:
        progress.stop()
        complaints_told(refused, as_json=session.as_json)
        raise typer.Exit(EXIT_REFUSED) from None
    return source, plan


def _one_consent(source: Source, asked: Asked) -> None:
    """End when consent is stated for all rows of a list that states it row by row."""
    if asked.consent_source and agrees_by_row(source):
        usage("the list says itself what its operators agree to; leave --consent-source out")


def _loading(asked: Asked, acting: Authority, account: Address, source: Source) -> Loading:
    where = f"list {asked.file.name}"
    return Loading(
        authority=acting.id,
        account=account,
        office=(asked.office or acting.name)[:_OFFICE],
        source=f"{where}; consents: {asked.consent_source}" if asked.consent_source else where,
        digest=source.digest,
    )
