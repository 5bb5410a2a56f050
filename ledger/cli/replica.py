"""`asal replica`: the ledger's events kept at hand, so that verifying asks no node."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from ledger.cli.output import answer, failures, page, table, talk
from ledger.cli.session import Session, session_of
from ledger.errors import ChainUnreachable
from ledger.following import follower_of, following_of
from ledger.opening import now
from ledger.replica import Follower, Progress, digest_of
from ledger.replica.running import NAME, Following
from ledger.replica_port import ReplicaFollowed, ReplicaHalted, ReplicaHead
from ledger.verdict import moment

app = typer.Typer(no_args_is_help=True, help="The ledger's events, kept at hand in the archive.")

_SAY_EVERY = 1.0
"""Seconds between two lines about progress."""


@app.command()
def follow(
    context: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="Catch up with the chain and end.")] = False,
) -> None:
    """Follow the chain until stopped; one process at a time does, others wait in the service or end here."""
    session = session_of(context)
    with failures():
        profile, rooms = session.opened.profile, session.opened.rooms
        if once:
            with _alone(session) as follower:
                _catch_up(follower)
            _tell(rooms.replica.head(), session)
            return
        following = following_of(profile, rooms, _Talk())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: _end(following))
        talk.print(f"Following chain {profile.chain_id} into the archive; stop with Ctrl-C.")
        following.run(wait_for_turn=False)


@app.command()
def rebuild(context: typer.Context) -> None:
    """Forget the replica and read the chain from the ledger's first block; ends an alarm as well."""
    session = session_of(context)
    with failures():
        with _alone(session, clear=True) as follower:
            _catch_up(follower)
        _tell_digest(session)


@app.command()
def status(context: typer.Context) -> None:
    """Say how far the replica is, and why it does not answer if it does not."""
    session = session_of(context)
    with failures():
        head = session.opened.rooms.replica.head()
    _tell(head, session)


@app.command("list")
def list_entries(
    context: typer.Context,
    *,
    exporting: Annotated[str | None, typer.Option(help="Only those that this member issued.")] = None,
    importing: Annotated[str | None, typer.Option(help="Only those addressed to this member.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, the newest.")] = 100,
) -> None:
    """List certificates with an entry on the ledger, newest first, as of the replica's block."""
    session = session_of(context)
    with failures():
        replica = session.opened.rooms.replica
        found = replica.entries(exporting=exporting, importing=importing, limit=limit, newest_first=True)
        head = replica.head()
        if head is not None and head.halted:
            raise ReplicaHalted(head.halted)

    def shown() -> None:
        titles = ("certificate", "from", "to", "issued", "standing")
        rows = [
            (
                f"0x{one.certificate.hex()}",
                one.entry.exporting,
                one.entry.importing,
                one.entry.issued_at,
                one.entry.standing_at(now()).name.lower(),
            )
            for one in found
        ]
        table(titles, rows, empty="The replica holds no such entry.")
        if head is not None and head.block is not None:
            talk.print(f"As of block {head.block.number}.")

    told = {"asOfBlock": head.block.number if head and head.block else None, "certificates": found}
    answer(told, as_json=session.as_json, shown=shown)


@app.command()
def digest(context: typer.Context) -> None:
    """Print one hash over all events; equal everywhere for the same newest block of the same chain."""
    session = session_of(context)
    with failures():
        _tell_digest(session)


class _Talk:
    """Says now and then how far it is."""

    def __init__(self) -> None:
        self._said_at, self._caught_up = 0.0, False

    def __call__(self, progress: Progress, head: ReplicaHead) -> None:
        """Say what is worth saying; `ReplicaHalted` ends the command."""
        if head.halted:
            raise ReplicaHalted(head.halted)
        number = head.block.number if head.block else 0
        if progress is Progress.UP_TO_DATE and not self._caught_up:
            self._caught_up = True
            talk.print(f"At the newest block, {number}.")
        elif progress is Progress.ROLLED_BACK:
            talk.print(f"The chain took blocks back; going on after block {number}.")
        elif progress is Progress.ADDED and time.monotonic() - self._said_at >= _SAY_EVERY:
            self._said_at = time.monotonic()
            talk.print(f"Block {number} of {head.node_block}.")


@contextmanager
def _alone(session: Session, *, clear: bool = False) -> Iterator[Follower]:
    """Give a follower while nobody else follows; `ReplicaFollowed` when somebody does."""
    profile, rooms = session.opened.profile, session.opened.rooms
    with rooms.database.exclusive(NAME) as held:
        if held is None:
            raise ReplicaFollowed
        if clear:
            rooms.replica.clear(profile.ledger, profile.recognition)
        yield follower_of(profile, rooms)


def _catch_up(follower: Follower) -> None:
    """Step until there is nothing new."""
    say = _Talk()
    progress = Progress.CHANGED
    while progress is not Progress.UP_TO_DATE:
        progress = follower.step()
        say(progress, follower.head)
        if progress is Progress.NODE_BEHIND:
            raise ChainUnreachable("the node is behind the replica")
        if progress is Progress.WAITING:
            time.sleep(_SAY_EVERY)


def _end(following: Following) -> None:
    following.stop()


def _tell(head: ReplicaHead | None, session: Session) -> None:
    told = _state(head)

    def shown() -> None:
        if head is None:
            page.print("There is no replica yet; asal replica follow makes one.")
            return
        where = f"Block {told['block']}" if head.block else "No block yet"
        page.print(f"Replica of {head.ledger.address} on chain {head.ledger.chain_id}")
        page.print(f"{where}, {told['lagBlocks']} behind the node's newest, {head.node_block}")
        seen = moment(head.seen_at) if head.seen_at else "never"
        page.print(f"The node was last seen: {seen}")
        page.print(f"Halted: {head.halted}" if head.halted else "It answers.")

    answer(told, as_json=session.as_json, shown=shown)


def _state(head: ReplicaHead | None) -> dict[str, object]:
    """Return what a monitor wants to know."""
    if head is None:
        return {"chainId": None, "registry": None, "block": None, "halted": None}
    time_now = now()
    behind = not head.caught_up and head.block is not None
    return {
        "chainId": head.ledger.chain_id,
        "registry": head.ledger.address,
        "block": head.block.number if head.block else None,
        "blockHash": head.block.hash if head.block else None,
        "nodeBlock": head.node_block,
        "lagBlocks": max(head.node_block - (head.block.number if head.block else -1), 0),
        "lagSeconds": max(int(time_now.timestamp()) - head.block.time, 0) if behind and head.block else 0,
        "seenAt": head.seen_at,
        "silentSeconds": int((time_now - head.seen_at).total_seconds()) if head.seen_at else None,
        "halted": head.halted,
    }


def _tell_digest(session: Session) -> None:
    replica = session.opened.rooms.replica
    head = replica.head()
    found = digest_of(replica)
    block = head.block if head else None
    told = {
        "block": block.number if block else None,
        "blockHash": block.hash if block else None,
        "digest": found,
    }
    answer(told, as_json=session.as_json, shown=lambda: page.print(f"0x{found.hex()}", markup=False))
