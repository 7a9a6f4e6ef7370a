"""Requests that follow a pod to another node. Signs are those of `letters.py`."""

import pytest

from kubeskeptic.bounds import SYNC, constant
from kubeskeptic.checks import catches_up, follows_move, stays_as_programmed
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan
from tests.checks.letters import GOOD, asked, moved, moved_lanes, stopped
from tests.drawn import gone, pod, watched


# -- a pod moves ---------------------------------------------------------------------------------------------------------
def test_every_node_follows_the_pod() -> None:
    found = moved()
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["first from the new"].value < 0.4


def test_a_node_that_never_follows_violates() -> None:
    found = moved(a="o" * 10 + "r" * 50)
    assert found.verdict is Verdict.VIOLATED
    assert "never answered on the slowest node, A" in found.why
    assert moved(a="o" * 10 + "r" * 19 + "n" * 31).verdict is Verdict.HOLDS
    assert moved(a="o" * 10 + "r" * 20 + "n" * 30).verdict is Verdict.INCONCLUSIVE, (
        "at the bound, within the answer's own time"
    )
    assert moved(a="o" * 10 + "r" * 21 + "n" * 29).verdict is Verdict.VIOLATED


def test_an_answer_counts_from_when_it_came_however_early_it_was_asked_for() -> None:
    late = asked("o" * 10 + "r" * 19 + "n" * 31, "A")
    late.took[12] = 1.9  # sent at 1.2 s, again at 2.2 s and at 3.0 s
    late.codes[12], late.bys[12] = late.codes[40], late.bys[40]
    act_of_late = moved_lanes(late, asked(GOOD, "B"), asked(GOOD, "C"))
    assert act_of_late.verdict is Verdict.HOLDS, act_of_late.why
    assert "answered after at most 1.9" in act_of_late.why
    assert "on the slowest node, A" in act_of_late.why
    late.took[12] = 2.4
    for at in range(29, 40):
        late.codes[at] = late.codes[11]
    found = moved_lanes(late, asked(GOOD, "B"), asked(GOOD, "C"))
    first = found.measured["first from the new"].interval
    assert first.low < found.bounds["first from the new"].value < first.high
    assert found.verdict is Verdict.VIOLATED, "the requests after it went on failing"


def test_a_node_in_doubt_is_not_hidden_by_one_that_is_surely_slower() -> None:
    doubtful = asked("o" * 10 + "r" * 13 + "n" * 37, "C")
    doubtful.doubt = 0.8
    surely = asked("o" * 10 + "r" * 17 + "n" * 33, "A")
    found = moved_lanes(surely, asked(GOOD, "B"), doubtful)
    assert found.verdict is Verdict.INCONCLUSIVE, found.why
    assert "on the slowest node, C" in found.why


def test_a_node_that_goes_on_with_the_old_pod_violates() -> None:
    found = moved(c="o" * 10 + "n" * 21 + "o" + "n" * 28)
    assert found.verdict is Verdict.VIOLATED
    assert "to C" in found.why


def test_what_is_no_move_or_was_not_seen_is_inconclusive() -> None:
    assert "did not move" in moved(to="A").why
    assert "no node without the old and the new pod" in moved(c="").why
    assert "A got no answer from old before" in moved(a="r" * 10 + "n" * 50).why
    assert moved(c="o" * 10 + "rrr" + "z" * 47).verdict is Verdict.INCONCLUSIVE
    assert moved(end=2.9).verdict is Verdict.INCONCLUSIVE
    assert moved(a="o" * 10 + "r" * 10, end=2.0).verdict is Verdict.INCONCLUSIVE


# -- after the first answer ----------------------------------------------------------------------------------------------
def test_a_node_that_fails_after_it_has_followed_violates() -> None:
    found = moved(b="o" * 10 + "rrr" + "n" * 30 + "r" * 17)
    assert found.verdict is Verdict.VIOLATED
    assert moved(b="o" * 10 + "rrr" + "n" * 5 + "r" + "n" * 41).verdict is Verdict.HOLDS, "while it may fail"
    assert stopped(stays_as_programmed, b="o" * 22 + "n" * 30 + "r" * 38).verdict is Verdict.VIOLATED
    assert stopped(catches_up, a="o" * 60 + "n" * 25 + "r" * 5).verdict is Verdict.VIOLATED


