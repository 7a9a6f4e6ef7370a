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
        ("..........." + "r" + "." * 28, Verdict.HOLDS, 0.1),
        # Up to the next good answer it is one second: at the bound is within it.
        ("." * 11 + "r" * 10 + "." * 19, Verdict.HOLDS, 1.0),
        ("." * 11 + "r" * 11 + "." * 18, Verdict.VIOLATED, 1.1),
        # Successes in between do not end it.
        ("." * 11 + "r.....t....r" + "." * 17, Verdict.VIOLATED, 1.2),
        # It never ends: as long as there is to be seen.
        ("." * 11 + "r" * 29, Verdict.VIOLATED, 2.8),
    ],
)
def test_failing_lasts_from_the_first_failure_to_the_good_answer_after_the_last(
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
    ],
)
def test_what_was_not_seen_is_no_pass(drawing: str, because: str) -> None:
    with pytest.raises(Inconclusive, match=because):
        fails_at_most([lane(drawing)], ACT, 1.0, ONE_SECOND, syn_sent=2.0)


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
    drawing = "." * 15 + first + "." * (again - 16) + "t" + "." * 10
    one = lane(drawing, ports={15: 50000, again: 50000})
    finding = fails_at_most([one], act(0, 1, (again + 11) / 10), 1.0, ONE_SECOND, syn_sent=2.0)
    assert finding.verdict is verdict, finding.why
    assert finding.measured["failed by residue"].value == (verdict is Verdict.HOLDS)


def test_none_may_fail() -> None:
    assert never_fails([lane("." * 40)], ACT, 1.0).verdict is Verdict.HOLDS
    finding = never_fails([lane("." * 40), lane("." * 39 + "t", "n2")], ACT, 1.0)
    assert finding.verdict is Verdict.VIOLATED
    assert finding.measured["failed"].value == 1
