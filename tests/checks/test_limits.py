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
    assert ("heard too late" in found.why) == (said == BY_KERNEL)


def test_it_is_never_killed_or_never_restarted() -> None:
    assert judged(MADE).verdict is Verdict.VIOLATED
    assert judged(MADE, killed(3.0)).verdict is Verdict.VIOLATED
    assert judged(MADE, killed(3.0), end=7.9).verdict is Verdict.INCONCLUSIVE
    assert "no pod of web was made" in judged().why


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
