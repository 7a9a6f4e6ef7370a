"""Changes of API objects, told as events."""

from __future__ import annotations

from typing import Any

from kubeskeptic.reports.api_events import api_events, events
from kubeskeptic.timeline import Change

from .story import ready


def pod(at: float, type_: str, name: str = "web-1", **more: Any) -> Change:
    metadata = {"name": name, "uid": f"uid-{name}"} | more.pop("metadata", {})
    return Change(at, type_, "Pod", {"metadata": metadata} | more)


def told(*changes: Change) -> list[tuple[float, str]]:
    return [(one.at, f"{one.name} {one.what}") for one in api_events(changes)]


def test_what_was_there_before_is_no_event() -> None:
    assert told(pod(1, "LISTED", status=ready("True"))) == []


def test_a_change_that_says_nothing_new_is_left_out() -> None:
    same = ready("True")
    assert told(pod(1, "LISTED", status=same), pod(2, "MODIFIED", status=same), pod(3, "MODIFIED", status=same)) == []


def test_a_pod_lives_and_dies() -> None:
    going = {"deletionTimestamp": "2026-11-23T19:00:00Z"}
    assert told(
        pod(1, "ADDED"),
        pod(2, "MODIFIED", status=ready("True")),
        pod(3, "MODIFIED", metadata=going, status=ready("True")),
        pod(4, "DELETED"),
    ) == [(1, "web-1 created"), (2, "web-1 Ready"), (3, "web-1 terminating"), (4, "web-1 gone")]


def test_what_happens_at_once_is_told_at_once() -> None:
    restarted = ready("True") | {"containerStatuses": [{"restartCount": 1}]}
    assert told(pod(1, "LISTED", status=ready("False")), pod(2, "MODIFIED", status=restarted)) == [
        (2, "web-1 restarted, Ready")
    ]


def test_a_node_turns_unknown_and_is_tainted() -> None:
    def node(at: float, type_: str, status: str, *taints: str) -> Change:
        spec = {"taints": [{"key": key, "effect": "NoExecute"} for key in taints]}
        return Change(
            at, type_, "Node", {"metadata": {"name": "w1", "uid": "n"}, "spec": spec, "status": ready(status)}
        )

    assert told(
        node(1, "LISTED", "True"),
        node(2, "MODIFIED", "Unknown"),
        node(3, "MODIFIED", "Unknown", "node.kubernetes.io/unreachable"),
        node(4, "MODIFIED", "True"),
    ) == [(2, "w1 Ready: Unknown"), (3, "w1 tainted unreachable"), (4, "w1 Ready, no longer unreachable")]


def test_endpoints_are_counted() -> None:
    def slice_(at: float, type_: str, ready_: int) -> Change:
        metadata = {"name": "web-x", "uid": "s", "labels": {"kubernetes.io/service-name": "web"}}
        endpoints = [{"addresses": [f"10.0.0.{n}"], "conditions": {"ready": n < ready_}} for n in range(3)]
        return Change(at, type_, "EndpointSlice", {"metadata": metadata, "endpoints": endpoints})

    found = api_events([slice_(1, "LISTED", 3), slice_(2, "MODIFIED", 2)])
    assert [event.says for event in events(found, 1.0)] == ["endpoints of web: 3 → 2 ready"]


def test_the_same_of_several_pods_is_one_event() -> None:
    found = api_events([pod(1.0, "ADDED", "a"), pod(1.2, "ADDED", "b"), pod(5, "ADDED", "c")])
    assert [(event.at, event.says) for event in events(found, 0.5)] == [(1.0, "2 pods created"), (5, "pod c created")]


def test_objects_of_other_kinds_are_passed_over() -> None:
    assert api_events([Change(1, "ADDED", "Lease", {"metadata": {"name": "x"}})]) == []


def test_a_pod_is_told_with_its_node() -> None:
    there = {"nodeName": "n1"}
    assert told(
        pod(1, "ADDED"), pod(2, "MODIFIED", spec=there), pod(3, "MODIFIED", spec=there, status=ready("True"))
    ) == [(1, "web-1 created"), (2, "web-1 on n1"), (3, "web-1 Ready")]


def autoscaler(at: float, wanted: int, *metrics: dict[str, Any]) -> Change:
    status = {"desiredReplicas": wanted, "currentMetrics": list(metrics)}
    return Change(
        at, "MODIFIED", "HorizontalPodAutoscaler", {"metadata": {"name": "busy", "uid": "h"}, "status": status}
    )


def test_an_autoscaler_is_told_with_what_it_measured_and_wants() -> None:
    cpu = {
        "type": "Resource",
        "resource": {"name": "cpu", "current": {"averageValue": "93m", "averageUtilization": 186}},
    }
    depth = {
        "type": "External",
        "external": {"metric": {"name": "queue-depth"}, "current": {"averageValue": "58"}},
    }
    unknown = {"type": "External", "external": {"metric": {"name": "queue-depth"}, "current": {}}}
    same = autoscaler(4, 4, cpu)
    changes = (autoscaler(1, 1, unknown), autoscaler(2, 1, cpu), autoscaler(3, 4, cpu), same, autoscaler(5, 4, depth))
    assert told(*changes) == [
        (1, "busy created"),
        (2, "busy measured cpu 186 %"),
        (3, "busy wants 4 replicas"),
        (5, "busy measured queue-depth 58"),
    ]
    assert events(api_events(changes), 0.3)[1].says == "HPA busy measured cpu 186 %"
