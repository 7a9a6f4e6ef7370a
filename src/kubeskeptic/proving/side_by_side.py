"""Runs of attempts on several clusters of one machine, side by side.

::

    runs,   ──┬──▶ cluster kubeskeptic: one run ──▶ something was asked in each attempt ──▶ done
    longest   └──▶ cluster proofs:      one run ──▶ nothing was asked in some ───────────▶ another cluster takes these
    first

A cluster that lacks what a scenario needs, or refuses a run, asks nothing; the attempt then goes to another cluster. An attempt
in which anything was asked is never performed again, whatever the verdict. A cluster that was left dirty takes no further run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from kubeskeptic.counting import counted
from kubeskeptic.errors import LeftDirty
from kubeskeptic.proving.campaign import Attempt
from kubeskeptic.proving.shared_runs import SharedRun, expected_seconds
from kubeskeptic.terminal import spoken

Perform = Callable[[SharedRun, str], Sequence[Attempt]]
"""Performs a run on a cluster, and returns the attempts in which nothing was asked."""


@dataclass(eq=False)
class _Task:
    """A run that is not done.

    :param tried: the clusters on which nothing was asked in its attempts
    :param since: when it was last started, on the monotonic clock
    """

    run: SharedRun
    tried: set[str] = field(default_factory=set)
    since: float = 0.0


class SideBySide:
    """Performs runs on several clusters, one at a time on each.

    :param perform: is called from one thread for each cluster
    :param stop: ends everything that is running, and keeps ``perform`` from starting anything else
    """

    def __init__(
        self, planned: Sequence[SharedRun], clusters: Sequence[str], perform: Perform, stop: Callable[[], object]
    ) -> None:
        self._clusters = list(clusters)
        self._perform = perform
        self._stop = stop
        self._total = sum(len(one.attempts) for one in planned)
        self._waiting = [_Task(one) for one in sorted(planned, key=expected_seconds, reverse=True)]
        self._running: dict[str, _Task] = {}
        self._dirty: LeftDirty | None = None

    def perform(self) -> None:
        """Perform all runs. An interrupt or error ends those that are running, and waits until they have undone everything.

        :raises LeftDirty: at the end, when a run left its cluster dirty
        :raises BaseException: what else ``perform`` raises, at once
        """
        futures: dict[Future[Sequence[Attempt]], str] = {}
        with ThreadPoolExecutor(len(self._clusters), "attempt") as pool:
            try:
                while True:
                    for cluster, task in self._begin():
                        futures[pool.submit(self._perform, task.run, cluster)] = cluster
                    if not futures:
                        break
                    for future in wait(futures, return_when=FIRST_COMPLETED).done:
                        cluster = futures.pop(future)
                        self._end(cluster, self._left(cluster, future))
            except BaseException:
                self._stop()
                raise
        if self._dirty:
            raise self._dirty

    def status(self) -> str:
        """Return, in one line, how many attempts are done, and which are running on which cluster for how long."""
        running = dict(self._running)  # another thread may change it
        undone = sum(len(one.run.attempts) for one in [*self._waiting, *running.values()])
        now = time.monotonic()
        each = (f"{name}: {one.run.title} for {spoken(now - one.since)}" for name, one in running.items())
        return ", ".join([f"{max(self._total - undone, 0)} of {counted(self._total, 'attempt')}", *each])

    def _begin(self) -> list[tuple[str, _Task]]:
        """Give each idle cluster a run that it can take now, if there is one, and return them."""
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
        """Return the first run that this cluster has not tried and that shares no exclusive resource with running ones."""
        used = {one for task in self._running.values() for one in task.run.exclusive}
        free = (task for task in self._waiting if cluster not in task.tried and not used & task.run.exclusive)
        return next(free, None)

    def _left(self, cluster: str, future: Future[Sequence[Attempt]]) -> Sequence[Attempt]:
        """Return the attempts of an ended run in which nothing was asked; a cluster that it left dirty is not used again."""
        try:
            return future.result()
        except LeftDirty as dirty:
            self._clusters.remove(cluster)
            self._dirty = self._dirty or dirty
            return ()

    def _end(self, cluster: str, left: Sequence[Attempt]) -> None:
        """Handle the end of a cluster's run: what is left of it waits for a cluster that has not tried it."""
        task = self._running.pop(cluster)
        tried = {*task.tried, cluster}
        if left and not tried.issuperset(self._clusters):
            self._waiting.insert(0, _Task(SharedRun(tuple(left)), tried))
