"""Run the API until it is told to stop, or until the process that started it has ended, however it ended."""

import os
import signal
import threading

from api.main import main


def _end_with_parent() -> None:
    """Stop this process when its standard input, a pipe from the parent, is closed."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    main()
