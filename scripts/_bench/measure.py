"""Laps: what one run of one contestant took, in time, processor time and memory."""

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")
"""Linux tells processor time and memory of every process here; elsewhere both are reported as 0."""


@dataclass(frozen=True, slots=True)
class Lap:
    """One run of one contestant."""

    done: int
    """How many things it did: certificates, requests, calls."""
    seconds: float
    """How long it took, by the clock on the wall."""
    cpu: float
    """Processor seconds of the process that did it, not of who asked."""
    each: tuple[float, ...] = ()
    """Seconds that each thing took by itself, where they can be told apart."""
    peak: int = 0
    """The most memory the process held during the lap, in bytes (VmHWM)."""
    more: Mapping[str, float] = field(default_factory=dict)
    """What else is worth knowing, per thing done."""


Contestant = Callable[[], Lap]


def timed(step: Callable[[], object], runs: int) -> Lap:
    """Do a thing many times in this process, each timed by itself."""
    pid, each = os.getpid(), []
    forget_peak(pid)
    began, spent = time.perf_counter(), time.process_time()
    for _ in range(runs):
        started = time.perf_counter()
        step()
        each.append(time.perf_counter() - started)
    seconds, cpu = time.perf_counter() - began, time.process_time() - spent
    return Lap(runs, seconds, cpu, tuple(each), peak_of(pid))


def cpu_of(pid: int) -> float:
    """Return the processor seconds that a process has used, all its threads together."""
    with contextlib.suppress(OSError):
        fields = (_PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
    return 0.0


def peak_of(pid: int) -> int:
    """Return the most memory a process has held since its peak was forgotten, in bytes."""
    with contextlib.suppress(OSError):
        for line in (_PROC / str(pid) / "status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def forget_peak(pid: int) -> None:
    """Let the peak start anew from what the process holds now."""
    with contextlib.suppress(OSError):
        (_PROC / str(pid) / "clear_refs").write_text("5", encoding="utf-8")
