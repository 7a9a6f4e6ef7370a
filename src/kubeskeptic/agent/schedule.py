"""The open loop: every probe asks when a question is due, whatever the outcome of earlier questions.

Question number *n* is due at ``t0 + n · period``. Several askers take turns (:mod:`kubeskeptic.agent.askers`)::

    due       0   1   2   3   4   5   6
    asker 0   ?       ?       ?       ?
    asker 1       ?       ?       ?

A question that its asker cannot ask before the asker's next one is due is never asked: it would be part of a burst that no
client sends. Its number is missing among the samples, and a gap states why. Every question that was asked ends as a sample; if
a stall has hidden its outcome, the outcome is ``unknown``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import NamedTuple

from kubeskeptic.agent import clock
from kubeskeptic.agent.buffer import Samples
from kubeskeptic.agent.gaps import SHORTEST, STALLED, Gaps, Stalls
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.probes import Prober, Readiness, prober_for
from kubeskeptic.agent.question import Deadlines, Ending, Question
from kubeskeptic.agent.spec import Spec

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
    """Where a probe records what it saw and what it missed."""

    samples: Samples
    gaps: Gaps
    stalls: Stalls


class Plan(NamedTuple):
    """What is asked, and when.

    :param number: the probe's number since the agent's start
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
    """Which questions an asker asks: number ``first``, and every ``step``-th one after it."""

    first: int = 0
    step: int = 1


ALL = Turn()
"""The turn of an asker that asks alone."""


class ActiveProbe:
    """One probe of one scenario, asked by one asker until it is stopped."""

    def __init__(self, plan: Plan, prober: Prober, notes: Notes, turn: Turn = ALL) -> None:
        self.plan = plan
        self.asked = 0
        """Number of questions asked."""
        self.ended = 0
        """Number of questions that have ended."""
        self._next = turn.first
        self._step = turn.step
        self._samples, self._gaps, self._stalls = notes
        self._prober = prober
        self._deadlines = Deadlines(plan.spec.deadline)
        self._timer: asyncio.TimerHandle | None = clock.at(plan.due(self._next) - clock.HALF_A_WAIT, self._fire)

    @property
    def running(self) -> bool:
        """Whether the probe is still being asked."""
        return self._timer is not None

    def stop(self) -> None:
        """Stop asking. Questions in flight are finished."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._prober.close()

    def drop(self) -> None:
        """Abandon the questions in flight without recording them."""
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
        """Return this asker's newest due question; earlier ones that were not asked are recorded as a gap."""
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
        """Return the ending, or an unknown one if a stall leaves open how the question would have ended.

        An answer that was read late may have come after the deadline. A question that timed out is in doubt only if it made
        progress at the end of a stall: its next step then came later than a client's would have. If the kernel reported no
        event, there was no answer, stall or not. A refusal counts, however late it was read.
        """
        if ending.outcome is Outcome.OK and took > self.plan.spec.deadline + SHORTEST:
            return _LATE
        if ending.outcome is Outcome.TIMEOUT and self._stalls.between(question.sent, question.stirred):
            return _CUT_SHORT
        return ending


class Schedule:
    """The probes that one asker asks, and those that it has asked. Create it inside the asker's running event loop.

    :param turn: which questions it asks of a probe that all askers share; of a probe that is one client, it asks all or none
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
        """Number of questions whose outcome is outstanding now, including those of stopped probes."""
        return sum(probe.asked - probe.ended for probe in tuple(self._probes.values()))

    def replace(self, stopped: Collection[int], started: Sequence[Plan]) -> None:
        """Stop some probes, by number, and start others.

        :raises BadSpec: when one of them cannot be asked; then nothing has changed
        """
        mine = [plan for plan in started if not (plan.spec.one_client and self._turn.first)]
        probers = [prober_for(plan.spec, self._readiness) for plan in mine]  # all or none: even the last may be refused
        for number in stopped:
            if number in self._probes:
                self._probes[number].stop()
        for plan, prober in zip(mine, probers, strict=True):
            turn = ALL if plan.spec.one_client else self._turn
            self._probes[plan.number] = ActiveProbe(plan, prober, self._notes, turn)

    def close(self) -> None:
        """Stop all probes, and abandon the questions in flight."""
        for probe in self._probes.values():
            probe.stop()
            probe.drop()
        self._readiness.close()
