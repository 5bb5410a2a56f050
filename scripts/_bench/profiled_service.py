"""Runs the API as `scripts/_serving.py` does, and looks where its time goes between two signals.

SIGUSR1 begins; SIGUSR2 ends it and writes samples and processor seconds into the file named, as JSON.
"""

import json
import runpy
import signal
import sys
import time
from pathlib import Path

import _setup

from _bench.sampling import Sampler


def main(into: Path) -> None:
    """Serve until told to stop."""
    sampler, began = Sampler(), list[float]()

    def begin(*_: object) -> None:
        began.append(time.process_time())
        sampler.begin()

    def end(*_: object) -> None:
        seconds, part = time.process_time() - began[-1], into.with_suffix(".part")
        part.write_text(json.dumps([sampler.end(), seconds]), encoding="utf-8")
        part.rename(into)

    signal.signal(signal.SIGUSR1, begin)
    signal.signal(signal.SIGUSR2, end)
    runpy.run_path(str(_setup.ROOT / "scripts/_serving.py"), run_name="__main__")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
