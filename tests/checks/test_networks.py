from typing import Any

from kubeskeptic.checks import flat, not_reached, reaches_everything
from kubeskeptic.checks.networks import KINDS
from kubeskeptic.checks.tables import CONTROL
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.scenarios import asking
from kubeskeptic.timeline import Act, ActSpan, Change
from tests.drawn import node, pod, recording

MEMBERS: dict[str, dict[str, Any]] = {
    "a": {"node": "n1", "ip": "10.0.1.1", "host": False},
    "alone": {"node": "n1", "ip": "10.0.1.2", "host": False},
    "b": {"node": "n2", "ip": "10.0.2.1", "host": False},
    "n1": {"node": "n1", "ip": "192.168.0.1", "host": True},
    "n2": {"node": "n2", "ip": "192.168.0.2", "host": True},
}
PODS = {"ns/a": "10.0.1.1", "ns/alone": "10.0.1.2", "ns/b": "10.0.2.1"}
RANGES = {"n1": ["10.0.1.0/24"], "n2": ["10.0.2.0/24"]}


def cells(outcomes: dict[tuple[str, str], str] | None = None, peers: dict[str, str] | None = None) -> dict[str, Any]:
    """Every member asks every other one; outcomes and addresses that are not given are as they should be."""
    return {
        f"{a} → {b}, {kind}": {
            "from": a, "to": b, "kind": kind, "outcome": (outcomes or {}).get((a, b), "ok"),
            "peer": (peers or {}).get(a, MEMBERS[a]["ip"]),
        }
        for a in MEMBERS for b in MEMBERS if a != b for kind in KINDS
    }  # fmt: skip


def seen(nodes: tuple[str, ...] = ("n1", "n2"), more: tuple[Change, ...] = (), **tables: Any) -> Act:
    known = {"members": MEMBERS, "addresses": PODS, "ranges": RANGES, "matrix": cells(), **tables}
    pods = [pod(0.0, name, node=one["node"], ip=one["ip"]) for name, one in MEMBERS.items()]
    for one in pods:
        one.object["spec"]["hostNetwork"] = MEMBERS[one.name]["host"]
    span = ActSpan("act", 0, 1, 4)
    return Act(
        recording(*pods, *more, *watched_nodes(), namespace="ns", nodes=nodes, tables=known, acts={"act": span}),
        ["act"],
    )


def watched_nodes() -> list[Change]:
    changes = [node(0.0, name, "True") for name in RANGES]
    for one in changes:
        one.object["spec"]["podCIDR"] = RANGES[one.name][0]
    return changes


def reached(**tables: Any) -> Finding:
    return reaches_everything(seen(**tables), "matrix", "members")


def flatness(*more: Change, **tables: Any) -> Finding:
    return flat(seen(more=more, **tables), "matrix", "members", "addresses", "ranges")


def test_every_cell_is_answered() -> None:
    found = reached()
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["asked"].value == 80


def test_one_cell_violates_and_is_named() -> None:
    found = reached(matrix=cells({("a", "b"): "timeout"}))
    assert found.verdict is Verdict.VIOLATED
    assert "4 a → b: timeout" in found.why
    assert reached(matrix=cells({("n2", "a"): "refused"})).verdict is Verdict.VIOLATED


def test_an_unknown_outcome_is_neither() -> None:
    assert reached(matrix=cells({("a", "b"): "unknown"})).verdict is Verdict.INCONCLUSIVE


def test_what_was_not_asked_is_inconclusive() -> None:
    some = cells()
    del some["a → n2, UDP"]
    assert "1 cell was not measured, such as a → n2" in reached(matrix=some).why
    assert reached(matrix={}).verdict is Verdict.INCONCLUSIVE
    assert "A pod was missing on n3" in reached(nodes=("n1", "n2", "n3")).why
    apart = {name: one for name, one in MEMBERS.items() if name != "alone"}
    assert "No two pods share a node" in reached(members=apart).why


def test_each_pod_is_seen_under_its_own_address() -> None:
    found = flatness()
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["asked"].value == 24


def test_another_address_violates_only_between_pods() -> None:
    assert "b saw a as 192.168.0.1, not 10.0.1.1" in flatness(matrix=cells(peers={"a": "192.168.0.1"})).why
    assert flatness(matrix=cells(peers={"a": "192.168.0.1"})).verdict is Verdict.VIOLATED
    assert flatness(matrix=cells(peers={"n1": "10.0.1.254"})).verdict is Verdict.HOLDS


def test_a_pair_that_got_no_answer_says_nothing_about_addresses() -> None:
    assert flatness(matrix=cells({("a", "b"): "timeout"})).verdict is Verdict.INCONCLUSIVE
    both = cells({("a", "b"): "timeout"}, peers={"b": "192.168.0.2"})
    assert flatness(matrix=both).verdict is Verdict.VIOLATED


def test_a_server_that_did_not_say_whom_it_saw_says_nothing_about_addresses() -> None:
    finding = flatness(matrix=cells(peers={"a": ""}))
    assert (finding.verdict, finding.measured["seen under another address"].value) == (Verdict.INCONCLUSIVE, 0)
    assert flatness(matrix=cells(peers={"a": "", "b": "192.168.0.2"})).verdict is Verdict.VIOLATED


