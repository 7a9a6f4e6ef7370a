"""What is measured of pods that wait for a node, get one, or share one, and from when to when. The act begins at 1 s; the bound
is 5 s."""

from __future__ import annotations

import pytest

from kubeskeptic import checks
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change
from tests.checks.declared import declared, pending
from tests.drawn import pod

MADE, LATE_LOOK = pending(2.0, "web-a", type="ADDED"), pending(2.0, "web-a", type="ADDED")._replace(age=0.5)
CPU, MEMORY = "4 Insufficient cpu.", "4 Insufficient memory."
NEVER = float("inf")


def said(seen: float, message: str, kind: str = "PodScheduled", status: str = "False") -> Change:
    change = pending(seen, "web-a")
    change.object["status"]["conditions"] += [{"type": kind, "status": status, "message": message}]
    return change


# -- without a node ------------------------------------------------------------------------------------------------------
def waits(*changes: Change, end: float = 20) -> Finding:
    return checks.stays_pending(declared(*changes, end=end), "web", "Insufficient cpu")


def test_a_pod_waits_from_when_it_was_made_to_when_it_has_a_node() -> None:
    bound = pod(9.0, "web-a", ready=False)._replace(age=0.25)
    found = waits(LATE_LOOK, said(2.1, CPU), bound, pod(11.0, "web-a"))
    assert found.measured["waited"].interval == (6.75, 7.5)
    assert found.measured["waited"].value == 6.75, "the least that it can have been"
    assert "until it was assigned to n1; the scheduler reported 4 Insufficient cpu." in found.why
    assert found.measured["without that reason"].value == 0
    assert (found.window, found.decisive) == ((1, 20), (CPU,))


def test_a_pod_without_a_node_waits_to_the_end() -> None:
    found = waits(LATE_LOOK, said(2.1, CPU))
    assert found.measured["waited"].interval == (18.0, NEVER)
    assert "until the end of the observation" in found.why


def test_what_the_scheduler_says_is_told_once_each_the_fitting_one_first() -> None:
    found = waits(MADE, said(2.1, MEMORY), said(2.2, CPU), said(2.3, CPU), said(2.4, MEMORY))
    assert (found.verdict, found.decisive) == (Verdict.HOLDS, (MEMORY, CPU))
    assert "reported 4 Insufficient cpu." in found.why
    other = waits(MADE, said(2.1, "no such port"), said(2.2, MEMORY))
    assert "reported 4 Insufficient memory." in other.why, "the last word, where none fits"
    assert other.measured["without that reason"].value == 1
    assert len(waits(MADE, *(said(2 + at / 10, f"{at}") for at in range(1, 7))).decisive) == 4


@pytest.mark.parametrize(
    "silent", [said(2.1, CPU, kind="Ready"), said(2.1, CPU, status="True"), said(2.1, ""), pending(2.1, "web-a")]
)
def test_only_the_condition_that_it_is_not_scheduled_says_why(silent: Change) -> None:
    found = waits(MADE, silent)
    assert (found.verdict, found.decisive) == (Verdict.VIOLATED, ())
    assert "the scheduler reported nothing" in found.why


def test_a_condition_or_a_status_that_is_lacking_says_nothing() -> None:
    wordless, bare, empty = (pending(2.0 + at / 10, "web-a") for at in (1, 2, 3))
    wordless.object["status"]["conditions"] = [{"type": "PodScheduled", "status": "False"}]
    bare.object["status"] = {"conditions": None}
    del empty.object["status"]
    assert waits(MADE, wordless, bare, empty, said(2.5, CPU)).verdict is Verdict.HOLDS


# -- which pod -----------------------------------------------------------------------------------------------------------
def test_the_first_pod_that_is_made_in_the_act_is_asked_about() -> None:
    old, other = pod(0.5, "web-0"), [pod(at, "web-b") for at in (3.0, 7.0)]
    for made in (1.0, 2.0):
        found = checks.runs_in_time(
            declared(old, pending(made, "web-a"), pod(1.5, "web-0"), *other, pod(6.0, "web-a")), "web"
        )
        assert found.measured["Ready"].value == 6.0 - made
        assert "web-a was Ready on n1" in found.why
    assert "no pod of web was created in “act”" in checks.runs_in_time(declared(old, pod(1.5, "web-0")), "web").why


