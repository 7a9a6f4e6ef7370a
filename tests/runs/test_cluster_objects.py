"""Objects without a namespace: labelled, seen to be gone, and found by cleanup when they are not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from kubeskeptic.errors import ClusterError, Forbidden, NotFound, PatienceExhausted, Refused
from kubeskeptic.faults import Site
from kubeskeptic.guard.risk import Risk
from kubeskeptic.runs import Run
from kubeskeptic.runs.own_objects import cluster_object
from kubeskeptic.undo import Leftover
from kubeskeptic.undo.cleanup import REMOVERS
from kubeskeptic.undo.leftovers import cluster_objects

SERVICE = {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": "v1.x"}, "spec": {}}


class Objects:
    """A cluster's objects without a namespace, by kind and name; ``refusing`` are kinds that are not listed."""

    def __init__(self) -> None:
        self.there: dict[tuple[str, str], dict[str, Any]] = {}
        self.refusing: dict[str, ClusterError] = {}

    def create(self, manifest: dict[str, Any]) -> None:
        self.there[manifest["kind"], manifest["metadata"]["name"]] = manifest

    def list(self, kind: str, labels: str = "") -> dict[str, Any]:
        if kind in self.refusing:
            raise self.refusing[kind]
        key, _, value = labels.partition("=")
        found = [one for (its, _), one in self.there.items() if its == kind]
        return {"items": [one for one in found if one["metadata"].get("labels", {}).get(key) == value]}

    def get(self, kind: str, name: str, _: str | None = None) -> dict[str, Any]:
        if (kind, name) not in self.there:
            raise NotFound("none", 404)
        return self.there[kind, name]

    def delete(self, kind: str, name: str, _: str | None = None) -> None:
        self.there.pop((kind, name), None)


def a_run(objects: Objects, allowed: Risk = Risk.CONTROL_PLANE) -> Run:
    def permit(risk: Risk, what: str) -> None:
        if risk > allowed:
            raise Refused(what)

    site = SimpleNamespace(guard=SimpleNamespace(permit=permit), left=[], kube=objects)
    return cast(Run, SimpleNamespace(kube=objects, id="r1", site=site))


def left(objects: Objects) -> list[Leftover]:
    return list(cluster_objects(cast(Site, SimpleNamespace(kube=objects))))


def test_it_is_there_for_the_block_with_our_labels() -> None:
    objects = Objects()
    with cluster_object(a_run(objects), SERVICE):
        (one,) = left(objects)
        assert (one.kind, one.name, one.run) == ("object", "APIService/v1.x", "r1")
    assert objects.there == {}


def test_nothing_is_made_where_that_is_not_allowed() -> None:
    objects = Objects()
    with pytest.raises(Refused), cluster_object(a_run(objects, Risk.NODE), SERVICE):
        pass
    assert objects.there == {}


def test_one_that_stays_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    objects = Objects()
    run = a_run(objects)
    monkeypatch.setattr(objects, "delete", lambda *_: None)
    monkeypatch.setattr(
        "kubeskeptic.runs.own_objects.delete_and_wait",
        lambda *_: (_ for _ in ()).throw(PatienceExhausted("held")),
    )
    with pytest.raises(PatienceExhausted), cluster_object(run, SERVICE):
        pass
    assert run.site.left == ["APIService v1.x: held"]


def test_cleanup_finds_and_removes_what_is_ours() -> None:
    objects = Objects()
    objects.create(SERVICE)
    assert left(objects) == []
    objects.create(SERVICE | {"metadata": {"name": "v2.x", "labels": {"app.kubernetes.io/managed-by": "kubeskeptic"}}})
    (one,) = left(objects)
    REMOVERS["object"](cast(Site, SimpleNamespace(kube=objects)), one)
    assert list(objects.there) == [("APIService", "v1.x")]


def test_a_kind_that_may_not_be_listed_has_nothing_of_ours() -> None:
    objects = Objects()
    objects.refusing = {"APIService": Forbidden("no", 403)}
    assert left(objects) == []
    objects.refusing = {"APIService": ClusterError("no", 500)}
    with pytest.raises(ClusterError):
        left(objects)
