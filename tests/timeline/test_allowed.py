"""The bounds of a case: by the run's settings, those of the node that they are about, and those that pods carry themselves."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.bounds import EVICT, SYNC, UNREADY, Expression
from kubeskeptic.durations import MARGIN
from kubeskeptic.errors import Inconclusive
from kubeskeptic.settings import Setting, Settings
from kubeskeptic.timeline import Act, ActSpan, Change
from tests.drawn import pod, recording

EACH = Settings({"SYNC": Setting("SYNC", 10, "kube-proxy", per_node={"n1": 4, "n2": 10})})
"""A setting that is another one on each node; a bound goes by the longest where it is about none of them."""


def probed(name: str, app: str, period: int, node: str = "n1", stays: float = 20) -> Change:
    """A pod whose readiness is asked so often, and that stays so long on an unreachable node."""
    change = pod(0.0, name, app=app, node=node)
    change.object["spec"] |= {
        "containers": [{"name": "server", "readinessProbe": {"periodSeconds": period, "failureThreshold": 2}}],
        "tolerations": [{"key": "node.kubernetes.io/unreachable", "tolerationSeconds": stays}],
    }
    return change


WEB, DB = probed("web-a", "web", 1), probed("db-a", "db", 5, stays=60)


def case(*pods: Change, of: str = "", **limits: Expression | None) -> Act:
    seen = recording(*(pods or (WEB, DB)), acts={"act": ActSpan("act", 0, 1, 4)}, settings=EACH)
    more: dict[str, Any] = limits
    return Act(seen, ["act"], of=of, **more)


def test_a_bound_is_that_of_the_node_it_is_about() -> None:
    one = case(within=SYNC)
    assert (one.has_bound, one.bound.value) == (True, 10 + MARGIN)
    assert [one.bound_on(node).value for node in ("n1", "n2", "outside→n1")] == [4 + MARGIN, 10 + MARGIN, 4 + MARGIN]
    with pytest.raises(Inconclusive, match="it was not read on n3"):
        one.bound_on("n3")


def test_the_soonest_is_that_of_the_node_it_is_about_and_has_the_margin_taken_off() -> None:
    one = case(soonest=SYNC)
    found = one.soonest, one.soonest_on("n1"), one.soonest_on("n2")
    assert [(soon.value, soon.at_least) for soon in found if soon] == [
        (10 - MARGIN, True), (4 - MARGIN, True), (10 - MARGIN, True),
    ]  # fmt: skip
    none = case(within=SYNC)
    assert (none.soonest, none.soonest_on("n1")) == (None, None)


def test_how_long_an_act_is_watched_is_at_least_the_bound_with_its_margin() -> None:
    watched = case(watched=SYNC).watched_for
    assert watched is not None
    assert (watched.value, watched.unit, watched.at_least, watched.source) == (
        10 + MARGIN, "s", True, f"SYNC 10 + margin {MARGIN:g}",
    )  # fmt: skip
    assert case(within=SYNC).watched_for is None


@pytest.mark.parametrize(("of", "unready", "evict"), [("", 10, 60), ("web", 2, 20), ("db", 10, 60)])
def test_settings_of_the_pods_are_the_longest_of_those_that_the_case_is_about(
    of: str, unready: float, evict: float
) -> None:
    one = case(of=of, within=UNREADY)
    assert (one.settings["UNREADY"], one.settings["EVICT"], one.settings["SYNC"]) == (unready, evict, 10)
    assert one.bound.value == unready + MARGIN
    assert case(of=of, soonest=EVICT).soonest_on("n1") == case(of=of, soonest=EVICT).soonest


def test_settings_of_one_pod_are_its_own_and_those_of_its_node() -> None:
    one = case(within=UNREADY + SYNC)
    assert [one.bound_of(*about).value for about in (("web-a", "n1"), ("web-a", "n2"), ("db-a", "n1"))] == [
        2 + 4 + MARGIN, 2 + 10 + MARGIN, 10 + 4 + MARGIN,
    ]  # fmt: skip
    assert one.settings_of("web-a", "n1")["EVICT"] == 20


def test_without_a_bound_there_is_none_of_a_node_or_a_pod_either() -> None:
    one = case(soonest=SYNC)
    assert not one.has_bound
    with pytest.raises(Inconclusive, match="this case has no bound"):
        _ = one.bound
    with pytest.raises(Inconclusive, match="this case has no bound"):
        one.bound_on("n1")
    with pytest.raises(Inconclusive, match="this case has no bound"):
        one.bound_of("web-a", "n1")


def test_pods_that_an_act_makes_do_not_change_its_bounds() -> None:
    later = probed("web-b", "web", 9, stays=300)._replace(seen=2.0)
    one = case(WEB, later, of="web", within=EVICT)
    assert (one.bound.value, one.bound_for("web").value, one.settings["UNREADY"]) == (22, 22, 2)
    assert one.bound_of("web-b", "n1").value == 302, "there is no other pod of this name"
    same = probed("web-a", "web", 1, stays=300)._replace(seen=2.0)
    assert case(WEB, same, within=EVICT).bound_of("web-a", "n1").value == 22
    assert case(later, of="web", within=EVICT).bound.value == 302, "there was no pod before"
