import pytest

from kubeskeptic.bounds import Bound
from kubeskeptic.checks import fails_at_most, never_fails
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Verdict
from tests.drawn import act, lane

ACT = act(0, 1, 4)
ONE_SECOND = Bound(1.0, "s", "test")


@pytest.mark.parametrize(
    ("drawing", "verdict", "seconds"),
    [
        # 0         1         2         3         (seconds)
        ("." * 40, Verdict.HOLDS, 0.0),
        ("." * 10 + "r" + "." * 29, Verdict.HOLDS, 0.1),
        # Up to the next good answer it is one second after the fault: at the bound is within it.
        ("." * 10 + "r" * 10 + "." * 20, Verdict.HOLDS, 1.0),
        ("." * 10 + "r" * 11 + "." * 19, Verdict.VIOLATED, 1.1),
        # Failures that begin late end late.
        ("." * 20 + "r" + "." * 19, Verdict.VIOLATED, 1.1),
        # Successes in between do not end it.
        ("." * 10 + "r.....t....r" + "." * 18, Verdict.VIOLATED, 1.2),
        # It never ends: as long as there is to be seen.
        ("." * 10 + "r" * 30, Verdict.VIOLATED, 2.9),
    ],
)
def test_failing_lasts_from_the_fault_to_the_good_answer_after_the_last_failure(
    drawing: str, verdict: Verdict, seconds: float
) -> None:
    finding = fails_at_most([lane(drawing)], ACT, 1.0, ONE_SECOND, syn_sent=2.0)
    assert finding.verdict is verdict, finding.why
    assert finding.measured["failing"].value == pytest.approx(seconds)


def test_the_worst_node_decides() -> None:
    lanes = [lane("." * 40, "n1"), lane("." * 11 + "r" * 15 + "." * 14, "n2")]
    finding = fails_at_most(lanes, ACT, 1.0, ONE_SECOND, syn_sent=2.0)
    assert finding.verdict is Verdict.VIOLATED
    assert "n2" in finding.why


@pytest.mark.parametrize(
    ("drawing", "because"),
    [
        ("...r" + "." * 36, "baseline of “act” was dirty"),
        ("." * 12 + "?" + "." * 27, "no known kind"),
        ("." * 15 + " " * 6 + "." * 19, "was not asked for more than 0.5 s"),
        ("." * 30, "was not asked for more than 0.5 s"),
        (" " * 8 + "." * 32, "was not asked for more than 0.5 s"),
        ("." * 12 + "??" + "." * 25 + "?", "no known kind"),
    ],
)
def test_what_was_not_seen_is_no_pass(drawing: str, because: str) -> None:
    with pytest.raises(Inconclusive, match=because):
        fails_at_most([lane(drawing)], ACT, 1.0, ONE_SECOND, syn_sent=2.0)


def test_an_act_that_ends_too_early_shows_nothing() -> None:
    with pytest.raises(Inconclusive, match="still failed when the act ended"):
        fails_at_most([lane("." * 10 + "r" * 9)], act(0, 1, 1.9), 1.0, ONE_SECOND, syn_sent=2.0)
    with pytest.raises(Inconclusive, match="before the bound"):
        fails_at_most([lane("." * 19)], act(0, 1, 1.9), 1.0, ONE_SECOND, syn_sent=2.0)


def test_the_baseline_lasts_until_the_fault() -> None:
    with pytest.raises(Inconclusive, match="dirty"):
        fails_at_most([lane("." * 12 + "r" + "." * 27)], ACT, 1.5, ONE_SECOND, syn_sent=2.0)
    with pytest.raises(Inconclusive, match="dirty"):
        never_fails([lane("." * 12 + "r" + "." * 27)], ACT, 1.5)


def test_a_short_hole_is_within_the_margin() -> None:
    assert (
        fails_at_most([lane("." * 15 + " " * 3 + "." * 22)], ACT, 1.0, ONE_SECOND, syn_sent=2.0).verdict
        is Verdict.HOLDS
    )


@pytest.mark.parametrize(
    ("first", "again", "verdict"),
    [
        ("t", 30, Verdict.HOLDS),  # 1.5 s after a timeout on the same port: a stale entry
        ("r", 30, Verdict.VIOLATED),  # a refused connection leaves no entry
        ("t", 80, Verdict.VIOLATED),  # the entry is long gone
    ],
)
def test_residue_is_counted_apart(first: str, again: int, verdict: Verdict) -> None:
    drawing = "." * 15 + first + "." * (again - 16) + "t" + "." * 20
    one = lane(drawing, ports={15: 50000, again: 50000})
    finding = fails_at_most([one], act(0, 1, (again + 21) / 10), 1.0, ONE_SECOND, syn_sent=2.0)
    assert finding.verdict is verdict, finding.why
    assert finding.measured["failed by residue"].value == (verdict is Verdict.HOLDS)


def test_none_may_fail() -> None:
    assert never_fails([lane("." * 40)], ACT, 1.0).verdict is Verdict.HOLDS
    finding = never_fails([lane("." * 40), lane("." * 39 + "t", "n2")], ACT, 1.0)
    assert finding.verdict is Verdict.VIOLATED
    assert finding.measured["failed"].value == 1


def test_where_none_may_fail_an_outcome_of_no_known_kind_is_no_failure_and_no_pass() -> None:
    with pytest.raises(Inconclusive, match="no known kind"):
        never_fails([lane("." * 20 + "?" + "." * 19)], ACT, 1.0)
    assert never_fails([lane("." * 20 + "?t" + "." * 18)], ACT, 1.0).verdict is Verdict.VIOLATED


def test_where_none_may_fail_questions_that_were_never_asked_are_no_answers() -> None:
    ten = lane("." * 300 + " " + "." * 99, period=0.01)
    assert never_fails([ten], ACT, 1.0).measured["never asked"].value == 1
    with pytest.raises(Inconclusive, match="were never asked"):
        never_fails([lane(".. " * 200, period=0.01)], act(0, 1, 5.9), 1.0)
    with pytest.raises(Inconclusive, match=r"for more than 0\.1 s"):
        never_fails([lane("." * 200 + " " * 15 + "." * 185, period=0.01)], ACT, 1.0)


def test_a_good_answer_shows_that_a_stale_entry_is_gone() -> None:
    one = lane("." * 11 + "t.t" + "." * 30, ports={11: 50000, 12: 50000, 13: 50000})
    finding = fails_at_most([one], act(0, 1, 4.4), 1.0, ONE_SECOND, syn_sent=2.0)
    assert (finding.measured["failed"].value, finding.measured["failed by residue"].value) == (2, 0)


def test_what_answers_no_is_no_stale_entry() -> None:
    one = lane("." * 11 + "t.r" + "." * 30, ports={11: 50000, 13: 50000})
    finding = fails_at_most([one], act(0, 1, 4.4), 1.0, ONE_SECOND, syn_sent=2.0)
    assert finding.measured["failed by residue"].value == 0
