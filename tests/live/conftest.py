"""The live cluster, for the tests that break it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from kubeskeptic import clusters
from kubeskeptic.faults import Site
from kubeskeptic.guard import Guard, Lease
from kubeskeptic.journal import Journal, read
from kubeskeptic.kube import Kube
from kubeskeptic.paths import checkout
from kubeskeptic.plugin.options import in_force
from kubeskeptic.undo import leftovers
from kubeskeptic.undo.snapshot import differences, take
from kubeskeptic.waiting import NotYet

from .victims import Victims

GROUPS = ("pods", "workers", "control-plane")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the kills."""
    group = parser.getgroup("kubeskeptic live", "the harness on a live cluster")
    group.addoption("--kills", type=int, default=8, metavar="N", help="kills in a sample (default: %(default)s)")
    group.addoption("--where", default=",".join(GROUPS), help="which faults are killed (default: %(default)s)")
    where = Path("reports/kills.txt")
    group.addoption("--figure", type=Path, default=where, metavar="FILE", help="where their figure is added")


class Hold:
    """Our Lease on the live cluster, which can be lent to a run of its own."""

    def __init__(self, kube: Kube) -> None:
        self._kube = kube
        self._lease = ExitStack()

    def take(self) -> None:
        """Take it; from the dead, too."""
        self._lease.enter_context(Lease(self._kube, "live"))

    def release(self) -> None:
        """Release it, if it is held."""
        self._lease.close()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Somebody else may have it until the block ends."""
        self.release()
        try:
            yield
        finally:
            self.take()


class Run:
    """A real run of a suite: a pytest in a process group of its own."""

    def __init__(
        self, suite: Sequence[str], cluster: str, seed: int, folder: Path, said: Path, environment: Mapping[str, str]
    ) -> None:
        self._reports = folder / "reports"
        self._said = said
        command = [sys.executable, "-m", "pytest", *suite, "--cluster", cluster, "--seed", str(seed)]
        ours = {name: text for name, text in environment.items() if not name.startswith("PYTEST_")}
        with self._said.open("wb") as output:
            self._process = subprocess.Popen(
                [*command, "--reports", str(self._reports), "-p", "no:cacheprovider"],
                cwd=checkout(), stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=ours, start_new_session=True,
            )  # fmt: skip

    def reached(self, act: str, phase: str) -> Path | NotYet:
        """Its journal, when a fault of an act has come to a phase. A run that ended before it fails the test."""
        ended = self._process.poll() is not None  # asked first: what it wrote last is read below
        for journal in self._reports.glob("*/journal.jsonl"):
            faults = (one for one in read(journal) if one["kind"] == "fault" and one.get("act") == act)
            if not journal.parent.is_symlink() and any(one["phase"] == phase for one in faults):
                return journal
        assert not ended, f"it ended before: {self._said.read_text(errors='replace')[-4000:]}"
        return NotYet(f"no fault of the act {act} is {phase}")

    def end(self, within: float) -> tuple[int, str]:
        """Wait so many seconds for its end; its exit status, and all that it said."""
        status = self._process.wait(timeout=within)
        return status, self._said.read_text(errors="replace")

    def kill(self) -> None:
        """Kill it with everything that it started; fine when it has ended."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=30)


def clean(site: Site) -> bool | NotYet:
    """Whether nothing of ours is left in the cluster."""
    left = [one.says for one in leftovers.find(site)]
    return NotYet("; ".join(left)) if left else True


@pytest.fixture(scope="module")
def hold(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Hold]:
    """Our Lease on the live cluster."""
    cluster = clusters.find(in_force(request.config).cluster)
    assert cluster, "no cluster: run `skeptic up`"
    made = Hold(Kube(cluster.kubeconfig, cluster.context, tmp_path_factory.mktemp("hold")))
    made.take()
    yield made
    made.release()


@pytest.fixture
def start_run(hold: Hold, request: pytest.FixtureRequest, seed: int, tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Starts a real run of a suite, which needs the cluster to be lent; leaves none behind."""
    made: list[Run] = []

    def start(*suite: str, folder: Path = tmp_path, environment: Mapping[str, str] = os.environ) -> Run:
        """Start one, with its reports below a folder."""
        said = tmp_path / "said.txt"
        made.append(Run(suite, in_force(request.config).cluster, seed, folder, said, environment))
        return made[-1]

    with hold.lent():
        yield start
        for run in made:
            run.kill()


@pytest.fixture(scope="module")
def site(hold: Hold, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Site]:
    """The live cluster, ours alone, as clean at the end as it was at the start."""
    folder = tmp_path_factory.mktemp("site")
    cluster = clusters.find(in_force(request.config).cluster)
    assert cluster, "no cluster: run `skeptic up`"
    kube = Kube(cluster.kubeconfig, cluster.context, folder)
    guard = Guard(cluster, kube)
    guard.pin()
    with closing(Journal(folder / "journal.jsonl")) as journal:
        made = Site(cluster, kube, journal, guard, "live", 1)
        before = take(made)
        yield made
        assert differences(before, take(made)) == []


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    """Decides the moments."""
    return int(request.config.getoption("--seed") or 0)


@pytest.fixture
def victims(site: Site, tmp_path: Path) -> Iterator[Victims]:
    """Starts processes that inflict faults; leaves none behind."""
    made = Victims(site, tmp_path)
    yield made
    made.close()
