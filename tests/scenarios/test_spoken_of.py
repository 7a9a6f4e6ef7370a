"""Which faults an act inflicts, and whether a set-up applies a manifest, is read from the code."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from kubeskeptic.bounds import SYNC
from kubeskeptic.checks import never_fails
from kubeskeptic.claims.model import Case
from kubeskeptic.faults.nodes.crash_node import CrashNode
from kubeskeptic.faults.pods.delete_pod import DeletePod
from kubeskeptic.findings import Verdict
from kubeskeptic.scenarios import Scenario
from kubeskeptic.scenarios.spoken_of import applies_manifest, faults_spoken_of
from tests.drawn import gone, lane, watched


def itself(stage: Any) -> None:
    with stage.inflict(CrashNode("w1")):
        stage.hold()


def within_another(stage: Any) -> None:
    stage.wait(lambda: DeletePod("ns", "a"))


def by_another(stage: Any) -> None:
    itself(stage)
    within_another(stage)
    again(stage)


def again(stage: Any) -> None:
    by_another(stage)


def by_one_of_another_file(stage: Any) -> None:
    never_fails(stage, "web")


@pytest.mark.parametrize(
    ("step", "faults"),
    [
        (itself, {"crash_node"}),
        (within_another, {"delete_pod"}),
        (by_another, {"crash_node", "delete_pod"}),
        (again, {"crash_node", "delete_pod"}),
        (by_one_of_another_file, set()),
        (lambda stage: stage.hold(), set()),
        (nullcontext, set()),
    ],
)
def test_the_faults_that_a_step_speaks_of(step: Callable[..., Any], faults: set[str]) -> None:
    assert faults_spoken_of(step) == faults


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("hang_container", "No record of the fault crash_node, which the code of “act” injects"),
        ("crash_node", ""),
    ],
)
def test_what_a_recording_has_to_hold(fault: str, why: str) -> None:
    story = Scenario("services/one", "One.")
    story.act("act")(itself)
    recorded = watched(lane("." * 40), faults=(gone(name=fault),)).recording
    act = story.read(recorded, Case("service.pod-killed", acts=("act",), within=SYNC))
    assert never_fails(act, "web").verdict is (Verdict.INCONCLUSIVE if why else Verdict.HOLDS)
    assert why in never_fails(act, "web").why
    assert act.in_force().inflicts == act.inflicts == {"act": {"crash_node"}}


def applies(stage: Any) -> None:
    stage.ask("a probe")
    with nullcontext():
        stage.apply({"IMAGE": "x"})


def applies_something_else(stage: Any) -> None:
    stage.run.kube.apply({"kind": "Pod"})
    stage.apply_later()


@pytest.mark.parametrize(
    ("setup", "does"),
    [
        (applies, True),
        (lambda given: given.apply(), True),
        (applies_something_else, False),
        (lambda: None, False),
        (nullcontext, False),
    ],
)
def test_whether_a_set_up_applies_the_manifest(setup: Callable[..., Any], does: bool) -> None:
    assert applies_manifest(setup) is does
