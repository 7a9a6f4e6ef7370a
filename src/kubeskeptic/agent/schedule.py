"""The open loop: every probe asks when it is due, whatever became of the questions before.

Question number *n* is due at ``t0 + n · period``. One that cannot be asked within a period of that is never asked: it
would be one of a burst that no client sends. Its number is missing among the samples, and the gap says why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from kubeskeptic.agent import clock
from kubeskeptic.agent.buffer import Samples
from kubeskeptic.agent.gaps import STALLED, Gaps
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.probes import Prober, Readiness, prober_for
from kubeskeptic.agent.question import Deadlines, Ending, Question
from kubeskeptic.agent.spec import Spec

GOLDEN = 0.6180339887498949
"""Multiples of the golden ratio spread the phases of any number of probes evenly over a period."""
UNWATCHED = 0.25
"""A question that ended so many seconds after its deadline was not watched: the loop had stalled, and whether the answer came
in time, or would have come had we gone on talking, is not known. It is part of the gap, not a sample."""
_DOUBTFUL = (Outcome.OK, Outcome.TIMEOUT)
"""What can be of doubt then. Who was refused or reset has failed, however late that was seen."""


Seen = tuple[Samples, Gaps]
"""Where a probe puts what it saw, and what it did not see."""


class Running:
    """One probe of one scenario, being asked until it is stopped.

    :param number: of the probe, since the agent's start
    :param t0: when question 0 is due, on the monotonic clock
    """

    def __init__(self, number: int, scenario: str, spec: Spec, prober: Prober, t0: float, seen: Seen) -> None:
        self.number = number
        self.scenario = scenario
        self.spec = spec
        self.t0 = t0
        self.asked = 0
        """Questions asked."""
        self.ended = 0
        """Questions that are not waited for any more."""
        self._next = 0
        self._samples, self._gaps = seen
        self._prober = prober
        self._deadlines = Deadlines(spec.deadline)
        self._timer: asyncio.TimerHandle | None = clock.at(t0, self._fire)

    @property
    def running(self) -> bool:
        """Whether it is still being asked."""
        return self._timer is not None

    def due(self, tick: int) -> float:
        """When question ``tick`` is due, on the monotonic clock."""
        return self.t0 + tick * self.spec.period

    def stop(self) -> None:
        """Ask no more. Questions in flight go on to their end."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._prober.close()

    def drop(self) -> None:
        """Give up the questions in flight; nobody will hear of them."""
        self._deadlines.drop()

    def _fire(self) -> None:
        tick = self._skip_missed()
        self._next = tick + 1
        self._timer = clock.at(self.due(self._next), self._fire)
        self.asked += 1
        question = Question(tick, self._record)
        self._deadlines.add(question)
        self._prober.ask(question)

    def _skip_missed(self) -> int:
        """The newest question that is due; those before it that were not asked are a gap."""
        newest = max(self._next, int((clock.monotonic() - self.t0) / self.spec.period))
        if newest > self._next:
            missed = newest - self._next
            self._gaps.add(self.number, self.due(self._next), self.due(newest), missed, STALLED, self._samples.total)
        return newest

    def _record(self, question: Question, took: float, ending: Ending) -> None:
        self.ended += 1
        if ending.outcome in _DOUBTFUL and took > self.spec.deadline + UNWATCHED:
            until = question.sent + took
            self._gaps.add(self.number, question.sent, until, 1, STALLED, self._samples.total)
            return
        self._samples.add(self.number, question.tick, question.sent, took, ending.outcome, ending.by, question.port)
        if ending.outcome is Outcome.UNKNOWN:
            self._samples.count_unknown(ending.reason)


class Schedule:
    """All probes of the agent, those that run and those that ran."""

    def __init__(self, samples: Samples, gaps: Gaps) -> None:
        self.probes: list[Running] = []
        """By number, for as long as the agent lives: old samples still name them."""
        self._running: dict[tuple[str, str], Running] = {}
        self._seen = (samples, gaps)
        self._readiness = Readiness()

    @property
    def running(self) -> Sequence[Running]:
        """The probes that are being asked now."""
        return tuple(self._running.values())

    @property
    def questions(self) -> int:
        """How many questions were asked since the agent's start."""
        return sum(probe.asked for probe in self.probes)

    @property
    def in_flight(self) -> int:
        """How many questions wait for their outcome now, of stopped probes too."""
        return sum(probe.asked - probe.ended for probe in self.probes)

    def replace(self, scenario: str, specs: Sequence[Spec]) -> list[Running]:
        """Ask exactly ``specs`` for ``scenario``; those that already run unchanged go on untouched.

        :raises BadSpec: when one of them cannot be asked; nothing has changed then
        """
        wanted = {spec.name: spec for spec in specs}
        prober = {
            spec.name: prober_for(spec, self._readiness) for spec in specs
        }  # all or none: the last may be refused
        self._drop(lambda probe: probe.scenario == scenario and wanted.get(probe.spec.name) != probe.spec)
        for spec in specs:
            if (scenario, spec.name) not in self._running:
                self._start(scenario, spec, prober[spec.name])
        return [self._running[scenario, spec.name] for spec in specs]

    def stop(self, scenario: str) -> None:
        """Ask nothing more for ``scenario``."""
        self._drop(lambda probe: probe.scenario == scenario)

    def close(self) -> None:
        """Ask nothing more at all, and give up what is in flight."""
        self._drop(lambda _: True)
        for probe in self.probes:
            probe.drop()
        self._readiness.close()

    def _start(self, scenario: str, spec: Spec, prober: Prober) -> None:
        number = len(self.probes)
        t0 = clock.monotonic() + (number * GOLDEN) % 1 * spec.period
        probe = Running(number, scenario, spec, prober, t0, self._seen)
        self.probes.append(probe)
        self._running[scenario, spec.name] = probe

    def _drop(self, unwanted: Callable[[Running], bool]) -> None:
        for key, probe in list(self._running.items()):
            if unwanted(probe):
                probe.stop()
                del self._running[key]
