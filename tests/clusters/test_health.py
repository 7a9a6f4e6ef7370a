from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.clusters import health
from kubeskeptic.clusters.machine import GIB, Level, Machine, inotify_shortage, judge
from kubeskeptic.clusters.network import KUBECTL
from tests.clusters.fakes import FakeProgram, listed

NODES = ("c-control-plane", "c-worker")


def nodes(*, ready: str = "True", version: str = "v1.37.2") -> str:
    status = {"nodeInfo": {"kubeletVersion": version}, "conditions": [{"type": "Ready", "status": ready}]}
    return json.dumps({"items": [{"metadata": {"name": name}, "status": status} for name in NODES]})


def deployments(available: int = 1) -> str:
    wanted = [("kube-system", "coredns"), ("local-path-storage", "local-path-provisioner")]
    items = [
        {"metadata": {"namespace": where, "name": name}, "status": {"availableReplicas": available}}
        for where, name in wanted
    ]
    return json.dumps({"items": items})


@pytest.fixture
def docker(tmp_path: Path) -> FakeProgram:
    program = FakeProgram(tmp_path)
    program.answer("ps", out="".join(listed(name) for name in NODES))
    kubectl = ("exec", "c-control-plane", *KUBECTL, "get")
    program.answer(*kubectl, "nodes", out=nodes())
    program.answer(*kubectl, "deployments", out=deployments())
    return program


def trouble(docker: FakeProgram, version: str | None = "v1.37.2") -> str | None:
    return health.trouble(docker.engine, "c", NODES, version)


def test_a_healthy_cluster_has_no_trouble(docker: FakeProgram) -> None:
    assert trouble(docker) is None
    assert trouble(docker, None) is None


def test_a_half_made_cluster_has_too_few_nodes(docker: FakeProgram) -> None:
    docker.answer("ps", out=listed(NODES[0]))
    assert trouble(docker) == "it has 1 node instead of 2"


def test_nodes_of_a_stopped_engine_do_not_run(docker: FakeProgram) -> None:
    docker.answer("ps", out=listed(NODES[0]) + listed(NODES[1], "exited"))
    assert trouble(docker) == "c-worker not running"


def test_another_version_is_trouble(docker: FakeProgram) -> None:
    assert trouble(docker, "v1.36.3") == "c-control-plane runs Kubernetes v1.37.2, not v1.36.3"


def test_an_unready_node_is_trouble(docker: FakeProgram) -> None:
    docker.answer("exec", NODES[0], *KUBECTL, "get", "nodes", out=nodes(ready="Unknown"))
    assert trouble(docker) == "c-control-plane is not Ready"


def test_a_silent_api_server_is_trouble(docker: FakeProgram) -> None:
    docker.answer("exec", err="connection refused", status=1)
    assert trouble(docker) == "its API server does not answer (connection refused)"


def test_missing_name_servers_are_trouble(docker: FakeProgram) -> None:
    docker.answer("exec", NODES[0], *KUBECTL, "get", "deployments", out=deployments(0))
    assert "deployment/coredns" in (trouble(docker) or "")


# -- the machine ------------------------------------------------------------------------------------------------------
GOOD: dict[str, Any] = {
    "memory": 16 * GIB,
    "free": {"/cache": 50 * GIB},
    "inotify_instances": 512,
    "inotify_used": 70,
    "inotify_watches": 524288,
    "open_files": 65536,
    "cgroup_version": "2",
    "controllers": ("cpu", "cpuset", "memory", "pids"),
    "filesystems": ("ext4", "overlay"),
    "netfilter": True,
}


def test_a_good_machine_is_good() -> None:
    assert {finding.level for finding in judge(Machine(**GOOD))} == {Level.OK}


def test_a_further_cluster_needs_inotify_instances_that_are_free() -> None:
    machine = Machine(**{**GOOD, "inotify_instances": 128, "inotify_used": 58})
    assert inotify_shortage(machine, 4) is None
    shortage = inotify_shortage(replace(machine, inotify_used=60), 4)
    assert shortage is not None
    assert shortage.startswith("60 of 128 inotify instances are in use and a cluster of 4 nodes takes about 69")


@pytest.mark.parametrize(
    ("change", "what", "level", "advice"),
    [
        ({"memory": GIB}, "memory", Level.FAIL, "stop something else"),
        ({"memory": 3 * GIB}, "memory", Level.WARN, "build first"),
        ({"free": {"/cache": GIB}}, "disk", Level.FAIL, "free some"),
        ({"free": {"/cache": 10 * GIB}}, "disk", Level.WARN, "free some"),
        ({"inotify_instances": 64}, "inotify", Level.FAIL, "sysctl"),
        ({"inotify_instances": 128}, "inotify", Level.WARN, "four more nodes: sysctl"),
        ({"open_files": 1024}, "open files", Level.FAIL, "ulimit"),
        ({"controllers": ("cpu", "memory", "pids")}, "cgroups", Level.FAIL, "without cpuset"),
        ({"cgroup_version": "1"}, "cgroups", Level.OK, "failCgroupV1"),
        ({"filesystems": ("ext4",)}, "kernel", Level.WARN, "modprobe overlay"),
        ({"netfilter": False}, "kernel", Level.WARN, "modprobe nf_conntrack"),
    ],
)
def test_what_a_machine_lacks_is_said_with_its_cure(
    change: dict[str, Any], what: str, level: Level, advice: str
) -> None:
    (finding,) = [each for each in judge(Machine(**{**GOOD, **change})) if each.what == what]
    assert finding.level is level
    assert advice in finding.says