def test_a_node_that_answers_only_after_a_retransmission_has_not_followed() -> None:
    late = asked(GOOD, "B")
    late.took[40] = 1.05
    changes = (pod(1.5, "old", type="DELETED", node="A"), pod(1.4, "new", type="ADDED", node="B"))
    act = watched(
        asked(GOOD, "A"), late, asked(GOOD, "C"), pods={"old": "A"}, changes=changes, faults=(gone(target="pod/ns/old"),),
        spans=(ActSpan("act", 0, 0.5, 6.0),), within=SYNC,
    )  # fmt: skip
    assert follows_move(act, "web").verdict is Verdict.VIOLATED


def test_a_stale_conntrack_entry_is_not_the_rules() -> None:
    late = asked("o" * 10 + "ttt" + "n" * 20 + "t" + "n" * 26, "B")
    late.ports[33] = late.ports[12]
    changes = (pod(1.5, "old", type="DELETED", node="A"), pod(1.4, "new", type="ADDED", node="B"))
    act = watched(
        asked(GOOD, "A"), late, asked(GOOD, "C"), pods={"old": "A"}, changes=changes, faults=(gone(target="pod/ns/old"),),
        spans=(ActSpan("act", 0, 0.5, 6.0),), within=SYNC,
    )  # fmt: skip
    assert follows_move(act, "web").verdict is Verdict.HOLDS


def test_a_node_that_was_not_asked_has_not_failed_to_follow() -> None:
    assert moved(a="o" * 10 + " " * 50).verdict is Verdict.INCONCLUSIVE
    assert moved(a="o" * 10 + "r" * 5 + "?" + " " * 44).verdict is Verdict.INCONCLUSIVE
    assert stopped(stays_as_programmed, b="o" * 22 + " " * 68).verdict is Verdict.INCONCLUSIVE
    assert stopped(catches_up, a="o" * 60 + " " * 30).verdict is Verdict.INCONCLUSIVE


# -- an answer that cannot have come yet -----------------------------------------------------------------------------------
def test_no_node_is_answered_by_a_pod_that_is_not_there_yet() -> None:
    early = "o" * 9 + "n" + "o" + "rr" + "n" * 47
    found = moved(b=early)
    assert (found.verdict, "B got an answer from new" in found.why) == (Verdict.INCONCLUSIVE, True), found.why
    assert stopped(stays_as_programmed, b="o" * 19 + "n" * 71).verdict is Verdict.INCONCLUSIVE


# -- once the new pod is Ready ---------------------------------------------------------------------------------------------
LATER = "last after the new was Ready"


def ready_at(at: float, failed: int) -> Finding:
    """The old pod is deleted at 1 s, the new one Ready after that, and one request fails; START and SYNC make 7 s."""
    drawing = "".join("o" if tick < 10 else "r" if tick < 20 or tick == failed else "n" for tick in range(100))
    changes = (
        pod(1.2, "new", type="ADDED", node="B", ready=False),
        pod(1.5, "old", type="DELETED", node="A"),
        pod(at, "new", node="B"),
    )
    act = watched(
        *(asked(drawing, node) for node in "ABC"), pods={"old": "A"}, changes=changes, faults=(gone(target="pod/ns/old"),),
        spans=(ActSpan("act", 0, 0.5, 10.0),), within=SYNC + constant("START", 5.0),
    )  # fmt: skip
    return follows_move(act, "web")


@pytest.mark.parametrize(
    ("at", "failed", "verdict"),
    [(2.0, 40, Verdict.HOLDS), (2.0, 41, Verdict.VIOLATED), (2.5, 45, Verdict.HOLDS), (2.5, 46, Verdict.VIOLATED)],
)
def test_no_request_fails_longer_than_the_lag_after_the_new_pod_was_ready(
    at: float, failed: int, verdict: Verdict
) -> None:
    found = ready_at(at, failed)
    assert found.verdict is verdict, found.why
    assert ("still failed or was late" in found.why) is (verdict is Verdict.VIOLATED)
    assert found.bounds[LATER].value == 2
    assert found.measured[LATER].value == pytest.approx(failed / 10 - at)
    assert found.measured["last that failed or was late"].value == pytest.approx(failed / 10 - 1)


def test_a_failure_before_the_new_pod_was_ready_is_none_after_it() -> None:
    assert ready_at(3.0, 25).measured[LATER].interval == (0.0, 0.0)
