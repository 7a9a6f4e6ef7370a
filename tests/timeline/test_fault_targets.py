"""The targets of a fault are among what was recorded: pods in the scenario's namespace, nodes of the run."""

from __future__ import annotations

import pytest

from kubeskeptic.timeline import FaultSpan
from kubeskeptic.timeline.contradictions import OF_NODES, contradictions
from tests.drawn import pod, recording

NOTHING = "acted on nothing that was recorded"
NOT_SHOWN = "which the watch does not show in that namespace"
NO_NODE = "is not a node of the run"


def told(*targets: str, pods: tuple[str, ...] = ("pod-a",), namespace: str = "ns", nodes: tuple[str, ...] = ()) -> str:
    phases = {"applying": 1.0, "applied": 1.0, "bit": 1.0}
    faults = [FaultSpan("f", "crash_node", "", "act", targets, phases=phases)]
    drawn = recording(*(pod(0.0, name) for name in pods), faults=faults)
    drawn.namespace, drawn.nodes, drawn.joined = namespace, nodes, {"joined": 5.0} if nodes else {}
    return " ".join(contradictions(drawn))


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("pod/ns/pod-a", ""),
        ("pod/ns/pod-b", NOT_SHOWN),
        ("pod/elsewhere/pod-a", NOT_SHOWN),
        ("pod/elsewhere/pod-b", ""),
        ("deployment/kube-system/coredns", ""),
        ("deployment/ns/pod-b", ""),
        ("pod/kube-system/pod-z", ""),
        ("pod/ns/pod-z", NOT_SHOWN),
    ],
)
def test_a_pod_is_one_that_the_watch_shows_in_its_namespace(target: str, said: str) -> None:
    found = told(target)
    assert (said in found, bool(found)) == (True, bool(said)), found
    assert told(target, namespace="") == "", "a journal that does not tell the namespace"
    assert told(target, pods=()) == "", "pods were not watched"


@pytest.mark.parametrize("kind", sorted(OF_NODES))
def test_a_node_is_one_of_the_run(kind: str) -> None:
    rest = "/a/away:NoExecute" if kind == "taint" else ""
    assert told(f"{kind}/w1{rest}", nodes=("w1", "w2")) == ""
    assert told(f"{kind}/joined{rest}", nodes=("w1", "w2")) == ""
    assert NO_NODE in told(f"{kind}/w3{rest}", nodes=("w1", "w2"))
    assert told(f"{kind}/w3{rest}") == "", "the nodes are not known"


def test_every_target_counts_and_there_is_one() -> None:
    assert "w3 is not a node" in told("node/w1", "node/w3", nodes=("w1",))
    assert told("manifest/etcd", nodes=("w1",)) == ""
    assert NOTHING in told()
