import pytest

from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.findings import Finding, Measure, Verdict, all_of, holds, inconclusive, violated


def test_the_worst_verdict_wins_and_speaks() -> None:
    finding = all_of([lambda: holds("fine."), lambda: violated("broken."), lambda: inconclusive("unseen.")])
    assert finding.verdict is Verdict.VIOLATED
    assert finding.why == "broken."
    assert all_of([lambda: holds("a."), lambda: inconclusive("unseen.")]).verdict is Verdict.INCONCLUSIVE


def test_what_could_not_be_concluded_or_asked_hides_no_violation() -> None:
    def unseen() -> Finding:
        raise Inconclusive("unseen.")

    def elsewhere() -> Finding:
        raise NotAsked("not here.")

    assert all_of([unseen, lambda: violated("broken."), elsewhere]).verdict is Verdict.VIOLATED
    assert all_of([lambda: holds("a."), unseen]).why == "unseen."
    assert all_of([lambda: holds("a."), elsewhere]).verdict is Verdict.SKIPPED


def test_what_holds_twice_says_both() -> None:
    parts = [holds("a.", measured={"x": Measure(1, "s")}), holds("b.", measured={"y": Measure(2, "s")})]
    finding = all_of([lambda: parts[0], lambda: parts[1]])
    assert finding.why == "a. b."
    assert set(finding.measured) == {"x", "y"}


def test_nothing_measured_is_no_pass() -> None:
    with pytest.raises(ValueError, match="no finding"):
        all_of([])
