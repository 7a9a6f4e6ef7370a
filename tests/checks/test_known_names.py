"""What a table names and what the watches show. The act ends at 60 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.checks.known_names import unknown_addresses, unknown_members, unknown_ranges
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