# -- with a node ---------------------------------------------------------------------------------------------------------
def test_a_pod_gets_ready_between_two_moments_after_it_was_made() -> None:
    found = checks.runs_in_time(declared(LATE_LOOK, pod(4.0, "web-a", node="n2")._replace(age=0.25)), "web")
    assert found.measured["Ready"].interval == (1.75, 2.5)
    assert "web-a was Ready on n2 2.50 s after it was created" in found.why
    assert found.window == (1.0, 20.0)
    never = checks.runs_in_time(declared(LATE_LOOK), "web")
    assert never.measured["Ready"].interval == (18.0, NEVER)
    assert "web-a was not Ready 18.0 s after it was created" in never.why


# -- room ----------------------------------------------------------------------------------------------------------------
LARGE = pod(0.0, "large-a", app="large")
ENDS = pod(10.0, "large-a", app="large", type="DELETED")._replace(age=0.5)


def room(*changes: Change, end: float = 20) -> Finding:
    return checks.runs_once_there_is_room(declared(LARGE, MADE, *changes, end=end), "web", "large")


def phased(seen: float, phase: str) -> Change:
    change = pod(seen, "large-a", app="large", ready=False)
    change.object["status"]["phase"] = phase
    return change


def test_a_pod_runs_between_two_moments_after_there_was_room() -> None:
    found = room(ENDS, pod(12.0, "web-a")._replace(age=0.25))
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["Ready after there was room"].interval == (1.75, 2.5)
    assert found.measured["placed before"].value == 0
    assert found.window == (1.0, 20.0)
    assert "web-a was Ready 2.50 s after a pod of large had made room" in found.why
    never = room(ENDS)
    assert never.measured["Ready after there was room"].interval == (10.0, NEVER)
    assert "web-a was not Ready 10.0 s after" in never.why


@pytest.mark.parametrize(("at", "before"), [(9.4, 1), (9.5, 0), (9.6, 0)])
def test_a_pod_is_placed_before_there_can_have_been_room(at: float, before: int) -> None:
    found = room(pod(at, "web-a", ready=False), ENDS, pod(11.0, "web-a"))
    assert found.measured["placed before"].value == before
    assert found.verdict is (Verdict.VIOLATED if before else Verdict.HOLDS)


@pytest.mark.parametrize(("phase", "made_room"), [("Succeeded", True), ("Failed", True), ("Running", False)])
def test_a_pod_makes_room_once_it_has_ended(phase: str, made_room: bool) -> None:
    found = room(phased(9.0, phase), ENDS, pod(12.0, "web-a"))
    assert found.measured["Ready after there was room"].value == (3.0 if made_room else 2.5)


@pytest.mark.parametrize("at", [1.5, 2.0])
def test_a_pod_that_ended_before_another_waited_made_no_room_for_it(at: float) -> None:
    assert "no pod of large ended while web-a waited" in room(phased(at, "Failed"), pod(4.0, "web-a")).why


# -- spread --------------------------------------------------------------------------------------------------------------
def spread(*nodes: str, roles: tuple[str, ...] = ()) -> Finding:
    act = declared(*(pod(1.0, f"web-{at}", node=one) for at, one in enumerate(nodes)))
    act.recording.roles = {f"n{at}": role for at, role in enumerate(roles)}
    return checks.spreads(act, "web")


def test_pods_are_counted_by_node() -> None:
    found = spread("n2", "n1", "n2")
    assert (found.verdict, found.nodes, found.window) == (Verdict.HOLDS, ("n1", "n2"), (1, 20))
    assert "3 new small pods were placed: 1 on n1, 2 on n2." in found.why
    assert found.measured["nodes"].value == 2


@pytest.mark.parametrize(
    ("nodes", "verdict"),
    [
        (("n1", "n1"), Verdict.VIOLATED),
        (("n1", ""), Verdict.VIOLATED),  # no node is not another
        (("n1",), Verdict.INCONCLUSIVE),
        ((), Verdict.INCONCLUSIVE),
    ],
)
def test_pods_that_are_not_spread(nodes: tuple[str, ...], verdict: Verdict) -> None:
    found = spread(*nodes)
    assert found.verdict is verdict
    assert ("too few to be spread" in found.why) is (verdict is Verdict.INCONCLUSIVE)


