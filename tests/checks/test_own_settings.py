"""Bounds from the settings of the pod that a fault hit, and of no other."""

from __future__ import annotations

from kubeskeptic import checks
from kubeskeptic.bounds import HANG
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import Change
from tests.checks.over_time import story
from tests.drawn import pod


def test_the_probe_of_another_app_is_not_that_of_the_pod() -> None:
    def probed(change: Change, period: int) -> Change:
        probe = {"periodSeconds": period, "failureThreshold": 1, "timeoutSeconds": 0, "successThreshold": 1}
        change.object["spec"] |= {"containers": [{"livenessProbe": probe}], "terminationGracePeriodSeconds": 0}
        return change

    other = probed(pod(0.0, "slow-1", app="slow"), 60)
    mine = [probed(pod(at, "web-a", restarts=count), 1) for at, count in ((0.0, 0), (9.0, 1))]
    act = story(other, *mine, within=HANG)
    assert act.bound.value == 62
    assert checks.restarted_in_place(act).verdict is Verdict.VIOLATED
