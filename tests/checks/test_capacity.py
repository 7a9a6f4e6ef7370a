"""No node is promised to more than fits: two nodes of two cores and 1 GiB each; the act begins at 1 s."""

from __future__ import annotations

import pytest

from kubeskeptic import checks
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change
from tests.checks.declared import declared, ended, watch_gap
from tests.drawn import node, pod

NONE = {"cpu": 0.0, "memory": 0.0, "ephemeral-storage": 0.0}
NOTHING = {"n1": NONE, "n2": NONE}


def asking(seen: float, name: str, cpu: str, memory: str = "16Mi", **more: str) -> Change:
    change = pod(seen, name, **more)  # type: ignore[arg-type]
    change.object["spec"]["containers"] = [
        {"name": "server", "resources": {"requests": {"cpu": cpu, "memory": memory}}}
    ]
    return change


def nodes() -> list[Change]:
    changes = [node(0.0, name, "True", type="LISTED") for name in ("n1", "n2")]
    for change in changes:
        change.object["status"]["allocatable"] = {"cpu": "2", "memory": "1Gi", "ephemeral-storage": "10G"}
    return changes


def judged(*changes: Change, elsewhere: dict[str, dict[str, float]] | None = None) -> Finding:
    act = declared(*nodes(), *changes, nodes=("n1", "n2"), tables={"others": NOTHING | (elsewhere or {})})
    return checks.never_overbooked(act, "others")


@pytest.mark.parametrize(
    ("cpu", "verdict"), [("1", Verdict.HOLDS), ("1000001u", Verdict.VIOLATED), ("1001m", Verdict.VIOLATED)]
)
def test_requests_up_to_what_there_is(cpu: str, verdict: Verdict) -> None:
    finding = judged(asking(0.0, "a", "1"), asking(2.0, "b", cpu))
    assert finding.verdict is verdict, finding.why
    assert finding.measured["fullest"].value == pytest.approx(100, abs=0.1)


def test_each_resource_counts_and_each_node_by_itself() -> None:
    assert judged(asking(0.0, "a", "100m", "600Mi"), asking(2.0, "b", "100m", "600Mi")).verdict is Verdict.VIOLATED
    apart = judged(asking(0.0, "a", "2"), asking(2.0, "b", "2", node="n2"), asking(2.0, "c", "9", node=""))
    assert apart.verdict is Verdict.HOLDS


def test_what_is_told_of_the_fullest_moment() -> None:
    finding = judged(asking(2.0, "a", "1"), asking(3.0, "b", "500m"), asking(4.0, "b", "500m", type="DELETED"))
    assert (finding.measured["moments"].value, finding.measured["fullest"].value) == (3, 75)
    assert "n1 with 75.0 % of its cpu requested, 2.0 s into the act" in finding.why


def test_what_is_requested_elsewhere_cannot_be_less_than_nothing() -> None:
    finding = judged(asking(2.0, "a", "2100m"), elsewhere={"n1": NONE | {"cpu": -0.2}})
    assert finding.verdict is Verdict.VIOLATED


def test_pods_of_other_namespaces_count() -> None:
    assert judged(asking(2.0, "a", "1900m"), elsewhere={"n1": NONE | {"cpu": 0.2}}).verdict is Verdict.VIOLATED
    assert judged(asking(2.0, "a", "1900m"), elsewhere={"n2": NONE | {"cpu": 0.2}}).verdict is Verdict.HOLDS


def test_a_moment_is_enough_and_one_before_the_act_does_not_count() -> None:
    gone = asking(3.0, "b", "2", type="DELETED")
    assert judged(asking(0.0, "a", "1"), asking(2.9, "b", "2"), gone).verdict is Verdict.VIOLATED
    early = asking(0.8, "b", "2", type="DELETED")
    assert judged(asking(0.0, "a", "1"), asking(0.5, "b", "2"), early, asking(2.0, "a", "1")).verdict is Verdict.HOLDS


def test_a_pod_that_has_ended_counts_no_longer() -> None:
    over = ended(2.0, "a")
    over.object["spec"]["containers"] = asking(0.0, "a", "2").object["spec"]["containers"]
    over.object["status"]["phase"] = "Failed"
    assert judged(asking(0.0, "a", "2"), over, asking(3.0, "b", "2")).verdict is Verdict.HOLDS


def test_what_was_not_seen_is_not_known() -> None:
    assert "no pod was seen" in judged(asking(0.0, "a", "1")).why
    act = declared(asking(2.0, "a", "1"), nodes=("n1",), tables={"others": {}})
    assert "the allocatable resources of n1 were not recorded" in checks.never_overbooked(act, "others").why
    act = declared(*nodes(), asking(2.0, "a", "1"), nodes=("n1",), tables={"others": {}}, gaps=(watch_gap(3, 4),))
    assert checks.never_overbooked(act, "others").verdict is Verdict.INCONCLUSIVE


def test_what_a_node_does_not_say_it_has_is_not_taken_for_enough() -> None:
    changes = nodes()
    del changes[0].object["status"]["allocatable"]["memory"]
    act = declared(*changes, asking(2.0, "a", "1"), nodes=("n1", "n2"), tables={"others": {}})
    finding = checks.never_overbooked(act, "others")
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "n1 reports no allocatable memory" in finding.why


