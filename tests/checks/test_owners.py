"""Who owns the pods that take the place of others."""

from __future__ import annotations

from kubeskeptic.checks.owners import others_made
from kubeskeptic.timeline import Change
from tests.drawn import pod


def owned(name: str, uid: str) -> Change:
    one = pod(1.0, name)
    if uid:
        one.object["metadata"]["ownerReferences"] = [
            {"kind": "ReplicaSet", "name": "web", "uid": uid, "controller": True}
        ]
    return one


def test_a_pod_is_replaced_by_its_controller() -> None:
    assert [*others_made(owned("a", "set"), [owned("b", "set")])] == []
    assert [*others_made(owned("a", ""), [owned("b", "")])] == []
    for one, other in (("set", ""), ("set", "another"), ("", "set")):
        told = [*others_made(owned("a", one), [owned("b", other), owned("b", other)])]
        assert told == ["b is not owned by the controller of a"]
