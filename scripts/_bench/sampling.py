"""Where a process spends its processor time, found by looking at it every millisecond of that time.

A profiler that hooks every call makes code with small functions several times slower, and so tells the wrong
shares; looking now and then changes next to nothing.  What is built in counts for the function that called
it.
"""

import signal
from collections import Counter
from types import FrameType

_EVERY_SECONDS = 0.001
"""Of processor time, as far as the system's clock is that fine."""

Samples = list[tuple[str, str, int]]
"""File, function, and how often it was the one at work."""


class Sampler:
    """Looks at the main thread of this process while the process works; POSIX only."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._seen: Counter[tuple[str, str]] = Counter()

    def begin(self) -> None:
        """Begin to look."""
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, _EVERY_SECONDS, _EVERY_SECONDS)

    def end(self) -> Samples:
        """Stop looking; returns what was seen."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        return [(file, function, times) for (file, function), times in self._seen.items()]

    def _look(self, _: int, frame: FrameType | None) -> None:
        if frame is not None:
            self._seen[frame.f_code.co_filename, frame.f_code.co_qualname] += 1
