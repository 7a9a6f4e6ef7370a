from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.durations import SAYS_WHO_IT_IS
from kubeskeptic.errors import BadInput, ClusterError, CommandFailed, NotFound, Refused, Unanswered
from kubeskeptic.guard import Guard, Risk
from kubeskeptic.guard.risk import consent_manifest
from kubeskeptic.kube.connection import on_loopback


@dataclass
class FakeKube:
    server: str = "https://127.0.0.1:6443"
    uid: str = "uid-1"
    nodes: tuple[str, ...] = ("c-control-plane", "c-worker")
    consent: dict[str, Any] | None = None
    dead: bool = False
    broken: bool = False
    waited: float | None = None

    @property
    def on_loopback(self) -> bool:
        return on_loopback(self.server)

    def get(
        self, kind: str, name: str, namespace: str | None = None, *, timeout: float | None = None
    ) -> dict[str, Any]:
        self.waited = timeout
        if self.dead:
            raise Unanswered("nobody there")
        if self.broken:
            raise ClusterError("etcdserver: request timed out", 500)
        if kind == "Namespace":
            return {"metadata": {"uid": self.uid}}
        if self.consent is None:
            raise NotFound("no consent", 404)
        return self.consent

    def list(self, kind: str) -> dict[str, Any]:
        return {"items": [{"metadata": {"name": name}} for name in self.nodes]}


@dataclass
class FakeEngine:
    has: tuple[str, ...] = ("c-control-plane", "c-worker")
    answers: bool = True
    asked: list[str] = field(default_factory=list)

    def nodes(self, cluster: str) -> list[Any]:
        self.asked.append(cluster)
        if not self.answers:
            raise CommandFailed("docker ps", 1, "cannot connect")
        return [SimpleNamespace(name=name) for name in self.has]


def a_guard(kube: Any = None, engine: Any = None, context: str = "kind-c") -> Guard:
    cluster: Any = SimpleNamespace(context=context, name="c", provider="kind", engine=engine or FakeEngine())
    fake: Any = kube or FakeKube()
    return Guard(cluster, fake)


def test_a_kind_cluster_of_this_machine_is_ours() -> None:
    engine = FakeEngine()
    guard = a_guard(engine=engine)
    assert guard.pin() is Risk.CONTROL_PLANE
    assert engine.asked == ["c"]
    guard.permit(Risk.CONTROL_PLANE, "stop the scheduler")


@pytest.mark.parametrize(
    ("kube", "engine", "context", "because"),
    [
        (FakeKube(), FakeEngine(), "prod", "was not created by kind"),
        (FakeKube(server="https://10.0.0.1:6443"), FakeEngine(), "kind-c", "not on this machine's loopback"),
        (FakeKube(server="https://127.0.0.1.example.org"), FakeEngine(), "kind-c", "not on this machine's loopback"),
        (FakeKube(), FakeEngine(has=()), "kind-c", "has no nodes of this cluster"),
        (FakeKube(), FakeEngine(answers=False), "kind-c", "no local container engine answers"),
        (FakeKube(nodes=("c-control-plane", "prod-1")), FakeEngine(), "kind-c", r"does not have \(prod-1\)"),
    ],
)
def test_every_other_cluster_is_refused(kube: Any, engine: Any, context: str, because: str) -> None:
    with pytest.raises(Refused, match=because) as refused:
        a_guard(kube, engine, context).pin()
    assert refused.value.exit_status == 21
    assert "\n" not in str(refused.value)


def test_an_adopted_cluster_allows_what_its_owner_says() -> None:
    guard = a_guard(FakeKube(consent=consent_manifest(Risk.NAMESPACE)), context="prod")
    assert guard.pin() is Risk.NAMESPACE
    guard.permit(Risk.NAMESPACE, "delete a pod")
    with pytest.raises(
        Refused, match=r"crash a node needs risk level node.*allows only own-namespace.*skeptic adopt --risk node"
    ):
        guard.permit(Risk.NODE, "crash a node")


def test_a_consent_that_cannot_be_understood_is_none() -> None:
    broken = consent_manifest() | {"data": {"risk": "everything"}}
    with pytest.raises(Refused, match="states no valid risk level"):
        a_guard(FakeKube(consent=broken), context="prod").pin()


def test_a_cluster_that_was_replaced_is_refused() -> None:
    kube = FakeKube()
    guard = a_guard(kube)
    guard.pin()
    kube.uid = "uid-2"
    with pytest.raises(Refused, match=r"not the one this run began with.*uid-2, was uid-1"):
        guard.permit(Risk.READ_ONLY, "look")


class Taken:
    """A lease that somebody took."""

    def keep(self) -> None:
        raise Refused("this run no longer holds the cluster: run r2 is using it")


def test_nothing_more_is_permitted_once_another_run_holds_the_cluster_but_undoing_is() -> None:
    guard = a_guard()
    guard.pin()
    guard.lease = Taken()  # type: ignore[assignment]
    with pytest.raises(Refused, match="run r2 is using it"):
        guard.permit(Risk.NAMESPACE, "delete a pod")
    guard.same_if_it_answers()


def test_undoing_goes_on_without_an_api_server_but_not_on_another_cluster() -> None:
    kube = FakeKube(dead=True)
    cluster: Any = SimpleNamespace(context="kind-c", name="c", provider="kind", engine=FakeEngine())
    guard = Guard(cluster, kube, "uid-1")  # type: ignore[arg-type]
    guard.same_if_it_answers()
    assert kube.waited == SAYS_WHO_IT_IS, "a server that hangs, as without etcd, must not hold up undoing"
    kube.dead, kube.broken = False, True  # as without etcd
    guard.same_if_it_answers()
    with pytest.raises(ClusterError):
        guard.permit(Risk.NODE, "crash a node")
    kube.broken, kube.uid = False, "uid-2"
    with pytest.raises(Refused):
        guard.same_if_it_answers()


@pytest.mark.parametrize(
    ("url", "is_it"),
    [
        ("https://127.0.0.1:6443", True),
        ("https://[::1]:6443", True),
        ("https://localhost:6443", True),
        ("https://127.0.0.1.nip.io:6443", False),
        ("https://0.0.0.0:6443", False),
        ("https://192.168.1.1:6443", False),
    ],
)
def test_loopback(url: str, is_it: bool) -> None:
    assert on_loopback(url) is is_it


def test_levels_have_names() -> None:
    assert [Risk.parse(risk.words) for risk in Risk] == list(Risk)
    with pytest.raises(BadInput, match="read-only, own-namespace, node, control-plane"):
        Risk.parse("root")
