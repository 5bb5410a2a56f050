"""`asal outbox`: what is accepted and on its way to the chain."""

import signal
import threading
import time
from collections.abc import Sequence
from typing import Annotated

import typer

from ledger.cli.output import EXIT_PENDING, answer, failures, page, table, talk
from ledger.cli.session import Session, session_of
from ledger.errors import LedgerError, SubmitterBusy
from ledger.facts import Address
from ledger.outbox import STOPPING, DispatchState, Outbox
from ledger.ports import Ledger
from ledger.reconciling import Reconciled, reconcile

app = typer.Typer(no_args_is_help=True, help="What is accepted here and on its way to the chain.")

_IDLE = 0.2
"""Seconds between two looks for writes."""
_SHOWN = 1_000_000


@app.command()
def status(context: typer.Context) -> None:
    """Say what waits for each key and since when, and which alarms are in force; asks the archive only."""
    session = session_of(context)
    with failures():
        outbox = session.opened.rooms.outbox
        backlog, alarms = outbox.backlog(), outbox.alarms()
        keys = [_of_key(account, outbox) for account in outbox.accounts()]

    def shown() -> None:
        page.print(f"{backlog.certificates} certificates wait, in {backlog.writes} writes.")
        titles = ("key", "waiting", "signed", "oldest")
        table(titles, [list(key.values()) for key in keys], empty="Nothing is on its way.")
        for alarm in alarms:
            talk.print(
                f"Alarm {alarm.name} {alarm.subject} since {alarm.raised_at}: {alarm.detail}", markup=False
            )

    told = {"backlog": backlog, "keys": keys, "alarms": alarms}
    answer(told, as_json=session.as_json, shown=shown)


@app.command()
def drain(
    context: typer.Context,
    wait: Annotated[float, typer.Option(help="Seconds to go on at most.")] = 60.0,
) -> None:
    """Carry what waits to the chain, and end; exit code 15 when something still waits."""
    session = session_of(context)
    with failures():
        left = _drained(session.ledger, time.monotonic() + wait)
    text = f"{left} writes still wait." if left else "Nothing waits any more."
    answer({"waiting": left}, as_json=session.as_json, shown=lambda: page.print(text))
    raise typer.Exit(EXIT_PENDING if left else 0)


@app.command()
def run(context: typer.Context) -> None:
    """Submit for the keys at hand until stopped; refuses where another process submits for one of them."""
    session = session_of(context)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with failures():
        accounts = _accounts(session)
        for account in accounts:
            if not session.ledger.carrier.in_office(account):
                raise SubmitterBusy(account)
        talk.print(f"Submitting for {len(accounts)} keys; stop with Ctrl-C.")
        while not stopping.wait(_IDLE):
            _round(session.ledger)


@app.command("reconcile")
def reconcile_(context: typer.Context) -> None:
    """Put archive and chain together after a key was used elsewhere, or a backup was restored.

    Sends nothing, and ends the alarm.  For the key named with --as, else for all that an alarm has stopped.
    """
    session = session_of(context)
    with failures():
        done = [reconcile(account, session.ledger) for account in _stopped(session)]

    def shown() -> None:
        for one in done:
            page.print(_sentence(one))
        if not done:
            page.print("No alarm stops a key; name one with --as to reconcile it all the same.")

    answer(done, as_json=session.as_json, shown=shown)


def _of_key(account: Address, outbox: Outbox) -> dict[str, object]:
    writes = outbox.open(account, _SHOWN)
    return {
        "account": account,
        "waiting": sum(write.state is DispatchState.WAITING for write in writes),
        "signed": sum(write.state is DispatchState.SIGNED for write in writes),
        "oldest": min(write.queued_at for write in writes),
    }


def _accounts(session: Session) -> Sequence[Address]:
    """Return the key named with --as, else all at hand."""
    return [session.account] if session.account else session.opened.accounts


def _stopped(session: Session) -> Sequence[Address]:
    if session.account:
        return [session.acting()]
    alarms = session.ledger.outbox.alarms()
    return [Address(alarm.subject) for alarm in alarms if alarm.name in STOPPING]


def _round(ledger: Ledger) -> bool:
    """Go one round for every key, saying what stands in the way; whether anything moved."""
    moved = False
    for account, outcome in ledger.carrier.rounds():
        if isinstance(outcome, LedgerError):
            talk.print(f"{account}: {outcome}", markup=False)
        else:
            moved |= outcome
    return moved


def _drained(ledger: Ledger, deadline: float) -> int:
    """Go rounds until nothing waits or the time is over; returns how many writes still wait."""
    while True:
        left = ledger.outbox.backlog().writes
        if not left or time.monotonic() > deadline:
            return left
        if not _round(ledger):
            time.sleep(min(_IDLE, max(0.0, deadline - time.monotonic())))


def _sentence(one: Reconciled) -> str:
    return (
        f"{one.account}: {one.settled} writes were on the chain already, {one.requeued} wait again, "
        f"{one.foreign} transactions were made elsewhere."
    )
