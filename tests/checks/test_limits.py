"""A container that takes more memory than its limit. The act begins at 1 s; the bound is 5 s."""

from __future__ import annotations

import pytest

from kubeskeptic import checks
from kubeskeptic.checks.limits import BY_KERNEL, KERNEL
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change
from tests.checks.declared import declared, watch_gap
from tests.drawn import pod

MADE = pod(2.0, "web-a", type="ADDED", ready=False)


def killed(seen: float, code: int = 137, reason: str = "OOMKilled") -> Change:
    change = pod(seen, "web-a", ready=False)
    change.object["status"]["containerStatuses"][0]["state"] = {"terminated": {"exitCode": code, "reason": reason}}
    return change


def again(seen: float, uid: str = "") -> Change:
    change = pod(seen, "web-a", ready=False, restarts=1, uid=uid)
    change.object["status"]["containerStatuses"][0]["state"] = {"running": {}}
    return change


def judged(*changes: Change, end: float = 20) -> Finding:
    return checks.killed_for_memory(declared(*changes, end=end), "web")


@pytest.mark.parametrize(("at", "verdict"), [(8.0, Verdict.HOLDS), (8.1, Verdict.VIOLATED)])
def test_it_is_killed_and_restarted_in_time(at: float, verdict: Verdict) -> None:
    assert judged(MADE, killed(3.0), again(at)).verdict is verdict


def test_its_end_may_be_seen_together_with_its_restart() -> None:
    both = again(4.0)
    ended = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
    both.object["status"]["containerStatuses"][0]["lastState"] = ended
    assert judged(MADE, both).verdict is Verdict.HOLDS


@pytest.mark.parametrize("end", [killed(3.0, code=1), killed(3.0, reason="Error")])
def test_another_end_is_not_for_memory(end: Change) -> None:
    assert judged(MADE, end, again(4.0)).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(
    ("code", "said", "verdict"),
    [
        (137, BY_KERNEL, Verdict.HOLDS),
        (137, "nothing of it", Verdict.VIOLATED),
        (1, BY_KERNEL, Verdict.VIOLATED),
    ],
)
def test_what_the_runtime_heard_too_late_is_in_the_kernels_log(code: int, said: str, verdict: Verdict) -> None:
    act = declared(MADE, killed(3.0, code, "Error"), again(4.0), end=20)
    act.recording.tables[KERNEL] = {"web-a": said}
    found = checks.killed_for_memory(act, "web")
    assert found.verdict is verdict
    assert ("learned of this too late" in found.why) == (said == BY_KERNEL)


def test_it_is_never_killed_or_never_restarted() -> None:
    assert judged(MADE).verdict is Verdict.VIOLATED
    assert judged(MADE, killed(3.0)).verdict is Verdict.VIOLATED
    assert judged(MADE, killed(3.0), end=7.9).verdict is Verdict.INCONCLUSIVE
    assert "no pod of web was created" in judged().why


def test_another_pod_in_its_place_is_no_restart() -> None:
    assert judged(MADE, killed(3.0), again(4.0, uid="other")).verdict is Verdict.VIOLATED


def test_a_pod_of_before_the_act_and_one_that_is_deleted_are_no_others() -> None:
    before, gone = pod(0.5, "web-old", type="ADDED"), pod(3.5, "web-old", type="DELETED")
    assert judged(before, MADE, killed(3.0), gone, again(4.0)).verdict is Verdict.HOLDS


def test_a_gap_in_the_watch_is_no_pass() -> None:
    act = declared(MADE, killed(3.0), again(4.0), gaps=(watch_gap(5.0, 6.0),))
    assert checks.killed_for_memory(act, "web").verdict is Verdict.INCONCLUSIVE


def test_it_may_be_killed_yet() -> None:
    assert judged(MADE, end=6.9).verdict is Verdict.INCONCLUSIVE
    assert judged(MADE, end=7.1).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(("end", "least", "verdict"), [(7.0, 0, Verdict.INCONCLUSIVE), (7.1, 1, Verdict.VIOLATED)])
def test_the_time_to_be_killed_begins_when_the_pod_is_seen_first(end: float, least: int, verdict: Verdict) -> None:
    found = judged(MADE, pod(5.0, "web-a", ready=False), end=end)
    missing = found.measured["not killed"]
    assert (found.verdict, missing.value, missing.interval) == (verdict, 1, (least, 1))


# -- which changes count ---------------------------------------------------------------------------------------------------
def beside(change: Change, *, running: bool = True) -> Change:
    """With a second container, which was never restarted."""
    other = {"name": "other", "restartCount": 0, "state": {"running" if running else "waiting": {}}}
    change.object["status"]["containerStatuses"].append(other)
    return change


def test_a_pod_may_be_made_at_the_first_moment_of_the_act() -> None:
    assert judged(pod(1.0, "web-a", type="ADDED", ready=False)).verdict is Verdict.VIOLATED
    assert judged(pod(0.9, "web-a", type="ADDED", ready=False)).verdict is Verdict.INCONCLUSIVE


def test_a_pod_of_another_app_is_neither_killed_nor_in_its_place() -> None:
    other = killed(2.5)
    other.object["metadata"] |= {"name": "other-a", "uid": "other-a", "labels": {"app": "other"}}
    assert "no pod of web was created" in judged(other).why
    assert judged(MADE, other, killed(3.0), again(4.0)).verdict is Verdict.HOLDS


def test_a_container_that_ran_again_before_the_end_was_seen_does_not_run_again() -> None:
    found = judged(MADE, again(2.5), killed(3.0))
    assert (found.verdict, "did not run again" in found.why) == (Verdict.VIOLATED, True)


