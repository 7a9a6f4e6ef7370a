"""Lookups while what is behind a name is restarted, at each boundary. Signs and times are those of `test_resolving.py`."""

from __future__ import annotations

import pytest

from kubeskeptic.bounds import Interval
from kubeskeptic.checks import same_answer
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan, Lane
from tests.checks.test_resolving import GOOD, kept, new, resolved, served, served_after
from tests.drawn import WEB, fault, gone, lane, watched


def same(*lanes: Lane, end: float = 3) -> Finding:
    return same_answer(watched(*lanes, spans=(ActSpan("act", 0.01, 1, end),)), "name")


def answering(one: Lane, sign: str, by: str) -> Lane:
    """The lane, whose outcomes of one sort are answers of this text."""
    code = lane(sign).codes[0]
    for at in [at for at in range(len(one)) if one.codes[at] == code]:
        one.bys[at] = one.name_index(by)
    return one


def test_a_name_that_goes_on_resolving() -> None:
    found = same(new(), new(node="n2"))
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.why == "All 58 lookups from 2 nodes returned 10.96.0.1."
    assert (found.nodes, found.probes, found.window) == (("n1", "n2"), ("name",), (0.01, 3))
    assert {name: one.value for name, one in found.measured.items()} == {
        "addresses": 1, "asked": 58, "never asked": 0, "failed": 0, "late": 0,
        "answered in, p50": 0.001, "answered in, p99": 0.001, "answered in, longest": 0.001,
    }  # fmt: skip


@pytest.mark.parametrize(("signs", "low", "high"), [("t", 1, 1), ("?", 0, 1), ("t?", 1, 2), ("w", 1, 1), ("", 0, 0)])
def test_a_lookup_that_failed_for_sure_and_one_that_may_have(signs: str, low: int, high: int) -> None:
    found = same(new(GOOD[: 30 - len(signs)] + signs))
    assert found.measured["failed"].interval == Interval(low, high)
    assert found.verdict is (Verdict.VIOLATED if low else Verdict.INCONCLUSIVE if high else Verdict.HOLDS)


def test_which_lookups_failed_most_often_is_told() -> None:
    found = same(new("." * 12 + "rrrr" + "." * 14), new("." * 12 + "tttxx?rww" + "." * 9, "n2"))
    assert "12 of 58 lookups failed (4 refused of “name” on n1, 3 timeout of “name” on n2, " in found.why
    assert "2 reset of “name” on n2, 2 wrong of “name” on n2); none may" in found.why


@pytest.mark.parametrize(
    ("by", "others"),
    [("10.96.0.9|NOERROR|30", "10.96.0.9"), ("10.96.0.1,10.96.0.9|NOERROR|30", "10.96.0.1,10.96.0.9")],
)
@pytest.mark.parametrize("sign", ".w")
def test_another_answer_is_another_answer_whatever_it_was_taken_for(by: str, others: str, sign: str) -> None:
    two = new(), answering(new(GOOD[:-1] + sign, "n2"), sign, by)
    assert f"resolved to {others} in addition to 10.96.0.1" in same(*two).why
    third = answering(new(node="n3"), ".", "10.96.0.99")
    assert f"{others}, 10.96.0.99 in addition" in same(*two, third).why
    assert same(new(), answering(new(node="n2"), ".", by)).measured["addresses"].value == 2


def test_an_answer_without_an_address_is_a_failure_and_no_address() -> None:
    finding = same(new(), answering(new(GOOD[:-1] + "w", "n2"), "w", "|NOERROR|30"))
    assert (finding.verdict, finding.measured["addresses"].value) == (Verdict.VIOLATED, 1)
    assert "1 of 58 lookups failed" in finding.why, finding.why


@pytest.mark.parametrize(("hole", "verdict"), [(" ", Verdict.HOLDS), ("   ", Verdict.INCONCLUSIVE)])
def test_where_one_lookup_decides_a_short_hole_is_one(hole: str, verdict: Verdict) -> None:
    holed = "." * 12 + hole + "." * (18 - len(hole))
    assert same(new(holed)).verdict is verdict
    assert same(new(holed)).measured["never asked"].value == len(hole)
    longer = "." * 12 + hole + "." * (28 - len(hole))
    for lanes in ((new(holed), kept()), (new(), kept(holed))):
        assert resolved(*lanes).verdict is verdict
    for lanes in ((new(longer), kept("." * 40)), (new("." * 40), kept(longer))):
        assert served(*lanes).verdict is verdict


def test_lookups_count_until_the_act_ends() -> None:
    late = GOOD[:25] + "ttttt"
    assert same(new(late), end=2.5).verdict is Verdict.HOLDS
    assert same(new(late), end=2.6).measured["failed"].value == 1
    found = resolved(new(), kept(late), end=2.5)
    assert "all 48 lookups from 1 node returned 10.96.0.1, 24 of them from 1 kept port" in found.why


def test_what_two_nodes_asked_is_summed() -> None:
    found = resolved(new(), kept(), new(node="n2"), kept(node="n2"))
    assert "all 116 lookups from 2 nodes returned 10.96.0.1, 58 of them from 2 kept ports" in found.why
    assert (found.nodes, found.probes) == (("n1", "n2"), ("name", "name-kept"))
    assert found.measured["pods replaced"].value == 3
    assert resolved(new(), kept(), table={"pods replaced": 1, "old pods left": 0}).verdict is Verdict.HOLDS


LONG = "." * 40


