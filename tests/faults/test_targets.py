"""Which faults may be in force together, drawn as targets and with the targets that the faults themselves name; victims."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic import faults
from kubeskeptic.errors import BadInput
from kubeskeptic.faults import Fault, InForce, Target
from kubeskeptic.faults.components.freeze_kube_proxy import FreezeKubeProxy
from kubeskeptic.faults.components.stop_containerd import StopContainerd
from kubeskeptic.faults.components.stop_kubelet import StopKubelet
from kubeskeptic.faults.nodes.cordon_node import CordonNode
from kubeskeptic.faults.nodes.crash_node import CrashNode
from kubeskeptic.faults.nodes.freeze_node import FreezeNode
from kubeskeptic.faults.nodes.taint_node import TaintNode
from kubeskeptic.faults.targets import INSIDE, WHOLE, choose


def taking(*targets: str) -> InForce:
    """What is in force after a fault has taken these."""
    in_force = InForce()
    in_force.take([target(text) for text in targets], "first")
    return in_force


def target(text: str) -> Target:
    kind, *rest = text.split("/")
    return Target(kind, rest[-1], *rest[:-1])


@pytest.mark.parametrize("inside", ["kubelet/w", "containerd/w", "kube-proxy/w", "network/w"])
def test_a_node_and_what_is_in_it_collide_whichever_comes_first(inside: str) -> None:
    with pytest.raises(BadInput, match=f"second of node/w would end what first does inside it to {inside}"):
        taking(inside).take([target("node/w")], "second")
    with pytest.raises(BadInput, match=f"first of node/w is in force, and second would act inside it on {inside}"):
        taking("node/w").take([target(inside)], "second")


@pytest.mark.parametrize(
    ("taken", "besides"),
    [
        ((), False),
        (("node/w",), False),
        (("node/v",), True),
        (("kubelet/w",), True),
        (("node/w", "deployment/kube-system/c"), True),
    ],
)
def test_another_fault_may_be_in_force_besides_that_of_a_node(taken: tuple[str, ...], besides: bool) -> None:
    assert taking(*taken).besides("w") is besides


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("node/w", "kubelet/v"),
        ("node/w", "node/v"),
        ("node/w", "cordon/w"),
        ("node/w", "pod/ns/w"),
        ("node/w", "pod-network/ns/w"),
        ("node/w", "deployment/kube-system/coredns"),
        ("cordon/w", "kubelet/w"),
        ("kubelet/w", "network/w"),
    ],
)
def test_what_leaves_the_other_alone_composes(first: str, second: str) -> None:
    taking(first).take([target(second)], "second")
    taking(second).take([target(first)], "second")


def test_what_was_refused_holds_nothing() -> None:
    in_force = taking("kubelet/w")
    with pytest.raises(BadInput, match="second and first would both act on kubelet/w"):
        in_force.take([target("containerd/w"), target("kubelet/w")], "second")
    in_force.release([target("kubelet/w")])
    in_force.take([target("node/w")], "third")


class Nodes:
    """An API server with one healthy node, w, whatever it is asked for."""

    def get(self, kind: str, name: str, namespace: str = "") -> dict[str, Any]:
        return {
            "metadata": {"name": name, "annotations": {}},
            "spec": {},
            "status": {"conditions": [], "addresses": []},
        }

    def list(self, kind: str, namespace: str = "", **_: str) -> dict[str, Any]:
        return {"items": []}


@pytest.fixture
def site() -> Any:
    engine = SimpleNamespace(
        running=lambda node: True,
        state=lambda node: "running",
        argv=lambda *words: list(words),
        call=lambda *words: "0",
    )
    cluster = SimpleNamespace(nodes=(), engine=engine)
    return SimpleNamespace(kube=Nodes(), cluster=cluster, in_node=lambda *words: "", run="r1")


def crash(node: str) -> Fault:
    return CrashNode(node)


def taint(node: str) -> Fault:
    return TaintNode(node, "node.kubernetes.io/out-of-service", "nodeshutdown", "NoExecute")


def both(site: Any, first: Fault, second: Fault) -> None:
    """Take the targets of one fault after the other."""
    in_force = InForce()
    for fault in (first, second):
        in_force.take(fault.plan(site).targets, fault.name)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (StopKubelet, StopContainerd),
        (StopContainerd, StopKubelet),
        (StopKubelet, CrashNode),
        (FreezeKubeProxy, FreezeNode),
    ],
)
def test_faults_of_which_one_would_undo_the_other_are_refused_by_name(
    site: Any, first: Callable[[str], Fault], second: Callable[[str], Fault]
) -> None:
    one, other = first("w"), second("w")
    with pytest.raises(BadInput) as refused:
        both(site, one, other)
    assert one.name in str(refused.value)
    assert other.name in str(refused.value)
    both(site, one, second("v"))


@pytest.mark.parametrize(
    ("first", "second"), [(crash, taint), (CordonNode, taint), (CordonNode, StopKubelet), (taint, StopContainerd)]
)
def test_marks_on_the_node_object_compose_with_everything(
    site: Any, first: Callable[[str], Fault], second: Callable[[str], Fault]
) -> None:
    both(site, first("w"), second("w"))
    both(site, second("w"), first("w"))


def test_every_kind_of_target_was_thought_about() -> None:
    """A new kind: does what is done to it end with its node? Then it belongs to INSIDE, otherwise here."""
    sources = Path(faults.__file__).parent.rglob("*.py")
    kinds = {kind for source in sources for kind in re.findall(r'Target\("([a-z-]+)"', source.read_text())}
    apart = {"cordon", "taint", "daemonset", "deployment", "manifest", "pod", "pod-network"}
    assert kinds == {WHOLE, *INSIDE, *apart}


NODES = ["worker", "worker2", "worker3"]


def test_the_same_question_has_the_same_answer_in_any_order() -> None:
    assert choose(NODES, "crash", 1) == choose(reversed(NODES), "crash", 1) == choose(NODES * 2, "crash", 1)


def test_known_answers_stay() -> None:
    assert choose(NODES, "crash", 1, 3) == ["worker3", "worker2", "worker"]


def test_every_candidate_comes_up_about_as_often() -> None:
    first = [choose(NODES, "crash", seed)[0] for seed in range(300)]
    assert all(70 < first.count(node) < 130 for node in NODES)


def test_a_vanished_candidate_leaves_the_order_of_the_others() -> None:
    order = choose(NODES, "crash", 5, 3)
    assert choose(order[1:], "crash", 5, 2) == order[1:]


@pytest.mark.parametrize("count", [0, 4])
def test_senseless_counts(count: int) -> None:
    with pytest.raises(BadInput, match=f"asked for {count} victims"):
        choose(NODES, "crash", 1, count)
