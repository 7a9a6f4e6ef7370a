"""What is measured of pods that take too much at 5 s, known to 0.2 s; each bound is 5 s."""

from __future__ import annotations

import pytest

from kubeskeptic.checks import evicted_and_replaced, evicted_for_good, reports_pressure
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import Change
from tests.checks.pressed import NEVER, bare, ended_well, evicted, owned, phased, running, says, taken
from tests.drawn import pod


def exits(change: Change, *codes: int, field: str = "state") -> Change:
    """A pod whose containers have ended with these."""
    change.object["status"]["containerStatuses"] = [
        {"name": f"c{at}", field: {"terminated": {"exitCode": code}}} for at, code in enumerate(codes)
    ]
    return change


# -- a bare pod ----------------------------------------------------------------------------------------------------------
def test_everything_that_is_measured_of_a_bare_pod() -> None:
    found = bare(evicted(9)._replace(age=0.5))
    assert found.measured["evicted"].interval == pytest.approx((3.3, 4.0))
    assert (found.measured["ended otherwise"].interval, found.measured["made again"].value) == ((0, 0), 0)
    assert (found.nodes, found.window) == (("n1",), (1, 30))
    assert "web-1 on n1 was evicted 4.0 s after it used too much, and is Failed; no pod replaced it" in found.why
    never = bare()
    assert never.measured["evicted"].interval == pytest.approx((24.8, NEVER))
    assert never.measured["ended otherwise"].value == 0, "it has not ended"


def test_how_one_ended_that_was_not_evicted() -> None:
    found = bare(evicted(9, reason="OOMKilled"))
    assert found.measured["ended otherwise"].interval == (1.0, 1.0)
    assert "ended 4.0 s after it used too much, but not as evicted: Failed (OOMKilled)" in found.why
    assert "with reason Evicted, as evicted" in found.bounds["ended otherwise"].source
    assert "without a reason, as evicted" in bare(ended_well(9), phase="Succeeded").bounds["ended otherwise"].source


def test_its_kubelet_alone_says_that_it_ended_it() -> None:
    silent, twice, other, bare_status = evicted(9), evicted(9), evicted(9), evicted(9)
    silent.object["status"]["conditions"].pop()
    twice.object["status"]["conditions"] += twice.object["status"]["conditions"][-1:]
    other.object["status"]["conditions"][-1]["type"] = "Ready"
    del bare_status.object["status"]["conditions"]
    for change in (silent, twice, other, bare_status):
        assert bare(change).verdict is Verdict.VIOLATED
    more = evicted(9)
    more.object["status"]["conditions"].append({"type": "PodScheduled", "reason": "any"})
    assert bare(more).verdict is Verdict.HOLDS


@pytest.mark.parametrize(("end", "verdict"), [(14.0, Verdict.INCONCLUSIVE), (14.1, Verdict.HOLDS)])
def test_another_would_have_been_made_within_a_start(end: float, verdict: Verdict) -> None:
    found = bare(evicted(9), end=end)
    assert found.verdict is verdict
    assert ("The act ended 5.0 s after web-1 ended" in found.why) is (verdict is Verdict.INCONCLUSIVE)


def test_an_eviction_that_came_late_is_late_however_soon_the_act_ends() -> None:
    assert bare(evicted(11), end=12).verdict is Verdict.VIOLATED
    assert bare(evicted(9, reason=""), end=12).verdict is Verdict.VIOLATED


def test_others_that_come_are_counted_by_name_however_soon_the_act_ends() -> None:
    later = [running(9.5, "web-3"), running(10, "web-2"), running(11, "web-2", restarts=1)]
    found = bare(evicted(9), *later, end=12)
    assert (found.verdict, found.measured["made again"].value) == (Verdict.VIOLATED, 2)
    assert "web-2, web-3 replaced it" in found.why


@pytest.mark.parametrize("at", [5.0, 5.1])
def test_another_that_was_there_by_then_makes_two(at: float) -> None:
    found = bare(running(at, "web-2"), evicted(9))
    assert ("2 pods of web were running" in found.why) is (at <= 5.0)
    assert found.verdict is (Verdict.INCONCLUSIVE if at <= 5.0 else Verdict.VIOLATED)


def test_one_that_had_ended_by_then_is_not_the_one() -> None:
    old = [running(1, "web-0"), evicted(2, "web-0")]
    assert bare(*old, evicted(9)).verdict is Verdict.HOLDS
    assert bare(*old, ended_well(3, name="web-00"), evicted(9)).verdict is Verdict.HOLDS
    assert bare(running(1, "web-0"), evicted(5.0, "web-0"), evicted(9)).verdict is Verdict.HOLDS
    back = bare(running(1, "web-0"), evicted(5.0, "web-0"), evicted(9), evicted(9.5, "web-0"))
    assert back.measured["made again"].value == 0, "it was there before"
    assert "0 pods of web were running" in bare(evicted(5.0)).why, "ended at the moment"
    assert bare(evicted(5.1)).measured["evicted"].value == pytest.approx(0.1)


