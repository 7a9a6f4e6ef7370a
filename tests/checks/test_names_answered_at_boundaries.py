"""How stale answers of DNS were and which lookups failed, at each boundary. Signs and times are those of `dns_answers.py`."""

from __future__ import annotations

import pytest

from kubeskeptic import checks
from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.bounds import Interval
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Lane
from tests.checks.dns_answers import (
    FINE,
    QNAME,
    UNREADY,
    A,
    B,
    act,
    addresses,
    lane,
    name_of_a,
)
from tests.drawn import pod, settings

AT_ONCE = "2222" + "1" * 14
"""Never stale."""


def test_answers_that_were_never_stale() -> None:
    found = addresses(AT_ONCE)
    assert "18 lookups followed 1 change of the Ready pods: none was stale; the limit is 2 s" in found.why
    assert found.measured["stale"].interval == Interval(0.0, 0.0)
    assert (found.nodes, found.window, found.probes) == (("n1",), (0, 9.0), ("name",))


@pytest.mark.parametrize("drawings", [("222222211111111111", AT_ONCE), (AT_ONCE, "222222211111111111")])
def test_the_stalest_answer_is_told_with_its_node(drawings: tuple[str, str]) -> None:
    found = addresses(*drawings)
    where = 1 + drawings.index("222222211111111111")
    assert f"the stalest was 1.00 s out of date, {A}, {B} on n{where}" in found.why
    assert found.measured["stale"].interval == Interval(1.0, 1.0)


def test_of_two_that_may_be_as_stale_the_one_that_is_so_for_sure_is_told() -> None:
    sure, maybe = lane("222222221111111111", "n2"), lane("222222211111111111", "n1", doubt=0.5)
    found = checks.addresses_follow(act(maybe, sure), "web", "name")
    assert "the stalest was 1.50 s out of date" in found.why
    assert "on n2" in found.why
    assert found.measured["stale"].interval == Interval(1.5, 1.5)
    assert found.nodes == ("n1", "n2")


def test_the_one_that_may_be_stalest_is_told_before_the_one_that_is_stale_for_sure() -> None:
    drawing = "222222211111111111"
    found = checks.addresses_follow(act(lane(drawing, "n1"), lane(drawing, "n2", doubt=0.5)), "web", "name")
    assert "the stalest was 1.50 s out of date" in found.why
    assert "on n2" in found.why
    assert found.measured["stale"].interval == Interval(1.0, 1.5)


@pytest.mark.parametrize(("signs", "low", "high"), [("?", 0, 1), ("t", 1, 1), ("f", 1, 1), ("c", 1, 1), ("?t", 1, 2)])
def test_what_is_not_known_may_have_failed(signs: str, low: int, high: int) -> None:
    found = addresses(FINE[:12] + signs + FINE[12 + len(signs) :])
    assert found.measured["failed"].interval == Interval(low, high)
    assert found.measured["asked"].value == 18


def test_where_every_lookup_failed_nothing_was_stale_and_nothing_may_be_kept() -> None:
    found = addresses("t" * 18)
    assert found.measured["failed"].interval == Interval(18, 18)
    assert found.measured["stale"].interval == Interval(0.0, 0.0)
    assert [found.measured[name].value for name in ("most addresses", "TTL", "asked")] == [0, 0, 18]


def test_records_of_a_lookup_whose_end_is_not_known_are_no_answer() -> None:
    one = lane(FINE)
    one.codes[4] = one.codes[12] = OUTCOMES.index(Outcome.UNKNOWN)
    found = checks.addresses_follow(act(one), "web", "name")
    assert (found.verdict, found.measured["failed"].interval) == (Verdict.INCONCLUSIVE, (0, 2))
    one.codes[12] = OUTCOMES.index(Outcome.TIMEOUT)
    assert "1 of 18 lookups failed" in checks.addresses_follow(act(one), "web", "name").why


def test_failed_lookups_are_summed_over_the_nodes() -> None:
    found = addresses(FINE[:12] + "ttf111", FINE[:12] + "t11111")
    assert "4 of 36 lookups failed; none may" in found.why


def test_a_lookup_that_was_never_asked_is_counted() -> None:
    found = addresses(FINE[:12] + " " + FINE[13:])
    assert (found.measured["asked"].value, found.measured["never asked"].value) == (17, 1)
    assert addresses(FINE).measured["never asked"].value == 0


def test_the_stalest_answer_of_each_probe_and_the_first_failed_lookups_are_told() -> None:
    stale, never = lane("2222222211111tt1tt", "n1"), lane("t" * 18, "n2")
    failed = ["n1 asked “name” at +5.50 s: timeout", "n1 asked “name” at +6.00 s: timeout"]
    told = checks.addresses_follow(act(stale), "web", "name").decisive
    assert told[:2] == tuple(failed)
    assert told[4:] == (f"n1 asked “name” at +2.50 s: {A}, {B}, 1.50 s out of date", f"right from +1.00 s on: {B}")
    both = checks.addresses_follow(act(stale, never), "web", "name").decisive
    assert [one.partition(" ")[0] for one in both] == ["n1", "n1", "n1", "n1", "n1", "right"]


