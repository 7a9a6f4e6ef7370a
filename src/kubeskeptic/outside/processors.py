"""A process that notices when this machine's processors are paused, as those of a virtual machine are while it is not run.

``python -I -S processors.py`` starts one process for each processor, bound to it, which sleeps for :data:`BEAT` seconds, over
and over. For each sleep that ends late because the processor itself did not run, a line of JSON is printed::

    {"processor": 0, "processors": 2, "since": …, "until": …}

``since`` is when the sleep was due to end and ``until`` when it ended, in Unix seconds. The kernel counts for each thread how
often it was put on a processor and how long it had to wait for that while it could have run (``/proc/PID/schedstat``,
sched-stats in the kernel's documentation)::

    paused        |   due . . . . . . . woke        put on once, did not wait: no timer went off, nothing ran there
    busy          |   due ~~~~~~~~~~~~~ woke        put on once, waited: something else ran there; left out of `until`
    stopped       |   due               woke        put on twice: for the signal that stopped it, and for the one that woke it

A sleep of the last kind is not reported, and of the second only what was not waited for. It runs until its standard input
ends, which it also does when the run dies. It imports the standard library alone, so that it stays small.
"""

import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

BEAT = 0.01
"""Seconds that a sleep lasts."""
SHORTEST = 0.02
"""A pause of less than this many seconds is not reported: one period of the fastest ordinary probe."""
PRIORITY = 10
"""Of 1 to 99: that of the agents (:mod:`kubeskeptic.probes.priority`). Without it fewer pauses are proven."""
ONLINE = Path("/sys/devices/system/cpu/online")
"""The numbers of the processors that run, such as ``0-3,6``."""
MOST = 32
"""On machines with more processors than this nothing is watched: each costs a process, and they hardly pause all at once."""


class Scheduled:
    """What the kernel has counted for this thread."""

    def __init__(self) -> None:
        self._file = os.open("/proc/thread-self/schedstat", os.O_RDONLY)

    def read(self) -> tuple[float, int]:
        """Return for how many seconds it waited for a processor, and how often it was put on one."""
        _, waited, times = os.pread(self._file, 100, 0).split()
        return int(waited) / 1e9, int(times)


def paused_until(due: float, woke: float, waited: float, times: int) -> float:
    """Return until when the processor was paused from a moment on; that moment when it was not, or when that is not certain.

    :param due: when the sleep should have ended
    :param woke: when it ended
    :param waited: for how many seconds of it the thread waited for the processor while it could have run
    :param times: how often the thread was put on the processor
    """
    until = woke - waited
    return until if times == 1 and until - due > SHORTEST else due


def numbers(listed: str) -> list[int]:
    """Return the numbers of a list such as ``0-3,6``."""
    found: list[int] = []
    for part in listed.strip().split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def watch(processor: int, processors: int, parent: int) -> None:
    """Sleep on a processor, over and over, and print its pauses, for as long as the parent lives."""
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
        if until > due and now_waited:  # a kernel that counts nothing proves nothing
            wall = time.time() - time.monotonic()
            line = {"processor": processor, "processors": processors, "since": due + wall, "until": until + wall}
            os.write(1, json.dumps(line).encode() + b"\n")


def main() -> int:
    """Run the process, and return its exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run ends it, and hears of the interrupt by itself
    online, parent = numbers(ONLINE.read_text()), os.getpid()
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