def test_only_pods_that_are_created_in_the_act_are_asked_about() -> None:
    old = [pod(0.0, "old-a", node="n2"), pod(0.9, "old-b", node="n3"), pod(5.0, "old-b", node="n3", restarts=1)]
    new = [pod(1.0, "web-a", node="n1"), pod(2.0, "web-b", node="n1")]
    found = checks.spreads(declared(*old, *new), "web")
    assert (found.verdict, found.measured["nodes"].value) == (Verdict.VIOLATED, 1)
    assert "2 new small pods were placed: 2 on n1." in found.why
    assert "there was 1 new pod of web" in checks.spreads(declared(*old, new[0]), "web").why
    assert checks.spreads(declared(*old, *new, pod(3.0, "web-c", node="n2")), "web").verdict is Verdict.HOLDS


@pytest.mark.parametrize(
    ("roles", "asked"),
    [
        (("worker", "worker"), True),
        (("control-plane", "worker", "worker"), True),
        (("control-plane", "control-plane"), True),
        (("worker",), False),
        (("worker", "control-plane"), False),
    ],
)
def test_one_worker_alone_leaves_nothing_to_spread_over(roles: tuple[str, ...], asked: bool) -> None:
    assert spread("n0", "n1", roles=roles).verdict is (Verdict.HOLDS if asked else Verdict.SKIPPED)


def test_a_pod_that_went_is_counted_nowhere_and_one_that_moved_where_it_is_last() -> None:
    gone = pod(3.0, "web-1", node="n2", type="DELETED")
    homes = [pod(1.5, "web-0"), pod(1.5, "web-1", node="n2"), pod(2.0, "web-2", node=""), pod(2.5, "web-2", node="n1")]
    assert checks.spreads(declared(*homes), "web").verdict is Verdict.HOLDS
    assert checks.spreads(declared(*homes, gone), "web").measured["nodes"].value == 1


# -- other pods ----------------------------------------------------------------------------------------------------------
def test_pods_of_another_app_are_not_asked_about() -> None:
    others = [pod(1.5, "other-a", node="n2", app="other"), pod(5.0, "other-a", type="DELETED", app="other")]
    assert waits(*others, MADE, said(2.1, CPU)).verdict is Verdict.HOLDS
    assert checks.runs_in_time(declared(*others, MADE, pod(6.0, "web-a")), "web").measured["Ready"].value == 4.0
    assert room(*others, ENDS, pod(12.0, "web-a")).measured["Ready after there was room"].value == 2.5
    homes = [pod(1.5, "web-a"), pod(1.5, "web-b"), others[0]]
    assert checks.spreads(declared(*homes), "web").verdict is Verdict.VIOLATED


# -- until it is deleted ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("later", "verdict"),
    [
        ((), Verdict.HOLDS),
        ((pod(4.5, "web-a", ready=False),), Verdict.INCONCLUSIVE),
        ((pod(4.5, "web-a", type="DELETED"),), Verdict.INCONCLUSIVE),
        ((pod(4.5, "web-a", deleting=True), pod(5.5, "web-a", ready=False, deleting=True)), Verdict.HOLDS),
        ((pod(4.5, "web-a", ready=False), pod(5.0, "web-a")), Verdict.HOLDS),
    ],
)
def test_a_pod_is_ready_until_it_is_deleted(later: tuple[Change, ...], verdict: Verdict) -> None:
    runs = checks.runs_in_time(declared(LATE_LOOK, pod(4.0, "web-a", node="n2"), *later), "web")
    assert runs.verdict is verdict, runs.why
    fits = room(ENDS, pod(12.0, "web-a"), *(one._replace(seen=one.seen + 8) for one in later))
    assert fits.verdict is verdict, fits.why
    for found in (runs, fits):
        assert ("s, but not for good, after" in found.why) is (verdict is Verdict.INCONCLUSIVE)
