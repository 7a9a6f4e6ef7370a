"""The pure parts of single faults."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from kubeskeptic.errors import BadInput
from kubeskeptic.faults.components import kube_proxy
from kubeskeptic.faults.components.eviction import CONDITIONS, taint, with_thresholds
from kubeskeptic.faults.components.kube_proxy import by_label
from kubeskeptic.faults.components.pressure import pressed
from kubeskeptic.faults.control_plane import manifest
from kubeskeptic.faults.control_plane.controller_off import without
from kubeskeptic.faults.library import FAULTS, named
from kubeskeptic.faults.nodes.drain_node import leaving
from kubeskeptic.faults.nodes.node_recovery import not_back
from kubeskeptic.faults.nodes.taint_node import tolerates
from kubeskeptic.faults.runtime import statuses
from kubeskeptic.objects import unix

MANIFEST = """spec:
  containers:
  - command:
    - kube-controller-manager
    - --controllers=*,bootstrapsigner,tokencleaner
    - --leader-elect=true
"""


def test_a_controller_is_taken_off_a_list_that_is_there() -> None:
    off = without(MANIFEST, "replicaset-controller")
    assert "    - --controllers=*,bootstrapsigner,tokencleaner,-replicaset-controller\n" in off
    assert len(off.splitlines()) == len(MANIFEST.splitlines())


def test_and_off_one_that_is_not() -> None:
    bare = "".join(line for line in MANIFEST.splitlines(keepends=True) if "--controllers" not in line)
    command = yaml.safe_load(without(bare, "x-controller"))["spec"]["containers"][0]["command"]
    assert command == ["kube-controller-manager", "--controllers=*,-x-controller", "--leader-elect=true"]


def test_but_not_twice_nor_off_something_else() -> None:
    with pytest.raises(BadInput, match="off already"):
        without(without(MANIFEST, "x-controller"), "x-controller")
    with pytest.raises(BadInput, match="does not have the form"):
        without("spec: {}", "x-controller")


def test_a_manifest_is_in_the_folder_of_manifests() -> None:
    assert manifest.path("kube-scheduler") == "/etc/kubernetes/manifests/kube-scheduler.yaml"
    for wrong in ("../kubelet", "a/b", "", "etcd\n"):
        with pytest.raises(BadInput, match="the control plane has no component"):
            manifest.path(wrong)


def test_when_a_process_was_started_by_its_age(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter((1000.0, 1000.5))
    monkeypatch.setattr(kube_proxy, "time", SimpleNamespace(time=lambda: next(now)))
    site: Any = SimpleNamespace(in_node=lambda *_: "123450 1334.50\n")  # in hundredths of a second, and in seconds
    assert kube_proxy.started(site, "n1") == (900.0, 900.5)


def test_metrics_by_label() -> None:
    page = 'x{ip_family="IPv4"} 1.5e+09\nx{ip_family="IPv6"} 2\nxy 3\n# x 4\n'
    assert by_label(page, "x") == {'{ip_family="IPv4"}': 1.5e9, '{ip_family="IPv6"}': 2.0}
    assert by_label(page, "xy") == {"": 3.0}


def test_tasks_of_the_runtime() -> None:
    assert statuses("TASK    PID     STATUS    \nabc     1371    RUNNING\ndef     0       STOPPED\n") == {
        "abc": (1371, "RUNNING"),
        "def": (0, "STOPPED"),
    }


TAINT = {"key": "k", "value": "v", "effect": "NoExecute"}


@pytest.mark.parametrize(
    ("toleration", "does"),
    [
        ({"operator": "Exists"}, True),
        ({"key": "k", "operator": "Exists"}, True),
        ({"key": "k", "value": "v"}, True),
        ({"key": "k", "value": "w"}, False),
        ({"key": "other", "operator": "Exists"}, False),
        ({"key": "k", "operator": "Exists", "effect": "NoSchedule"}, False),
        ({"key": "k", "operator": "Exists", "tolerationSeconds": 300}, False),
    ],
)
def test_tolerations(toleration: dict[str, Any], does: bool) -> None:
    assert tolerates({"metadata": {}, "spec": {"tolerations": [toleration]}}, TAINT) is does


def a_pod(uid: str, started: str, ready: str = "True", **metadata: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": f"pod-{uid}", "uid": uid, **metadata},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": ready}],
            "containerStatuses": [{"name": "c", "state": {"running": {"startedAt": started}}}],
        },
    }


def test_a_node_is_back_when_its_pods_have_started_since() -> None:
    since = unix("2026-11-01T12:00:00.7Z")
    old, fresh = "2026-11-01T11:59:59Z", "2026-11-01T12:00:00Z"
    pods = [
        a_pod("stale", old),
        a_pod("fresh", fresh),
        a_pod("unready", fresh, ready="False"),
        a_pod("new", old),
        a_pod("going", old, deletionTimestamp="2026-11-01T12:00:01Z"),
    ]
    assert not_back(pods, ["stale", "fresh", "unready", "going", "gone"], since) == ["pod-stale", "pod-unready"]
    assert not_back(pods, ["stale", "unready"], since, ready=False) == ["pod-stale"], "what keeps it unready ends later"
    for pod in pods:
        pod.setdefault("spec", {})["restartPolicy"] = "Never"
    assert not_back(pods, ["stale", "unready"], since) == [], "nothing restarts them"


def test_a_drain_leaves_pods_of_daemon_sets_and_static_pods() -> None:
    def owned(kind: str) -> dict[str, Any]:
        return a_pod(kind, "", ownerReferences=[{"kind": kind, "name": "x", "uid": "u", "controller": True}])

    done = a_pod("done", "")
    done["status"]["phase"] = "Succeeded"
    pods = [owned("DaemonSet"), owned("Node"), owned("ReplicaSet"), a_pod("bare", ""), done]
    assert [pod["metadata"]["uid"] for pod in leaving(pods)] == ["ReplicaSet", "bare"]


def test_pressure_adds_one_soft_threshold() -> None:
    before = "evictionHard:\n  nodefs.available: 0%\nfailSwapOn: false\n"
    assert yaml.safe_load(pressed(before, "disk")) == {
        "evictionHard": {"nodefs.available": "0%"},
        "evictionSoft": {"nodefs.available": "99.99%"},
        "evictionSoftGracePeriod": {"nodefs.available": "1s"},
        "evictionMaxPodGracePeriod": 5,
        "failSwapOn": False,
    }


def test_a_threshold_is_raised_beside_those_in_force() -> None:
    before = "evictionHard:\n  nodefs.available: 0%\nfailSwapOn: false\n"
    assert yaml.safe_load(with_thresholds(before, {"nodefs.available": "0%", "memory.available": "123"})) == {
        "evictionHard": {"nodefs.available": "0%", "memory.available": "123"},
        "failSwapOn": False,
        "volumeStatsAggPeriod": "5s",
    }
    assert [taint(one) for one in CONDITIONS.values()] == [
        "node.kubernetes.io/memory-pressure",
        "node.kubernetes.io/disk-pressure",
    ]


def test_faults_are_found_by_name() -> None:
    assert all(named(name).name == name for name in FAULTS)
    assert {"crash_node", "delete_pod", "drop_packets", "pressure", "stop_component"} < set(FAULTS), "one of each kind"
    with pytest.raises(BadInput, match="there is no fault “earthquake”; `skeptic faults` lists all"):
        named("earthquake")