def test_late_answers_are_counted_and_how_long_answers_took_is_told() -> None:
    slow = [one._replace(took=1.1 if tick in (3, 12) else 0.01 * tick) for tick, one in enumerate(lane(FINE))]
    found = checks.addresses_follow(act(Lane("n1", "name", 0.5, slow)), "web", "name")
    assert found.verdict is Verdict.HOLDS
    took = [found.measured[f"answered in, {which}"].value for which in ("p50", "p99", "longest")]
    assert (found.measured["late"].value, took) == (2, [0.09, 1.1, 1.1])


@pytest.mark.parametrize(
    ("denial", "drawing", "verdict"),
    [
        (0.0, "aaaaxxxxxx11111111", Verdict.HOLDS),
        (0.0, "aaaaxxxxxxxx111111", Verdict.VIOLATED),
        (3.0, "aaaaxxxxxxxxxxxxx1111111", Verdict.HOLDS),
        (3.0, "aaaaxxxxxxxxxxxxxx111111", Verdict.VIOLATED),
        (3.0, "aaaaaaaa1111111111111111", Verdict.HOLDS),
        (3.0, "aaaaaaaaaaaa111111111111", Verdict.VIOLATED),
    ],
)
def test_a_denial_has_its_own_bound(denial: float, drawing: str, verdict: Verdict) -> None:
    changes = (pod(2.0, "web-a", ip=A, type="DELETED"), pod(3.0, "web-a", uid="new", ip=B, node="n2"))
    one = act(lane(drawing), changes=changes, end=len(drawing) / 2, name=f"web-a.{QNAME}")
    one.recording.settings = settings(TTL=30.0, CACHE_DENIAL=denial)
    found = checks.pod_name_follows(one, "web-a", "name")
    assert found.verdict is verdict, found.why


def test_the_bound_of_a_denial_must_have_passed_too() -> None:
    changes = (pod(2.0, "web-a", ip=A, type="DELETED"), pod(3.0, "web-a", uid="new", ip=B, node="n2"))
    one = act(lane("aaaaxx111111111"), changes=changes, end=7.5, name=f"web-a.{QNAME}")
    one.recording.settings = settings(TTL=30.0, CACHE_DENIAL=3.0)
    found = checks.pod_name_follows(one, "web-a", "name")
    assert (found.verdict, "before the bound had passed" in found.why) == (Verdict.INCONCLUSIVE, True)
    assert "the limit is 2 s, and 5 s for an answer without records" in found.why


def test_a_denial_may_be_kept_for_longer_than_records() -> None:
    none = pod(3.0, "web-b", ip=B, ready=False)
    found = addresses("222211XXXXXXXXXXXX", changes=(UNREADY, none))
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["TTL"].value == 30
    denied = addresses("X" * 18)
    assert (denied.measured["TTL"].value, denied.measured["most addresses"].value) == (0, 0)


def test_the_longest_time_to_keep_an_answer_counts() -> None:
    for ttls in (("31", "5"), ("5", "31")):
        lanes = [lane(FINE, f"n{number}", ttl=ttl) for number, ttl in enumerate(ttls, 1)]
        assert checks.addresses_follow(act(*lanes), "web", "name").measured["TTL"].value == 31
    found = checks.addresses_follow(act(lane(FINE, ttl="")), "web", "name")
    assert (found.verdict, found.measured["TTL"].value) == (Verdict.HOLDS, 0)


def test_a_services_name_may_have_many_addresses_and_a_pods_name_one() -> None:
    found = addresses(FINE)
    assert (list(found.bounds), found.measured["most addresses"].value) == (["stale", "failed", "TTL"], 2)
    alone = name_of_a("aaaaxx111111111111")
    assert (alone.bounds["most addresses"].value, alone.measured["most addresses"].value) == (1, 1)


def test_of_several_servers_each_is_told() -> None:
    def asked(*drawings: str) -> Finding:
        one = act(*(lane(drawing, probe=name) for drawing, name in zip(drawings, ("b", "a"), strict=True)))
        one.recording.tables["servers"] = {"b": "10.0.0.8", "a": "10.0.0.7"}
        for name, server in one.recording.tables["servers"].items():
            one.recording.specs[name] = {"qname": QNAME, "server": server}
        return checks.each_server_follows(one, "web", "servers")

    found = asked(FINE, AT_ONCE)
    assert "(“a”: none stale, “b”: 0.50 s)" in found.why
    assert found.probes == ("a", "b")
    assert "none was stale;" in asked(AT_ONCE, AT_ONCE).why
    assert "3 of 36 lookups failed (1 of “a”, 2 of “b”); none may" in asked("tt" + FINE[2:], FINE[:-1] + "t").why
