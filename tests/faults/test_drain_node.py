"""A drain that a budget holds back says so in the API's own words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.errors import ClusterError, NotFound
from kubeskeptic.faults.nodes.drain_node import DrainNode, evict_all
from kubeskeptic.waiting import NotYet

BUDGET = "Cannot evict pod. The disruption budget web needs 2 healthy pods and has 2 currently (status 429)"


class Api:
    """Pods of one node, and what the API says when one is to be evicted."""

    def __init__(self, **says: ClusterError | None) -> None:
        self.says = says
        self.leaving: set[str] = set()
        self.evicted: list[str] = []

    def list(self, kind: str, fields: str) -> dict[str, Any]:
        return {"items": [self._pod(name) for name in self.says]}

    def _pod(self, name: str) -> dict[str, Any]:
        meta = {"name": name, "namespace": "shop"} | ({"deletionTimestamp": "now"} if name in self.leaving else {})
        return {"metadata": meta, "status": {"phase": "Running"}}

    def evict(self, name: str, namespace: str) -> None:
        self.evicted.append(f"{namespace}/{name}")
        refusal = self.says[name]
        if refusal is not None:
            raise refusal
        self.leaving.add(name)


def no(words: str, status: int) -> ClusterError:
    return (NotFound if status == 404 else ClusterError)(f"POST /pods/x/eviction: {words}", status)


def site(api: Api) -> Any:
    return SimpleNamespace(kube=api)


def test_what_a_budget_holds_back_is_told_with_its_words() -> None:
    api = Api(b=no(BUDGET, 429), a=no(BUDGET, 429), c=None, gone=no("not found", 404))
    assert evict_all(site(api), "n1") == {f" ({BUDGET})": ["a", "b"], "": ["c"]}
    seen = DrainNode("n1").bite(site(api), SimpleNamespace(record={"node": "n1"}))  # type: ignore[arg-type]
    assert isinstance(seen, NotYet)
    assert seen.state == f"still there: a, b ({BUDGET}); still there: c"


def test_what_is_on_its_way_is_not_evicted_again() -> None:
    api = Api(a=None)
    assert evict_all(site(api), "n1") == {"": ["a"]}
    assert evict_all(site(api), "n1") == {"": ["a"]}
    assert api.evicted == ["shop/a"]


def test_any_other_refusal_ends_the_drain() -> None:
    with pytest.raises(ClusterError, match="more than one PodDisruptionBudget"):
        evict_all(site(Api(a=no("This pod has more than one PodDisruptionBudget", 500))), "n1")
