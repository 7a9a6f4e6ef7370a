"""The manifests of the exec pods, and what their answers become."""

from __future__ import annotations

import base64
import json
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.clusters.adopted import PROVIDER
from kubeskeptic.errors import ClusterError, CommandFailed, NotFound, Unanswered
from kubeskeptic.guard.risk import Risk
from kubeskeptic.node_access import PodAccess
from kubeskeptic.node_access.access import read_only_access
from kubeskeptic.node_access.exec_pods import KEY, PORTS, manifests, port
from kubeskeptic.objects import ours

SECRET = "s" * 64


class FakeKube:
    """Has the exec pods' Secret and one hand on n1; answers with what is in ``says``."""

    def __init__(self) -> None:
        self.says: dict[str, Any] | Exception = {"status": 0, "out": "hello", "err": ""}
        self.asked: list[tuple[str, str]] = []
        self.applied: list[str] = []
        self.deleted: list[str] = []
        self.there = True
        self.lacks = ""
        self.going = False
        """Whether the namespace of the exec pods is being deleted."""
        self.keys: list[str] = []

    def get(self, kind: str, name: str, namespace: str = "") -> dict[str, Any]:
        if not self.there or kind == self.lacks or (kind == "Namespace" and name in self.deleted):
            raise NotFound(f"no {kind} {name} in {namespace}")
        return {"data": {KEY: base64.b64encode(SECRET.encode()).decode()}}

    def delete(self, kind: str, name: str) -> None:
        self.deleted.append(name)

    def apply(self, manifest: dict[str, Any]) -> None:
        self.applied.append(manifest["kind"])
        self.keys.append(manifest.get("stringData", {}).get(KEY, ""))

    def list(self, kind: str, namespace: str = "", *, labels: str, fields: str = "") -> dict[str, Any]:
        if kind == "Namespace":
            mark = {"deletionTimestamp": "now"} if self.going else {}
            return {"items": [{"metadata": {"name": "skeptic-r1-exec", **mark}}]}
        if kind == "DaemonSet":
            exec_pods = {"namespace": "skeptic-r1-exec", "labels": {labels: "r1"}}
            going = {"namespace": "skeptic-r0-exec", "labels": {labels: "r0"}, "deletionTimestamp": "now"}
            others = {"namespace": "prod", "labels": {labels: "r2"}}
            return {"items": [{"metadata": one} for one in (going, others, *([exec_pods] if self.there else []))]}
        name = f"hand-on-{fields.rpartition('=')[2]}"
        return {"items": [{"metadata": {"name": name}, "status": {"phase": "Running"}}]}

    def request(self, method: str, path: str, body: Any, query: Any, timeout: float) -> bytes:
        self.asked.append((method, path.rpartition("/proxy")[2]))
        if isinstance(self.says, Exception) and not path.endswith("/healthz"):
            raise self.says
        return json.dumps(self.says if not isinstance(self.says, Exception) else {}).encode()


@pytest.fixture
def kube() -> Any:
    return FakeKube()


def test_everything_of_the_exec_pods_is_known_to_be_ours() -> None:
    for one in manifests("agent:1", "skeptic-r1-exec", "r1", SECRET):
        assert one["metadata"]["labels"].items() >= ours("r1").items()


def test_only_the_secret_holds_the_key() -> None:
    shown = [json.dumps(one) for one in manifests("agent:1", "n", "r1", SECRET)]
    assert [SECRET in text for text in shown] == [False, True, False]


def test_the_exec_pods_listen_beside_the_node_s_own_ports() -> None:
    pod = manifests("agent:1", "n", "r1", SECRET)[2]["spec"]["template"]["spec"]
    assert str(port("r1")) in pod["containers"][0]["args"]
    assert not {10248, 10250, 10256, 10257, 10259} & set(PORTS)
    assert not set(range(30000, 32768)) & set(PORTS)
    assert port("run") != port("another"), "exec pods of two runs may be on one node"


