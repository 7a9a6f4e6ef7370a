"""A process that detects when this machine's processors are paused, as in a virtual machine that its host does not run.

``python -I -S processors.py`` starts one process per processor, pinned to it, which repeatedly sleeps for :data:`BEAT`
seconds. For each sleep that ends late because the processor itself did not run, it prints a line of JSON::

    {"processor": 0, "processors": 2, "since": …, "until": …}

``since`` is when the sleep was due to end and ``until`` when it ended, in Unix seconds. For each thread, the kernel counts how
often it was put on a processor and how long it waited for one while runnable (``/proc/PID/schedstat``, sched-stats in the
kernel's documentation)::

    paused        |   due . . . . . . . woke        put on once, did not wait: no timer fired, nothing ran there
    busy          |   due ~~~~~~~~~~~~~ woke        put on once, waited: something else ran there; excluded from `until`
    stopped       |   due               woke        put on twice: for the signal that stopped it, and for the one that woke it

A sleep of the last kind is not reported; of the second kind, only the part without waiting is. The process runs until its
standard input ends, as it also does when the run dies. It imports only the standard library, to stay small.
"""

import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

BEAT = 0.01
"""Length of a sleep in seconds."""
SHORTEST = 0.02
"""Seconds of the longest pause that is not reported: one period of the fastest ordinary probe."""
PRIORITY = 10
"""Real-time priority, 1 to 99: that of the agents (:mod:`kubeskeptic.probes.priority`). Without it fewer pauses are proven."""
ONLINE = Path("/sys/devices/system/cpu/online")
"""The numbers of the online processors, such as ``0-3,6``."""
MOST = 32
"""Machines with more processors than this are not watched: each costs a process, and they hardly ever all pause at once."""


class Scheduled:
    """The kernel's scheduling counters for this thread."""

    def __init__(self) -> None:
        self._file = os.open("/proc/thread-self/schedstat", os.O_RDONLY)

    def read(self) -> tuple[float, int]:
        """Return how many seconds the thread waited for a processor, and how often it was put on one."""
        _, waited, times = os.pread(self._file, 100, 0).split()
        return int(waited) / 1e9, int(times)


def paused_until(due: float, woke: float, waited: float, times: int) -> float:
    """Return until when the processor was paused from ``due`` on; ``due`` itself when it was not, or may not have been.

    :param due: when the sleep should have ended
    :param woke: when it ended
    :param waited: for how many seconds the thread waited for the processor while runnable
    :param times: how often the thread was put on the processor
    """
    until = woke - waited
    return until if times == 1 and until - due > SHORTEST else due


def numbers(listed: str) -> list[int]:
    """Return the numbers in a list such as ``0-3,6``."""
    found: list[int] = []
    for part in listed.strip().split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def watch(processor: int, processors: int, parent: int) -> None:
    """Sleep on a processor repeatedly, and print its pauses, while the parent lives."""
    os.sched_setaffinity(0, {processor})
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(PRIORITY))
    scheduled = Scheduled()
    while os.getppid() == parent:
        waited, times = scheduled.read()
        due = time.monotonic() + BEAT
        time.sleep(BEAT)
        woke = time.monotonic()
        now_waited, now_times = scheduled.read()
        until = paused_until(due, woke, now_waited - waited, now_times - times)
        if until > due and now_waited:  # without the kernel's counters nothing is proven
            wall = time.time() - time.monotonic()
            line = {"processor": processor, "processors": processors, "since": due + wall, "until": until + wall}
            os.write(1, json.dumps(line).encode() + b"\n")


def main() -> int:
    """Run the process and return its exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run receives the interrupt itself, and ends this process
    online, parent = numbers(ONLINE.read_text(encoding="utf-8")), os.getpid()
    if len(online) > MOST or not set(online) <= os.sched_getaffinity(0):
        return 1
    children = []
    for processor in online:
        child = os.fork()
        if not child:
            watch(processor, len(online), parent)
            os._exit(0)
        children.append(child)
    while os.read(0, 4096):
        pass
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
