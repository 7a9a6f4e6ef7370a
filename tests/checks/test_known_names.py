"""What a table names and what the watches show. The act ends at 60 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.checks.known_names import (
    ended,
    not_replaced,
    recorded_addresses,
    unknown_addresses,
    unknown_members,
    unknown_ranges,
    unlisted_addresses,
)
from kubeskeptic.counting import counted
from kubeskeptic.timeline import Act, ActSpan, Change
from tests.checks.test_networks import MEMBERS, PODS, flatness, reached
from tests.drawn import node, pod, recording


def act(*changes: Change, **more: Any) -> Act:
    return Act(recording(*changes, acts={"act": ActSpan("act", 0.0, 1.0, 60.0)}, **more), ["act"])


A = pod(30.0, "a", node="n1", ip="10.0.1.1")


@pytest.mark.parametrize(
    ("member", "seen", "known"),
    [
        ({"node": "n1", "ip": "10.0.1.1"}, 60.0, True),
        ({"node": "n1", "ip": "10.0.1.1"}, 60.1, False),
        ({"node": "n2", "ip": "10.0.1.1"}, 30.0, False),
        ({"node": "n1", "ip": "10.0.1.2"}, 30.0, False),
    ],
)
def test_a_member_is_a_recorded_pod(member: dict[str, str], seen: float, known: bool) -> None:
    why = f"No recorded pod on {member['node']} has the address {member['ip']} of “first”"
    assert [*unknown_members(act(A._replace(seen=seen)), {"first": member})] == ([] if known else [why])


@pytest.mark.parametrize(
    ("name", "address", "seen", "known"),
    [
        ("ns/a", "10.0.1.1", 60.0, True),
        ("ns/a", "10.0.1.1", 60.1, False),
        ("ns/a", "10.0.1.2", 30.0, False),
        ("ns/b", "10.0.1.1", 30.0, False),
        ("kube-system/a", "10.0.1.2", 30.0, True),  # other namespaces are not watched
    ],
)
def test_a_pod_of_the_scenario_was_recorded_with_its_address(name: str, address: str, seen: float, known: bool) -> None:
    why = f"No recorded pod {name.partition('/')[2]} has the address {address}"
    told = unknown_addresses(act(A._replace(seen=seen), namespace="ns"), {name: address})
    assert [*told] == ([] if known else [why])


@pytest.mark.parametrize(
    ("change", "there"),
    [
        (A, True),
        (A._replace(seen=40.0), True),
        (A._replace(seen=40.1), False),
        (A._replace(type="DELETED"), False),
        (pod(30.0, "a", ip="10.0.1.1", ready=False), False),
        (pod(30.0, "a", ip="10.0.1.1", deleting=True), False),
        (pod(30.0, "a", ip=""), False),
    ],
)
def test_a_pod_that_was_ready_when_the_table_was_noted_is_in_it(change: Change, there: bool) -> None:
    looked = {"addresses": {"x": 40.0, "y": 50.0}}
    found = recorded_addresses(act(change, namespace="ns", looked=looked), "addresses")
    assert found == ({"ns/a": "10.0.1.1"} if there else {})
    told = ["a is not in the table, but the watch shows it Ready at 10.0.1.1"] if there else []
    assert [*unlisted_addresses({"ns/b": "10.0.1.1"}, found)] == told
    assert [*unlisted_addresses({"ns/a": "10.0.1.7"}, found)] == [], "another address is told elsewhere"
    assert recorded_addresses(act(change, looked=looked), "addresses") == {}, "older journals do not name the namespace"


def test_a_pod_in_the_network_of_its_node_has_no_address_of_its_own() -> None:
    host = pod(30.0, "a", ip="192.168.0.1")
    host.object["spec"]["hostNetwork"] = True
    assert recorded_addresses(act(host, namespace="ns"), "addresses") == {}
    host.object["spec"]["hostNetwork"] = False
    assert recorded_addresses(act(host, namespace="ns"), "addresses") == {"ns/a": "192.168.0.1"}


# -- what was replaced, and what stayed ----------------------------------------------------------------------------------
BEFORE = (pod(0.0, "a"), pod(1.0, "b"), pod(0.0, "of-another", app="plain"))
NEW = (pod(20.0, "c"), pod(60.0, "d"))


def replaced(*changes: Change, count: int = 2) -> list[str]:
    return [*not_replaced(act(*BEFORE, *changes), {"app": "web"}, count)]


def test_the_watch_shows_that_all_pods_were_replaced() -> None:
    assert replaced(pod(30.0, "a", type="DELETED"), pod(60.0, "b", deleting=True), *NEW) == []
    assert replaced(pod(30.0, "a", type="DELETED"), pod(60.0, "b", deleting=True), *NEW, pod(9.0, "e"), count=1) == []


@pytest.mark.parametrize(
    ("changes", "stay", "new"),
    [
        ((), 2, 0),
        (NEW, 2, 2),
        ((pod(30.0, "a", type="DELETED"), *NEW), 1, 2),
        ((pod(30.0, "a", type="DELETED"), pod(60.1, "b", deleting=True), *NEW), 1, 2),
        ((pod(30.0, "a", type="DELETED"), pod(30.0, "b", ready=False), *NEW), 1, 2),
        ((pod(30.0, "a", type="DELETED"), pod(30.0, "b", type="DELETED"), NEW[0]), 0, 1),
        ((pod(30.0, "a", type="DELETED"), pod(30.0, "b", type="DELETED"), NEW[0], pod(60.1, "d")), 0, 1),
        ((pod(30.0, "a", type="DELETED"), pod(30.0, "b", type="DELETED"), NEW[0], pod(9.0, "d", ready=False)), 0, 1),
    ],
)
def test_old_pods_that_stay_or_new_ones_that_are_missing_are_told(
    changes: tuple[Change, ...], stay: int, new: int
) -> None:
    assert replaced(*changes) == [
        "2 pods were replaced in “act” according to the table, but of 2 that were Ready the watch shows "
        f"{stay} at its end, and {counted(new, 'new one')} Ready"
    ]


def test_no_more_pods_are_replaced_than_there_were() -> None:
    gone = (pod(30.0, "a", type="DELETED"), pod(30.0, "b", type="DELETED"))
    assert replaced(*gone, *NEW, pod(9.0, "e")) == []
    assert len(replaced(*gone, *NEW, pod(9.0, "e"), count=3)) == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (pod(1.0, "a", type="DELETED"), True),
        (pod(60.0, "a", deleting=True), True),
        (pod(0.9, "a", deleting=True), False),
        (pod(60.1, "a", deleting=True), False),
        (pod(30.0, "a", ready=False), False),
        (pod(30.0, "b", type="DELETED"), False),
    ],
)
def test_a_pod_that_stays_is_not_deleted(change: Change, told: bool) -> None:
    why = "a was not evicted in “act” according to the table, but the watch shows that it was deleted"
    assert [*ended(act(change), {"a"})] == ([why] if told else [])


def of_range(seen: float, cidr: str | None) -> Change:
    one = node(seen, "n1", "True")
    one.object["spec"] |= {"podCIDR": cidr} if cidr is not None else {}
    return one


@pytest.mark.parametrize(
    ("recorded", "noted", "known"),
    [
        ("10.0.1.0/24", ["10.0.1.0/24"], True),
        ("10.0.1.0/24", ["10.0.1.0/24", "fd00::/64"], True),
        ("10.0.1.0/24", ["10.0.1.0/24", "10.0.2.0/24"], False),
        ("10.0.1.0/24", ["10.0.0.0/16"], False),
        ("10.0.1.0/24", [], False),
        ("", [], True),
        (None, ["10.0.1.0/24"], True),
    ],
)
def test_a_node_has_the_range_that_the_watch_shows(recorded: str | None, noted: list[str], known: bool) -> None:
    why = f"The ranges of n1 are {', '.join(noted)} in the table, but the watch shows {recorded}"
    assert [*unknown_ranges(act(of_range(60.0, recorded)), {"n1": noted})] == ([] if known else [why])


def test_a_node_that_was_not_recorded_has_no_range() -> None:
    for change in (of_range(60.1, "10.0.1.0/24"), node(0.0, "n2", "True")):
        told = [*unknown_ranges(act(change), {"n1": ["10.0.1.0/24"]})]
        assert told == ["The ranges of n1 are 10.0.1.0/24 in the table, but the watch shows no such node"]


# -- in the checks -------------------------------------------------------------------------------------------------------
def test_what_the_watches_do_not_show_rules_out_that_the_network_is_flat_or_whole() -> None:
    moved = {**MEMBERS, "alone": MEMBERS["alone"] | {"node": "n2"}}
    unknown = "No recorded pod on n2 has the address 10.0.1.2 of “alone”"
    assert unknown in reached(members=moved).why
    assert unknown in flatness(members=moved).why
    told = flatness(addresses={**PODS, "ns/c": "10.0.1.9"})
    assert "No recorded pod c has the address 10.0.1.9" in told.why
    told = flatness(ranges={"n1": ["10.0.1.0/24"], "n2": ["10.0.0.0/16"]})
    assert "The ranges of n2 are 10.0.0.0/16 in the table" in told.why


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ([A], True),
        ([A._replace(seen=30.1)], False),
        ([A, A._replace(seen=30.0, type="DELETED")], False),
        ([A, A._replace(seen=30.1, type="DELETED")], True),
        ([pod(30.0, "a", node="n1", ip="10.0.1.1", ready=False)], False),
    ],
)
def test_a_member_was_ready_when_it_was_noted(changes: list[Change], known: bool) -> None:
    member = {"first": {"node": "n1", "ip": "10.0.1.1", "host": False}}
    one = act(*changes, looked={"members": {"first": 30.0}})
    assert bool([*unknown_members(one, member, "members")]) is not known
    member["first"]["host"] = True
    assert [*unknown_members(one, member, "members")]