def test_what_a_command_prints_comes_back(kube: Any) -> None:
    assert PodAccess(kube, "agent:1", "r1").run("n1", ["echo", "hello"]) == "hello"
    assert kube.asked == [("GET", "/healthz"), ("POST", "/run")]
    assert kube.applied == []


def test_exec_pods_that_are_not_there_are_put_in_place(kube: Any) -> None:
    kube.there = False
    PodAccess(kube, "agent:1", "r1").run("n1", ["true"])
    assert kube.applied == ["Namespace", "Secret", "DaemonSet"]


def test_exec_pods_whose_run_died_between_their_key_and_themselves_are_put_in_place_with_that_key(kube: Any) -> None:
    kube.lacks = "DaemonSet"
    PodAccess(kube, "agent:1", "r1").run("n1", ["true"])
    assert kube.applied == ["Namespace", "Secret", "DaemonSet"]
    assert kube.keys == ["", SECRET, ""]


def test_a_command_that_fails_has_its_status_and_its_words(kube: Any) -> None:
    kube.says = {"status": 7, "out": "", "err": "no such thing"}
    with pytest.raises(CommandFailed) as failed:
        PodAccess(kube, "agent:1", "r1").run("n1", ["false"])
    assert (failed.value.status, failed.value.output) == (7, "no such thing")


@pytest.mark.parametrize("trouble", [Unanswered("silence"), ClusterError("no", 503)])
def test_a_hand_out_of_reach_is_a_command_that_failed(kube: Any, trouble: Exception) -> None:
    kube.says = trouble
    with pytest.raises(CommandFailed, match="the exec pod on n1"):
        PodAccess(kube, "agent:1", "r1").run("n1", ["true"])


def test_without_exec_pods_there_are_no_timers(kube: Any) -> None:
    kube.there = False
    access = PodAccess(kube, "agent:1", "r1")
    access.stop_timer("n1", "skeptic-x")
    assert access.timers("n1") == []
    assert kube.applied == kube.asked == []


def a_cluster() -> Any:
    return SimpleNamespace(provider=PROVIDER, agent_image="agent:1", engine=None, image="")


def test_who_only_looks_borrows_exec_pods_that_are_there(kube: Any) -> None:
    access = read_only_access(a_cluster(), kube, Risk.NODE)
    assert access.run("n1", ["echo", "hello"]) == "hello"
    access.close()
    assert access.namespace == ""
    assert (kube.applied, kube.deleted) == ([], [])


def test_who_only_looks_at_containers_of_this_machine_asks_their_engine(kube: Any) -> None:
    kube.there = False
    theirs = a_cluster()
    theirs.image, theirs.engine = "node:1", SimpleNamespace(exec=lambda node, argv, stdin: f"{node} says {argv[0]}")
    access = read_only_access(theirs, kube, Risk.NODE)
    assert access.run("n1", ["hello"]) == "n1 says hello"
    assert not read_only_access(theirs, kube, Risk.NAMESPACE).inside
    assert kube.applied == []


def test_who_only_looks_puts_none_in_place(kube: Any) -> None:
    kube.there = False
    access = read_only_access(a_cluster(), kube, Risk.NODE)
    assert not access.inside
    with pytest.raises(CommandFailed, match="read-only access creates none"):
        access.run("n1", ["true"])
    with pytest.raises(CommandFailed, match="cannot be reached"):
        PodAccess(kube, "agent:1", "r1", borrowed=True).run("n1", ["true"])
    assert kube.applied == []


def test_exec_pods_whose_namespace_goes_are_not_borrowed(kube: Any) -> None:
    kube.going = True
    assert not read_only_access(a_cluster(), kube, Risk.NODE).inside


def test_own_exec_pods_are_taken_away(kube: Any) -> None:
    access = PodAccess(kube, "agent:1", "r1")
    access.close()
    assert (access.namespace, kube.deleted) == ("skeptic-r1-exec", ["skeptic-r1-exec"])
