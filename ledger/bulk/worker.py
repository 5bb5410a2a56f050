"""A process that draws up rows for the one that started it: `python -m ledger.bulk.worker`.

It answers each chunk on its standard output in the order in which chunks come on its standard input, and ends
when that is closed, also by the death of the other side.  It loads neither the chain nor the database.
"""

import os
import signal
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

from ledger.bulk.rows import drawn_rows


def main() -> None:
    """Draw up chunks until there are no more; the first message says for whom."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that started us
    given = Connection(os.dup(sys.stdin.fileno()), writable=False)
    told = Connection(os.dup(sys.stdout.fileno()), readable=False)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever prints must not end up among the answers
    chunks: SimpleQueue[Any] = SimpleQueue()
    # Reading goes on while an answer waits to be taken, so the two sides never wait for each other.
    threading.Thread(target=_read, args=(given, chunks), daemon=True).start()
    desk = chunks.get()
    try:
        while (chunk := chunks.get()) is not None:
            raws, on = chunk
            told.send(drawn_rows(raws, desk, on))
    except BrokenPipeError:
        return
    except Exception as error:  # noqa: BLE001 - its message may hold what a row says, so only its class is told
        sys.exit(f"a process that draws up certificates failed: {type(error).__name__}")


def _read(given: "Connection[Any, Any]", chunks: "SimpleQueue[Any]") -> None:
    with suppress(EOFError, OSError):
        while True:
            chunks.put(given.recv())
    chunks.put(None)


if __name__ == "__main__":
    main()
