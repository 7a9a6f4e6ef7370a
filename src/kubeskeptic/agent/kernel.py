"""What an agent's process asks of the kernel so that questions are asked in time: room for open sockets, short slices of
processor time, and real-time priority for as long as it uses little.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import platform
import resource
import signal
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence

from kubeskeptic.agent import clock

OPEN_FILES = 20_000
"""Sockets that may be open at once, if the limit allows: 1000 questions a second, unanswered for five deadlines."""


def make_room() -> None:
    """Raise the limit of open files, and let the kernel enlarge its table of them to that limit.

    To enlarge the table the kernel copies it. In a process with several threads it then waits until every processor has
    released the old table (``expand_fdtable`` in fs/file.c): measured on a busy machine, 0.3 s in which no thread can open a
    socket. This would happen when many questions are unanswered, which is when they matter. The table never shrinks.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    with socket.socket() as first:
        os.close(os.dup2(first.fileno(), most - 1))


SHORTEST = 100_000
"""Nanoseconds of one slice: the shortest that the kernel accepts, and about what one question needs."""
_NUMBERS = {"x86_64": 314, "aarch64": 274}
"""Numbers of the system call, by machine: the C library has no wrapper for it before glibc 2.41."""


class _Attributes(ctypes.Structure):
    """``struct sched_attr`` in its first version; zeros mean the default policy and niceness."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("policy", ctypes.c_uint32),
        ("flags", ctypes.c_uint64),
        ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32),
        ("runtime", ctypes.c_uint64),
        ("deadline", ctypes.c_uint64),
        ("period", ctypes.c_uint64),
    )


def take_short_slices() -> bool:
    """Request the shortest slices for the calling thread, and return whether the kernel accepted; lateness is recorded anyway.

    They are for an agent that cannot have real-time priority. The kernel's fair scheduler lets a task with shorter slices run
    first when it wakes, with the same share of the processor over time. ``sched_setattr(2)`` with a ``sched_runtime`` requests
    this for a task of the default policy, without any privilege (Linux 6.12, Documentation/scheduler/sched-eevdf.rst). Older
    kernels ignore it.

    A thread with another policy, such as one with real-time priority, is left alone: the call would reset it to the default.
    """
    number = _NUMBERS.get(platform.machine())
    if number is None or os.sched_getscheduler(0) != os.SCHED_OTHER:
        return False
    wanted = _Attributes(size=ctypes.sizeof(_Attributes), runtime=SHORTEST)
    return bool(ctypes.CDLL(None).syscall(number, 0, ctypes.byref(wanted), 0) == 0)


SHARE = 0.1
"""Share of one core that a real-time agent may always use, however few questions it asks."""
A_QUESTION = 2 * SHARE / 150
"""Seconds of processor time that a question may cost: twice the design's tenth of a core for 150 questions a second. Measured:
0.45 ms on a quiet machine, 0.85 ms on one whose caches are full of other processes' data (load 25 on two cores)."""
MOST = 0.3
"""Share of one core that a real-time agent may use at most, however many questions it asks."""
WINDOW = 10
"""Seconds over which the share is averaged: one large batch after an interruption must not cost the priority."""
AT_A_STRETCH = 0.2
"""Seconds of processor time without a single wait, after which a real-time agent returns to the default policy."""
_POLICIES = (os.SCHED_FIFO, os.SCHED_RR)


class Realtime:
    """Watches the processor time of a real-time agent, and gives the priority back if it uses too much.

    The harness sets the priority from outside (:mod:`kubeskeptic.probes.priority`), as a pod may not. A real-time process runs
    before everything else on its machine, so it must not use much. The agent measures its processor time once a second. If it
    has used more than its share, it returns to the default policy, which needs no privilege (sched(7)). A loop that never waits
    could not measure itself; in that case the kernel sends SIGXCPU (RLIMIT_RTTIME, setrlimit(2)).

    :param asked: returns the number of questions asked since the agent's start
    :param threads: returns the kernel's ids of the other threads that should have the priority, too
    :param a_question: seconds of processor time that a question may cost
    :param most: share of one core that the agent may use at most, however many questions it asks
    """

    def __init__(
        self,
        asked: Callable[[], int],
        threads: Callable[[], Sequence[int]] = tuple,
        *,
        a_question: float = A_QUESTION,
        most: float = MOST,
    ) -> None:
        self.why_not = ""
        """Why the process gave the priority back; empty if it did not."""
        self._asked, self._threads = asked, threads
        self._a_question, self._most = a_question, most
        self._used: deque[tuple[float, float, int]] = deque(maxlen=WINDOW + 1)
        self._timer: asyncio.TimerHandle | None = None

    @property
    def given(self) -> bool:
        """Whether this thread and all other threads have real-time priority now."""
        return all(os.sched_getscheduler(one) & ~os.SCHED_RESET_ON_FORK in _POLICIES for one in (0, *self._threads()))

    def start(self) -> None:
        """Start to watch the running loop."""
        _, hard = resource.getrlimit(resource.RLIMIT_RTTIME)
        resource.setrlimit(resource.RLIMIT_RTTIME, (int(AT_A_STRETCH * 1e6), hard))
        stretch = f"it ran for {AT_A_STRETCH:g} s without waiting"
        signal.signal(signal.SIGXCPU, lambda _number, _frame: self._set_back(stretch))
        self._look()

    def stop(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = clock.at(clock.monotonic() + 1, self._look)
        if not self.given:
            self._used.clear()
            return
        self._used.append((clock.monotonic(), time.process_time(), self._asked()))
        if len(self._used) > WINDOW:
            seconds, used, asked = (last - first for first, last in zip(self._used[0], self._used[-1], strict=True))
            allowed = min(self._most, max(SHARE, self._a_question * asked / seconds))
            if used > allowed * seconds:
                told = f"it used {used / seconds:.2f} of a core for {asked / seconds:.0f} questions a second"
                self._set_back(f"{told}, and {allowed:.2f} is allowed")

    def _set_back(self, why: str) -> None:
        if self.given:
            for one in (*self._threads(), 0):
                os.sched_setscheduler(one, os.SCHED_OTHER, os.sched_param(0))
            self.why_not = why
