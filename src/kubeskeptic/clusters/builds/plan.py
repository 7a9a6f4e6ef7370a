"""A build from scratch as tasks, some of which run at the same time.

::

    network   kubernetes' modules │ node root file system │ coredns' modules │ …      three at a time
    compilers            kubernetes ───────────────────────────────────────────┤
                                             etcd │ coredns │ provisioner │ …  ┤      two at a time

Half of the steps wait for the network and leave the processor idle; a Go build leaves one core idle while it links. So
downloads run ahead, and two builds run in parallel. Each task ends in the store: an interrupted build continues from there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, as_completed, wait
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from kubeskeptic.errors import SkepticError

DOWNLOADS = 3
"""Number of tasks that use the network at the same time."""
BUILD_MEMORY = 3 * 2**30
"""Memory for one Go build, in bytes; the largest measured was Kubernetes with 2.7 GB."""


def _nothing(_: Any) -> None:
    """Do nothing."""


@dataclass(frozen=True)
class Task:
    """A part of the work that is independent of other parts.

    :param fetch: uses the network
    :param make: uses the processor; receives the result of ``fetch``
    """

    fetch: Callable[[], Any]
    make: Callable[[Any], object] = _nothing


def if_possible(task: Task) -> Task:
    """Return a variant of a task whose failure stops no other. Code that needs its result retries and reports the error."""

    def fetch() -> Any:
        """Fetch; return the result in a tuple, empty when fetching fails."""
        with suppress(SkepticError):
            return (task.fetch(),)
        return ()

    def make(fetched: Any) -> None:
        """Make the task's product if fetching succeeded; ignore failures."""
        with suppress(SkepticError):
            for each in fetched:
                task.make(each)

    return Task(fetch, make)


def compilers() -> int:
    """Return the number of parallel builds: two where memory suffices for both."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return 2 if memory > 2 * BUILD_MEMORY else 1


def carry_out(tasks: Sequence[Task], lanes: int = 0) -> None:
    """Carry out all tasks, beginning them in order.

    :param lanes: number of tasks made at the same time; zero for as many as this machine supports
    :raises SkepticError: the error of the first failed task; running tasks are waited for, others are not begun
    """
    with ThreadPoolExecutor(DOWNLOADS) as network, ThreadPoolExecutor(lanes or compilers()) as machines:
        try:
            fetching = {network.submit(task.fetch): task for task in tasks}
            making = [machines.submit(fetching[done].make, done.result()) for done in as_completed(fetching)]
            _all_done(making)
        except BaseException:
            for pool in (network, machines):
                pool.shutdown(wait=False, cancel_futures=True)
            raise


def _all_done(making: list[Future[object]]) -> None:
    done, _ = wait(making, return_when=FIRST_EXCEPTION)
    for each in done:
        each.result()
