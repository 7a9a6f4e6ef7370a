"""What an eviction presumes: a pod without a controller, and a threshold that was raised on its own node."""

from __future__ import annotations

import pytest

from kubeskeptic import checks
from kubeskeptic.findings import Verdict
from tests.checks.pressed import evicted, running, says, taken
from tests.drawn import gone, pod

OWNER = {"kind": "ReplicaSet", "name": "web", "uid": "web", "controller": True}


@pytest.mark.parametrize(("owners", "verdict"), [([], Verdict.HOLDS), ([OWNER], Verdict.INCONCLUSIVE)])
def test_a_pod_that_stays_gone_had_no_controller(owners: list[dict[str, object]], verdict: Verdict) -> None:
    first = running(0)
    first.object["metadata"]["ownerReferences"] = owners
    finding = checks.evicted_for_good(taken(first, evicted(9)), "web")
    assert finding.verdict is verdict, finding.why
    assert ("web-1 is no bare pod" in finding.why) is bool(owners)
    made = checks.evicted_for_good(taken(first, evicted(9), pod(10.0, "web-2")), "web")
    assert made.verdict is Verdict.VIOLATED, "whoever made it"


@pytest.mark.parametrize(
    ("name", "act", "targets", "right"),
    [
        ("raise_eviction_threshold", "act", ["kubelet/n1"], True),
        ("raise_eviction_threshold", "act", ["kubelet/n2"], False),
        ("raise_eviction_threshold", "act", ["kubelet/n2", "kubelet/n1"], True),
        ("raise_eviction_threshold", "another", ["kubelet/n2"], True),
        ("slow_down", "act", ["kubelet/n2"], True),
    ],
)
def test_the_threshold_was_raised_on_the_node_of_the_pod(name: str, act: str, targets: list[str], right: bool) -> None:
    seen = taken(running(0), says(0, "False"), evicted(9))
    for target in targets:
        fault = gone(2.0, target, name)
        fault.act = act
        seen.recording.faults.append(fault)
    finding = checks.evicted_for_good(seen, "web")
    assert finding.verdict is (Verdict.HOLDS if right else Verdict.INCONCLUSIVE), finding.why
    assert ("the threshold was raised on kubelet/n2, and not on n1" in finding.why) is not right
