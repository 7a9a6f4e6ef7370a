"""The process of the outside probe, separate from the run so that the run's work never delays a question.

``python -m kubeskeptic.outside.process`` reads one line of JSON from its standard input::

    {"agent": its name in the batches, "scenario": "…", "targets": [{"node": the lane's name, "spec": {…}}, …]}

and asks until that input ends, as it also does when the run dies. Once a second it prints a batch for each target, in the
format of :mod:`kubeskeptic.agent.wire`; a target's last batch has ``"last": true`` and comes after its last outcome.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import signal
import sys
import uuid
from typing import Any

from kubeskeptic.agent import clock, wire
from kubeskeptic.agent.buffer import Samples
from kubeskeptic.agent.gaps import Gaps, Stalls
from kubeskeptic.agent.kernel import Realtime, make_room, take_short_slices
from kubeskeptic.agent.schedule import ActiveProbe, Notes, Plan, first_due
from kubeskeptic.agent.spec import parse
from kubeskeptic.durations import IN_FLIGHT, POLL, PULL_PERIOD
from kubeskeptic.outside.client import HttpxProber, PortLoop, warm_up

CAPACITY = 20_000
"""Samples of one target that can be held between two batches: 100 s at the fastest rate."""
PRIORITY = 10
"""Real-time priority, 1 to 99: the same as the agents' (:mod:`kubeskeptic.probes.priority`)."""
A_QUESTION = 0.005
"""Seconds of processor time that a question may cost. Measured: 0.8 ms on a quiet machine, 3 ms at load 20 on two cores."""
MOST = 0.4
"""Share of one core that the process may use at that priority, however many questions it asks."""


class ProbedTarget:
    """One target being probed, and its samples so far. Create it inside a running loop."""

    def __init__(self, number: int, boot: str, order: dict[str, Any]) -> None:
        target = order["targets"][number]
        spec = parse(target["spec"])
        self._head = {"boot": boot, "agent": order["agent"], "node": target["node"]}
        self._gaps = Gaps()
        self._samples = Samples(self._gaps, CAPACITY)
        self._cursor = 0
        stalls = Stalls(self._gaps)
        stalls.start()
        self._plan = Plan(0, order["scenario"], spec, first_due(number, spec.period))
        self.running = ActiveProbe(self._plan, HttpxProber(spec), Notes(self._samples, self._gaps, stalls))

    @property
    def in_flight(self) -> int:
        """The number of questions without an outcome yet."""
        return self.running.asked - self.running.ended

    def batch(self, realtime: Realtime, *, last: bool = False) -> bytes:
        """Return everything seen since the previous batch as one line, and discard it."""
        first, columns = self._samples.take(self._cursor, CAPACITY)
        lost, self._cursor = first - self._cursor, first + len(columns.sent)
        head = self._head | {
            "first": first, "cursor": self._cursor, "recorded": self._samples.total, "lost": lost, "last": last,
            "questions": self.running.asked, "in_flight": self.in_flight,
            "realtime": realtime.given, "realtime_why_not": realtime.why_not,
        }  # fmt: skip
        gaps = self._gaps.deliver()
        line = b"".join(wire.batch(head, clock.moment(), columns, self._samples, [self._plan], gaps, (0,))) + b"\n"
        self._samples.acknowledge(self._cursor)
        self._gaps.acknowledge(self._samples.total + 1)
        return line


async def ask(order: dict[str, Any]) -> None:
    """Ask all targets until standard input ends, then wait for questions in flight."""
    await warm_up()
    boot = uuid.uuid4().hex
    asked: list[ProbedTarget] = []
    realtime = Realtime(lambda: sum(one.running.asked for one in asked), a_question=A_QUESTION, most=MOST)
    realtime.start()
    _take_precedence()  # not earlier: the kernel kills a real-time process that never sleeps, and nothing guards it until now
    asked += [ProbedTarget(number, boot, order) for number in range(len(order["targets"]))]
    gc.collect()
    gc.freeze()  # garbage collection then scans what questions leave behind, not all modules
    ended = _end_of_input()
    while not ended.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), PULL_PERIOD)
        await _print([one.batch(realtime) for one in asked])
    for one in asked:
        one.running.stop()
    over = clock.monotonic() + max(one.running.plan.spec.deadline for one in asked) + IN_FLIGHT
    while any(one.in_flight for one in asked) and clock.monotonic() < over:
        await clock.pause(POLL)
    await _print([one.batch(realtime, last=True) for one in asked])


def _end_of_input() -> asyncio.Event:
    """Return an event that is set when the other end of standard input is closed; further input is discarded."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def readable() -> None:
        """Set the event once the other side has closed the pipe."""
        if not os.read(0, 4096):
            loop.remove_reader(0)
            ended.set()

    loop.add_reader(0, readable)
    return ended


async def _print(lines: list[bytes]) -> None:
    """Print on a thread: a busy reader must not delay questions."""
    await asyncio.get_running_loop().run_in_executor(None, _write, b"".join(lines))


def _write(data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(1, left) :]


def _take_precedence() -> None:
    """Take real-time priority where that is allowed: otherwise a busy machine would ask late or not at all."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(PRIORITY))
    except (OSError, AttributeError):  # AttributeError: not on Linux
        take_short_slices()


def main() -> int:
    """Run the process and return its exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run receives the interrupt itself, and ends this process
    with open(0, "rb", buffering=0, closefd=False) as unread:
        order = json.loads(unread.readline())  # reads no byte beyond the line
    make_room()
    # httpcore tries to import sniffio at each of its locks; where that is not installed, the search takes a quarter of the
    # time of a request. None makes the import fail at once, and httpcore then assumes asyncio, which is right here
    sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]
    with contextlib.suppress(BrokenPipeError), asyncio.Runner(loop_factory=PortLoop) as runner:
        runner.run(ask(order))
    return 0


if __name__ == "__main__":
    sys.exit(main())
