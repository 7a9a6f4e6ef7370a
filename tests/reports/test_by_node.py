"""What nodes have for themselves: named where nodes differ, and compared node by node."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.reports import by_node

OLD, NEW = "v1.36.3", "v1.37.2"


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def run(version: str, kubelets: dict[str, str] | None = None) -> dict[str, Any]:
    return {"kubernetes": version} | ({"kubelets": kubelets} if kubelets else {})


def setting(value: float, **nodes: float) -> dict[str, Any]:
    return {"value": value, "unit": "s", "from": "x", "per_node": nodes}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"a": OLD, "b": OLD}, "v1.36.3 everywhere"),
        ({"a": NEW, "b": OLD}, "v1.37.2 on a, v1.36.3 on b"),
        ({"cp": NEW, "w": NEW, "w2": OLD, "w3": NEW}, "v1.36.3 on w2, v1.37.2 on the other 3 nodes"),
        ({"a": "1", "b": "2", "c": "3", "d": "3"}, "1 on a, 2 on b, 3 on the other 2 nodes"),
    ],
)
def test_the_rarest_value_is_named_with_its_nodes_first(values: dict[str, str], said: str) -> None:
    assert by_node.spread(values) == said


def test_kubelets_are_said_when_they_are_not_all_the_api_servers() -> None:
    assert by_node.apart(run(NEW)) == ""
    assert by_node.apart(run(NEW, {"a": NEW, "b": NEW})) == ""
    assert by_node.apart(run(NEW, {"a": OLD, "b": OLD})) == "v1.36.3 everywhere"
    assert by_node.apart(run(NEW, {"a": NEW, "b": OLD})) == "v1.37.2 on a, v1.36.3 on b"
    assert by_node.apart({"kubernetes": None, "kubelets": {"a": NEW}}) == ""


MIXED = {"cp": NEW, "w": NEW, "w2": OLD, "w3": NEW}
WHOLE_OLD, WHOLE_NEW = dict.fromkeys(MIXED, OLD), dict.fromkeys(MIXED, NEW)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (run(NEW, WHOLE_NEW), run(NEW, WHOLE_NEW), ""),
        (run(NEW), run(NEW), ""),
        (run(NEW), run(NEW, WHOLE_NEW), ""),
        (run(OLD, WHOLE_OLD), run(NEW, WHOLE_NEW), "v1.37.2 everywhere (before: v1.36.3 everywhere)"),
        (
            run(OLD, WHOLE_OLD),
            run(NEW, MIXED),
            "v1.36.3 on w2, v1.37.2 on the other 3 nodes (before: v1.36.3 everywhere)",
        ),
        (run(NEW, MIXED), run(NEW, MIXED), "v1.36.3 on w2, v1.37.2 on the other 3 nodes (unchanged)"),
        (run(NEW), run(NEW, MIXED), "v1.36.3 on w2, v1.37.2 on the other 3 nodes (before: not recorded)"),
        (run(NEW, MIXED), run(NEW), "not recorded (before: v1.36.3 on w2, v1.37.2 on the other 3 nodes)"),
    ],
)
def test_kubelets_of_two_runs(before: dict[str, Any], after: dict[str, Any], said: str) -> None:
    assert by_node.kubelets(before, after) == said


def test_the_same_versions_on_other_nodes_are_a_change() -> None:
    assert "(before: v1.37.2 on b, v1.36.3 on a)" in by_node.kubelets(
        run(NEW, {"b": NEW, "a": OLD}), run(NEW, {"a": NEW, "b": OLD})
    )


@pytest.mark.parametrize(
    ("was", "now", "alike"),
    [
        (setting(10, a=10, b=10), setting(10, a=10, b=10), True),
        (setting(10, a=10, b=10), setting(10, a=10, b=5), False),  # on one node, and the largest is the same
        (setting(10, a=10, b=5), setting(10, a=5, b=10), False),
        (setting(10, a=10, b=10), setting(10, x=10, y=10), True),  # another cluster's nodes
        (setting(10, a=10, b=10), setting(10, x=10, y=5), False),
        (setting(10, a=10), setting(10, a=10, b=10), True),  # a node joined
        (setting(10, a=10, b=10), setting(10), True),  # an older result does not say
        (setting(10), setting(9), False),
        (None, setting(10), False),
        (None, None, True),
    ],
)
def test_a_setting_is_the_same_when_it_is_on_every_node(was: Any, now: Any, alike: bool) -> None:
    assert by_node.same_setting(was, now) is alike
    assert by_node.same_setting(now, was) is alike


def test_a_setting_names_its_nodes_where_they_differ() -> None:
    assert plain(by_node.setting(setting(10, a=10, b=10))) == "10 s"
    assert plain(by_node.setting(setting(10, a=10, b=1, c=10))) == "1 s on b, 10 s on the other 2 nodes"
    assert by_node.setting(None) == "–"
    assert not by_node.uneven(setting(10))
