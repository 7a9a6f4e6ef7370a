"""Namespaces that go while something else is done, and are seen to be gone in the end."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from kubeskeptic.errors import NotFound, PatienceExhausted
from kubeskeptic.runs import Run, own_objects
from kubeskeptic.runs.own_objects import LAST_GRACE, all_gone, namespace


class Cluster:
    """Has one pod in every namespace, which goes as soon as it is deleted; whatever ``interrupts`` is raised once instead."""

    def __init__(self) -> None:
        self.there: set[str] = set()
        self.deleted: list[tuple[str, str, Any]] = []
        self.interrupts: BaseException | None = None

    def apply(self, manifest: dict[str, Any]) -> None:
        self.there.add(manifest["metadata"]["name"])

    def list(self, kind: str, name: str) -> dict[str, Any]:
        return {"items": [{"metadata": {"name": "pod-1"}}]}

    def get(self, kind: str, name: str, namespace: str | None = None) -> dict[str, Any]:
        if self.interrupts:
            found, self.interrupts = self.interrupts, None
            raise found
        if name in self.there:
            return {"status": {}}
        raise NotFound("gone", 404)

    def delete(self, kind: str, name: str, namespace: str | None = None, *, grace: int | None = None) -> None:
        self.deleted.append((kind, name, grace))
        self.there.discard(name)


def a_run(kube: Cluster) -> Run:
    return cast(Run, SimpleNamespace(kube=kube, id="r1", leaving=[], site=SimpleNamespace(left=[])))


def test_its_deletion_is_asked_for_and_its_pods_end_at_once() -> None:
    kube = Cluster()
    run = a_run(kube)
    with namespace(run, "ns", seen_to_go=False):
        assert kube.there == {"ns"}
    assert kube.deleted == [("Namespace", "ns", None), ("Pod", "pod-1", LAST_GRACE)]
    assert run.leaving == ["ns"]
    all_gone(run)
    assert (run.leaving, run.site.left) == ([], [])


def test_one_whose_wait_is_interrupted_is_still_waited_for() -> None:
    kube = Cluster()
    run = a_run(kube)
    kube.interrupts = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt), namespace(run, "ns"):
        pass
    assert run.leaving == ["ns"]
    all_gone(run)
    assert run.leaving == []


def test_one_that_does_not_go_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def stuck(*_: object) -> None:
        raise PatienceExhausted("Namespace ns is held")

    monkeypatch.setattr(own_objects, "delete_and_wait", stuck)
    run = a_run(Cluster())
    with namespace(run, "ns", seen_to_go=False):
        pass
    all_gone(run)
    assert (run.leaving, run.site.left) == ([], ["Namespace ns is held"])
