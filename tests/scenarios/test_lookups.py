"""What a pod's resolv.conf says, told apart: what Kubernetes documents, and what the node adds."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.errors import Inconclusive
from kubeskeptic.scenarios.lookups import Lookups

POD = {
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
