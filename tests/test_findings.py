import pytest

from kubeskeptic.findings import Measure, Verdict, all_of, holds, inconclusive, violated


def test_the_worst_verdict_wins_and_speaks() -> None:
    finding = all_of([holds("fine."), violated("broken."), inconclusive("unseen.")])
    assert finding.verdict is Verdict.VIOLATED
    assert finding.why == "broken."
    assert all_of([holds("a."), inconclusive("unseen.")]).verdict is Verdict.INCONCLUSIVE


def test_what_holds_twice_says_both() -> None:
    finding = all_of([holds("a.", measured={"x": Measure(1, "s")}), holds("b.", measured={"y": Measure(2, "s")})])
    assert finding.why == "a. b."
    assert set(finding.measured) == {"x", "y"}


def test_nothing_measured_is_no_pass() -> None:
    with pytest.raises(ValueError, match="no finding"):
        all_of([])
