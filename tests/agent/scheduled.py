"""A schedule on a clock that tests move."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count

from kubeskeptic.agent.buffer import Samples
from kubeskeptic.agent.gaps import PROCESS, AgentGap, Gaps, Stalls
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.question import Question
from kubeskeptic.agent.schedule import ALL, ActiveProbe, Notes, Plan, Turn
from kubeskeptic.agent.spec import parse


class Timer:
    """A timer that can be cancelled."""

    def __init__(self, callback: Callable[[], object]) -> None:
        self.callback: Callable[[], object] | None = callback

    def cancel(self) -> None:
        self.callback = None


class MovedClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0
        self._timers: list[tuple[float, int, Timer]] = []
        self._number = count()

    def at(self, when: float, callback: Callable[[], object]) -> Timer:
        timer = Timer(callback)
        heapq.heappush(self._timers, (when, next(self._number), timer))
        return timer

    def until(self, moment: float) -> None:
        """Let the loop run until then: every timer at its time."""
        while self._timers and self._timers[0][0] <= moment:
            when, _, timer = heapq.heappop(self._timers)
            self.now = max(self.now, when)
            if timer.callback:
                timer.callback()
        self.now = max(self.now, moment)

    def stall(self, seconds: float) -> None:
        """Time passes, and the loop does not run."""
        self.now += seconds


class Pupil:
    """Asks nobody, and remembers its questions."""

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self.closed = False

    def ask(self, question: Question) -> None:
        self.questions.append(question)

    def close(self) -> None:
        self.closed = True


class Probe:
    """A running probe with ten questions a second, from second 100 on."""

    def __init__(self, deadline: float = 3.5, turn: Turn = ALL) -> None:
        self.gaps = Gaps()
        self.samples = Samples(self.gaps, 1000)
        self.pupil = Pupil()
        raw = {"name": "p", "kind": "tcp", "host": "10.0.0.1", "port": 80, "period": 0.1, "deadline": deadline}
        self.stalls = Stalls(self.gaps)
        self.stalls.start()
        notes = Notes(self.samples, self.gaps, self.stalls)
        self.running = ActiveProbe(Plan(0, "s", parse(raw), 100.0), self.pupil, notes, turn)

    @property
    def asked(self) -> list[int]:
        return [question.tick for question in self.pupil.questions]

    @property
    def noted(self) -> tuple[list[AgentGap], list[AgentGap]]:
        """The gaps of the probe, and those of the process."""
        gaps = self.gaps.deliver()
        return [gap for gap in gaps if gap.probe != PROCESS], [gap for gap in gaps if gap.probe == PROCESS]

    @property
    def recorded(self) -> list[tuple[int, float, str]]:
        _, seen = self.samples.take(0, 1000)
        codes = list(Outcome)
        return [
            (tick, round(took, 3), str(codes[code]))
            for tick, took, code in zip(seen.tick, seen.took, seen.outcome, strict=True)
        ]
