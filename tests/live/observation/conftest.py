"""The cluster, and it behind a cable that can be cut."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubeskeptic import clusters
from kubeskeptic.clusters import Cluster
from kubeskeptic.durations import GONE
from kubeskeptic.errors import NotFound, SkepticError
from kubeskeptic.journal import Journal
from kubeskeptic.kube import Kube
from kubeskeptic.plugin.options import in_force
from kubeskeptic.waiting import NotYet, until

from ..cable import Cable, through, to_server_of


@pytest.fixture(scope="module")
def cluster(request: pytest.FixtureRequest) -> Cluster:
    found = clusters.find(in_force(request.config).cluster)
    if found is None:
        pytest.skip("no cluster of ours works; `skeptic up` makes one")
    return found


@pytest.fixture(scope="module")
def kube(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Kube:
    return Kube(cluster.kubeconfig, cluster.context, tmp_path_factory.mktemp("kube"))


@pytest.fixture
def cable(cluster: Cluster) -> Iterator[Cable]:
    with to_server_of(cluster.kubeconfig) as cable:
        yield cable


@pytest.fixture
def behind(cluster: Cluster, cable: Cable, tmp_path: Path) -> Kube:
    """The cluster as it is seen through the cable."""
    return Kube(through(cable, cluster.kubeconfig, tmp_path), cluster.context, tmp_path)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.jsonl")


@pytest.fixture(scope="module")
def namespace(kube: Kube) -> Iterator[str]:
    name = f"skeptic-observe-{time.time_ns() % 10**9}"
    kube.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    kube.delete("Namespace", name)

    def gone() -> bool | NotYet:
        try:
            kube.get("Namespace", name)
        except NotFound:
            return True
        return NotYet("it is still there")

    until(gone, GONE, what=f"{name} to be gone", tolerate=(SkepticError,))