@pytest.mark.parametrize("read", [{}, {"cpu": 0.0, "memory": 0.0}, NONE | {"cpu": -1.0}])
def test_what_other_namespaces_request_on_a_node_has_to_be_read(read: dict[str, float]) -> None:
    def judged_with(cpu: str) -> Finding:
        act = declared(*nodes(), asking(2.0, "a", cpu), nodes=("n1", "n2"), tables={"others": {"n1": NONE, "n2": read}})
        return checks.never_overbooked(act, "others")

    assert (judged_with("1").verdict, "on n2 were not read" in judged_with("1").why) == (Verdict.INCONCLUSIVE, True)
    assert judged_with("1").measured["fullest"].value == 50, "what was not read fills nothing"
    assert judged_with("3").verdict is Verdict.VIOLATED


def test_a_node_that_joined_has_to_have_room_too() -> None:
    act = declared(*nodes(), asking(2.0, "a", "1"), nodes=("n1",), joined={"n2": 3.0}, tables={"others": {"n1": NONE}})
    assert "on n2 were not read" in checks.never_overbooked(act, "others").why


def test_a_moment_at_the_very_beginning_of_the_act_counts() -> None:
    assert judged(asking(1.0, "a", "3")).verdict is Verdict.VIOLATED
    assert judged(asking(0.9, "a", "3"), asking(1.0, "a", "3", type="DELETED")).verdict is Verdict.HOLDS


def test_a_pod_that_requests_nothing_fills_no_node() -> None:
    for others in ((), (asking(2.0, "b", "1", node=""),)):
        finding = judged(asking(2.0, "a", "0", "0"), *others)
        assert (finding.verdict, "requested anything" in finding.why) == (Verdict.INCONCLUSIVE, True), finding.why
    assert judged(asking(2.0, "a", "0", "0"), asking(2.0, "b", "0", "1")).verdict is Verdict.HOLDS


def test_where_there_is_no_node_nothing_was_seen() -> None:
    act = declared(*nodes(), asking(2.0, "a", "1"), nodes=(), tables={"others": NOTHING})
    assert "no pod was seen on a node" in checks.never_overbooked(act, "others").why


def test_what_a_node_has_to_give_is_what_it_said_last() -> None:
    later = [change._replace(seen=at) for at in (0.1, 0.2) for change in nodes()]
    later[2].object["status"]["allocatable"]["cpu"] = "1"
    assert later[2].name == "n1"
    assert judged(*later, asking(2.0, "a", "1")).verdict is Verdict.HOLDS
    assert judged(*later, asking(2.0, "a", "2")).verdict is Verdict.VIOLATED
    assert judged(*later, asking(2.0, "a", "2", node="n2")).verdict is Verdict.HOLDS


def test_what_a_node_does_not_say_it_has_may_be_what_no_pod_requests() -> None:
    changes = nodes()
    del changes[0].object["status"]["allocatable"]["ephemeral-storage"]
    act = declared(*changes, asking(2.0, "a", "1"), nodes=("n1", "n2"), tables={"others": NOTHING})
    assert checks.never_overbooked(act, "others").verdict is Verdict.HOLDS


def test_what_was_not_read_of_other_namespaces_is_counted_as_nothing_on_the_fullest_node() -> None:
    act = declared(*nodes(), asking(2.0, "a", "2"), nodes=("n1", "n2"), tables={"others": {}})
    finding = checks.never_overbooked(act, "others")
    assert (finding.verdict, finding.measured["fullest"].value) == (Verdict.INCONCLUSIVE, 100)
    assert "on n1, n2 were not read" in finding.why


def giving(seen: float, cpu: str) -> Change:
    """n1 has so many cores to give from now on."""
    change = node(seen, "n1", "True")
    change.object["status"]["allocatable"] = {"cpu": cpu, "memory": "1Gi", "ephemeral-storage": "10G"}
    return change


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ((0.5, "4"), Verdict.HOLDS),  # before the act: what counts is what the node had when it began
        ((1.5, "1"), Verdict.INCONCLUSIVE),  # it had room for both before, and it is not known when exactly
        ((2.5, "4"), Verdict.INCONCLUSIVE),  # what it gives in the end is no excuse for the moments before
        ((3.5, "1500m"), Verdict.HOLDS),
        ((0.9, "1"), Verdict.VIOLATED),
    ],
)
def test_what_a_node_has_to_give_is_what_it_had_at_the_time(given: tuple[float, str], verdict: Verdict) -> None:
    more = "3" if given[1] == "4" else "1500m"
    finding = judged(asking(2.0, "a", more), giving(*given))
    assert finding.verdict is verdict, finding.why


@pytest.mark.parametrize(
    ("first", "last", "verdict"),
    [
        (0.2, 0.2, Verdict.VIOLATED), (0.1, 0.2, Verdict.INCONCLUSIVE), (0.2, 0.1, Verdict.INCONCLUSIVE),
        (0.1, 0.1, Verdict.HOLDS),
    ],
)  # fmt: skip
def test_pods_of_other_namespaces_count_each_time_they_were_read(first: float, last: float, verdict: Verdict) -> None:
    tables = {
        f"others{when}": NOTHING | {"n1": NONE | {"cpu": cpu}} for when, cpu in ((", at first", first), ("", last))
    }
    act = declared(*nodes(), asking(2.0, "a", "1900m"), nodes=("n1", "n2"), tables=tables)
    assert checks.never_overbooked(act, "others").verdict is verdict
    tables["others, at last"] = {"n1": NONE}
    act = declared(*nodes(), asking(2.0, "a", "1"), nodes=("n1", "n2"), tables=tables)
    assert "of other namespaces on n2 were not read" in checks.never_overbooked(act, "others").why
