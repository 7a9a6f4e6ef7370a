"""The context of builds: the store for results, the displayed progress, the packages used, and tasks that run at the same time.

A build from scratch::

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
from functools import cached_property
from pathlib import Path
from typing import Any

from kubeskeptic import paths
from kubeskeptic.clusters.builds import roots
from kubeskeptic.clusters.builds.golang import GoBuild
from kubeskeptic.clusters.debian import Packages, mirror
from kubeskeptic.clusters.steps import Progress, Say, Step
from kubeskeptic.clusters.store import Recipe, Store
from kubeskeptic.errors import SkepticError

SUITE = "bookworm"
"""The suite of the nodes: its systemd is the last that supports both cgroup versions."""
NEW_SUITE = "forky"
"""The suite of the nodes' containerd."""
FETCH_SECONDS = 15.0
"""Measured time for downloading the modules of one Go build."""


class Builder:
    """Builds what is missing, once, and reports progress."""

    def __init__(self, say: Say) -> None:
        self.store = Store(paths.cache() / "builds", say)
        self.progress = Progress(say, paths.state() / "logs")

    @cached_property
    def packages(self) -> Packages:
        """The packages that run in nodes and pods."""
        return Packages(paths.cache() / "debian", SUITE, mirror())

    @cached_property
    def new_packages(self) -> Packages:
        """The packages of a newer suite that run on the older suite's C library."""
        return Packages(paths.cache() / "debian", NEW_SUITE, mirror())

    def expect(self, recipe: Recipe, seconds: float) -> None:
        """Announce something that will be made, unless it exists."""
        if not self.store.has(recipe):
            self.progress.expect(_title(recipe), seconds)

    def make(self, recipe: Recipe, seconds: float, build: Callable[[Path, Step], None]) -> Path:
        """Return the folder with the recipe's product, which is made if it does not exist."""

        def stepwise(into: Path) -> None:
            """Build the product as a step of the progress."""
            with self.progress.step(_title(recipe), seconds) as step:
                build(into, step)

        made = self.store.make(recipe, stepwise)
        self.progress.forget(_title(recipe))
        return made

    def go(self, build: GoBuild) -> Path:
        """Return the folder with a Go module's programs."""
        return self.make(build.recipe, build.seconds, build.build)

    def go_all(self, builds: Sequence[GoBuild]) -> None:
        """Build several Go modules, one after another."""
        for build in builds:
            self.go(build)

    def fetch(self, build: GoBuild) -> None:
        """Download what a Go build needs, unless it is already built."""
        if not self.store.has(build.recipe):
            with self.progress.step(f"modules of {build.name}", FETCH_SECONDS) as step:
                build.fetch(step)

    def task(self, build: GoBuild) -> Task:
        """Return a Go build as a task of a plan."""
        return Task(lambda: self.fetch(build), lambda _: self.go(build))

    def node_root(self) -> Path:
        """Return the tar of the node's root file system."""
        folder = self.make(
            roots.NODE_ROOT, roots.NODE_ROOT_SECONDS, lambda into, step: roots.debootstrap(into, self.packages, step)
        )
        return folder / "root.tar"


def _title(recipe: Recipe) -> str:
    return f"{recipe.name} {recipe.version}"


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