@pytest.mark.parametrize(
    ("drawing", "low", "high"),
    [
        (LONG, 0.0, 0.0),
        ("." * 13 + "r" + "." * 26, 0.0, 0.1),
        ("." * 13 + "rrttt" + "." * 22, 0.4, 0.5),
        ("." * 13 + "r??" + "." * 24, 0.0, 0.3),
        ("." * 13 + "?" + "." * 26, 0.0, 0.1),
        ("." * 13 + "rr" + "." * 16 + "r" + "." * 8, 0.1, 0.2),
        ("." * 37 + "ttt", 0.2, float("inf")),
    ],
)
def test_how_long_a_kept_port_failed(drawing: str, low: float, high: float) -> None:
    found = served(new(LONG), kept(drawing))
    assert found.measured["outage of a kept port"].interval == pytest.approx((low, high))
    lost = sum(sign in "rt" for sign in drawing)
    assert found.measured["failed from kept ports"].value == lost


def test_what_became_of_kept_ports_is_told() -> None:
    assert "from new ports, and none from kept ports." in served(new(LONG), kept(LONG)).why
    found = served(new(LONG), kept("." * 37 + "ttt"))
    assert "and still after 0.20 s, on n1" in found.why
    assert "; 3 of these failed when no pod had just ended" in found.why
    assert found.decisive == ("n1: 3 failed (3 timeout) for 0.20 s from +2.70 s",)
    found = served(new(LONG), kept("." * 13 + "rrttt" + "." * 22))
    assert found.decisive == ("n1: 5 failed (3 timeout, 2 refused) for 0.50 s from +0.30 s",)
    assert (found.nodes, found.probes, found.window) == (("n1",), ("name", "name-kept"), (0.01, 4.0))
    assert "when no pod had just ended" not in found.why
    often = ("r" + "." * 11) * 9
    assert len(served(new("." * 122), kept("." * 14 + often), end=12.2).decisive) == 8


@pytest.mark.parametrize(
    ("tick", "phases", "stray"),
    [
        (25, {}, 0),  # a second after the pod was seen to have ended
        (26, {}, 1),
        (14, {"applying": 1.5, "applied": 1.7, "bit": 2.0}, 1),
        (15, {"applying": 1.5, "applied": 1.7, "bit": 2.0}, 0),
        (30, {"bit": 2.0}, 0),
        (31, {"bit": 2.0}, 1),
    ],
)
def test_a_kept_port_may_fail_from_the_deletion_until_the_bound_after_the_end(
    tick: int, phases: dict[str, float], stray: int
) -> None:
    found = served(new(LONG), kept("." * tick + "r" + "." * (39 - tick)), phases=phases)
    assert found.measured["failed at another time"].value == stray
    assert found.verdict is (Verdict.VIOLATED if stray else Verdict.HOLDS)


@pytest.mark.parametrize(("tick", "doubt", "stray"), [(26, 0.15, 0), (27, 0.15, 1), (14, 0.15, 0), (13, 0.15, 1)])
def test_a_clock_in_doubt_makes_no_failure_a_stray_one(tick: int, doubt: float, stray: int) -> None:
    doubtful = kept("." * tick + "r" + "." * (39 - tick))
    doubtful.doubt = doubt
    deletion = {"applying": 1.5, "applied": 1.5, "bit": 1.5}
    assert served(new(LONG), doubtful, phases=deletion).measured["failed at another time"].value == stray


def test_a_kept_port_may_fail_after_the_end_of_any_of_several_pods() -> None:
    first, second = gone(1.0), gone(3.0)
    one, another, between = (kept("." * at + "r" + "." * (39 - at)) for at in (15, 35, 25))
    for drawn, stray in ((one, 0), (another, 0), (between, 1)):
        found = served_after((first, second), new(LONG), drawn)
        assert found.measured["failed at another time"].value == stray
    unseen = fault({"applying": 3.0, "applied": 3.0}, target="pod/kube-system/coredns-2")
    assert "the ends of the pods" in served_after((first, unseen), new(LONG), one).why
    elsewhere = fault({"applying": 3.0, "applied": 3.0}, act="another act", target="pod/kube-system/coredns-2")
    assert served_after((first, elsewhere), new(LONG), one).verdict is Verdict.HOLDS
    assert "the ends of the pods" in served_after((elsewhere,), new(LONG), one).why


@pytest.mark.parametrize(("tick", "reused"), [(324, 1), (325, 1), (326, 0)])
def test_an_entry_of_a_reused_port_lives_for_half_a_minute_and_the_margin(tick: int, reused: int) -> None:
    drawing = "." * tick + "r" + "." * (339 - tick)
    again = lane(drawing, "n1", "name", by=WEB, ports={5: 50000, tick: 50000})
    found = served(again, kept("." * 340), end=34.0, phases={"bit": 32.0})
    assert found.measured["failed from reused ports"].value == reused
    assert found.measured["failed from new ports"].interval == Interval(1 - reused, 1 - reused)
    assert found.verdict is (Verdict.HOLDS if reused else Verdict.VIOLATED)


def test_a_port_that_is_used_only_later_was_new() -> None:
    later = lane("." * 13 + "r" + "." * 26, "n1", "name", by=WEB, ports={13: 50000, 20: 50000})
    assert served(later, kept(LONG)).measured["failed from reused ports"].value == 0


def test_what_is_not_known_of_a_new_port_may_have_failed() -> None:
    found = served(new("." * 13 + "?" + "." * 26), kept(LONG))
    assert found.measured["failed from new ports"].interval == Interval(0, 1)
    assert found.verdict is Verdict.INCONCLUSIVE
    found = served(new("." * 13 + "rr" + "." * 25), kept("." * 13 + "r" + "." * 26))
    assert "2 of 78 lookups failed from new ports, and 1 from kept ports" in found.why
    assert found.measured["pods replaced"].value == 3
