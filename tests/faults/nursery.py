"""Real processes of ours, quickly: one warm process forks them, so that none has to import everything anew.

`python -m tests.faults.nursery` reads one line of JSON for each process to start and writes one for each that
has ended.  Nothing is open before a fork: no thread, no connection, no file but the three standard streams.
A process runs the program's own `main`, with its moment to die lying in wait (`tests.faults.killing`).
"""

import importlib
import json
import os
import select
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from tests.faults.killing import NEVER, VARIABLE, Moments, lie_in_wait

PROGRAMS = {
    "asal": ("ledger.cli", "app"),
    "api": ("api.main", "main"),
    "workload": ("tests.faults.workload", "main"),
}
KILLED_AT = "killed-at"
"""Variable with the file that says at which moment a process has died."""
_LOOK = 0.01
"""Seconds between two looks for processes that have ended."""


def _bring_up(order: dict[str, Any]) -> NoReturn:
    """Become the process that was ordered."""
    status = 1
    try:
        os.environ.clear()
        os.environ.update(order["environment"])
        os.chdir(order["folder"])
        for number, name in ((0, os.devnull), (1, order["stdout"]), (2, order["stderr"])):
            opened = os.open(name, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(opened, number)
            os.close(opened)
        note = os.environ.get(KILLED_AT)
        lie_in_wait(Moments(os.environ.get(VARIABLE, NEVER), Path(note) if note else None))
        room, name = PROGRAMS[order["program"]]
        sys.argv = [order["program"], *order["arguments"]]
        getattr(importlib.import_module(room), name)()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            sys.stderr.write(end.code)
    except BaseException:  # noqa: BLE001 - as the interpreter does at the end of a process
        traceback.print_exc()
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


def _say(**told: object) -> None:
    os.write(1, json.dumps(told).encode() + b"\n")


def main() -> None:
    """Fork what is ordered until the orders end; then end what still runs."""
    for room, _ in PROGRAMS.values():
        importlib.import_module(room)
    _warm()
    _say(ready=os.getpid())
    children: set[int] = set()
    unread = b""
    while True:
        if select.select([0], [], [], _LOOK if children else None)[0]:
            read = os.read(0, 2**16)
            if not read:
                break
            *lines, unread = (unread + read).split(b"\n")
            for line in lines:
                order = json.loads(line)
                child = os.fork()
                if child == 0:
                    _bring_up(order)
                children.add(child)
                _say(order=order["order"], born=child)
        for child in list(children):
            found, status = os.waitpid(child, os.WNOHANG)
            if found:
                children.discard(child)
                _say(ended=child, status=os.waitstatus_to_exitcode(status))
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def _warm() -> None:
    """Derive the key that the processes sign with, once for all of them."""
    from ledger.chain.signers import _derived  # noqa: PLC0415 - only here

    _derived(3)


if __name__ == "__main__":
    main()
