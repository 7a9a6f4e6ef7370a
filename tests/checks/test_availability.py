"""What clients saw over a stretch of time in which anything may have happened."""

from __future__ import annotations

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
    assert "n2 saw the most of it, 0.50 s in 2 outages" in found.why
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
    assert "was not asked" in found.why
