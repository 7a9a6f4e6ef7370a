"""The pure parts of single faults."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from kubeskeptic.errors import BadInput
from kubeskeptic.faults.components import kube_proxy
from kubeskeptic.faults.components.eviction import CONDITIONS, taint, with_thresholds
from kubeskeptic.faults.components.kube_proxy import by_label, normalised
from kubeskeptic.faults.components.pressure import pressed
from kubeskeptic.faults.control_plane import manifest
from kubeskeptic.faults.control_plane.controller_off import without
from kubeskeptic.faults.library import FAULTS, named
from kubeskeptic.faults.network import nft_table
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


def test_a_table_is_made_whole_and_anew() -> None:
    text = nft_table.script("skeptic_1", arriving=["ip saddr 10.0.0.1 drop"])
    assert text.splitlines() == [
        "table inet skeptic_1",
        "delete table inet skeptic_1",
        "table inet skeptic_1 {",
        "  chain arriving {",
        "    type filter hook prerouting priority -310; policy accept;",
        "    ip saddr 10.0.0.1 drop",
        "  }",
        "}",
    ]


def test_addresses_are_checked_before_they_are_rules() -> None:
    assert nft_table.addresses(["10.244.1.0/24", "10.0.0.2"]) == "{ 10.0.0.2/32, 10.244.1.0/24 }"
    for wrong in (["10.0.0.1; flush ruleset"], [], ["fd00::1"]):
        with pytest.raises(BadInput):
            nft_table.addresses(wrong)


def test_tables_of_other_faults_and_runs_have_other_names() -> None:
    names = {nft_table.name("r1", "cut", "n1"), nft_table.name("r1", "cut", "n2"), nft_table.name("r2", "cut", "n1")}
    assert len(names) == 3
    assert all(name.startswith("skeptic_") for name in names)


def test_only_a_table_that_may_be_ours_is_deleted() -> None:
    named = nft_table.name("r1", "cut", "n1")
    assert nft_table.delete(named)[-1] == named
    assert re.fullmatch(nft_table.PATTERN, named)
    for wrong in ("filter", "kube-proxy", "skeptic_1", f"{named}0", f"{named}\n"):
        with pytest.raises(BadInput, match="not the name of a table of ours"):
            nft_table.delete(wrong)


def test_a_manifest_is_in_the_folder_of_manifests() -> None:
    assert manifest.path("kube-scheduler") == "/etc/kubernetes/manifests/kube-scheduler.yaml"
    for wrong in ("../kubelet", "a/b", "", "etcd\n"):
        with pytest.raises(BadInput, match="the control plane has no component"):
            manifest.path(wrong)


IPTABLES = """*nat
:KUBE-SERVICES - [0:0]
-A PREROUTING -j KUBE-SERVICES
[12:720] -A KUBE-SERVICES -d 10.96.0.1/32 -j KUBE-SVC-A
-A KUBE-SVL-A -j KUBE-SEP-B
COMMIT
*filter
:KUBE-SERVICES - [0:0]
-A INPUT -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.0.9/32 -m comment --comment "a/empty:http has no endpoints" -j REJECT
-A KUBE-EXTERNAL-SERVICES -m comment --comment "a/direct:http has no local endpoints" -j DROP
-A KUBE-ROUTER-FORWARD -d 10.244.1.0/24 -j KUBE-POD-FW-X
-A KUBE-POD-FW-X -j KUBE-NWPLCY-Y
COMMIT
"""
NFT = """table ip kube-proxy {
	comment "rules for kube-proxy"
	set nodeport-ips {
		elements = { 172.18.0.2 }
	}
	set hairpin-connections {
		type ipv4_addr . ipv4_addr . inet_proto . inet_service
		elements = { 10.244.1.5 . 10.244.1.5 . tcp . 8080 }
	}
	map no-endpoint-services {
		elements = { 10.96.0.9 . tcp . 80 comment "a/empty:http" : goto reject-chain,
			10.96.0.8 . tcp . 80 comment "a/own:http" : drop }
	}
	map no-endpoint-nodeports {
		elements = { tcp . 30001 comment "a/direct:http" : drop }
	}
	chain local-ABCDEFGH-a/own/tcp/http {
		numgen random mod 1 vmap { 0 : goto endpoint-A }
	}
	chain external-ABCDEFGH-a/own/tcp/http {
		fib saddr type local jump mark-for-masquerade
		goto local-ABCDEFGH-a/own/tcp/http
	}
	chain services {
		ip daddr . meta l4proto . th dport vmap @service-ips
	}
}
"""


def test_rules_of_either_mode_are_compared_without_what_is_local() -> None:
    assert normalised(IPTABLES) == {
        "nat: -A PREROUTING -j KUBE-SERVICES",
        "filter: -A INPUT -j KUBE-SERVICES",
        "-A KUBE-SERVICES -d 10.96.0.1/32 -j KUBE-SVC-A",
        '-A KUBE-SERVICES -d 10.96.0.9/32 -m comment --comment "a/empty:http has no endpoints" -j REJECT',
    }
    rules = normalised(NFT)
    assert 'map no-endpoint-services: 10.96.0.9 . tcp . 80 comment "a/empty:http" : goto reject-chain' in rules
    assert "chain external-ABCDEFGH-a/own/tcp/http: fib saddr type local jump mark-for-masquerade" in rules
    assert not any("local-" in rule or rule.endswith(": drop") for rule in rules)
    assert "chain services: ip daddr . meta l4proto . th dport vmap @service-ips" in rules
    assert not any("172.18.0.2" in rule or "10.244.1.5" in rule for rule in rules)


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