def test_a_container_that_waits_to_be_restarted_does_not_run_again() -> None:
    waits = again(4.0)
    waits.object["status"]["containerStatuses"][0]["state"] = {"waiting": {"reason": "CrashLoopBackOff"}}
    assert judged(MADE, killed(3.0), waits).verdict is Verdict.VIOLATED
    assert judged(MADE, killed(3.0), waits, again(7.0)).measured["restarted"].value == 4.0


def test_a_second_restart_is_not_the_first() -> None:
    twice = again(4.0)
    twice.object["status"]["containerStatuses"][0]["restartCount"] = 2
    assert judged(MADE, killed(3.0), twice).verdict is Verdict.VIOLATED


def test_a_container_whose_restarts_are_not_told_was_not_restarted() -> None:
    untold = again(4.0)
    del untold.object["status"]["containerStatuses"][0]["restartCount"]
    assert judged(MADE, killed(3.0), untold).verdict is Verdict.VIOLATED


def test_another_container_of_the_pod_goes_on_and_is_not_what_runs_again() -> None:
    assert judged(MADE, beside(killed(3.0))).verdict is Verdict.VIOLATED
    found = judged(MADE, beside(killed(3.0)), beside(again(4.0)))
    assert (found.verdict, found.measured["restarted"].value) == (Verdict.HOLDS, 1.0)
    assert judged(MADE, beside(killed(3.0)), beside(again(4.0), running=False)).verdict is Verdict.HOLDS


def test_the_kernels_log_adds_nothing_to_what_the_runtime_knows() -> None:
    act = declared(MADE, killed(3.0), again(4.0), end=20)
    act.recording.tables[KERNEL] = {"web-a": BY_KERNEL}
    found = checks.killed_for_memory(act, "web")
    assert (found.verdict, "learned of this too late" in found.why) == (Verdict.HOLDS, False)


def test_the_kernels_log_of_another_pod_says_nothing() -> None:
    act = declared(MADE, killed(3.0, reason="Error"), again(4.0), end=20)
    act.recording.tables[KERNEL] = {"web-b": BY_KERNEL}
    assert checks.killed_for_memory(act, "web").verdict is Verdict.VIOLATED


# -- all that is measured --------------------------------------------------------------------------------------------------
def values(found: Finding) -> dict[str, float]:
    return {name: one.value for name, one in found.measured.items()}


def test_all_that_is_said_of_a_container_that_was_killed_and_runs_again() -> None:
    found = judged(MADE, killed(3.0), again(4.5))
    assert values(found) == {"ended otherwise": 0, "other pods": 0, "restarted": 1.5}
    assert {name: bound.value for name, bound in found.bounds.items()} == {
        "ended otherwise": 0, "other pods": 0, "restarted": 5,
    }  # fmt: skip
    assert "of web-a ended as OOMKilled with exit code 137 on n1, and ran again 1.50 s later" in found.why
    assert found.window == (1, 20)


def test_a_container_that_does_not_run_again_is_waited_for_until_the_end_of_the_act() -> None:
    found = judged(MADE, killed(3.0), end=9.0)
    assert found.measured["restarted"].interval == (6.0, float("inf"))
    assert "did not run again in 6.0 s" in found.why


def test_a_restart_may_have_been_before_it_was_seen() -> None:
    found = judged(MADE, killed(3.0), again(8.5)._replace(age=1.0))
    assert (found.verdict, found.measured["restarted"].interval) == (Verdict.INCONCLUSIVE, (4.5, 5.5))
    found = judged(MADE, killed(3.0)._replace(age=0.5), again(7.75))
    assert (found.verdict, found.measured["restarted"].interval) == (Verdict.INCONCLUSIVE, (4.75, 5.25))


@pytest.mark.parametrize("others", [0, 1, 2])
def test_each_pod_beside_the_one_that_was_killed_is_one_too_many(others: int) -> None:
    more = [pod(2.5, f"web-{name}", type="ADDED", ready=False) for name in "bc"[:others]]
    found = judged(MADE, *more, killed(3.0), again(4.0))
    assert (values(found)["other pods"], found.verdict) == (others, Verdict.VIOLATED if others else Verdict.HOLDS)


def test_how_it_ended_is_told_by_its_state_before_its_last_one() -> None:
    twice = killed(3.0, code=1, reason="Error")
    status = twice.object["status"]["containerStatuses"][0]
    status["lastState"] = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
    found = judged(MADE, twice, again(4.0))
    assert (values(found)["ended otherwise"], "ended as Error with exit code 1" in found.why) == (1, True)
    status["state"], status["lastState"] = status["lastState"], status["state"]
    assert values(judged(MADE, twice, again(4.0)))["ended otherwise"] == 0


@pytest.mark.parametrize("end", [{"exitCode": 137}, {"reason": "OOMKilled"}])
def test_an_end_of_which_half_is_told_is_not_as_documented(end: dict[str, object]) -> None:
    half = killed(3.0)
    half.object["status"]["containerStatuses"][0]["state"] = {"terminated": end}
    assert values(judged(MADE, half, again(4.0)))["ended otherwise"] == 1


def test_an_end_in_whichever_container_is_one() -> None:
    other = killed(3.0)
    other.object["status"]["containerStatuses"].insert(
        0, {"name": "other", "restartCount": 0, "state": {"running": {}}}
    )
    assert judged(MADE, other, again(4.0)).verdict is Verdict.HOLDS


def test_the_kernels_log_is_read_where_the_runtime_heard_too_late() -> None:
    act = declared(MADE, killed(3.0, reason="Error"), again(4.0), end=20)
    act.recording.tables[KERNEL] = {"web-a": BY_KERNEL}
    assert values(checks.killed_for_memory(act, "web"))["ended otherwise"] == 0
    assert act.reading.tables == {KERNEL}
