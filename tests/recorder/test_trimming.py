from __future__ import annotations

from typing import Any

from kubeskeptic.recorder.trimming import trimmed


def node(heartbeat: str, ready: str = "True", version: str = "1") -> dict[str, Any]:
    condition = {"type": "Ready", "status": ready, "lastHeartbeatTime": heartbeat, "lastTransitionTime": "t0"}
    return {
        "kind": "Node",
        "metadata": {"name": "n1", "resourceVersion": version, "managedFields": [{"time": heartbeat}]},
        "spec": {"taints": [{"key": "k"}], "providerID": "kind://x"},
        "status": {"conditions": [condition], "images": [{"names": ["x"]}], "nodeInfo": {"kubeletVersion": "v1.37.2"}},
    }


def test_a_heartbeat_is_no_change() -> None:
    assert trimmed(node("t1")) == trimmed(node("t2", version="2"))
    assert trimmed(node("t1")) != trimmed(node("t1", ready="Unknown"))


def test_a_node_keeps_its_taints_and_since_when_its_conditions_hold() -> None:
    kept = trimmed(node("t1"))
    assert kept["spec"] == {"taints": [{"key": "k"}]}
    assert kept["status"]["conditions"][0]["lastTransitionTime"] == "t0"
    assert "images" not in kept["status"]


def test_a_pod_keeps_its_whole_status_its_owner_and_its_end() -> None:
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "r", "controller": True}
    metadata: dict[str, Any] = {"name": "web-1", "namespace": "shop", "uid": "u", "ownerReferences": [owner]}
    metadata["deletionTimestamp"], metadata["deletionGracePeriodSeconds"], metadata["generateName"] = "t", 5, "web-"
    metadata |= {"annotations": {"kubeskeptic/undo": "{}", "other": "x"}}
    containers = [{"name": "main", "image": "i", "env": [{"name": "A"}], "resources": {"requests": {"cpu": "1"}}}]
    status = {"phase": "Running", "containerStatuses": [{"restartCount": 1}]}
    pod = {"kind": "Pod", "metadata": metadata, "spec": {"nodeName": "n1", "containers": containers}, "status": status}
    kept = trimmed(pod)
    assert kept["status"] == status
    assert kept["spec"]["containers"] == [{"name": "main", "image": "i", "resources": {"requests": {"cpu": "1"}}}]
    assert kept["metadata"]["ownerReferences"] == [{k: v for k, v in owner.items() if k != "apiVersion"}]
    assert (kept["metadata"]["deletionTimestamp"], kept["metadata"]["deletionGracePeriodSeconds"]) == ("t", 5)
    assert kept["metadata"]["annotations"] == {"kubeskeptic/undo": "{}"}
    assert "generateName" not in kept["metadata"]


def test_the_order_of_endpoints_says_nothing() -> None:
    one = {
        "addresses": ["10.0.0.1"],
        "conditions": {"ready": True},
        "targetRef": {"kind": "Pod", "name": "a", "uid": "u"},
    }
    two = {"addresses": ["10.0.0.2"], "conditions": {"ready": False}, "zone": "z"}
    slices = [
        {"kind": "EndpointSlice", "metadata": {"name": "s"}, "endpoints": order} for order in ([one, two], [two, one])
    ]
    assert trimmed(slices[0]) == trimmed(slices[1])
    assert [end["conditions"]["ready"] for end in trimmed(slices[0])["endpoints"]] == [True, False]


def test_a_slice_without_endpoints_has_none() -> None:
    assert trimmed({"kind": "EndpointSlice", "metadata": {"name": "s"}, "endpoints": None})["endpoints"] == []


def test_kinds_nobody_knows_lose_only_managed_fields() -> None:
    thing = {"kind": "Thing", "metadata": {"name": "a", "managedFields": [1]}, "spec": {"x": 1}, "data": {"y": 2}}
    assert trimmed(thing) == {"kind": "Thing", "metadata": {"name": "a"}, "spec": {"x": 1}, "data": {"y": 2}}
