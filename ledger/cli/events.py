"""`asal events` and `asal certificate unreported`: what has become of certificates."""

import json
import sys
import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from ledger.cli.output import answer, failures, page, plain, table, talk, usage
from ledger.cli.session import Session, session_of
from ledger.errors import ReplicaNeeded
from ledger.events import moment
from ledger.feed_events import document_of, sentence
from ledger.feed_port import FeedRow

Member = Annotated[
    str | None,
    typer.Option(help="What concerns this member; that of the acting key unless told."),
]
_PAUSE = 0.5
"""Seconds between two looks while following."""
_PAGE = 500


def events(
    context: typer.Context,
    *,
    after: Annotated[int, typer.Option(min=0, help="Go on after this position.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=_PAGE, help="How many.")] = 100,
    follow: Annotated[bool, typer.Option("--follow", help="Wait for what comes, until interrupted.")] = False,
    member: Member = None,
) -> None:
    """Tell what has become of certificates; with --json and --follow one event on each line."""
    session = session_of(context)
    with failures():
        own = _member(session, member)
        if follow:
            _followed(session, own, after)
            return
        rows = session.opened.rooms.feed.page(own, after=after, limit=limit)
    told = [document_of(row) for row in rows]
    titles = ("Position", "When", "What", "About", "")
    answer(told, as_json=session.as_json, shown=lambda: table(titles, map(_row, rows), empty="Nothing new."))


def unreported(
    context: typer.Context,
    *,
    importing: Annotated[str | None, typer.Option(help="Those made out to one member.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, oldest first.")] = 100,
    member: Member = None,
) -> None:
    """List certificates of a member that the importing one has reported nothing about."""
    session = session_of(context)
    with failures():
        own = _member(session, member)
        replica = session.opened.rooms.replica
        head = replica.head()
        if head is None or head.block is None:
            raise ReplicaNeeded
        now = moment(head.block.time)
        found = replica.unreported(own, importing=importing, limit=limit)
        counts = replica.unreported_counts(own)
    told = [
        {
            "id": one.certificate,
            "importing": one.entry.importing,
            "issuedAt": one.entry.issued_at,
            "validUntil": one.entry.valid_until,
            "days": max((now - one.entry.issued_at).days, 0),
        }
        for one in found
    ]
    counted = {to: count for to, count in counts.items() if importing in {None, to}}
    rows = [(f"0x{one['id'].hex()}", one["importing"], one["days"]) for one in told]  # type: ignore[attr-defined]

    def shown() -> None:
        table(("Certificate", "To", "Days"), rows, empty="Of every certificate something was reported.")
        for to, count in counted.items():
            talk.print(f"{to}: {count}")

    document = {"asOf": {"block": head.block.number, "time": now}, "counts": counted, "certificates": told}
    answer(document, as_json=session.as_json, shown=shown)


def _member(session: Session, named: str | None) -> str:
    """Return the member whose events are wanted: the one named, or that of the acting key."""
    if named is not None:
        return named.upper()
    number, _ = session.authority()
    authority = session.members.authority(number)
    if authority is None:
        usage("the acting key belongs to no authority; name a member with --member")
    return authority.member


def _followed(session: Session, member: str, after: int) -> None:
    """Show events as they come, until interrupted."""
    try:
        for row in _coming(session, member, after):
            if session.as_json:
                sys.stdout.write(f"{json.dumps(plain(document_of(row)), ensure_ascii=True)}\n")
                sys.stdout.flush()
            else:
                page.print("  ".join(map(str, _row(row))))
    except KeyboardInterrupt:
        return


def _coming(session: Session, member: str, after: int) -> Iterator[FeedRow]:
    """Yield events after a position, and then each that comes."""
    feed = session.opened.rooms.feed
    while True:
        rows = feed.page(member, after=after, limit=_PAGE)
        for row in rows:
            yield row
            after = row.position
        if len(rows) < _PAGE:
            time.sleep(_PAUSE)


def _row(row: FeedRow) -> tuple[Any, ...]:
    about = row.exporter or (f"0x{row.certificate.hex()}" if row.certificate else "")
    return row.position, f"{row.at:%Y-%m-%d %H:%M:%S}", sentence(row.type), about, row.type.value
