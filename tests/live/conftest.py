"""The live cluster, for the tests that break it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kubeskeptic import clusters
from kubeskeptic.faults import Site
from kubeskeptic.guard import Guard, Lease
from kubeskeptic.journal import Journal
from kubeskeptic.kube import Kube
from kubeskeptic.undo.snapshot import differences, take

GROUPS = ("pods", "workers", "control-plane")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the kills."""
    group = parser.getgroup("kubeskeptic live", "the harness on a live cluster")
    group.addoption("--kills", type=int, default=8, metavar="N", help="kills in a sample (default: %(default)s)")
    group.addoption("--where", default=",".join(GROUPS), help="which faults are killed (default: %(default)s)")
    where = Path("reports/kills.txt")
    group.addoption("--figure", type=Path, default=where, metavar="FILE", help="where their figure is added")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Site]:
    """The live cluster, ours alone, as clean at the end as it was at the start."""
    folder = tmp_path_factory.mktemp("site")
    cluster = clusters.find(request.config.getoption("--cluster"))
    assert cluster, "no cluster: run `skeptic up`"
    kube = Kube(cluster.kubeconfig, cluster.context, folder)
    guard = Guard(cluster, kube)
    guard.pin()
    with closing(Journal(folder / "journal.jsonl")) as journal, Lease(kube, "live"):
        made = Site(cluster, kube, journal, guard, "live", 1)
        before = take(made)
        yield made
        assert differences(before, take(made)) == []


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    """Decides the moments."""
    return int(request.config.getoption("--seed") or 0)
