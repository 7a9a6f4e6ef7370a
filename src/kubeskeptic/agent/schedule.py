"""The open loop: every probe asks when it is due, whatever became of the questions before.

Question number *n* is due at ``t0 + n · period``. Several askers take turns at them (:mod:`kubeskeptic.agent.askers`)::

    due       0   1   2   3   4   5   6
    asker 0   ?       ?       ?       ?
    asker 1       ?       ?       ?

One that its asker cannot ask before its next one is due is never asked: it would be one of a burst that no client sends. Its
number is missing among the samples, and a gap says why. Every question that was asked ends as a sample; one whose outcome a
stall has hidden is ``unknown``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
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


def first_due(number: int, period: float) -> float:
    """Return when question 0 of the agent's probe of this number is due, on the monotonic clock."""
    return clock.monotonic() + (number * GOLDEN) % 1 * period


class Notes(NamedTuple):
    """Where a probe puts what it saw and what it did not see."""

    samples: Samples
    gaps: Gaps
    stalls: Stalls


class Plan(NamedTuple):
    """What is asked, and when.

    :param number: of the probe, since the agent's start
    :param t0: when question 0 is due, on the monotonic clock
    """

    number: int
    scenario: str
    spec: Spec
    t0: float

    def due(self, tick: int) -> float:
        """Return when question ``tick`` is due, on the monotonic clock."""
        return self.t0 + tick * self.spec.period


class Turn(NamedTuple):
    """Which questions an asker asks: the first, and every so many after it."""

    first: int = 0
    step: int = 1


ALL = Turn()
"""The turn of one who asks alone."""


class ActiveProbe:
    """One probe of one scenario, being asked by one asker until it is stopped."""

    def __init__(self, plan: Plan, prober: Prober, notes: Notes, turn: Turn = ALL) -> None:
        self.plan = plan
        self.asked = 0
        """Questions asked."""
        self.ended = 0
        """Questions that are not waited for any more."""
        self._next = turn.first
        self._step = turn.step
        self._samples, self._gaps, self._stalls = notes
        self._prober = prober
        self._deadlines = Deadlines(plan.spec.deadline)
        self._timer: asyncio.TimerHandle | None = clock.at(plan.due(self._next) - clock.HALF_A_WAIT, self._fire)

    @property
    def running(self) -> bool:
        """Whether it is still being asked."""
        return self._timer is not None

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
        self._next = tick + self._step
        self._timer = clock.at(self.plan.due(self._next) - clock.HALF_A_WAIT, self._fire)
        self.asked += 1
        question = Question(tick, self._record)
        self._deadlines.add(question)
        self._prober.ask(question)

    def _skip_missed(self) -> int:
        """Return the newest question of ours that is due; those before it that were not asked are a gap."""
        due = int((clock.monotonic() + clock.HALF_A_WAIT - self.plan.t0) / self.plan.spec.period)
        missed = max(0, due - self._next) // self._step
        newest = self._next + missed * self._step
        if missed:
            since, until = self.plan.due(self._next), self.plan.due(newest)
            self._gaps.add(self.plan.number, since, until, missed, STALLED)
        return newest

    def _record(self, question: Question, took: float, ending: Ending) -> None:
        self.ended += 1
        ending = self._doubted(question, took, ending)
        self._samples.add(
            self.plan.number, question.tick, question.sent, took, ending.outcome, ending.by, question.port
        )
        if ending.outcome is Outcome.UNKNOWN:
            self._samples.count_unknown(ending.reason)

    def _doubted(self, question: Question, took: float, ending: Ending) -> Ending:
        """Return the ending, or an unknown one where a stall leaves open how the question would have ended.

        An answer that was read late may have come after the deadline. A question that timed out is in doubt only if it made
        progress at the end of a stall: its next step came later than a client's would have. Where the kernel had nothing
        to tell, there was no answer, stall or not. A refusal is one, however late it was seen.
        """
        if ending.outcome is Outcome.OK and took > self.plan.spec.deadline + SHORTEST:
            return _LATE
        if ending.outcome is Outcome.TIMEOUT and self._stalls.between(question.sent, question.stirred):
            return _CUT_SHORT
        return ending


class Schedule:
    """The probes that one asker asks, and those that it has asked. Make it inside its running loop.

    :param turn: which questions it asks of a probe that others ask too; of one that is one client, it asks all or none
    """

    def __init__(self, notes: Notes, turn: Turn = ALL) -> None:
        self._probes: dict[int, ActiveProbe] = {}
        self._notes = notes
        self._turn = turn
        self._readiness = Readiness()

    @property
    def questions(self) -> int:
        """Number of questions asked since the agent's start."""
        return sum(probe.asked for probe in tuple(self._probes.values()))

    @property
    def busy(self) -> bool:
        """Whether any probe asks, or waits for an outcome."""
        return any(probe.running or probe.asked > probe.ended for probe in self._probes.values())

    @property
    def in_flight(self) -> int:
        """Number of questions that wait for their outcome now, of stopped probes too."""
        return sum(probe.asked - probe.ended for probe in tuple(self._probes.values()))

    def replace(self, stopped: Collection[int], started: Sequence[Plan]) -> None:
        """Ask some no more, by number, and begin to ask others.

        :raises BadSpec: when one of them cannot be asked; nothing has changed then
        """
        mine = [plan for plan in started if not (plan.spec.one_client and self._turn.first)]
        probers = [prober_for(plan.spec, self._readiness) for plan in mine]  # all or none: the last may be refused
        for number in stopped:
            if number in self._probes:
                self._probes[number].stop()
        for plan, prober in zip(mine, probers, strict=True):
            turn = ALL if plan.spec.one_client else self._turn
            self._probes[plan.number] = ActiveProbe(plan, prober, self._notes, turn)

    def close(self) -> None:
        """Ask nothing more at all, and give up what is in flight."""
        for probe in self._probes.values():
            probe.stop()
            probe.drop()
        self._readiness.close()
