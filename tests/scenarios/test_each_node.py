"""What the pods of every node are told to ask, and what is noted of kube-proxies."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.errors import NotFound
from kubeskeptic.scenarios import asking
from kubeskeptic.scenarios.asking import KINDS, Member, at, neighbours, outcomes, read_kube_proxies


def member(name: str, node: str, ip: str) -> Member:
    return Member(node, name, f"ns/{name}/u-{name}", node, ip, 8080, host=False)


PODS = [member("pod-1", "n1", "10.1.0.1"), member("pod-2", "n2", "10.1.1.1")]
BESIDE = [member("beside-1", "n1", "10.1.0.2"), member("beside-2", "n2", "10.1.1.2")]


def test_two_pods_of_a_node_ask_each_other_by_every_kind() -> None:
    rows = neighbours(PODS, BESIDE)
    assert [name for name, _ in rows] == ["pod-1", "beside-1", "pod-2", "beside-2"]
    assert [list(cells) for _, cells in rows[:2]] == [
        [f"n1, {way}, {kind}" for kind in KINDS] for way in ("there", "back")
    ]
    there, back = rows[0][1]["n1, there, UDP, 8 kB"], rows[1][1]["n1, back, TCP"]
    assert there == {**KINDS["UDP, 8 kB"], "host": "10.1.0.2", "port": 8080, "expect": ["ns/beside-1/u-beside-1"]}
    assert back == {**KINDS["TCP"], "host": "10.1.0.1", "port": 8080, "expect": ["ns/pod-1/u-pod-1"]}


def test_a_node_without_the_other_pod_asks_nothing() -> None:
    assert {name for name, _ in neighbours(PODS, BESIDE[:1])} == {"pod-1", "beside-1"}


def test_each_answer_belongs_to_its_cell() -> None:
    def run_in(pod: str, *argv: str) -> str:
        asked = json.loads(argv[-1])
        return json.dumps([{"outcome": f"{pod} at {one['host']}"} for one in asked])

    stage: Any = SimpleNamespace(run_in=run_in)
    rows = [
        (one.pod, {one.node: at(one, "10.96.0.7", 80), f"{one.node} too": at(one, "10.96.0.8", 80)}) for one in PODS
    ]
    assert outcomes(stage, rows) == {
        "n1": "pod-1 at 10.96.0.7", "n1 too": "pod-1 at 10.96.0.8", "n2": "pod-2 at 10.96.0.7",
        "n2 too": "pod-2 at 10.96.0.8",
    }  # fmt: skip


class Stage:
    """Notes what a scenario sees and leaves out."""

    def __init__(self, *, ours: bool) -> None:
        site, settings = SimpleNamespace(access=None), SimpleNamespace(readable=ours)
        self.run = SimpleNamespace(kube=None, nodes=["n1", "n2"], site=site, settings=settings)
        self.seen: dict[str, Any] = {}
        self.left_out: dict[str, str] = {}

    def see(self, table: str, **cells: Any) -> None:
        self.seen[table] = cells

    def leave_out(self, act: str, why: str) -> None:
        self.left_out[act] = why


@pytest.mark.parametrize("ours", [True, False])
def test_an_act_is_left_out_where_a_configuration_cannot_be_read(ours: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "configurations", lambda *_: ({"n1": {"mode": "nftables"}}, {"n2": "no way in"}))
    stage: Any = Stage(ours=ours)
    read_kube_proxies(stage, "loopback")
    assert (list(stage.seen["kube-proxies"]), stage.seen["kube-proxies"]["n1"]["mode"]) == (["n1"], "nftables")
    why = {"loopback": "the configuration of its kube-proxy could not be read on n2: no way in"}
    assert stage.left_out == ({} if ours else why)


def test_a_cluster_without_kube_proxy_has_none_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: Any) -> Any:
        raise NotFound("no pod of kube-system has the label k8s-app=kube-proxy", 404)

    monkeypatch.setattr(asking, "configurations", none)
    stage: Any = Stage(ours=False)
    read_kube_proxies(stage, "loopback")
    assert stage.seen["kube-proxies"] == {}
    assert "every node: no pod of kube-system" in stage.left_out["loopback"]
