"""A change that a stopped kube-proxy misses, and sees once it is started again. Signs are those of `letters.py`."""

from kubeskeptic.bounds import SYNC
from kubeskeptic.checks import catches_up, stays_as_programmed
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import ActSpan
from tests.checks.letters import CHANGED, FOLLOWS, STAYS, asked, stopped
from tests.drawn import fault, watched


# -- kube-proxy is stopped -------------------------------------------------------------------------------------------------
def test_the_change_is_missed_where_it_is_stopped_and_followed_elsewhere() -> None:
    found = stopped(stays_as_programmed)
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.window == (0.5, 6.0)


def test_a_late_answer_where_it_is_stopped_shows_no_change_of_the_rules_and_no_calm() -> None:
    found = stopped(stays_as_programmed, late=1.3)
    assert found.verdict is Verdict.INCONCLUSIVE, found.why
    assert "the last that failed or was late 2.0 s after the change" in found.why


def test_following_without_kube_proxy_or_failing_there_violates() -> None:
    assert stopped(stays_as_programmed, a="o" * 50 + "n" * 40).verdict is Verdict.VIOLATED
    assert stopped(stays_as_programmed, a="o" * 50 + "r" + "o" * 9 + "n" * 30).verdict is Verdict.VIOLATED


def test_another_node_that_does_not_follow_violates() -> None:
    found = stopped(stays_as_programmed, b=STAYS)
    assert found.verdict is Verdict.VIOLATED
    assert "elsewhere they never answered, the slowest on B" in found.why
    assert stopped(stays_as_programmed, b="o" * 22 + "n" * 20 + "o" + "n" * 47).verdict is Verdict.VIOLATED


def test_without_a_change_or_another_node_nothing_is_known() -> None:
    assert "did not change" in stopped(stays_as_programmed, changes=()).why
    assert stopped(stays_as_programmed, b="").verdict is Verdict.INCONCLUSIVE
    assert stopped(catches_up, changes=()).verdict is Verdict.INCONCLUSIVE


def test_the_missed_change_is_seen_after_the_start() -> None:
    assert stopped(catches_up, a="o" * 75 + "n" * 15).verdict is Verdict.HOLDS
    late = stopped(catches_up, a="o" * 81 + "n" * 9)
    assert late.verdict is Verdict.VIOLATED
    never = stopped(catches_up, a="o" * 90)
    assert never.verdict is Verdict.VIOLATED
    assert "never came" in never.why


# -- after the first answer ----------------------------------------------------------------------------------------------
def test_kube_proxy_that_is_started_again_too_soon_has_missed_nothing() -> None:
    phases = {"applying": 1.0, "applied": 1.0, "bit": 1.1, "undoing": 3.9, "undone": 4.0}
    act = watched(
        asked(STAYS, "A"), asked(FOLLOWS, "B"), pods={"old": "A"}, changes=CHANGED,
        faults=(fault(phases, name="stop_kube_proxy", target="kube-proxy/A"),), spans=(ActSpan("act", 0, 0.5, 9.0),),
    )  # fmt: skip
    assert stays_as_programmed(act, "web").verdict is Verdict.INCONCLUSIVE


# -- an answer that cannot have come yet -----------------------------------------------------------------------------------
def test_an_answer_before_kube_proxy_ran_again_is_a_contradiction() -> None:
    found = stopped(catches_up, a="o" * 59 + "n" * 31)  # the answer sent at 5.9 s came at 5.901 s, the start was at 6 s
    assert found.verdict is Verdict.INCONCLUSIVE, found.why
    assert "A got an answer from new 0.1 s before that can be: a clock or a record is wrong" in found.why
    violating = stopped(catches_up, a="o" * 59 + "n" + "o" * 22 + "n" * 8)
    assert violating.verdict is Verdict.VIOLATED


def test_a_clock_in_doubt_may_have_been_early() -> None:
    phases = {"applying": 1.0, "applied": 1.0, "bit": 1.1, "undoing": 6.0, "undone": 6.1}
    one = asked("o" * 59 + "n" * 31, "A")
    one.doubt = 0.1
    act = watched(
        one, asked(FOLLOWS, "B"), pods={"old": "A"}, changes=CHANGED,
        faults=(fault(phases, name="stop_kube_proxy", target="kube-proxy/A"),),
        spans=(ActSpan("act", 0, 0.5, 9.0),), within=SYNC,
    )  # fmt: skip
    act.recording.tables["kube-proxy"] = {"started": [6.0, 6.0]}
    found = catches_up(act, "web")
    assert (found.verdict, found.measured["first from the new"].interval.low) == (Verdict.HOLDS, 0.0), found.why
