"""What the commands on programmes and arrangements share: who acts, what is recorded, what came of it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, TypeVar

import typer

from ledger.aeo.days import edge, last_moment
from ledger.arranging import Actor, Arranged
from ledger.cli.output import EXIT_PENDING, answer, failures, page, usage
from ledger.cli.session import Session
from ledger.issuing import WAIT
from ledger.operators import Mutual

Wait = Annotated[float, typer.Option(min=0, help="Seconds to wait for the chain.")]
WAITING = WAIT
"""Seconds, unless told otherwise."""
_Kind = TypeVar("_Kind")


def mutual_of(session: Session) -> Mutual:
    """Return all programmes, arrangements and recognitions; a look needs neither archive nor key."""
    return session.opened.verifier.recognitions.mutual()[1]


def actor_of(session: Session) -> Actor:
    """Return the authority and the key that the session acts for."""
    return Actor(*session.authority())


def told(session: Session, act: Callable[[], Arranged], what: str) -> None:
    """Carry a write out and say what came of it; what is only accepted ends with exit code 15."""
    with failures():
        done = act()
    state = "was on the ledger already" if done.repeated else "is recorded" if done.written else "is accepted"
    lines = {"state": "recorded" if done.written else "accepted", "repeated": done.repeated}
    written = None if done.repeated else done.written
    answer(
        lines | {"written": written},
        as_json=session.as_json,
        shown=lambda: page.print(f"{what} {state}."),
    )
    if done.written is None:
        raise typer.Exit(EXIT_PENDING)


def chosen(word: str, words: Mapping[str, _Kind], what: str) -> _Kind:
    """Return what a word stands for, or end with the words that may be used."""
    if word.lower() not in words:
        usage(f"the {what} is one of {', '.join(words)}")
    return words[word.lower()]


def begin_of(text: str) -> datetime:
    """Return the moment from which something holds: of a day its first second, UTC."""
    return edge(text, "from")


def end_of(text: str) -> datetime:
    """Return the moment until which something holds: of a day its last second, UTC."""
    return last_moment(text, "until")
