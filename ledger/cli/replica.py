"""`asal replica`: the ledger's events kept at hand, so that verifying asks no node."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer

from ledger.cli.output import answer, failures, page, table, talk
from ledger.cli.session import Session, session_of
from ledger.errors import ChainUnreachable
from ledger.following import follower_of, following_of
from ledger.opening import now
from ledger.operators import Operator, OperatorCode
from ledger.replica import Follower, Progress, digest_of
from ledger.replica.running import NAME, Following
from ledger.replica_port import Replica, ReplicaFollowed, ReplicaHalted, ReplicaHead
from ledger.said import moment

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
            _tell(rooms.replica, session)
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
        replica = session.opened.rooms.replica
    _tell(replica, session)


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
        head = _answering(replica.head())

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
        _tell_as_of(head)

    answer(_listed(head, "certificates", found), as_json=session.as_json, shown=shown)


@app.command()
def operators(
    context: typer.Context,
    *,
    member: Annotated[str | None, typer.Option(help="Only those that this member granted a status.")] = None,
    after: Annotated[str | None, typer.Option(help="Go on after this code.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, by code.")] = 100,
) -> None:
    """List operators with what was recorded of each last, as of the replica's block."""
    session = session_of(context)
    with failures():
        replica = session.opened.rooms.replica
        place = OperatorCode(after) if after is not None else None
        found = replica.operators(member=member, after=place, limit=limit)
        head = _answering(replica.head())

    def shown() -> None:
        titles = ("operator", "status", "level", "roles", "from", "until", "recorded")
        rows = [(one.code, *_last_recorded(one)) for one in found]
        table(titles, rows, empty="The replica holds no such operator.")
        _tell_as_of(head)

    answer(_listed(head, "operators", found), as_json=session.as_json, shown=shown)


def _last_recorded(operator: Operator) -> tuple[object, ...]:
    """Return the cells of a row."""
    last = operator.latest
    roles = " ".join(str(role.name) for role in last.roles)
    until = moment(last.until) if last.until else ""
    name = last.status.name.lower()
    return name, last.level, roles, moment(last.effective_from), until, moment(last.recorded_at)


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
            rooms.replica.clear(profile.ledger, profile.recognition, profile.procedures)
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


def _answering(head: ReplicaHead | None) -> ReplicaHead | None:
    """Return the head of a replica that answers; `ReplicaHalted` for one that does not."""
    if head is not None and head.halted:
        raise ReplicaHalted(head.halted)
    return head


def _tell_as_of(head: ReplicaHead | None) -> None:
    if head is not None and head.block is not None:
        talk.print(f"As of block {head.block.number}.")


def _listed(head: ReplicaHead | None, name: str, found: object) -> dict[str, object]:
    """Return a list as JSON has it."""
    return {"asOfBlock": head.block.number if head and head.block else None, name: found}


def _tell(replica: Replica, session: Session) -> None:
    with failures():
        head, counts, acts = replica.head(), replica.operator_counts(), replica.procedure_counts()
    told = _state(head) | asdict(counts) | asdict(acts)

    def shown() -> None:
        if head is None:
            page.print("There is no replica yet; asal replica follow makes one.")
            return
        where = f"Block {told['block']}" if head.block else "No block yet"
        page.print(f"Replica of {head.ledger.address} on chain {head.ledger.chain_id}")
        page.print(f"{where}, {told['lagBlocks']} behind the node's newest, {head.node_block}")
        seen = moment(head.seen_at) if head.seen_at else "never"
        page.print(f"The node was last seen: {seen}")
        if head.recognition is not None:
            page.print(f"Recognition registry: {head.recognition}")
            page.print(f"{counts.operators} operators, of which {counts.statuses} statuses were recorded")
        if head.procedures is not None:
            page.print(f"Contract of procedures: {head.procedures}")
            page.print(
                f"{acts.receipts} receipts, {acts.decisions} decisions, {acts.cases} verification cases "
                f"and {acts.exporters} certified exporters"
            )
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
        "recognition": head.recognition,
        "procedures": head.procedures,
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
