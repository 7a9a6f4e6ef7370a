"""The askers: threads that take turns asking the questions of every probe, so that a delayed one delays only its own questions.

::

    main thread      HTTP, the echo, batches
    asker 0          questions 0, 2, 4, … of every probe, by an event loop of its own, on half of the processors
    asker 1          questions 1, 3, 5, … on the other half; nothing of a probe that is one client (a kept connection, a kept
                     port): such a client is asked by asker 0 alone

A hypervisor may take one virtual processor away for tens of milliseconds and leave the other. Measured on two: in half of the
cases in which a timer was late by more than 20 ms, it was late on one of them only. Also, an asker may be late by as many
periods as there are askers before it must skip a question. All askers write to the same samples, with the same numbering.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from kubeskeptic.agent.buffer import Samples
from kubeskeptic.agent.gaps import Gaps, Stalls
from kubeskeptic.agent.kernel import take_short_slices
from kubeskeptic.agent.schedule import Notes, Plan, Schedule, Turn, first_due
from kubeskeptic.agent.spec import BadSpec, Spec

ASKERS = 2
"""The number of processors of the smallest machine."""

OnError = Callable[[dict[str, Any]], None]
"""Called with the context that asyncio passes to a loop's exception handler (``loop.set_exception_handler``)."""


class Asker:
    """One thread that asks its share of the questions. Calls are made on its event loop.

    :param turn: which questions it asks
    :param cpus: the processors that it may use; empty: all
    """

    def __init__(self, samples: Samples, gaps: Gaps, turn: Turn, cpus: Iterable[int], on_error: OnError) -> None:
        self.thread_id = 0
        """The thread's id in the kernel."""
        self.schedule: Schedule
        self._stalls = Stalls(gaps, lambda: self.schedule.busy)
        self._notes = Notes(samples, gaps, self._stalls)
        self._turn, self._cpus, self._on_error = turn, set(cpus), on_error
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=f"asker {turn.first}", daemon=True)

    def start(self) -> concurrent.futures.Future[None]:
        """Start the thread; the future is done once the asker can be called."""
        self._thread.start()
        return self.call(self._begin)

    def call(self, what: Callable[[], None]) -> concurrent.futures.Future[None]:
        """Schedule a call on the thread."""
        done: concurrent.futures.Future[None] = concurrent.futures.Future()

        def run() -> None:
            """Make the call; an error is set on the future."""
            try:
                what()
                done.set_result(None)
            except Exception as error:  # noqa: BLE001 - of any kind: it is raised where the future is awaited
                done.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return done

    def stop(self) -> None:
        """Abandon the questions in flight, and end the thread."""
        self.call(self._end).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        self.thread_id = threading.get_native_id()
        with contextlib.suppress(OSError, AttributeError):  # AttributeError: not on Linux
            os.sched_setaffinity(0, self._cpus)
        take_short_slices()
        self._loop.set_exception_handler(lambda _, context: self._on_error(context))
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _begin(self) -> None:
        self.schedule = Schedule(self._notes, self._turn)
        self._stalls.start()

    def _end(self) -> None:
        self._stalls.stop()
        self.schedule.close()


class Askers:
    """All askers together, and all probes: the running ones and the earlier ones."""

    def __init__(self, samples: Samples, gaps: Gaps, on_error: OnError, number: int = ASKERS) -> None:
        self.plans: list[Plan] = []
        """By number, kept while the agent lives: old samples still refer to them."""
        self.running: list[Plan] = []
        """The probes that are being asked now."""
        self._one_at_a_time = asyncio.Lock()
        shares = _shares(number)
        self._askers = [Asker(samples, gaps, Turn(at, number), shares[at], on_error) for at in range(number)]

    async def start(self) -> None:
        """Start the threads."""
        for asker in self._askers:
            await asyncio.wrap_future(asker.start())

    def stop(self) -> None:
        """Abandon the questions in flight, and end the threads."""
        for asker in self._askers:
            asker.stop()

    @property
    def thread_ids(self) -> list[int]:
        """The threads' ids in the kernel."""
        return [asker.thread_id for asker in self._askers]

    @property
    def questions(self) -> int:
        """Number of questions asked since the agent's start."""
        return sum(asker.schedule.questions for asker in self._askers)

    @property
    def in_flight(self) -> int:
        """Number of questions whose outcome is outstanding now, including those of stopped probes."""
        return sum(asker.schedule.in_flight for asker in self._askers)

    async def replace(self, scenario: str, specs: Sequence[Spec]) -> list[Plan]:
        """Ask exactly ``specs`` for ``scenario``; probes that already run with the same spec are not interrupted.

        :raises BadSpec: when one of them cannot be asked; then nothing has changed
        """
        async with self._one_at_a_time:
            ours = {plan.spec.name: plan for plan in self.running if plan.scenario == scenario}
            kept = {spec.name: ours[spec.name] for spec in specs if spec.name in ours and ours[spec.name].spec == spec}
            fresh = enumerate((spec for spec in specs if spec.name not in kept), start=len(self.plans))
            started = [Plan(number, scenario, spec, first_due(number, spec.period)) for number, spec in fresh]
            await self._begin(
                {plan.number for plan in ours.values()} - {plan.number for plan in kept.values()}, started
            )
            asked = kept | {plan.spec.name: plan for plan in started}
            self.running = [plan for plan in self.running if plan.scenario != scenario] + list(asked.values())
            return [asked[spec.name] for spec in specs]

    async def _begin(self, stopped: set[int], started: list[Plan]) -> None:
        before = len(self.plans)
        self.plans += started  # before any of them is asked
        try:
            for asker in self._askers:  # one after another: if the first refuses, no other has begun
                await asyncio.wrap_future(asker.call(partial(asker.schedule.replace, stopped, started)))
        except BadSpec:
            del self.plans[before:]
            raise


def _shares(number: int) -> list[list[int]]:
    """Return which processors each asker uses: a share of its own if there are enough, else all."""
    if not hasattr(os, "sched_getaffinity"):
        return [[]] * number  # not on Linux
    cpus = sorted(os.sched_getaffinity(0))
    return [cpus[at::number] if len(cpus) >= number else cpus for at in range(number)]
