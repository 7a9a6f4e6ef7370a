"""Lookups that have to get the same answer everywhere. A character is 0.1 s; the act is from 1 s to 3 s."""

from kubeskeptic.checks import same_answer
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan, Lane
from tests.checks.ticks import GOOD, SPAN, answered_in, took
from tests.drawn import WEB, gone, lane, watched


def looked_up(*lanes: Lane, spans: tuple[ActSpan, ...] = (SPAN,)) -> Finding:
    return same_answer(watched(*lanes, spans=spans), "name")


def name(drawing: str, node: str = "n1", by: str = WEB) -> Lane:
    return lane(drawing, node, "name", by=by)


def test_one_address_everywhere() -> None:
    found = looked_up(name(GOOD, "n1"), name(GOOD, "n2"))
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["asked"].value == 58


def test_another_address_or_a_failed_lookup_violates() -> None:
    assert looked_up(name(GOOD, by="10.96.0.8")).verdict is Verdict.VIOLATED
    assert looked_up(name(GOOD[:-1] + "t")).verdict is Verdict.VIOLATED
    assert looked_up(name(GOOD[:-1] + "w")).verdict is Verdict.VIOLATED


def test_what_was_not_seen_is_inconclusive_unless_what_was_seen_violates() -> None:
    hole = "." * 12 + " " * 8 + "." * 10
    assert looked_up(name("." * 12 + "?" + "." * 17)).verdict is Verdict.INCONCLUSIVE
    assert "sent no request" in looked_up(name(hole)).why
    later = ActSpan("later")
    assert "not played" in looked_up(name(GOOD), spans=(SPAN, later)).why
    assert looked_up(name(GOOD), spans=(SPAN, later)).verdict is Verdict.INCONCLUSIVE
    assert looked_up(name(hole[:-1] + "t"), spans=(SPAN, later)).verdict is Verdict.VIOLATED


def test_an_act_that_was_broken_off_may_still_violate() -> None:
    broken = (ActSpan("act", 0.01, 1, None),)
    assert looked_up(name(GOOD), spans=broken).verdict is Verdict.INCONCLUSIVE
    assert looked_up(name("." * 20 + "t" + "." * 9), spans=broken).verdict is Verdict.VIOLATED


def test_a_failure_between_the_acts_start_and_its_fault_violates_what_is_said_of_the_whole_act() -> None:
    act = watched(name("." * 12 + "t" + "." * 17), spans=(SPAN,), faults=(gone(1.5),))
    assert same_answer(act, "name").verdict is Verdict.VIOLATED


def test_lookups_between_acts_count() -> None:
    spans = (ActSpan("a", 0.01, 1, 2), ActSpan("b", 3, 4, 5))
    assert looked_up(name("." * 22 + "ttt" + "." * 26), spans=spans).verdict is Verdict.VIOLATED
    good = looked_up(name("." * 51), spans=spans)
    assert (good.verdict, good.window) == (Verdict.HOLDS, (0.01, 5))


def test_the_first_wrong_lookups_are_told_with_node_time_and_answer() -> None:
    assert looked_up(name(GOOD)).decisive == ()
    other = looked_up(name(GOOD[:-1] + "t", "n1"), name(GOOD, "n2", by="10.96.0.8"))
    assert other.decisive[0] == "n1 asked “name” at +1.90 s: timeout"
    assert other.decisive[1] == "n2 asked “name” at -0.90 s: 10.96.0.8"
    assert len(other.decisive) == 8
    assert looked_up(name(GOOD[:-1] + "?")).decisive == ()


def test_late_lookups_are_counted_and_how_long_they_took_is_told() -> None:
    found = looked_up(took(name(GOOD[:-1] + "t"), t12=0.91, t15=0.9, t29=2.0))
    assert (found.measured["late"].value, answered_in(found)) == (1, [0.001, 0.9, 0.91])
