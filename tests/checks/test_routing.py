import pytest

from kubeskeptic.bounds import Bound
from kubeskeptic.checks import dead_share_only
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Verdict
from tests.drawn import act, lane

# A crash at 1 s; the dead endpoint window is 2 s, so until 3 s; stale entries live for 3 s more, until 6 s.
ACT = act(0, 1, 8)
WINDOW = Bound(2.0, "s", "test")
BEFORE = "." * 10


def judged(after: str, ports: dict[int, int] | None = None, until: float = 7.0) -> Finding:
    drawing = BEFORE + after + "." * (80 - len(BEFORE + after))
    one = lane(drawing, ports=ports)
    return dead_share_only([one], ACT, 1.0, until, dead=["pod-a"], all_=3, window=WINDOW, syn_sent=3.0)


def test_the_dead_share_for_the_window_is_as_documented() -> None:
    finding = judged("..t" * 6)
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert finding.measured["worst share lost"].value == pytest.approx(33.3)
    assert finding.measured["routing wrong"].value == pytest.approx(1.7)


def test_more_than_the_dead_share_violates() -> None:
    assert judged("t" * 19).verdict is Verdict.VIOLATED


def test_good_seconds_do_not_make_up_for_bad_ones() -> None:
    # For 17 of 51 s nothing is answered, and then everything: a third, on the whole.
    drawing = "." * 100 + "t" * 170 + "." * 339 + "t" + "." * 100
    wide = Bound(55.0, "s", "test")
    one = lane(drawing)
    finding = dead_share_only([one], act(0, 10, 70), 10.0, 69.0, dead=["pod-a"], all_=3, window=wide, syn_sent=3.0)
    assert finding.verdict is Verdict.VIOLATED
    assert finding.measured["worst share lost"].value == 100
    assert finding.measured["share lost"].value == pytest.approx(33.5)


def test_what_had_not_been_answering_could_not_be_missed() -> None:
    with pytest.raises(Inconclusive, match="gave n1 no answer before"):
        dead_share_only([lane("." * 80)], ACT, 1.0, 7.0, dead=["pod-b"], all_=3, window=WINDOW, syn_sent=3.0)
    with pytest.raises(Inconclusive, match="no pod of the service"):
        dead_share_only([lane("." * 80)], ACT, 1.0, 7.0, dead=[], all_=3, window=WINDOW, syn_sent=3.0)


def test_a_failure_on_a_port_of_its_own_after_the_window_violates() -> None:
    finding = judged("..t" * 6 + "." * 12 + "t")
    assert finding.verdict is Verdict.VIOLATED
    assert "routing wrong" in finding.why


def test_a_failure_on_a_port_that_failed_before_is_residue() -> None:
    # Tick 40 (3 s after the crash) uses the source port of tick 12, which failed.
    finding = judged("..t" * 6 + "." * 12 + "t", ports={40: 40012})
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert finding.measured["failed by residue"].value == 1
    assert finding.measured["clients still failing"].value == pytest.approx(3.0)


def test_residue_may_not_outlive_the_entry() -> None:
    finding = judged("..t" * 6 + "." * 45 + "t", ports={12: 40000, 73: 40000, 65: 40012}, until=7.9)
    assert finding.verdict is Verdict.VIOLATED


def test_watched_too_short_is_inconclusive() -> None:
    assert judged("..t" * 6, until=5.0).verdict is Verdict.INCONCLUSIVE
    with pytest.raises(Inconclusive):
        judged("..t" * 6 + " " * 10)
