"""Attempts on several clusters of one machine, side by side.

::

    attempts, ──┬──▶ cluster kubeskeptic: one attempt ──▶ something was asked ──▶ done
    longest     └──▶ cluster proofs:      one attempt ──▶ nothing was asked ────▶ another cluster takes it
    first

A cluster that lacks what a scenario needs, or refuses a run, asks nothing; the attempt then goes to another cluster. An attempt
in which anything was asked is never performed again, whatever the verdict. A cluster that was left dirty takes no further one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from kubeskeptic.durations import TAIL
from kubeskeptic.errors import LeftDirty
from kubeskeptic.proving.campaign import Attempt
from kubeskeptic.scenarios.declaration import ActPlan
from kubeskeptic.settings import Setting, Settings
from kubeskeptic.terminal import spoken

Perform = Callable[[Attempt, str], bool]
"""Performs an attempt on a cluster, and returns whether anything was asked."""


@dataclass(eq=False)
class _Task:
    """An attempt that is not done.

    :param tried: the clusters on which nothing was asked
    :param since: when it was last started, on the monotonic clock
    """

    attempt: Attempt
    tried: set[str] = field(default_factory=set)
    since: float = 0.0


class SideBySide:
    """Performs attempts on several clusters, one at a time on each.

    :param perform: is called from one thread for each cluster
    :param stop: ends everything that is running, and keeps ``perform`` from starting anything else
    """

    def __init__(
        self, planned: Sequence[Attempt], clusters: Sequence[str], perform: Perform, stop: Callable[[], object]
    ) -> None:
        self._clusters = list(clusters)
        self._perform = perform
        self._stop = stop
        self._total = len(planned)
        self._waiting = [_Task(one) for one in sorted(planned, key=expected_seconds, reverse=True)]
        self._running: dict[str, _Task] = {}
        self._dirty: LeftDirty | None = None

    def perform(self) -> None:
        """Perform all attempts. An interrupt or error ends those that are running, and waits until they have undone everything.

        :raises LeftDirty: at the end, when an attempt left its cluster dirty
        :raises BaseException: what else ``perform`` raises, at once
        """
        futures: dict[Future[bool], str] = {}
        with ThreadPoolExecutor(len(self._clusters), "attempt") as pool:
            try:
                while True:
                    for cluster, task in self._begin():
                        futures[pool.submit(self._perform, task.attempt, cluster)] = cluster
                    if not futures:
                        break
                    for future in wait(futures, return_when=FIRST_COMPLETED).done:
                        cluster = futures.pop(future)
                        self._end(cluster, asked=self._asked(cluster, future))
            except BaseException:
                self._stop()
                raise
        if self._dirty:
            raise self._dirty

    def status(self) -> str:
        """Return, in one line, how many attempts are done, and which are running on which cluster for how long."""
        running = dict(self._running)  # another thread may change it
        done = self._total - len(self._waiting) - len(running)
        now = time.monotonic()
        each = (f"{name}: {one.attempt.scenario.id} for {spoken(now - one.since)}" for name, one in running.items())
        return ", ".join([f"{max(done, 0)} of {self._total} attempts", *each])

    def _begin(self) -> list[tuple[str, _Task]]:
        """Give each idle cluster an attempt that it can take now, if there is one, and return them."""
        begun = []
        for cluster in self._clusters:
            task = None if cluster in self._running else self._next(cluster)
            if task:
                self._waiting.remove(task)
                task.since = time.monotonic()
                self._running[cluster] = task
                begun.append((cluster, task))
        return begun

    def _next(self, cluster: str) -> _Task | None:
        """Return the first attempt that this cluster has not tried and that shares no exclusive resource with running ones."""
        used = {one for task in self._running.values() for one in task.attempt.exclusive}
        free = (task for task in self._waiting if cluster not in task.tried and not used & task.attempt.exclusive)
        return next(free, None)

    def _asked(self, cluster: str, future: Future[bool]) -> bool:
        """Return whether a cluster's attempt that has ended asked anything; a cluster that it left dirty is not used again."""
        try:
            return future.result()
        except LeftDirty as dirty:
            self._clusters.remove(cluster)
            self._dirty = self._dirty or dirty
            return True

    def _end(self, cluster: str, *, asked: bool) -> None:
        """Handle the end of a cluster's attempt: it is done, or waits for a cluster that has not tried it."""
        task = self._running.pop(cluster)
        if not asked:
            task.tried.add(cluster)
            if not task.tried.issuperset(self._clusters):
                self._waiting.insert(0, task)


OPENING = 60.0
"""Approximate seconds that a run takes besides its acts."""
AROUND = 25.0
"""Approximate seconds that an act takes besides its longest bound: a settled baseline, the fault, and its recovery."""
_USUAL = {"GRACE": 50.0, "MONITOR": 5.0, "SYNC": 1.0, "CACHE": 30.0, "HPA": 15.0, "STABLE": 300.0, "SYN_SENT": 120.0}
_OTHER = 10.0


class UsualSettings(Settings):
    """Approximate Kubernetes defaults: good enough for ordering attempts, and for nothing else."""

    def __init__(self) -> None:
        super().__init__({})

    def setting(self, name: str) -> Setting:
        """Return the approximate usual value of a setting, in seconds."""
        return Setting(name, _USUAL.get(name, _OTHER), "usual")


def expected_seconds(attempt: Attempt) -> float:
    """Return approximately how long an attempt takes, in seconds, from its acts and the bounds that they are watched for."""
    return OPENING + sum(_seconds(attempt, act) for act in attempt.acts)


def _seconds(attempt: Attempt, act: ActPlan) -> float:
    bounds = [one.case.watched or one.case.within for one in attempt.cases if act.name in one.case.acts]
    watched = [bound.at_most(UsualSettings()).value + TAIL for bound in bounds if bound]
    return AROUND + max(watched, default=0.0)
