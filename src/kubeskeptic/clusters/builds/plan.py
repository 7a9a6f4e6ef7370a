"""A cold build as tasks, some of which run at the same time.

::

    network   kubernetes' modules │ node root file system │ coredns' modules │ …      three at a time
    compilers            kubernetes ───────────────────────────────────────────┤
                                             etcd │ coredns │ provisioner │ …  ┤      two at a time

Half of the steps wait for the network and leave the processor idle; a Go build leaves one core idle while it links. So what
can be downloaded is, and two builds run beside each other. Each task ends in the store: what died midway goes on from there.
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
"""So many tasks wait for the network at the same time."""
BUILD_MEMORY = 3 * 2**30
"""The most that one Go build was seen to need, in bytes: Kubernetes, 2.7 GB."""


def _nothing(_: Any) -> None:
    """Make nothing."""


@dataclass(frozen=True)
class Task:
    """A part of the work that needs no other part.

    :param fetch: waits for the network
    :param make: needs the processor; gets what ``fetch`` returned
    """

    fetch: Callable[[], Any]
    make: Callable[[Any], object] = _nothing


def if_possible(task: Task) -> Task:
    """A task whose failure stops no other; what needs its outcome tries again, and says what is wrong."""

    def fetch() -> Any:
        """Fetch; return the outcome, or nothing when that fails."""
        with suppress(SkepticError):
            return (task.fetch(),)
        return ()

    def make(fetched: Any) -> None:
        """Make it of what was fetched, as far as that works."""
        with suppress(SkepticError):
            for each in fetched:
                task.make(each)

    return Task(fetch, make)


def compilers() -> int:
    """How many builds run beside each other: two where there is memory for both."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return 2 if memory > 2 * BUILD_MEMORY else 1


def carry_out(tasks: Sequence[Task], lanes: int = 0) -> None:
    """Do all tasks, those named first first.

    :param lanes: how many are made at the same time, zero for as many as this machine can
    :raises SkepticError: what the first failed task raised; those that run are waited for, the others are not begun
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
