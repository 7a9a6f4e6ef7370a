"""What is measured and said of tables of who reaches whom, and what may be left out of them."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.checks import not_reached
from kubeskeptic.checks.tables import CONTROL
from kubeskeptic.findings import Finding, Verdict
from tests.checks.test_networks import MEMBERS, PODS, RANGES, cells, flatness, outside, reached, seen


def values(finding: Finding) -> dict[str, float]:
    return {name: one.value for name, one in finding.measured.items()}


def between(finding: Finding, name: str) -> tuple[float, float]:
    low, high = finding.measured[name].interval
    return low, high


def with_(*changed: tuple[str, str, str, str], **fields: Any) -> dict[str, Any]:
    """All cells, and other outcomes of some: of whom, by whom, by which kind."""
    table = cells()
    for source, target, kind, outcome in changed:
        table[f"{source} → {target}, {kind}"] |= {"outcome": outcome, **fields}
    return table


# -- everything is reached -----------------------------------------------------------------------------------------------
def test_all_that_is_said_of_a_full_table() -> None:
    finding = reached()
    assert values(finding) == {"not answered": 0, "asked": 80}
    assert "All 80 cells were answered: 5 members on 2 nodes" in finding.why
    assert "32 within a node" in finding.why  # 3 members on n1 ask each other, and 2 on n2, each by 4 kinds
    assert (finding.nodes, finding.window, finding.decisive) == (("n1", "n2"), (1, 4), ())


def test_an_unknown_outcome_may_have_been_a_failure() -> None:
    failed, unknown = ("a", "b", "TCP", "timeout"), ("b", "a", "UDP", "unknown")
    assert between(reached(matrix=with_(unknown)), "not answered") == (0, 1)
    both = reached(matrix=with_(failed, unknown))
    assert (both.verdict, values(both)["not answered"]) == (Verdict.VIOLATED, 1)
    assert between(both, "not answered") == (1, 2)
    assert "2 of 80 cells were not answered" in both.why
    assert set(both.decisive) == {"a → b, TCP: timeout", "b → a, UDP: unknown"}


def test_failures_are_listed_by_pair_and_outcome_and_at_most_four() -> None:
    pairs = [("a", "b"), ("b", "a"), ("a", "n2"), ("n1", "b"), ("n2", "a")]
    finding = reached(matrix=cells(dict.fromkeys(pairs, "timeout")))
    assert "4 n1 → b: timeout, and 1 more" in finding.why
    assert "n2 → a" not in finding.why
    assert len(finding.decisive) == 8
    assert "more" not in reached(matrix=cells(dict.fromkeys(pairs[:4], "timeout"))).why


# -- what is left out ----------------------------------------------------------------------------------------------------
def test_a_member_in_the_network_of_each_node_is_needed() -> None:
    some = {name: one for name, one in MEMBERS.items() if name != "n2"}
    finding = reached(members=some)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "A pod in the node's network was missing on n2" in finding.why
    none = {name: one for name, one in MEMBERS.items() if not one["host"]}
    assert "network was missing on n1, n2" in reached(members=none).why


def test_a_pod_of_its_own_on_each_node_is_needed() -> None:
    some = {name: one for name, one in MEMBERS.items() if name != "b"}
    finding = reached(members=some)
    assert (finding.verdict, "A pod was missing on n2" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_a_kind_that_one_pair_was_asked_by_is_due_to_all() -> None:
    more = {"from": "a", "to": "b", "kind": "SCTP", "outcome": "ok", "peer": "10.0.1.1"}
    finding = reached(matrix={**cells(), "more": more})
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "19 cells were not measured, such as a → alone by SCTP" in finding.why


def test_one_kind_is_enough_to_see_addresses() -> None:
    tcp = {name: cell for name, cell in cells().items() if cell["kind"] == "TCP"}
    finding = flatness(matrix=tcp)
    assert (finding.verdict, values(finding)["asked"]) == (Verdict.HOLDS, 6)
    del tcp["b → a, TCP"]
    assert "1 cell was not measured, such as b → a by TCP" in flatness(matrix=tcp).why


def test_an_empty_table_of_pairs_says_nothing() -> None:
    finding = flatness(matrix={})
    assert (finding.verdict, "such as any pair" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_two_pods_of_their_own_have_to_share_a_node() -> None:
    apart = {**MEMBERS, "alone": {**MEMBERS["alone"], "node": "n3"}, "n3": {**MEMBERS["n2"], "node": "n3"}}
    table = {
        f"{a}{b}{kind}": {"from": a, "to": b, "kind": kind, "outcome": "ok"}
        for a in apart for b in apart if a != b for kind in ("TCP", "TCP, 64 KiB", "UDP", "UDP, 8 kB")
    }  # fmt: skip
    finding = reached(matrix=table, members=apart, nodes=("n1", "n2", "n3"))
    assert (finding.verdict, "No two pods share a node" in finding.why) == (Verdict.INCONCLUSIVE, True)


# -- addresses -----------------------------------------------------------------------------------------------------------
def test_all_that_is_said_of_a_flat_network() -> None:
    finding = flatness()
    assert values(finding) == {
        "used twice": 0, "outside the ranges": 0, "seen under another address": 0, "pods": 3, "asked": 24,
    }  # fmt: skip
    assert list(finding.bounds) == list(finding.measured)[:3]
    assert "All 3 pods have their own address in 2 ranges; servers saw the client's own in 24 cells" in finding.why
    assert (finding.nodes, finding.window, finding.decisive) == (("n1", "n2"), (1, 4), ())


@pytest.mark.parametrize(("pair", "counted"), [(("a", "b"), 1), (("a", "n2"), 0), (("n1", "b"), 0), (("n1", "n2"), 0)])
def test_addresses_are_compared_between_pods_that_have_their_own(pair: tuple[str, str], counted: int) -> None:
    finding = flatness(matrix=with_((*pair, "TCP", "ok"), peer="192.168.9.9"))
    assert finding.verdict is (Verdict.VIOLATED if counted else Verdict.HOLDS)
    assert values(finding)["seen under another address"] == counted


def test_a_pair_without_an_answer_may_have_been_seen_under_another_address() -> None:
    silent = with_(("a", "b", "TCP", "timeout"), ("b", "a", "TCP", "refused"), peer="")
    assert between(flatness(matrix=silent), "seen under another address") == (0, 2)
    assert "servers saw the client's own in 22 cells" in flatness(matrix=silent).why
    silent["b → a, UDP"]["peer"] = "192.168.0.2"
    assert between(flatness(matrix=silent), "seen under another address") == (1, 3)


def test_what_is_wrong_is_named_once_and_at_most_four() -> None:
    strays = {f"ns/x{n}": f"10.0.9.{n}" for n in range(4)}
    four = flatness(addresses={**PODS, **strays})
    assert (four.verdict, values(four)["outside the ranges"]) == (Verdict.VIOLATED, 4)
    assert "more" not in four.why
    assert "; and 1 more." in flatness(addresses={**PODS, **strays, "ns/x4": "10.0.9.4"}).why
    more = flatness(addresses={**PODS, **strays}, matrix=cells(peers={"a": "192.168.0.1"}))
    assert "; and 2 more." in more.why  # alone and b each saw a, by four kinds
    assert more.decisive[:4] == tuple(f"ns/x{n} has 10.0.9.{n}, outside every node's range" for n in range(4))
    assert len(more.decisive) == 6
    many = flatness(addresses={**PODS, **{f"ns/x{n}": f"10.0.9.{n}" for n in range(9)}})
    assert len(many.decisive) == 8


@pytest.mark.parametrize(("uses", "verdict"), [(1, Verdict.HOLDS), (2, Verdict.VIOLATED), (3, Verdict.VIOLATED)])
def test_an_address_is_used_once(uses: int, verdict: Verdict) -> None:
    finding = flatness(addresses={**PODS, **{f"other/x{n}": "10.0.1.9" for n in range(uses)}})
    assert finding.verdict is verdict
    assert values(finding)["used twice"] == (uses > 1)


def test_one_address_outside_the_ranges_violates() -> None:
    finding = flatness(addresses={**PODS, "ns/x": "10.0.9.1"})
    assert (finding.verdict, between(finding, "outside the ranges")) == (Verdict.VIOLATED, (1, 1))


def test_an_address_outside_the_ranges_may_be_in_one_that_was_not_read() -> None:
    finding = flatness(ranges={"n1": RANGES["n1"]})
    assert between(finding, "outside the ranges") == (0, 1)
    assert "The range of n2 was not read" in flatness(ranges={"n1": [*RANGES["n1"], *RANGES["n2"]]}).why


def test_a_node_may_have_more_than_one_range() -> None:
    finding = flatness(ranges={"n1": [*RANGES["n1"], "fd00:7::/64"], "n2": RANGES["n2"]})
    assert (finding.verdict, "in 3 ranges" in finding.why) == (Verdict.HOLDS, True)
    assert "no node has a podCIDR" in flatness(ranges={"n1": [], "n2": []}).why


# -- from outside --------------------------------------------------------------------------------------------------------
SILENT = {"n1": "unreachable", "n2": "timeout"}


def test_all_that_is_said_of_pods_that_are_not_reached() -> None:
    finding = outside(SILENT)
    assert values(finding) == {"reached": 0, "asked": 2, "controls": 2}
    assert "None of 2 pods was reached (1 unreachable, 1 timeout), while 2 of 2 controls were" in finding.why
    assert (finding.nodes, finding.window, finding.decisive) == (("n1", "n2"), (1, 4), ())


def test_pods_that_are_reached_are_named() -> None:
    finding = outside({"n1": "ok", "n2": "reset"})
    assert (finding.verdict, values(finding)["reached"]) == (Verdict.VIOLATED, 2)
    assert "2 of 2 pods were reached from outside: a pod on n1, a pod on n2" in finding.why
    assert finding.decisive == ("a pod on n1", "a pod on n2")


def test_a_refusal_may_have_been_the_pods() -> None:
    assert between(outside({"n1": "refused", "n2": "timeout"}), "reached") == (0, 1)
    assert between(outside({"n1": "refused", "n2": "unknown"}), "reached") == (0, 2)
    assert between(outside({"n1": "refused", "n2": "ok"}), "reached") == (1, 2)


def test_without_controls_silence_proves_nothing() -> None:
    table = {f"a pod on {node}": {"node": node, "outcome": said} for node, said in SILENT.items()}
    finding = not_reached(seen(outside=table), "outside")
    assert (finding.verdict, "there were none" in finding.why) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize("said", ["timeout", "refused", "unknown", "wrong"])
def test_a_control_has_to_be_answered(said: str) -> None:
    finding = outside(SILENT, {"n1": said, "n2": said})
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert f"did not reach its controls ({CONTROL}n1, {CONTROL}n2)" in finding.why


def test_a_pod_on_each_node_has_to_be_asked() -> None:
    finding = not_reached(seen(outside={f"{CONTROL}{n}": {"node": n, "outcome": "ok"} for n in SILENT}), "outside")
    assert (finding.verdict, "No request was sent to a pod on n1, n2" in finding.why) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize("cell", ["ok", None, {"node": "n1"}])
def test_a_table_of_another_shape_says_nothing_of_pods(cell: Any) -> None:
    finding = not_reached(seen(outside={"a pod on n1": cell}), "outside")
    assert (finding.verdict, "is not structured" in finding.why) == (Verdict.INCONCLUSIVE, True)
