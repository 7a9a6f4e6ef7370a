"""Does traffic follow readiness? The pod turns unready at 1 s and is ready again at 5 s; the bound is 2 s, the margin's.

``a`` is an answer of the pod that turns unready, ``.`` one of the other pod, ``c`` one of a third, ``s`` one of a stranger,
``w`` a wrong one of the first, ``r`` a refused request, ``?`` one whose outcome is not known; two ticks a second.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic import checks
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import constant
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, ActSpan, Change, FaultSpan, Gap, Lane, Sample
from tests.drawn import endpoints, fault, gone, pod, recording, settings, watched

NOTHING = constant("test", 0.0)
"""Two seconds when the margin is added."""
PODS = {"pod-a": "n1", "pod-b": "n2"}
SIGNS = {
    **{
        sign: (Outcome.OK, f"ns/{name}/{name}")
        for sign, name in zip("a.cs", ["pod-a", "pod-b", "pod-c", "pod-z"], strict=True)
    },
    "w": (Outcome.WRONG, "ns/pod-a/pod-a"),
    "?": (Outcome.UNKNOWN, ""),
}


def lane(drawing: str, node: str = "n1", doubt: float = 0.0) -> Lane:
    found = Lane(node, "web", 0.5)
    for tick, sign in enumerate(drawing):
        if sign != " ":
            outcome, by = SIGNS.get(sign, (Outcome.REFUSED, ""))
            found.append(Sample(tick, tick * 0.5, 0.001, outcome, by, 40000 + tick))
    found.doubt = doubt
    return found


def act(*drawings: str, doubt: float = 0.0, end: float = 9.0, fault_: FaultSpan | None = None) -> Act:
    """A pod is told to be unready at 1 s, and to be ready again at 5 s, on as many nodes as there are drawings."""
    lanes = [lane(one, f"n{number}", doubt) for number, one in enumerate(drawings, 1)]
    told = fault_ or gone(undoing=5.0, undone=5.0, healed=5.5)
    return watched(
        *lanes, pods=PODS, faults=(told,), spans=(ActSpan("act", 0, 1, end),), within=NOTHING,
        changes=(endpoints(3.0, "pod-b", type="MODIFIED"), endpoints(6.0, *PODS, type="MODIFIED")),
    )  # fmt: skip


#       0 1 2 3 4 5 6 7 8
FINE = "a.a.a.....a.a.a.a."
LATE = "a.a.a.aa..a.a.a.a."


def stops(*drawings: str, **more: Any) -> Finding:
    return checks.stops_sending(act(*drawings, **more), "web")


def test_the_last_answer_of_an_unready_pod_is_in_time() -> None:
    finding = stops(FINE, FINE)
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert finding.measured["stopped"].value == pytest.approx(1.0)


def test_one_node_that_goes_on_sending_violates() -> None:
    finding = stops(FINE, LATE)
    assert finding.verdict is Verdict.VIOLATED
    assert "2.50 s later, on n2" in finding.why
    assert stops("a.a.a.a...a.a.a.a.").verdict is Verdict.HOLDS  # exactly at the bound


def test_what_was_looked_at_is_told_node_by_node() -> None:
    for found, line in (
        (stops(FINE, LATE), "last answer after 2.50 s"),
        (resumes(LATE, FINE), "first answer after 0.00 s"),
    ):
        assert (found.nodes, found.window, found.probes) == (("n1", "n2"), (1, 9.0), ("web",))
        assert len(found.decisive) == 2
        assert found.decisive[1] == f"n2: {line}"


def test_a_clock_in_doubt_decides_nothing() -> None:
    assert stops(LATE, doubt=0.4).verdict is Verdict.VIOLATED
    assert stops(LATE, doubt=0.5).verdict is Verdict.INCONCLUSIVE
    assert stops("a.a.a.a...a.a.a.a.", doubt=0.1).verdict is Verdict.INCONCLUSIVE


def test_silence_proves_nothing_where_there_was_no_answer_before() -> None:
    finding = stops(FINE, ".." + FINE[2:])
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "no answer before" in finding.why


def test_answers_of_strangers_violate() -> None:
    finding = stops("a.s.a.....a.a.a.a.")
    assert finding.verdict is Verdict.VIOLATED
    assert finding.measured["answered by others"].value == 1


def test_an_unready_pod_that_was_not_watched_for_long_enough() -> None:
    early = gone(undoing=3.0, undone=3.0, healed=3.5)
    finding = stops(FINE, fault_=early)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "before the bound" in finding.why
    hole = FINE[:4] + "   " + FINE[7:]
    assert stops(hole).verdict is Verdict.INCONCLUSIVE


def resumes(*drawings: str, **more: Any) -> Finding:
    return checks.resumes_sending(act(*drawings, **more), "web", NOTHING)


def test_the_first_answer_of_a_pod_that_is_ready_again() -> None:
    finding = resumes(FINE, "a.a.a.......a.a.a.")
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert finding.measured["resumed"].value == pytest.approx(1.0)
    assert resumes("a.a.a.........a.a.").verdict is Verdict.HOLDS  # exactly at the bound
    assert resumes("a.a.a..........a..").verdict is Verdict.VIOLATED


def test_a_pod_that_never_answers_again() -> None:
    silent = resumes(FINE, "a.a.a.............")
    assert silent.verdict is Verdict.VIOLATED
    assert "given no answer on n2 4.0 s" in silent.why
    assert resumes("a.a.a.............", end=6.5).verdict is Verdict.INCONCLUSIVE


def test_a_pod_that_was_never_told_to_be_ready_again() -> None:
    finding = resumes(FINE, fault_=gone())
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "was not undone" in finding.why


@pytest.mark.parametrize("phase", ["undoing", "undone"])
def test_a_fault_whose_undoing_was_not_seen_to_its_end_was_not_undone(phase: str) -> None:
    half = gone(undoing=5.0, undone=5.0)
    half.phases.pop(phase)
    assert "was not undone" in resumes(FINE, fault_=half).why


# -- a kubelet restarts ----------------------------------------------------------------------------------------------------
BACK = {"applying": 1.0, "applied": 1.0, "bit": 1.1, "undoing": 1.2, "undone": 1.3, "healed": 2.0}


LONG_AGO = "1969-12-31T23:59:40Z"
AGES = {"web-a": LONG_AGO, "young": "1969-12-31T23:59:51Z"}  # the second: 9 s before the kubelet was stopped


def stays(*changes: Change, phases: dict[str, float] = BACK, end: float = 9.0, gap: Gap | None = None) -> Finding:
    there = (
        pod(0.0, "web-a", node="n1", started=LONG_AGO),
        pod(0.0, "web-b", node="n2", started=LONG_AGO),
        pod(0.0, "web-c", node="n1", started=LONG_AGO, ready=False),
        pod(0.0, "young", node="n1", started=AGES["young"]),
    )
    seen = recording(
        *there,
        *changes,
        acts={"act": ActSpan("act", 0, 1, end)},
        faults=[fault(phases, name="stop_kubelet", target="kubelet/n1")],
        settings=settings(),
        gaps=[gap] if gap else [],
    )
    return checks.stays_ready(Act(seen, ["act"], within=NOTHING), "web")


def test_pods_that_stay_ready() -> None:
    finding = stays(pod(3.0, "web-a", node="n1"), pod(3.0, "web-b", node="n2", ready=False))
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert (finding.measured["watched"].value, finding.measured["younger"].value) == (1, 1)


def test_a_pod_that_had_just_started_may_turn_unready() -> None:
    assert stays(pod(3.0, "young", node="n1", ready=False)).verdict is Verdict.HOLDS


def test_a_pod_that_turns_unready_or_goes() -> None:
    finding = stays(pod(3.0, "web-a", node="n1", ready=False), pod(3.5, "web-a", node="n1"))
    assert finding.verdict is Verdict.VIOLATED
    assert "web-a after 2.0 s" in finding.why
    assert stays(pod(3.0, "web-a", node="n1", type="DELETED")).verdict is Verdict.VIOLATED
    assert stays(pod(0.9, "web-a", node="n1", ready=False)).verdict is Verdict.INCONCLUSIVE


def with_id(change: Change, runtime_id: str) -> Change:
    change.object["status"]["containerStatuses"][0]["containerID"] = f"containerd://{runtime_id}" if runtime_id else ""
    return change


@pytest.mark.parametrize(
    ("at", "name", "restarts", "id_", "restarted"),
    [
        (3.0, "web-a", 1, "1", ["web-a"]),
        (3.0, "web-a", 0, "2", ["web-a"]),
        (3.0, "web-a", 0, "1", []),
        (3.0, "web-a", 0, "", []),
        (3.0, "young", 1, "2", []),
        (1.0, "web-a", 1, "2", []),  # it was so as the kubelet was stopped
    ],
)
def test_containers_that_are_restarted_though_their_pod_stays_ready(
    at: float, name: str, restarts: int, id_: str, restarted: list[str]
) -> None:
    before = [with_id(pod(0.5, one, node="n1", started=AGES[one]), "1") for one in ("web-a", "young")]
    after = with_id(pod(at, name, node="n1", restarts=restarts, started=AGES[name]), id_)
    finding = stays(*before, after)
    assert finding.measured["restarted"].value == len(restarted)
    assert finding.verdict is (Verdict.VIOLATED if restarted else Verdict.HOLDS), finding.why
    assert ("Containers of web-a were restarted; the kubelet was back" in finding.why) is bool(restarted)


def test_a_container_of_which_no_id_was_known_is_no_other_one() -> None:
    unknown = with_id(pod(0.5, "web-a", node="n1", started=LONG_AGO), "")
    assert stays(unknown, with_id(pod(3.0, "web-a", node="n1", started=LONG_AGO), "1")).verdict is Verdict.HOLDS


def test_what_was_not_watched_long_enough_or_did_not_come_back() -> None:
    assert stays(end=3.0).verdict is Verdict.INCONCLUSIVE
    assert stays(phases={name: at for name, at in BACK.items() if name != "healed"}).verdict is Verdict.INCONCLUSIVE
    assert stays(gap=Gap("watch", "", "", "Pod", 2.0, 2.5, "broke")).verdict is Verdict.INCONCLUSIVE


# -- what may have gone wrong besides ------------------------------------------------------------------------------------
def test_a_request_that_failed_may_have_been_sent_to_the_unready_pod() -> None:
    assert stops("a.a.a...r.a.a.a.a.").verdict is Verdict.INCONCLUSIVE
    assert stops("a.a.r.....a.a.a.a.").verdict is Verdict.HOLDS, "within the bound"
    assert stops("a.a.a.aar.a.a.a.a.").verdict is Verdict.VIOLATED


def test_a_pod_that_was_restarted_or_replaced_to_be_ready_again() -> None:
    for change in (pod(5.5, "pod-a", restarts=1), pod(5.5, "pod-a", uid="another")):
        one = act(FINE)
        one.recording.changes.append(change)
        finding = checks.resumes_sending(one, "web", NOTHING)
        assert (finding.verdict, "was restarted 1 times" in finding.why) == (Verdict.VIOLATED, True)


def test_a_node_that_was_not_asked_has_not_failed_to_resume() -> None:
    assert resumes(FINE, "a.a.a.....        ").verdict is Verdict.INCONCLUSIVE


def test_a_pod_is_ready_again_until_the_end() -> None:
    for last, kept in ((pod(8.0, "pod-a", ready=False), False), (pod(8.0, "pod-a", restarts=0), True)):
        one = act(FINE)
        one.recording.changes.append(last)
        finding = checks.resumes_sending(one, "web", NOTHING)
        assert finding.verdict is (Verdict.HOLDS if kept else Verdict.INCONCLUSIVE), finding.why
        assert ("pod-a was not Ready any more at the end" in finding.why) is not kept
    late = act("a.a.a..........a..")
    late.recording.changes.append(pod(8.0, "pod-a", ready=False))
    assert checks.resumes_sending(late, "web", NOTHING).verdict is Verdict.VIOLATED


def test_a_late_answer_of_another_pod_was_no_request_to_the_one_that_turned_unready() -> None:
    one = act(FINE)
    one.recording.lanes["n1", "web"].took[9] = 1.3
    found = checks.stops_sending(one, "web")
    assert found.verdict is Verdict.HOLDS, found.why


def test_a_pod_that_is_chosen_once_and_no_more_is_not_resumed() -> None:
    once, again = FINE[:12] + "." * 40, FINE[:12] + ".a" * 20
    assert checks.resumes_sending(act(again, end=25.0), "web", NOTHING).verdict is Verdict.HOLDS
    found = checks.resumes_sending(act(once, end=25.0), "web", NOTHING)
    assert found.verdict is Verdict.INCONCLUSIVE, found.why
    assert "for good" in found.why
