"""What clients saw over a stretch of time in which anything may have happened."""

from __future__ import annotations

import pytest

from kubeskeptic.checks.availability import available
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Lane
from tests.drawn import lane, watched


def seen(*lanes: Lane) -> Finding:
    return available(watched(*lanes), "web")


def test_nothing_failed_anywhere() -> None:
    found = seen(lane("." * 40, "n1"), lane("." * 40, "n2"))
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["asked"].value == 60


def test_outages_are_told_with_their_begin_and_length_the_longest_first() -> None:
    drawing = "." * 12 + "rr" + "." * 12 + "ttt" + "." * 11  # further apart than a second
    found = seen(lane("." * 40, "n1"), lane(drawing, "n2"))
    assert found.verdict is Verdict.VIOLATED
    assert found.measured["failed"].value == 5
    assert found.measured["unavailable in sum, worst node"].value == 0.5
    assert found.measured["longest outage"].value == 0.3
    assert "n2 was affected most, for 0.50 s in 2 outages" in found.why
    assert found.decisive[0] == "n2: 0.30 s from +1.60 s, 3 of 3 failed (3 timeout)"


def test_answers_that_took_long_are_counted_and_are_no_outage() -> None:
    slow = lane("." * 40, "n1")
    slow.took[20], slow.took[21], slow.took[35] = 0.91, 0.9, 0.8
    found = seen(slow, lane("." * 40, "n2"))
    assert found.verdict is Verdict.HOLDS
    assert [one.value for name, one in found.measured.items() if "late" in name or "0.9" in name] == [1]


def test_an_outage_that_lasts_to_the_end_says_so() -> None:
    found = seen(lane("." * 30 + "r" * 10))
    assert found.decisive[0].endswith("(10 refused), and still at the end")


def test_a_node_that_did_not_ask_for_a_while_keeps_it_from_holding() -> None:
    found = seen(lane("." * 15 + " " * 10 + "." * 15))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "sent no request" in found.why


def test_the_worst_node_is_the_one_that_was_without_for_the_longest_in_sum() -> None:
    often = "." * 11 + "rr" + "." * 11 + "rr" + "." * 14  # 0.4 s in sum
    once = "." * 20 + "ttt" + "." * 17
    found = seen(lane(once, "n1"), lane(often, "n2"), lane("." * 40, "n3"))
    assert [found.measured[name].value for name in ("failed", "asked", "never asked", "late")] == [7, 90, 0, 0]
    assert [found.measured[name].value for name in ("unavailable in sum, worst node", "longest outage")] == [0.4, 0.3]
    assert "n2 was affected most, for 0.40 s in 2 outages; the longest on any node was 0.30 s" in found.why
    assert found.decisive[0].startswith("n1: 0.30 s from +1.00 s")
    assert len(found.decisive) == 3


def test_one_outage_is_told_as_one() -> None:
    assert "0.10 s in 1 outage;" in seen(lane("." * 20 + "r" + "." * 19)).why


@pytest.mark.parametrize(("tick", "verdict"), [(10, Verdict.VIOLATED), (39, Verdict.VIOLATED), (40, Verdict.HOLDS)])
def test_the_act_has_its_beginning_and_not_its_end(tick: int, verdict: Verdict) -> None:
    one = lane("." * tick + "r" + "." * (44 - tick))
    assert seen(one).verdict is verdict
    slow = lane("." * 45)
    slow.took[tick] = 1.0
    assert seen(slow).measured["late"].value == (verdict is Verdict.VIOLATED)


def test_what_was_before_the_act_is_not_measured() -> None:
    slow = lane("." * 5 + "r.  ." + "." * 30)
    slow.took[2] = 1.0
    found = seen(slow)
    assert [found.measured[name].value for name in ("failed", "asked", "never asked", "late")] == [0, 30, 0, 0]


def test_where_nothing_failed_nothing_was_unavailable() -> None:
    found = seen(lane("." * 40))
    assert [found.measured[name].value for name in ("unavailable in sum, worst node", "longest outage")] == [0, 0]
    assert found.bounds["failed"].value == 0
    assert not found.decisive


def test_what_was_never_asked_is_counted() -> None:
    assert seen(lane("." * 20 + " " * 3 + "." * 17)).measured["never asked"].value == 3


def test_a_request_whose_end_is_not_known_may_have_failed_or_not() -> None:
    found = seen(lane("." * 20 + "?" + "." * 19))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "The outcome of 1 of them is not known." in found.why
    assert seen(lane("." * 20 + "?r" + "." * 18)).verdict is Verdict.VIOLATED
