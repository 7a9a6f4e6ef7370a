"""Nothing is deleted that is not ours, or that somebody is using."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic import clusters
from kubeskeptic.clusters import cluster, delete_guard, engine_install
from kubeskeptic.clusters.engine import Engine
from kubeskeptic.errors import CommandFailed, Refused
from kubeskeptic.guard.holder import Holder
from kubeskeptic.guard.lease import micro
from kubeskeptic.process import ProcessId
from kubeskeptic.switches import control
from tests.clusters.fakes import listed
from tests.clusters.laptop import Laptop
from tests.clusters.test_up import finished, laptop
from tests.kube.conftest import FakeServer, kubeconfig, server

__all__ = ["finished", "laptop", "server"]  # fixtures

LEASE = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kubeskeptic"
DEAD = ProcessId(2**22 + 1, 5.0)


def a_fault_in_force(name: str, runner: ProcessId | None = None, suffix: str = ".json") -> Path:
    """A switch of a run of this process, unless another is named; its own process is not there."""
    file = control.folder(name) / f"r1-crash_node-ab{suffix}"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"label": "crash_node-ab", "runner": runner or ProcessId.own()}))
    return file


def held(server: FakeServer, by: Holder) -> None:
    """The API server behind cluster c has a Lease."""
    spec = {"holderIdentity": str(by), "renewTime": micro(datetime.now(UTC)), "leaseDurationSeconds": 30}
    server.says("GET", LEASE, {"spec": spec})
    written = kubeconfig(cluster.folder("c"), server.url)
    written.write_text(written.read_text().replace("here", cluster.context("c")))


def as_it_was(there: Laptop) -> bool:
    return not [call for call in there.made() if call[0] in {"delete", "create"}]


@pytest.fixture
def broken(finished: Laptop) -> Laptop:
    """The laptop with a cluster of ours of which a worker does not run."""
    finished.has_nodes("running", "exited")
    return finished


@pytest.mark.parametrize("states", [("running", "running"), ("running", "exited")])
def test_somebody_elses_cluster_is_left_alone(laptop: Laptop, states: tuple[str, ...]) -> None:
    laptop.has_nodes(*states)
    for attempt in (lambda: clusters.up("c", workers=1), lambda: clusters.down("c")):
        with pytest.raises(Refused, match="kind cluster c was not created by `skeptic up`; choose another --name"):
            attempt()
    assert as_it_was(laptop)
    assert not cluster.folder("c").exists()


def test_what_a_killed_up_left_is_ours(laptop: Laptop) -> None:
    laptop.kind.answer("create", err="killed", status=137)
    with pytest.raises(CommandFailed, match="killed"):
        clusters.up("c", workers=1)
    assert cluster.begun("c")
    laptop.has_nodes("running")
    clusters.down("c")
    assert laptop.made()[-1][0] == "delete"
    assert not cluster.begun("c")


def test_a_cluster_with_a_fault_in_force_is_left_alone(broken: Laptop) -> None:
    a_fault_in_force("c")
    why = f"it has faults in force \\(crash_node-ab of process {os.getpid()}\\); end that run first"
    with pytest.raises(Refused, match=f"cannot delete cluster c \\(c-worker not running\\): {why}"):
        clusters.up("c", workers=1)
    with pytest.raises(Refused, match=why):
        clusters.down("c")
    assert as_it_was(broken)
    assert cluster.read_record("c") is not None


@pytest.mark.parametrize("suffix", [".json", ".firing"])
def test_a_cluster_whose_switch_is_at_work_is_left_alone(broken: Laptop, suffix: str) -> None:
    file = a_fault_in_force("c", DEAD, suffix)
    switch = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    file.with_suffix(".pid").write_text(f"{ProcessId.of(switch.pid)}\n")
    try:
        with pytest.raises(Refused, match=f"process {switch.pid} is undoing a fault of a run that died"):
            clusters.down("c")
    finally:
        switch.communicate(b"\n")
    assert as_it_was(broken)
    clusters.down("c")
    assert broken.made()[-1][0] == "delete"


def test_switches_of_the_dead_and_of_other_clusters_are_in_nobodys_way(broken: Laptop) -> None:
    a_fault_in_force("c", DEAD, ".failed")
    a_fault_in_force("other")
    clusters.up("c", workers=1)
    assert [call[0] for call in broken.made()] == ["delete", "create"]


def test_a_cluster_whose_lease_is_held_is_left_alone(broken: Laptop, server: FakeServer) -> None:
    held(server, Holder.us("r7"))
    with pytest.raises(Refused, match=r": run r7 .* is using this cluster; wait for it to end"):
        clusters.up("c", workers=1)
    assert as_it_was(broken)


def test_a_lease_of_the_dead_is_in_nobodys_way(broken: Laptop, server: FakeServer) -> None:
    held(server, Holder("r7", Holder.us("").machine, DEAD))
    clusters.down("c")
    assert broken.made()[-1][0] == "delete"


def test_without_an_answer_of_the_api_server_switches_decide(broken: Laptop, server: FakeServer) -> None:
    held(server, Holder.us("r7"))
    server.stop()
    assert delete_guard.in_use("c") == ""
    a_fault_in_force("c")
    assert "faults in force" in delete_guard.in_use("c")


def test_an_engine_with_a_cluster_in_use_is_not_stopped(broken: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped: list[Any] = []
    monkeypatch.setattr(engine_install, "stop", lambda: stopped.append(1))
    monkeypatch.setattr(engine_install, "find", lambda _: Engine(client=str(broken.docker.path), own=True))
    label = "io.x-k8s.kind.cluster"
    both = listed("c-worker", **{label: "c"}) + listed("other-worker", **{label: "other"})
    broken.docker.answer("ps", "--all", "--filter", f"label={label}", out=both)
    broken.docker.answer("ps", "--all", "--filter", f"label={label}=c", out=listed("c-worker", **{label: "c"}))
    a_fault_in_force("other")
    with pytest.raises(Refused, match="cannot stop the container engine, as cluster other runs in it: it has faults"):
        clusters.down("c", engine=True)
    assert (stopped, as_it_was(broken)) == ([], True)


def test_of_a_cluster_without_its_engine_stays_known_that_it_is_ours(
    finished: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_install, "find", lambda _: None)
    clusters.down("c")
    assert cluster.read_record("c") is None
    assert cluster.begun("c")
