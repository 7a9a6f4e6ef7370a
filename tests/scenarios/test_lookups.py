"""What a pod's resolv.conf says, told apart: what Kubernetes documents, and what the node adds."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.errors import Inconclusive
from kubeskeptic.scenarios.lookups import Lookups

POD: dict[str, Any] = {
    "metadata": {"name": "client-1"},
    "spec": {"nodeName": "n1", "containers": [{"name": "server"}]},
    "status": {"podIP": "10.0.1.7"},
}
OURS = "search ns.svc.cluster.local svc.cluster.local cluster.local{}\nnameserver 10.96.0.10\noptions ndots:5\n"


def looked(resolv: str, node: str, *, ready: bool = True) -> Lookups:
    def in_node(name: str, *argv: str) -> str:
        assert (name, argv) == ("n1", ("cat", "/run/resolv.conf"))
        return node

    configured = json.dumps({"kubeletconfig": {"resolvConf": "/run/resolv.conf"}}).encode()
    kube = SimpleNamespace(get_raw=lambda _: configured, list=lambda _: {"items": [POD]})
    run = SimpleNamespace(kube=kube, site=SimpleNamespace(in_node=in_node), cluster_domain="cluster.local")
    stage: Any = SimpleNamespace(
        pods=lambda _: [POD] if ready else [], namespace="ns", run=run, run_in=lambda *_: resolv
    )
    return Lookups(stage, "client")


@pytest.mark.parametrize(
    ("more", "node", "added"),
    [
        ("", "nameserver 1.1.1.1\n", True),
        (" corp.example", "search corp.example\n", True),
        (" corp.example", "search old.example\nsearch corp.example\n", True),
        (" corp.example", "nameserver 1.1.1.1\n", False),
        ("", "search corp.example\n", False),
    ],
)
def test_the_search_list_is_told_apart(more: str, node: str, added: bool) -> None:
    expected = {"search": "NAMESPACE.svc.DOMAIN svc.DOMAIN DOMAIN", "ndots": "5", "added by the node": added}
    assert looked(OURS.format(more), node).resolver() == expected


def test_a_resolver_of_the_node_alone() -> None:
    assert looked("nameserver 1.1.1.1\n", "").resolver() == {"search": "", "ndots": "", "added by the node": True}


def test_without_a_pod_nothing_is_looked_up() -> None:
    with pytest.raises(Inconclusive, match="no pod of client is Ready"):
        looked("", "", ready=False)


def test_a_neighbour_has_a_service_a_pod_behind_it_and_a_copy_of_the_pod() -> None:
    made: dict[tuple[str, str], dict[str, Any]] = {}

    def create(one: dict[str, Any]) -> dict[str, Any]:
        one["metadata"]["uid"] = f"uid-of-{one['metadata']['name']}"
        one["status"] = {"conditions": [{"type": "Ready", "status": "True"}]}
        one["spec"].setdefault("clusterIP", "10.96.0.7")
        made[one["kind"], one["metadata"]["name"]] = one
        return one

    look = looked("", "")
    stage: Any = look._stage
    stage.run.id, stage.run.kube.create = "r1", create
    stage.run.kube.get = lambda kind, name, namespace: made[kind, name]
    stage.wait = lambda question, patience, what: question() or pytest.fail(what)
    look._pod["spec"] |= {"dnsPolicy": "Default"}
    assert look.neighbour("other", "web") == ("10.96.0.7", "other/web/uid-of-web")
    selector, (behind, copy) = made["Service", "web"]["spec"]["selector"], [made["Pod", n] for n in ("web", "client")]
    assert selector.items() <= behind["metadata"]["labels"].items()
    assert not selector.items() <= copy["metadata"]["labels"].items()
    assert copy["spec"]["dnsPolicy"] == "Default"
