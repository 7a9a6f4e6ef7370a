"""Faults that change fields of kube-system: undoing puts back what is still ours, and leaves what the owner has set since."""

from __future__ import annotations

import copy
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.faults.components.stop_kube_proxy import StopKubeProxy
from kubeskeptic.faults.control_plane.stop_coredns import StopCoreDns
from kubeskeptic.waiting import NotYet

OTHER: dict[str, Any] = {
    "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchFields": []}]}}
}
ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}}


class OneObject:
    """An API server with one object; ``ready`` endpoints in every slice."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.object: dict[str, Any] = {"metadata": {"resourceVersion": "7"}, "spec": spec}
        self.patches: list[dict[str, Any]] = []
        self.ready = 0

    @property
    def spec(self) -> Any:
        return self.object["spec"]

    def get(self, kind: str, name: str, namespace: str | None = None) -> Any:
        return copy.deepcopy(self.object)

    def list(self, kind: str, namespace: str, *, labels: str = "") -> Any:
        return {"items": [{"endpoints": [{"conditions": {"ready": True}}] * self.ready}]}

    def patch(self, kind: str, name: str, namespace: str | None, patch: dict[str, Any]) -> None:
        self.patches.append(patch)
        self.object = merged(self.object, patch)


def merged(old: Any, new: Any) -> Any:
    """A JSON merge patch (RFC 7386)."""
    if not isinstance(new, dict):
        return new
    both = {**(old if isinstance(old, dict) else {}), **{k: merged((old or {}).get(k), v) for k, v in new.items()}}
    return {key: value for key, value in both.items() if value is not None}


def a_site(kube: OneObject) -> Any:
    node = {"metadata": {"name": "n1"}}
    return SimpleNamespace(
        kube=SimpleNamespace(
            get=lambda kind, *name: node if kind == "Node" else kube.get(kind, *name), list=kube.list, patch=kube.patch
        )
    )


def dns() -> OneObject:
    return OneObject({"replicas": 2})


def proxy() -> OneObject:
    return OneObject({"template": {"spec": {"hostNetwork": True}}, "updateStrategy": copy.deepcopy(ROLLING)})


@pytest.mark.parametrize(("fault", "kube"), [(StopCoreDns(), dns()), (StopKubeProxy("n1"), proxy())])
def test_what_it_changed_is_put_back_once(fault: Any, kube: OneObject) -> None:
    site, before = a_site(kube), copy.deepcopy(kube.spec)
    plan = fault.plan(site)
    fault.apply(site, plan)
    assert kube.spec != before
    fault.undo(site, plan.record)
    assert kube.spec == before
    assert kube.patches[-1]["metadata"] == {"resourceVersion": "7"}  # somebody else's change in between is a conflict
    fault.undo(site, plan.record)
    assert len(kube.patches) == 2


def scale_to_five(spec: dict[str, Any]) -> None:
    spec["replicas"] = 5


def set_affinity(spec: dict[str, Any]) -> None:
    spec["template"]["spec"]["affinity"] = OTHER


def set_strategy(spec: dict[str, Any]) -> None:
    spec["updateStrategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 3}}


@pytest.mark.parametrize(
    ("fault", "kube", "meanwhile"),
    [
        (StopCoreDns(), dns(), scale_to_five),
        (StopKubeProxy("n1"), proxy(), set_affinity),
        (StopKubeProxy("n1"), proxy(), set_strategy),
    ],
)
def test_what_its_owner_has_set_meanwhile_stays(
    fault: Any, kube: OneObject, meanwhile: Callable[[dict[str, Any]], None]
) -> None:
    site, wanted = a_site(kube), copy.deepcopy(kube.spec)
    plan = fault.plan(site)
    fault.apply(site, plan)
    meanwhile(kube.spec)
    meanwhile(wanted)
    fault.undo(site, plan.record)
    assert kube.spec == wanted


def test_dns_has_healed_with_as_many_endpoints_as_its_owner_wants_now() -> None:
    kube = OneObject({"replicas": 1})
    site, record = a_site(kube), {"replicas": 2}
    assert isinstance(StopCoreDns.heal(site, record), NotYet)
    kube.ready = 1
    assert StopCoreDns.heal(site, record) == "the DNS service has 1 ready endpoint"
    kube.spec["replicas"] = 0
    assert isinstance(StopCoreDns.heal(site, record), NotYet)
