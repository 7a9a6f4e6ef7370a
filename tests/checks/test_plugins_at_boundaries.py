"""A node without a CNI configuration, moment by moment. As in test_plugins.py it is removed at 2 s and put back from 20.0 to
20.2 s; bounds are 3 s, with the margin 5 s."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubeskeptic.checks import ready_again, runs_once_healed, turns_not_ready, waits_for_network
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change
from tests.checks.test_plugins import AGAIN, READY, REASON, UNPLUGGED, WAITED, runs, unplugged, waiting
from tests.drawn import node, pod


def at(seen: float, change: Change, age: float = 0.0) -> Change:
    return change._replace(seen=seen, age=age)


def not_ready(*changes: Change, end: float = 40.0) -> Finding:
    return turns_not_ready(unplugged(*changes, end=end), REASON)


def back(*changes: Change, end: float = 40.0) -> Finding:
    return ready_again(unplugged(*changes, end=end))


def waits(*changes: Change) -> Finding:
    return waits_for_network(unplugged(*changes), "waiting")


def healed(*changes: Change) -> Finding:
    return runs_once_healed(unplugged(*changes), "waiting")


# -- the node turns NotReady -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ([at(2.0, READY), UNPLUGGED], Verdict.HOLDS),  # Ready at the moment of the fault is Ready before it
        ([READY, at(2.0, UNPLUGGED), at(9.0, UNPLUGGED)], Verdict.INCONCLUSIVE),
        ([READY, at(2.0, UNPLUGGED), at(2.0, READY), at(9.0, UNPLUGGED)], Verdict.VIOLATED),
        ([READY, at(0.5, READY), at(1.0, UNPLUGGED), UNPLUGGED], Verdict.INCONCLUSIVE),  # it was not Ready last
        ([at(0.0, UNPLUGGED), at(0.5, UNPLUGGED), at(1.0, READY), UNPLUGGED], Verdict.HOLDS),
        ([at(0.0, UNPLUGGED), at(1.0, READY), at(7.1, UNPLUGGED)], Verdict.VIOLATED),  # not from before the fault
    ],
)
def test_what_the_node_was_before_the_fault(changes: list[Change], verdict: Verdict) -> None:
    found = not_ready(*changes)
    assert found.verdict is verdict, found.why
    assert ("was not Ready before" in found.why) == (verdict is Verdict.INCONCLUSIVE)


@pytest.mark.parametrize(("end", "verdict"), [(7.0, Verdict.INCONCLUSIVE), (7.1, Verdict.VIOLATED)])
def test_a_node_may_turn_not_ready_until_the_bound_has_passed(end: float, verdict: Verdict) -> None:
    found = turns_not_ready(unplugged(READY, end=end, undone=False), REASON)
    assert (found.verdict, "n1 was not NotReady with" in found.why) == (verdict, True)


def test_a_node_that_was_never_seen_before_was_not_ready() -> None:
    assert "n1 was not Ready before anything was done" in not_ready(UNPLUGGED).why
    assert "n1 was not seen NotReady" in back(AGAIN).why


def test_what_may_be_older_than_the_fault_came_at_once_at_the_earliest() -> None:
    assert not_ready(READY, at(2.5, UNPLUGGED, age=2.0)).measured["NotReady"].interval == (0.0, 0.5)
    assert back(READY, UNPLUGGED, at(20.5, AGAIN, age=2.0)).measured["Ready"].interval == (0.0, 0.5)
    assert healed(*WAITED, at(20.5, runs(0.0), age=2.0)).measured["Ready"].interval == (0.0, 0.5)


def test_other_conditions_of_a_node_are_not_its_readiness() -> None:
    def pressed(change: Change) -> Change:
        copy = node(change.seen, "n1", "Unknown")
        copy.object["status"]["conditions"] = [
            {"type": "MemoryPressure", "status": "Unknown"},
            *change.object["status"]["conditions"],
        ]
        return copy

    assert not_ready(pressed(READY), pressed(UNPLUGGED)).verdict is Verdict.HOLDS
    assert back(pressed(READY), pressed(UNPLUGGED), pressed(AGAIN)).verdict is Verdict.HOLDS


def test_a_node_that_says_nothing_of_itself_is_not_ready() -> None:
    silent = node(0.0, "n1", "True")
    silent.object["status"]["conditions"] = None
    assert "n1 was not Ready before" in not_ready(silent, UNPLUGGED).why


def test_the_node_is_that_of_the_first_target() -> None:
    act = unplugged(READY, UNPLUGGED, AGAIN)
    (fault,) = act.recording.faults
    act.recording.faults[:] = [replace(fault, targets=("network/n1", "network/n2"))]
    assert turns_not_ready(act, REASON).nodes == ("n1",)
    assert turns_not_ready(act, REASON).verdict is ready_again(act).verdict is Verdict.HOLDS
    act = unplugged(READY, UNPLUGGED, AGAIN)
    act.recording.faults[:] = [replace(fault, targets=())]
    assert "has no target" in turns_not_ready(act, REASON).why


# -- and Ready again ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ([READY, at(20.0, UNPLUGGED), AGAIN], Verdict.HOLDS),
        ([READY, UNPLUGGED, at(20.0, AGAIN)], Verdict.INCONCLUSIVE),
        ([READY, UNPLUGGED, at(20.0, AGAIN), at(20.0, UNPLUGGED)], Verdict.VIOLATED),
        ([READY, UNPLUGGED, at(10.0, READY), AGAIN], Verdict.INCONCLUSIVE),
        ([READY, UNPLUGGED, at(10.0, READY), at(12.0, UNPLUGGED), AGAIN], Verdict.HOLDS),
        ([READY, UNPLUGGED, at(10.0, READY), at(12.0, UNPLUGGED), at(25.3, AGAIN)], Verdict.VIOLATED),
        ([READY, UNPLUGGED, at(21.0, UNPLUGGED), at(25.3, AGAIN)], Verdict.VIOLATED),  # still not at 21 s
    ],
)
def test_what_the_node_was_when_the_plugin_came_back(changes: list[Change], verdict: Verdict) -> None:
    found = back(*changes)
    assert found.verdict is verdict, found.why
    assert ("was not seen NotReady when" in found.why) == (verdict is Verdict.INCONCLUSIVE)


@pytest.mark.parametrize(("end", "verdict"), [(25.2, Verdict.INCONCLUSIVE), (25.3, Verdict.VIOLATED)])
def test_node_and_pod_may_be_ready_until_the_bound_has_passed(end: float, verdict: Verdict) -> None:
    assert back(READY, UNPLUGGED, end=end).verdict is verdict
    assert runs_once_healed(unplugged(*WAITED, end=end), "waiting").verdict is verdict


# -- a pod waits -------------------------------------------------------------------------------------------------------------
def test_a_pod_that_runs_once_undoing_began_waited_until_then() -> None:
    found = waits(*WAITED, runs(20.0))
    assert (found.verdict, found.measured["ran without"].value) == (Verdict.HOLDS, 0)
    assert waits(*WAITED, runs(19.9)).verdict is Verdict.VIOLATED
    assert "only after the fault was undone" in waits(waiting(20.0), runs(21.0)).why


@pytest.mark.parametrize(("made", "verdict"), [(15.0, Verdict.HOLDS), (15.1, Verdict.INCONCLUSIVE)])
def test_a_pod_has_to_wait_for_longer_than_a_start_takes(made: float, verdict: Verdict) -> None:
    found = waits(waiting(made, type="ADDED"), runs(22.0))
    assert found.verdict is verdict, found.why


def test_how_long_a_pod_waited_that_ran() -> None:
    found = waits(waiting(6.0), at(6.5, runs(0.0), age=2.0))
    assert (found.verdict, found.measured["ran without"].value) == (Verdict.VIOLATED, 1)
    assert (found.measured["waited"].value, found.measured["waited"].interval) == (0.0, (0.0, 0.5))


def test_each_other_reason_to_wait_is_one_too_many() -> None:
    found = waits(*WAITED, waiting(7.0, "ErrImagePull"), waiting(8.0, "ImagePullBackOff"), runs(22.0))
    assert (found.verdict, found.measured["other reasons"].value) == (Verdict.VIOLATED, 2)
    late = waits(*WAITED, runs(20.5), waiting(21.0, "CrashLoopBackOff"))
    assert late.verdict is Verdict.HOLDS, "what it waits for after the undoing does not count"


def test_a_pod_that_ran_is_one_whatever_was_not_said() -> None:
    assert waits(pod(6.0, "w-1", app="waiting", ready=False), runs(15.0)).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(("made", "verdict"), [(1.0, Verdict.HOLDS), (0.9, Verdict.INCONCLUSIVE)])
def test_a_pod_may_be_made_at_the_first_moment_of_the_act(made: float, verdict: Verdict) -> None:
    changes = [waiting(made), waiting(6.0), runs(22.0)]
    assert waits(*changes).verdict is healed(*changes).verdict is verdict
    assert ("no pod of waiting was created" in waits(*changes).why) == (verdict is Verdict.INCONCLUSIVE)


def test_a_pod_of_another_app_does_not_wait() -> None:
    other = pod(3.0, "other", app="other", started="2026-01-01T00:00:00Z")
    assert waits(other, *WAITED, runs(22.0)).verdict is healed(other, *WAITED, runs(22.0)).verdict is Verdict.HOLDS
    assert "no pod of waiting was created" in waits(other).why
    assert "no pod of waiting was created" in healed(other).why


def test_a_pod_is_on_no_node_before_it_is_put_onto_one() -> None:
    changes = [waiting(6.0, node=""), waiting(6.1), runs(22.0)]
    assert waits(*changes).verdict is healed(*changes).verdict is Verdict.HOLDS


# -- and runs ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (20.0, Verdict.INCONCLUSIVE),  # it was Ready before
        (20.1, Verdict.HOLDS),
        (25.0, Verdict.HOLDS),
        (25.1, Verdict.INCONCLUSIVE),  # undone between 20.0 and 20.2 s
        (25.3, Verdict.VIOLATED),
    ],
)
def test_the_pod_runs_after_the_undoing_and_in_time(seen: float, verdict: Verdict) -> None:
    found = healed(*WAITED, runs(seen))
    assert found.verdict is verdict, found.why
    assert ("was Ready before" in found.why) == (seen == 20.0)
