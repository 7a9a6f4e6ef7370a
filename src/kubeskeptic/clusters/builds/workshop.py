"""The context of builds: the store for results, the displayed progress, and the packages used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from kubeskeptic import paths
from kubeskeptic.clusters.builds import roots
from kubeskeptic.clusters.builds.golang import GoBuild
from kubeskeptic.clusters.builds.plan import Task
from kubeskeptic.clusters.debian import Packages, mirror
from kubeskeptic.clusters.steps import Progress, Say, Step
from kubeskeptic.clusters.store import Recipe, Store

SUITE = "bookworm"
"""The suite of the nodes: its systemd is the last that supports both cgroup versions."""
NEW_SUITE = "forky"
"""The suite of the nodes' containerd."""
FETCH_SECONDS = 15.0
"""Measured time for downloading the modules of one Go build."""


class Workshop:
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