def test_its_end_is_the_first_that_was_seen() -> None:
    found = bare(running(8, restarts=1), evicted(9), evicted(12), evicted(13, type="DELETED"))
    assert (found.verdict, found.measured["evicted"].value) == (Verdict.HOLDS, 4.0)
    assert bare(running(8, type="DELETED"), evicted(9)).measured["evicted"].value == 3.0


@pytest.mark.parametrize(
    ("codes", "otherwise", "told"),
    [((0, 0), (1, 1), ""), ((137, 0), (0, 1), "exited with 137;"), ((1, 143), (0, 1), "exited with 1, 143;")],
)
def test_one_that_was_to_exit_with_0_and_did_not(
    codes: tuple[int, ...], otherwise: tuple[float, float], told: str
) -> None:
    for field in ("state", "lastState"):
        found = bare(exits(evicted(9), *codes, field=field), phase="Succeeded")
        assert found.measured["ended otherwise"].interval == otherwise
        assert told in found.why
        assert ("should have exited with 0" in found.why) is bool(told)
    plain = bare(exits(evicted(9), *codes))
    assert "should have exited with 0" not in plain.why, "one that is to be Failed may exit with anything"


def test_containers_of_which_no_end_is_known() -> None:
    vague = evicted(9)
    vague.object["status"]["containerStatuses"] = [
        {"name": "a", "state": None, "lastState": {"terminated": None}}, {"name": "b", "state": {"terminated": {}}},
    ]  # fmt: skip
    assert bare(vague, phase="Succeeded").verdict is Verdict.VIOLATED
    assert bare(phase="Succeeded").measured["ended otherwise"].interval == (0, 0)


# -- a ReplicaSet's ------------------------------------------------------------------------------------------------------
def test_everything_that_is_measured_of_a_replacement() -> None:
    new = running(12, "web-2", node="n2")._replace(age=0.5)
    away = evicted(9.5, "web-3"), evicted(9.6, "web-4"), evicted(13, "web-4")
    found = owned(evicted(9)._replace(age=0.25), *away, new)
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["evicted, to be replaced"].interval == pytest.approx((3.55, 4.0))
    assert found.measured["ended otherwise, to be replaced"].value == 0
    assert found.measured["replaced"].interval == (2.5, 3.25)
    assert (found.measured["turned away"].value, found.nodes, found.window) == (2, ("n1",), (1, 30))
    assert "web-2 was Ready on n2 3.2 s later; 2 on n1 were rejected" in found.why


def test_an_end_that_was_no_eviction_is_none_even_when_it_is_replaced() -> None:
    found = owned(evicted(9, reason=""), running(12, "web-2", node="n2"))
    assert (found.verdict, found.measured["ended otherwise, to be replaced"].value) == (Verdict.VIOLATED, 1)


def test_what_was_not_replaced() -> None:
    found = owned(evicted(9)._replace(age=0.25))
    assert found.measured["replaced"].interval == (21.0, NEVER)
    assert "no pod replaced it" in found.why
    assert owned().measured["replaced"].interval == (0.0, NEVER), "nothing has to be replaced yet"


@pytest.mark.parametrize(
    "other",
    [
        evicted(9.5, "web-2", reason="OutOfmemory"),  # for another reason
        evicted(9.5, "web-2", node="n3"),  # by another node
        evicted(9.5, "other", app="other"),
    ],
)
def test_only_pods_that_its_node_evicts_were_turned_away(other: Change) -> None:
    found = owned(evicted(9), other, running(12, "web-3", node="n2"))
    assert (found.verdict, found.measured["turned away"].value) == (Verdict.HOLDS, 0)
    assert "turned away" not in found.why


def test_the_first_that_is_ready_elsewhere_takes_its_place() -> None:
    found = owned(
        evicted(9), pod(10, "web-2", node="n2", ready=False), running(11, "web-3"), running(12, "web-4", node="n3")
    )
    assert found.measured["replaced"].value == 3.0
    assert "web-4 was Ready on n3" in found.why


# -- when too much was taken ---------------------------------------------------------------------------------------------
def test_of_an_app_that_took_nothing_nothing_can_be_said() -> None:
    act = taken(running(0), pod(0, "api-1", app="api"), evicted(9), says(0, "False"))
    for found in (
        evicted_for_good(act, "api"), evicted_and_replaced(act, "api"), reports_pressure(act, "api", "MemoryPressure"),
    ):  # fmt: skip
        assert (found.verdict, "did not get as far as api using too much" in found.why) == (Verdict.INCONCLUSIVE, True)


def test_a_pod_of_which_nothing_is_said_is_there() -> None:
    plain = phased(pod(1, "web-2"), "Running")
    del plain.object["status"]
    assert "2 pods of web were running" in bare(plain, evicted(9)).why
