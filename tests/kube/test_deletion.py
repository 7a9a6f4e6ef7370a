"""A namespace that does not go says what holds it, and does not cost minutes."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.durations import STUCK, Patience
from kubeskeptic.errors import ClusterError, Conflict, NotFound, PatienceExhausted, Unanswered
from kubeskeptic.kube.deletion import dead_apis, delete_and_wait

DISCOVERY = (
    "Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: metrics/v1"
)


def condition(kind: str, message: str, status: str = "True") -> dict[str, Any]:
    return {"type": kind, "status": status, "reason": "X", "message": message}


def api_service(name: str, status: str | None, *, local: bool = False) -> dict[str, Any]:
    conditions = [] if status is None else [condition("Available", "no endpoints", status)]
    spec = {} if local else {"service": {"namespace": "shop", "name": "adapter"}}
    return {"metadata": {"name": name}, "spec": spec, "status": {"conditions": conditions}}


class Cluster:
    """A namespace on its way out, with the conditions that it has at each moment."""

    def __init__(
        self, *conditions: dict[str, Any], goes: float = 1e9, apis: list[dict[str, Any]] | None = None
    ) -> None:
        self.conditions, self.goes, self.apis = conditions, goes, apis or []
        self.now, self.there, self.leaving = 0.0, True, False

    def delete(self, kind: str, name: str, namespace: str | None) -> None:
        if not self.there:
            self.goes = 0.0
            raise NotFound("none", 404)
        if self.leaving:
            raise Conflict("being deleted", 409)

    def get(self, kind: str, name: str, namespace: str | None) -> dict[str, Any]:
        if self.now >= self.goes:
            raise NotFound("gone", 404)
        return {"status": {"phase": "Terminating", "conditions": list(self.conditions)}}

    def list(self, kind: str) -> dict[str, Any]:
        if self.apis is None:
            raise ClusterError("forbidden", 403)
        return {"items": self.apis}

    def go(self, patience: float = 180.0) -> None:
        kube: Any = self
        delete_and_wait(kube, "Namespace", "ns", patience=Patience(patience), clock=lambda: self.now, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_it_goes_or_is_not_there() -> None:
    Cluster(goes=20.0).go()
    gone = Cluster()
    gone.there = False
    gone.go()
    half = Cluster(goes=5.0)
    half.leaving = True
    half.go()


def test_a_dead_api_is_named_at_once() -> None:
    dead = [api_service("v1.fine", "True"), api_service("v1.metrics", "False"), api_service("v1.", None, local=True)]
    cluster = Cluster(condition("NamespaceDeletionDiscoveryFailure", DISCOVERY), apis=dead)
    with pytest.raises(PatienceExhausted) as stuck:
        cluster.go()
    assert str(stuck.value) == (
        f"Namespace ns is held: {DISCOVERY}; APIService v1.metrics has no answer from its backend shop/adapter: X, no endpoints"
    )
    assert cluster.now <= STUCK + 1


def test_without_the_right_to_see_apis_the_words_of_kubernetes_remain() -> None:
    cluster = Cluster(condition("NamespaceDeletionDiscoveryFailure", DISCOVERY))
    cluster.apis = None  # type: ignore[assignment]
    with pytest.raises(PatienceExhausted, match="metrics/v1"):
        cluster.go()


def test_what_is_still_in_it_is_waited_for_and_said() -> None:
    cluster = Cluster(
        condition("NamespaceContentRemaining", "pods. has 1 resource instances"), condition("X", "no", "False")
    )
    with pytest.raises(PatienceExhausted, match=r"last seen: pods. has 1 resource instances$"):
        cluster.go(60.0)
    assert cluster.now > 50
    Cluster(condition("NamespaceContentRemaining", "pods"), goes=100.0).go()


def test_pods_that_stop_slowly_are_waited_for() -> None:
    remain = (
        "Failed to delete all resource types, 1 remaining: unexpected items still remain in namespace: ns for gvr: pods"
    )
    Cluster(condition("NamespaceDeletionContentFailure", remain), goes=100.0).go()
    with pytest.raises(PatienceExhausted, match=r"Namespace ns is held: .* failed calling webhook"):
        Cluster(condition("NamespaceDeletionContentFailure", "1 remaining: failed calling webhook")).go()


@pytest.mark.parametrize(("status", "dead"), [("True", 0), ("False", 1), ("Unknown", 1), (None, 1)])
def test_an_api_is_dead_unless_its_backend_answers(status: str | None, dead: int) -> None:
    assert len(dead_apis([api_service("v1.x", status), api_service("v1.apps", status, local=True)])) == dead


class Silent(Cluster):
    """A server that answers nothing, and that had been silent for a while when the deletion is requested."""

    def __init__(self, already: float) -> None:
        super().__init__()
        self.already = already

    @property
    def silent_for(self) -> float:
        return self.already + self.now

    def delete(self, kind: str, name: str, namespace: str | None) -> None:
        raise Unanswered("nobody there")


@pytest.mark.parametrize(("already", "took"), [(0.0, 180.0), (100.0, 80.0), (179.0, 1.5), (180.1, 0.0), (500.0, 0.0)])
def test_a_server_that_has_long_been_silent_is_not_waited_for_again(already: float, took: float) -> None:
    silent = Silent(already)
    with pytest.raises(PatienceExhausted, match="Namespace ns to be deleted") as given_up:
        silent.go()
    assert "nobody there" in str(given_up.value)
    assert silent.now == pytest.approx(took, abs=1.0)
