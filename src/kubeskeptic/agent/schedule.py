"""The open loop: every probe asks when it is due, whatever became of the questions before.

Question number *n* is due at ``t0 + n · period``. One that cannot be asked within a period of that is never asked: it
would be one of a burst that no client sends. Its number is missing among the samples, and a gap says why. Every question that
was asked ends as a sample; one whose outcome a stall has hidden is ``unknown``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from kubeskeptic.agent import clock
from kubeskeptic.agent.buffer import Samples
from kubeskeptic.agent.gaps import STALLED, Gaps
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.probes import Prober, Readiness, prober_for
from kubeskeptic.agent.question import Deadlines, Ending, Question
from kubeskeptic.agent.spec import Spec
from kubeskeptic.agent.stalls import SHORTEST, Stalls

GOLDEN = 0.6180339887498949
"""Multiples of the golden ratio spread the phases of any number of probes evenly over a period."""
_LATE = Ending(Outcome.UNKNOWN, reason="stalled: the answer was read after the deadline, and may have come before it")
_CUT_SHORT = Ending(
    Outcome.UNKNOWN, reason="stalled: the question went on after a stall, and its deadline left it no time"
)


class Notes(NamedTuple):
    """Where a probe puts what it saw and what it did not see."""

    samples: Samples
    gaps: Gaps
    stalls: Stalls


class ActiveProbe:
    """One probe of one scenario, being asked until it is stopped.

    :param number: of the probe, since the agent's start
    :param t0: when question 0 is due, on the monotonic clock
    """

    def __init__(self, number: int, scenario: str, spec: Spec, prober: Prober, t0: float, notes: Notes) -> None:
        self.number = number
        self.scenario = scenario
        self.spec = spec
        self.t0 = t0
        self.asked = 0
        """Questions asked."""
        self.ended = 0
        """Questions that are not waited for any more."""
        self._next = 0
        self._samples, self._gaps, self._stalls = notes
        self._prober = prober
        self._deadlines = Deadlines(spec.deadline)
        self._timer: asyncio.TimerHandle | None = clock.at(t0, self._fire)

    @property
    def running(self) -> bool:
        """Whether it is still being asked."""
        return self._timer is not None

    def due(self, tick: int) -> float:
        """Return when question ``tick`` is due, on the monotonic clock."""
        return self.t0 + tick * self.spec.period

    def stop(self) -> None:
        """Ask no more. Questions in flight go on to their end."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._prober.close()

    def drop(self) -> None:
        """Give up the questions in flight without recording them."""
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
        """Return the newest question that is due; those before it that were not asked are a gap."""
        newest = max(self._next, int((clock.monotonic() - self.t0) / self.spec.period))
        if newest > self._next:
            missed = newest - self._next
            self._gaps.add(self.number, self.due(self._next), self.due(newest), missed, STALLED, self._samples.total)
        return newest

    def _record(self, question: Question, took: float, ending: Ending) -> None:
        self.ended += 1
        ending = self._doubted(question, took, ending)
        self._samples.add(self.number, question.tick, question.sent, took, ending.outcome, ending.by, question.port)
        if ending.outcome is Outcome.UNKNOWN:
            self._samples.count_unknown(ending.reason)

    def _doubted(self, question: Question, took: float, ending: Ending) -> Ending:
        """Return the ending, or an unknown one where a stall leaves open how the question would have ended.

        An answer that was read late may have come after the deadline. A question that timed out is in doubt only if it made
        progress at the end of a stall: its next step came later than a client's would have. Where the kernel had nothing
        to tell, there was no answer, stall or not. A refusal is one, however late it was seen.
        """
        if ending.outcome is Outcome.OK and took > self.spec.deadline + SHORTEST:
            return _LATE
        if ending.outcome is Outcome.TIMEOUT and self._stalls.between(question.sent, question.stirred):
            return _CUT_SHORT
        return ending


class Schedule:
    """All probes of the agent, those that run and those that ran."""

    def __init__(self, notes: Notes) -> None:
        self.probes: list[ActiveProbe] = []
        """By number, for as long as the agent lives: old samples still name them."""
        self._running: dict[tuple[str, str], ActiveProbe] = {}
        self._notes = notes
        self._readiness = Readiness()

    @property
    def running(self) -> Sequence[ActiveProbe]:
        """The probes that are being asked now."""
        return tuple(self._running.values())

    @property
    def questions(self) -> int:
        """Number of questions asked since the agent's start."""
        return sum(probe.asked for probe in self.probes)

    @property
    def busy(self) -> bool:
        """Whether any probe asks, or waits for an outcome."""
        return bool(self._running) or self.in_flight > 0

    @property
    def in_flight(self) -> int:
        """Number of questions that wait for their outcome now, of stopped probes too."""
        return sum(probe.asked - probe.ended for probe in self.probes)

    def replace(self, scenario: str, specs: Sequence[Spec]) -> list[ActiveProbe]:
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
        probe = ActiveProbe(number, scenario, spec, prober, t0, self._notes)
        self.probes.append(probe)
        self._running[scenario, spec.name] = probe

    def _drop(self, unwanted: Callable[[ActiveProbe], bool]) -> None:
        for key, probe in list(self._running.items()):
            if unwanted(probe):
                probe.stop()
                del self._running[key]
