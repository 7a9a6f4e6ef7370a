"""Lookups while what is behind a name is restarted; ten a second, the act is from 1 s to 3 s."""

from __future__ import annotations

from typing import Any

from kubeskeptic.checks import resolves_throughout
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan, Lane
from tests.drawn import NAME, WEB, lane, watched

GOOD = "." * 30
DONE = {"pods replaced": 3, "old pods left": 0}


def new(drawing: str = GOOD, node: str = "n1", by: str = WEB) -> Lane:
    return lane(drawing, node, "name", by=by)


def kept(drawing: str = GOOD, node: str = "n1", by: str = WEB, ports: Any = None) -> Lane:
    return lane(drawing, node, "name-kept", by=by, ports=dict.fromkeys(range(len(drawing)), 50000) | (ports or {}))


def resolved(*lanes: Lane, table: dict[str, int] | None = None) -> Finding:
    act = watched(*lanes, spans=(ActSpan("act", 0.01, 1, 3),))
    act.recording.specs["name-kept"] = {"qname": NAME, "keep_port": True}
    act.recording.tables["restart"] = DONE if table is None else table
    return resolves_throughout(act, "restart", "name", "name-kept")


def test_both_sorts_of_clients_keep_their_answer() -> None:
    found = resolved(new(), kept())
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.why == (
        "While 3 pods were replaced, 58 lookups from 1 nodes all answered 10.96.0.1, 29 of them from 1 ports that were kept."
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
    assert found.why == "The name answered 10.96.0.8 besides 10.96.0.1."


def test_a_failure_before_the_act_is_a_dirty_baseline_and_one_before_the_baseline_nothing() -> None:
    assert resolved(new("." * 5 + "t" + "." * 24), kept()).verdict is Verdict.INCONCLUSIVE
    assert resolved(new("t" + "." * 29), kept()).verdict is Verdict.HOLDS


def test_a_client_that_was_to_keep_its_port_and_did_not_shows_nothing() -> None:
    found = resolved(new(), kept(ports={20: 50001}))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "was to keep its port, and asked from 2" in found.why


def test_without_a_restart_nothing_is_shown() -> None:
    for table in ({"pods replaced": 2, "old pods left": 1}, {"pods replaced": 0, "old pods left": 0}, {}):
        assert resolved(new(), kept(), table=table).verdict is Verdict.INCONCLUSIVE


def test_what_was_not_seen_is_inconclusive() -> None:
    hole = "." * 12 + " " * 8 + "." * 10
    assert "“name-kept” on n1 was not asked" in resolved(new(), kept(hole)).why
    assert resolved(new("." * 12 + "?" + "." * 17), kept()).verdict is Verdict.INCONCLUSIVE
    assert resolved(new(), kept(hole[:-1] + "t")).verdict is Verdict.VIOLATED
