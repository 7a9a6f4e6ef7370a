"""What is read of API objects: which carry a label, which were there, and how long pods stay on an unreachable node."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.timeline import Change
from kubeskeptic.timeline.objects import UNREACHABLE, eviction_delay, is_leaving, labelled, living, tolerates_for_ever
from tests.drawn import pod


def test_objects_that_carry_the_label() -> None:
    bare = pod(2.0, "bare")
    del bare.object["metadata"]["labels"]
    other = pod(3.0, "other")
    other.object["metadata"]["labels"] = {"tier": "web"}
    seen = [pod(0.0, "a"), pod(1.0, "b", app="db"), bare, other, pod(4.0, "c")]
    assert [one.name for one in labelled(seen, "web")] == ["a", "c"]


def test_a_pod_is_leaving_once_it_is_marked_or_gone() -> None:
    assert not is_leaving(pod(0.0, "a"))
    assert not is_leaving(pod(0.0, "a", ready=False))
    assert is_leaving(pod(0.0, "a", deleting=True))
    assert is_leaving(pod(0.0, "a", type="DELETED"))


# -- how long pods stay on an unreachable node -----------------------------------------------------------------------------
def tolerating(*tolerations: dict[str, Any] | None) -> Change:
    change = pod(0.0, "a")
    change.object["spec"]["tolerations"] = list(tolerations) or None
    return change


@pytest.mark.parametrize(
    ("tolerations", "for_ever"),
    [
        ([], False),
        ([{"key": UNREACHABLE, "effect": "NoExecute"}], True),
        ([{"key": UNREACHABLE, "effect": "NoExecute", "tolerationSeconds": 300}], False),
        ([{"key": UNREACHABLE, "effect": "NoExecute", "tolerationSeconds": 0}], False),
        ([{"key": UNREACHABLE, "effect": "NoSchedule"}], False),
        ([{"key": UNREACHABLE}], True),  # of any effect
        ([{"key": UNREACHABLE, "effect": ""}], True),
        ([{"effect": "NoExecute"}], True),  # of any taint
        ([{"key": "", "effect": "NoExecute"}], True),
        ([{"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"}], False),
        ([{"key": UNREACHABLE, "tolerationSeconds": 300}, {"operator": "Exists"}], True),
    ],
)
def test_a_pod_that_tolerates_an_unreachable_node_for_ever(tolerations: list[dict[str, Any]], for_ever: bool) -> None:
    assert tolerates_for_ever(tolerating(*tolerations).object) is for_ever


def test_a_pod_of_which_no_toleration_is_told_is_evicted() -> None:
    assert not tolerates_for_ever({})
    assert not tolerates_for_ever({"spec": {}})


def test_the_longest_time_that_pods_tolerate_an_unreachable_node() -> None:
    short, long = ({"key": UNREACHABLE, "tolerationSeconds": seconds} for seconds in (5, 20))
    other = {"key": "node.kubernetes.io/not-ready", "tolerationSeconds": 90}
    found = eviction_delay([tolerating(other, short), tolerating(long), pod(0.0, "b"), tolerating()])
    assert found is not None
    assert (found.name, found.value, found.source) == ("EVICT", 20.0, "tolerationSeconds of the pods")
    for none in ([], [tolerating({"key": UNREACHABLE})], [tolerating(other)], [Change(0.0, "ADDED", "Pod", {})]):
        assert eviction_delay(none) is None


# -- what was there ---------------------------------------------------------------------------------------------------------
def test_objects_that_were_there_at_a_moment_as_they_were_seen_last() -> None:
    seen = [
        pod(1.0, "a", ready=False),
        pod(2.0, "b"),
        pod(3.0, "a", ready=True),
        pod(4.0, "b", type="DELETED"),
        pod(5.0, "b", uid="another"),
    ]

    def there(at: float) -> dict[str, str]:
        return {uid: one["status"]["conditions"][0]["status"] for uid, one in living(seen, at).items()}

    assert there(0.9) == {}
    assert there(1.0) == {"a": "False"}
    assert there(2.9) == {"a": "False", "b": "True"}
    assert there(3.0) == {"a": "True", "b": "True"}
    assert there(4.0) == {"a": "True"}
    assert there(9.0) == {"a": "True", "another": "True"}


def test_an_object_that_was_only_seen_to_go_is_not_there() -> None:
    assert living([pod(1.0, "a", type="DELETED"), pod(2.0, "b")], 3.0).keys() == {"b"}
