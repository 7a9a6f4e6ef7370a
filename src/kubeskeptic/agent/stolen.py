"""Processor time that a hypervisor kept from this machine: whether the machine itself stood still.

A virtual machine whose processors all get no time runs nothing: no client asks, no server answers, no rule is written. Such a
standstill is no time in which anything could have gone unseen, as long as it is known to have been one. Linux counts it as
*steal* for each processor (proc_stat(5)), in hundredths of a second, when the host tells (KVM and Xen do).

Not every standstill is counted: the host counts a processor that waits for its turn, not one that it holds up otherwise. One of
40 ms was seen on both processors of a machine at once, by threads of real-time priority, with nothing stolen. Without the proof
it stays what it looks like, a hole in what was seen.
"""

from __future__ import annotations

import os
from functools import cache

Stolen = tuple[float, ...]
"""Seconds stolen from each processor since the machine's start; empty where that is not known."""

MOST_PROCESSORS = 8
"""A machine with more processors hardly stands still as a whole, and its counters take long to read (the kernel sums up all
interrupts of all processors): measured 15 µs with two."""
_STEAL = 8
"""The column, after the processor's name and seven others."""


def read() -> Stolen:
    """Read the counters."""
    file, ticks = _file()
    if file is None:
        return ()
    lines = os.pread(file, 4096, 0).split(b"\n")
    try:
        return tuple(int(line.split()[_STEAL]) / ticks for line in lines[1 : 1 + MOST_PROCESSORS] if line[:3] == b"cpu")
    except (IndexError, ValueError):
        return ()  # not Linux's


def from_all(before: Stolen, after: Stolen) -> float:
    """Return the seconds that were stolen from every processor between two readings: the least of any."""
    both = list(zip(before, after, strict=False))
    return max(0.0, min(now - then for then, now in both)) if both and len(before) == len(after) else 0.0


@cache
def _file() -> tuple[int | None, int]:
    """Open the counters, once for the process; with how many of their units are a second."""
    try:
        small = (os.cpu_count() or 1) <= MOST_PROCESSORS
        return (os.open("/proc/stat", os.O_RDONLY | os.O_CLOEXEC) if small else None), os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError):
        return None, 1  # not on Linux
