"""Lookups while what is behind a name is restarted; ten a second, the act is from 1 s to 3 s."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from kubeskeptic.bounds import constant
from kubeskeptic.checks import resolves_but_for_kept_ports, resolves_throughout, same_answer
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan, FaultSpan, Lane
from tests.drawn import NAME, WEB, gone, lane, pod, watched

GOOD = "." * 30
DONE = {"pods replaced": 3, "old pods left": 0}
OLD, NEW = ("a", "b", "c"), ("d", "e", "f")
ROLLOUT = (*(pod(1.5, one) for one in NEW), *(pod(2.0, one, deleting=True) for one in OLD))


def new(drawing: str = GOOD, node: str = "n1", by: str = WEB) -> Lane:
    return lane(drawing, node, "name", by=by)


def kept(drawing: str = GOOD, node: str = "n1", by: str = WEB, ports: Any = None) -> Lane:
    return lane(drawing, node, "name-kept", by=by, ports=dict.fromkeys(range(len(drawing)), 50000) | (ports or {}))


def resolved(*lanes: Lane, table: dict[str, int] | None = None, end: float = 3) -> Finding:
    act = watched(*lanes, pods=dict.fromkeys(OLD, "n9"), changes=ROLLOUT, spans=(ActSpan("act", 0.01, 1, end),))
    act.recording.specs["name-kept"] = {"qname": NAME, "keep_port": True}
    act.recording.tables["restart"] = DONE if table is None else table
    return resolves_throughout(act, "restart", "name", "name-kept")


def test_both_sorts_of_clients_keep_their_answer() -> None:
    found = resolved(new(), kept())
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.why == (
        "While 3 pods were replaced, all 58 lookups from 1 node returned 10.96.0.1, 29 of them from 1 kept port."
    )


def test_one_failed_lookup_of_either_violates() -> None:
    for lanes in ((new(GOOD[:-1] + "t"), kept()), (new(), kept(GOOD[:-1] + "t"))):
        assert resolved(*lanes).verdict is Verdict.VIOLATED
    found = resolved(new(), kept("." * 20 + "tttt" + "." * 6))
    assert found.verdict is Verdict.VIOLATED
    assert "4 of 58 lookups failed (4 timeout of “name-kept” on n1)" in found.why


def test_another_address_violates() -> None:
    found = resolved(new(), kept(by="10.96.0.8"))
    assert found.verdict is Verdict.VIOLATED
    assert found.why == "The name resolved to 10.96.0.8 in addition to 10.96.0.1."


def test_a_client_that_is_to_keep_its_port_has_to_keep_it() -> None:
    def same(one: Lane, *, asked: bool = True) -> Finding:
        act = watched(one, spans=(ActSpan("act", 0.01, 1, 3),))
        act.recording.specs = {"name-kept": {"qname": NAME, "keep_port": True}} if asked else {}
        return same_answer(act, "name-kept", kept=True)

    assert same(kept()).verdict is Verdict.HOLDS
    assert same(kept(GOOD[:-1] + "t")).verdict is Verdict.VIOLATED
    moved = same(kept(ports={20: 50001}))
    assert (moved.verdict, "should keep its source port, but used 2" in moved.why) == (Verdict.INCONCLUSIVE, True)
    assert same(kept(), asked=False).verdict is Verdict.SKIPPED


def test_a_failure_before_the_act_is_a_dirty_baseline_and_one_before_the_baseline_nothing() -> None:
    assert resolved(new("." * 5 + "t" + "." * 24), kept()).verdict is Verdict.INCONCLUSIVE
    assert resolved(new("t" + "." * 29), kept()).verdict is Verdict.HOLDS


def test_a_client_that_was_to_keep_its_port_and_did_not_shows_nothing() -> None:
    found = resolved(new(), kept(ports={20: 50001}))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "should keep its source port, but used 2" in found.why


def test_without_a_restart_nothing_is_shown() -> None:
    for table in ({"pods replaced": 2, "old pods left": 1}, {"pods replaced": 0, "old pods left": 0}, {}):
        assert resolved(new(), kept(), table=table).verdict is Verdict.INCONCLUSIVE


def test_what_was_not_seen_is_inconclusive() -> None:
    hole = "." * 12 + " " * 8 + "." * 10
    assert "“name-kept” on n1 sent no request" in resolved(new(), kept(hole)).why
    assert resolved(new("." * 12 + "?" + "." * 17), kept()).verdict is Verdict.INCONCLUSIVE
    assert resolved(new(), kept(hole[:-1] + "t")).verdict is Verdict.VIOLATED


# -- name servers --------------------------------------------------------------------------------------------------------
# A pod of theirs is deleted at 1 s and was seen to have ended at 1.5 s; a client that keeps its port may fail for 1 s.
LAG = constant("test", -1.0)
NO_OTHER: Mapping[str, float] = MappingProxyType({})


def served(
    *lanes: Lane, table: dict[str, int] | None = None, end: float = 4.0, phases: Mapping[str, float] = NO_OTHER
) -> Finding:
    fault = gone(1.0, "pod/kube-system/coredns-1", "delete_pod", **{"bit": 1.5, **phases})
    return served_after((fault,), *lanes, table=table, end=end)


def served_after(
    faults: tuple[FaultSpan, ...], *lanes: Lane, table: dict[str, int] | None = None, end: float = 4.0
) -> Finding:
    act = watched(*lanes, spans=(ActSpan("act", 0.01, 1, end),), faults=faults, within=LAG)
    act.recording.specs["name-kept"] = {"qname": NAME, "keep_port": True}
    act.recording.tables["restart"] = DONE if table is None else table
    return resolves_but_for_kept_ports(act, "restart", "name", "name-kept")


@pytest.mark.parametrize(
    ("drawing", "verdict"),
    [
        ("." * 40, Verdict.HOLDS),
        ("." * 13 + "rrttt" + "." * 22, Verdict.HOLDS),
        ("." * 13 + "rrrrrttttt" + "." * 17, Verdict.HOLDS),
        # Between the last failure and the next good answer lies the bound: which it was cannot be told.
        ("." * 13 + "rrrrrtttttt" + "." * 16, Verdict.INCONCLUSIVE),
        ("." * 13 + "rrrrrttttttt" + "." * 15, Verdict.VIOLATED),
        ("." * 26 + "t" + "." * 13, Verdict.VIOLATED),  # when no pod had just ended
        ("." * 9 + "t" + "." * 30, Verdict.INCONCLUSIVE),  # before anything was done
        ("." * 38 + "tt", Verdict.VIOLATED),
    ],
)
def test_a_client_that_keeps_its_port_fails_for_the_bound_after_its_pod_has_ended(
    drawing: str, verdict: Verdict
) -> None:
    found = served(new("." * 40), kept(drawing))
    assert found.verdict is verdict, found.why


def test_it_is_told_for_how_long_and_where() -> None:
    found = served(new("." * 40), kept("." * 40), new("." * 40, "n2"), kept("." * 13 + "rrttt" + "." * 22, "n2"))
    assert found.why == (
        "While 3 name servers were replaced, 0 of 156 lookups failed from new ports, and 5 from kept ports, "
        "for 0.50 s at most, on n2; the limit is 1 s."
    )


def test_a_client_with_a_new_port_never_fails() -> None:
    found = served(new("." * 13 + "t" + "." * 26), kept("." * 40))
    assert found.verdict is Verdict.VIOLATED
    assert found.compared[0][0] == "failed from new ports"


def test_nor_is_another_address_answered() -> None:
    found = served(new("." * 40), kept("." * 40, by="10.96.0.8"))
    assert found.verdict is Verdict.VIOLATED
    assert found.why == "The name resolved to 10.96.0.8 in addition to 10.96.0.1."
    assert (found.measured["addresses"].value, found.measured["asked"].value) == (2, 78)


def test_when_the_pods_ended_has_to_be_known() -> None:
    act = served(new("." * 40), kept("." * 40), table={"pods replaced": 0, "old pods left": 2})
    assert act.verdict is Verdict.INCONCLUSIVE
    nothing = watched(new("." * 40), kept("." * 40), spans=(ActSpan("act", 0.01, 1, 4),), within=LAG)
    nothing.recording.tables["restart"] = DONE
    found = resolves_but_for_kept_ports(nothing, "restart", "name", "name-kept")
    assert "the ends of the pods of “act” were not observed" in found.why


def test_a_port_that_was_used_shortly_before_may_have_met_the_entry_of_that_use() -> None:
    def again(drawing: str, port: int) -> Lane:
        return lane(drawing, "n1", "name", by=WEB, ports={3: 50000, drawing.index("r"): port})

    within = served(again("." * 13 + "r" + "." * 26, 50000), kept("." * 40))
    assert (within.verdict, within.measured["failed from reused ports"].value) == (Verdict.HOLDS, 1)
    assert served(again("." * 13 + "r" + "." * 26, 50001), kept("." * 40)).verdict is Verdict.VIOLATED
    assert served(again("." * 27 + "r" + "." * 12, 50000), kept("." * 40)).verdict is Verdict.VIOLATED


# -- ports ---------------------------------------------------------------------------------------------------------------
def test_both_sorts_of_clients_have_to_have_asked() -> None:
    act = watched(new(), kept(), spans=(ActSpan("act", 0.01, 1, 3),))
    act.recording.specs["name-kept"] = {"qname": NAME}
    act.recording.tables["restart"] = DONE
    assert "no client that keeps its source port" in resolves_throughout(act, "restart", "name", "name-kept").why
    one_port = lane(GOOD, "n1", "name", by=WEB, ports=dict.fromkeys(range(30), 50000))
    none = lane(GOOD, "n1", "name-kept", by=WEB, ports=dict.fromkeys(range(30), 0))
    for lanes, why in (
        ((one_port, kept()), "should use new source ports, but kept one"),
        ((new(), none), "is not known"),
    ):
        for found in (resolved(*lanes), served(*lanes)):
            assert (found.verdict, why in found.why) == (Verdict.INCONCLUSIVE, True)


def test_whether_old_pods_were_left_has_to_be_seen() -> None:
    for table in ({"pods replaced": 3}, {"old pods left": 0}):
        found = resolved(new(), kept(), table=table)
        assert (found.verdict, "not recorded whether all pods were replaced" in found.why) == (
            Verdict.INCONCLUSIVE,
            True,
        )
    for replaced, left in ((-1, 0), (0, 0), (2, 1)):
        found = resolved(new(), kept(), table={"pods replaced": replaced, "old pods left": left})
        assert f"{replaced} pods were replaced in “act”, and {left} old one" in found.why


def test_what_is_not_known_of_a_kept_port_violates_nothing_and_hides_nothing() -> None:
    assert served(new("." * 40), kept("." * 13 + "?" * 14 + "." * 13)).verdict is Verdict.INCONCLUSIVE
    assert served(new("." * 40), kept("." * 11 + "?" + "." + "rrrrrttttttt" + "." * 15)).verdict is Verdict.VIOLATED