def test_addresses_are_unique_and_in_a_range() -> None:
    assert "10.0.1.1 is used twice" in flatness(addresses={**PODS, "ns/c": "10.0.1.1"}).why
    assert "ns/c has 10.0.3.1, outside every node's range" in flatness(addresses={**PODS, "ns/c": "10.0.3.1"}).why
    assert flatness(ranges={"n1": [], "n2": []}).verdict is Verdict.INCONCLUSIVE


def test_a_recorded_pod_counts_without_a_row() -> None:
    assert flatness(pod(3.0, "c", ip="10.0.1.9", ready=False)).verdict is Verdict.HOLDS
    found = flatness(pod(3.0, "c", ip="10.0.1.9"))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "c is not in the table, but the watch shows it Ready at 10.0.1.9" in found.why
    twice = flatness(pod(3.0, "c", ip="10.0.1.1"))
    assert (twice.verdict, "10.0.1.1 is used twice" in twice.why) == (Verdict.VIOLATED, True)
    stray = flatness(pod(3.0, "c", ip="10.0.3.1"))
    assert (stray.verdict, "ns/c has 10.0.3.1, outside" in stray.why) == (Verdict.VIOLATED, True)


# -- from outside --------------------------------------------------------------------------------------------------------
def outside(pods: dict[str, str], controls: dict[str, str] | None = None) -> Finding:
    asked = {f"{CONTROL}{node}": (node, said) for node, said in (controls or {"n1": "ok", "n2": "ok"}).items()}
    asked |= {f"a pod on {node}": (node, said) for node, said in pods.items()}
    table = {name: {"node": node, "outcome": said} for name, (node, said) in asked.items()}
    return not_reached(seen(outside=table), "outside")


def test_no_pod_is_reached_from_outside() -> None:
    assert outside({"n1": "unreachable", "n2": "timeout"}).verdict is Verdict.HOLDS
    for said in ("ok", "wrong", "reset"):
        found = outside({"n1": "unreachable", "n2": said})
        assert found.verdict is Verdict.VIOLATED, said
        assert "a pod on n2" in found.why


def test_who_refused_is_not_known() -> None:
    for said in ("refused", "unknown"):
        assert outside({"n1": "unreachable", "n2": said}).verdict is Verdict.INCONCLUSIVE, said


def test_a_client_that_reaches_nothing_proves_nothing() -> None:
    found = outside({"n1": "timeout", "n2": "timeout"}, {"n1": "ok", "n2": "timeout"})
    assert "did not reach its controls (control: n2)" in found.why
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "No request was sent to a pod on n2" in outside({"n1": "timeout"}).why


# -- what is left out ----------------------------------------------------------------------------------------------------
def test_everybody_is_asked_by_each_kind() -> None:
    for kind in KINDS:
        found = reached(matrix={name: cell for name, cell in cells().items() if cell["kind"] != kind})
        assert (found.verdict, f"by {kind}" in found.why) == (Verdict.INCONCLUSIVE, True)
    assert asking.KINDS.keys() == KINDS


def test_what_was_left_out_hides_no_violation() -> None:
    some = cells({("a", "b"): "timeout"}, peers={"b": "192.168.0.2"})
    del some["a → n2, UDP"]
    assert reached(matrix=some).verdict is flatness(matrix=some).verdict is Verdict.VIOLATED
    assert outside({"n1": "ok"}, {"n1": "ok", "n2": "timeout"}).verdict is Verdict.VIOLATED


def test_each_pod_and_each_range_has_to_be_listed() -> None:
    found = flatness(addresses={name: ip for name, ip in PODS.items() if name != "ns/b"})
    assert (found.verdict, "The address of b is not among" in found.why) == (Verdict.INCONCLUSIVE, True)
    found = flatness(ranges={"n1": RANGES["n1"]})
    assert found.verdict is Verdict.INCONCLUSIVE, "b may be in the range of n2"
    assert flatness(ranges={"n1": RANGES["n1"]}, addresses={**PODS, "ns/c": "10.0.1.1"}).verdict is Verdict.VIOLATED


def test_a_control_on_each_node_proves_that_the_client_reaches_it() -> None:
    found = outside({"n1": "timeout", "n2": "timeout"}, {"n1": "ok"})
    assert (found.verdict, "No request was sent to a control on n2" in found.why) == (Verdict.INCONCLUSIVE, True)


def test_an_outcome_that_nobody_knows_is_no_silence() -> None:
    for said in ("bogus", "nxdomain", ""):
        assert outside({"n1": "unreachable", "n2": said}).verdict is Verdict.INCONCLUSIVE, said


def test_a_table_of_another_shape_says_nothing() -> None:
    for cell in ("ok", None, 1, {"from": "a"}):
        found = reached(matrix={**cells(), "a → b, TCP": cell})
        assert (found.verdict, "is not structured" in found.why) == (Verdict.INCONCLUSIVE, True), cell
