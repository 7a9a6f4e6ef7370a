"""A cluster that cannot be asked is refused in one sentence, and not after minutes.

START has a ceiling: a machine that is too slow makes claims inconclusive, and not easy to keep.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.bounds import GRACE, KILLED_CONTAINER_WINDOW, START, SYNC
from kubeskeptic.durations import Patience
from kubeskeptic.errors import ClusterError, Inconclusive, Untestable
from kubeskeptic.runs import preparation
from kubeskeptic.runs.preparation import usable
from kubeskeptic.settings import Setting, Settings
from tests.drawn import settings


def node(name: str, ready: str = "True", system: str = "linux", cidr: str = "10.0.0.0/24") -> dict[str, Any]:
    kubelet = {"type": "Ready", "status": ready, "reason": "NodeStatusUnknown", "message": "Kubelet stopped posting."}
    status = {"conditions": [kubelet], "nodeInfo": {"operatingSystem": system}}
    return {"metadata": {"name": name}, "spec": {"podCIDR": cidr}, "status": status}


class Cluster:
    def __init__(
        self, *nodes: dict[str, Any], apis: list[dict[str, Any]] | None = None, service: str = "10.96.0.1"
    ) -> None:
        self.nodes, self.apis, self.service = nodes, apis, service

    def list(self, kind: str) -> dict[str, Any]:
        if kind == "APIService":
            if self.apis is None:
                raise ClusterError("forbidden", 403)
            return {"items": self.apis}
        return {"items": list(self.nodes)}

    def get(self, kind: str, name: str, namespace: str) -> dict[str, Any]:
        return {"spec": {"clusterIP": self.service}}


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "USABLE", Patience(0.1))


def refused(cluster: Any) -> str:
    with pytest.raises(Untestable) as said:
        usable(cluster)
    assert "\n" not in str(said.value)
    return str(said.value).removeprefix("cannot run on this cluster: ")


def test_a_whole_cluster() -> None:
    cluster: Any = Cluster(node("n1"), node("n2"))
    usable(cluster)


def test_a_node_that_is_not_ready_says_why() -> None:
    said = refused(Cluster(node("n1"), node("n2", "Unknown")))
    assert said.startswith(
        "node n2 is not Ready (NodeStatusUnknown: Kubelet stopped posting.), but a run needs every node"
    )
    assert "n1" not in said


def test_a_node_of_another_operating_system() -> None:
    assert (
        refused(Cluster(node("n1"), node("w1", system="windows")))
        == "node w1 runs windows, but the agent runs only on Linux"
    )


@pytest.mark.parametrize("cluster", [Cluster(node("n1", cidr="fd00:10::/64")), Cluster(node("n1"), service="fd00::1")])
def test_ipv6_first_is_said(cluster: Cluster) -> None:
    assert "first address family is IPv6 (fd00:" in refused(cluster)


def test_an_api_without_a_backend_is_named() -> None:
    spec = {"service": {"namespace": "shop", "name": "adapter"}}
    dead = {"metadata": {"name": "v1.metrics"}, "spec": spec, "status": {"conditions": []}}
    said = refused(Cluster(node("n1"), apis=[dead]))
    assert said.startswith(
        "APIService v1.metrics has no answer from its backend shop/adapter; until it is back or deleted, no"
    )


def started(seconds: float) -> Settings:
    return settings(SYNC=1, GRACE=50).with_(Setting("START", seconds, "the slowest of 6 pods"))


def test_a_machine_at_the_ceiling_is_judged_by() -> None:
    assert started(20.0)["START"] == 20.0
    assert "START" in started(20.0)


def test_above_the_ceiling_claims_that_use_it_are_inconclusive_and_others_are_not() -> None:
    slow = started(20.1)
    with pytest.raises(
        Inconclusive, match=r"the slowest of 6 pods, took 20.1 s .* above 20 s the value is not used to judge claims"
    ):
        START.at_most(slow)
    assert (GRACE + SYNC).at_most(slow).value > 50
    assert slow.measured("START") == 20.1
    assert slow.as_record()["START"]["value"] == 20.1
    with pytest.raises(Inconclusive, match="not used to judge claims"):
        KILLED_CONTAINER_WINDOW.at_most(Settings.from_record(slow.as_record(), **slow.unread_record()))
