"""A node without a CNI configuration. It is removed at 2 s and put back at 20 s; bounds are 3 s, with the margin 5 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.bounds import STATUS
from kubeskeptic.checks import (
    goes_on_without_network,
    ready_again,
    runs_once_healed,
    turns_not_ready,
    waits_for_network,
)
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.settings import Setting, Settings
from kubeskeptic.timeline import Act, ActSpan, Change, Gap
from tests.checks.declared import declared, watch_gap
from tests.drawn import gone, lane, node, pod, watched

SAYS = "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:no plugin"
REASON = "NetworkPluginNotReady"


def reported(seen: float, ready: str, message: str = "kubelet is posting ready status") -> Change:
    change = node(seen, "n1", ready)
    change.object["status"]["conditions"][0]["message"] = message
    return change


READY, UNPLUGGED, AGAIN = reported(0.0, "True"), reported(5.0, "False", SAYS), reported(23.0, "True")


def waiting(seen: float, reason: str = "ContainerCreating", **more: Any) -> Change:
    change = pod(seen, "w-1", app="waiting", ready=False, **more)
    change.object["status"]["containerStatuses"][0]["state"] = {"waiting": {"reason": reason}}
    return change


def runs(seen: float) -> Change:
    return pod(seen, "w-1", app="waiting", started="2026-01-01T00:00:00Z")


WAITED = [waiting(6.0, type="ADDED"), waiting(6.1)]


def unplugged(*changes: Change, end: float = 40.0, gaps: tuple[Gap, ...] = (), undone: bool = True) -> Act:
    phases = {"undoing": 20.0, "undone": 20.2} if undone else {}
    return declared(*changes, end=end, faults=(gone(2.0, "network/n1", "remove_cni_config", **phases),), gaps=gaps)


def test_the_node_turns_not_ready_for_that_reason() -> None:
    found = turns_not_ready(unplugged(READY, UNPLUGGED), REASON)
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["NotReady"].value == 3.0
    assert "NetworkPluginNotReady" in found.why


@pytest.mark.parametrize(
    ("changes", "end", "verdict"),
    [
        ([READY, UNPLUGGED._replace(seen=7.0)], 40, Verdict.HOLDS),
        ([READY, UNPLUGGED._replace(seen=7.1)], 40, Verdict.VIOLATED),
        ([READY], 40, Verdict.VIOLATED),
        ([READY], 6, Verdict.INCONCLUSIVE),
        ([READY, reported(5.0, "False", "PLEG is not healthy")], 40, Verdict.VIOLATED),
        ([READY, reported(5.0, "Unknown", SAYS)], 40, Verdict.VIOLATED),
        ([reported(0.0, "False", SAYS), UNPLUGGED], 40, Verdict.INCONCLUSIVE),
        ([UNPLUGGED], 40, Verdict.INCONCLUSIVE),
    ],
)
def test_too_late_never_or_for_another_reason(changes: list[Change], end: float, verdict: Verdict) -> None:
    found = turns_not_ready(unplugged(*changes, end=end), REASON)
    assert found.verdict is verdict, found.why


@pytest.mark.parametrize(
    ("changes", "end", "verdict"),
    [
        ([READY, UNPLUGGED, AGAIN], 40, Verdict.HOLDS),
        ([READY, UNPLUGGED, AGAIN._replace(seen=25.0)], 40, Verdict.HOLDS),
        ([READY, UNPLUGGED, AGAIN._replace(seen=25.1)], 40, Verdict.INCONCLUSIVE),  # undone between 20.0 and 20.2 s
        ([READY, UNPLUGGED, AGAIN._replace(seen=25.3)], 40, Verdict.VIOLATED),
        ([READY, UNPLUGGED], 40, Verdict.VIOLATED),
        ([READY, UNPLUGGED], 25, Verdict.INCONCLUSIVE),
        ([READY, AGAIN], 40, Verdict.INCONCLUSIVE),
    ],
)
def test_the_node_is_ready_again(changes: list[Change], end: float, verdict: Verdict) -> None:
    found = ready_again(unplugged(*changes, end=end))
    assert found.verdict is verdict, found.why


def test_a_state_that_is_reached_and_lost_is_not_reached() -> None:
    for found in (
        turns_not_ready(unplugged(READY, UNPLUGGED, reported(5.3, "True")), REASON),
        turns_not_ready(unplugged(READY, UNPLUGGED, reported(5.3, "False", "PLEG is not healthy")), REASON),
        ready_again(unplugged(READY, UNPLUGGED, AGAIN, reported(23.3, "False", SAYS))),
        runs_once_healed(unplugged(*WAITED, runs(22.0), waiting(22.3)), "waiting"),
        runs_once_healed(unplugged(*WAITED, runs(22.0), runs(22.3)._replace(type="DELETED")), "waiting"),
    ):
        assert (found.verdict, "s, but not for good, after" in found.why) == (Verdict.INCONCLUSIVE, True), found.why


def test_a_state_that_is_lost_and_reached_again_in_time_is_reached() -> None:
    twice = turns_not_ready(unplugged(READY, UNPLUGGED, reported(5.3, "True"), UNPLUGGED._replace(seen=6.0)), REASON)
    assert (twice.verdict, twice.measured["NotReady"].interval) == (Verdict.HOLDS, (3.0, 4.0))
    late = turns_not_ready(unplugged(READY, UNPLUGGED, reported(5.3, "True"), UNPLUGGED._replace(seen=7.1)), REASON)
    assert late.verdict is Verdict.INCONCLUSIVE, "it was NotReady in time"
    again = unplugged(*WAITED, runs(22.0), waiting(22.3), runs(23.0))
    assert runs_once_healed(again, "waiting").verdict is Verdict.HOLDS


@pytest.mark.parametrize(("at", "verdict"), [(20.0, Verdict.INCONCLUSIVE), (20.1, Verdict.HOLDS)])
def test_a_node_is_not_ready_until_its_configuration_is_put_back(at: float, verdict: Verdict) -> None:
    assert turns_not_ready(unplugged(READY, UNPLUGGED, reported(at, "True")), REASON).verdict is verdict


def test_a_pod_waits_for_a_network() -> None:
    found = waits_for_network(unplugged(*WAITED, runs(22.0)), "waiting")
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["waited"].value == 14.0


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ([*WAITED, runs(15.0)], Verdict.VIOLATED),
        ([waiting(6.0, "CrashLoopBackOff"), runs(22.0)], Verdict.VIOLATED),
        ([pod(6.0, "w-1", app="waiting", ready=False)], Verdict.INCONCLUSIVE),  # for what it waits was not said
        ([waiting(15.1)], Verdict.INCONCLUSIVE),  # 4.9 s of more than 5
        ([waiting(0.5)], Verdict.INCONCLUSIVE),
        ([], Verdict.INCONCLUSIVE),
    ],
)
def test_it_runs_or_waits_for_something_else(changes: list[Change], verdict: Verdict) -> None:
    found = waits_for_network(unplugged(*changes), "waiting")
    assert found.verdict is verdict, found.why


@pytest.mark.parametrize(
    ("changes", "end", "verdict"),
    [
        ([*WAITED, runs(24.0)], 40, Verdict.HOLDS),
        ([*WAITED, runs(25.3)], 40, Verdict.VIOLATED),
        (WAITED, 40, Verdict.VIOLATED),
        (WAITED, 25, Verdict.INCONCLUSIVE),
        ([*WAITED, runs(15.0)], 40, Verdict.INCONCLUSIVE),
    ],
)
def test_the_pod_that_waited_runs(changes: list[Change], end: float, verdict: Verdict) -> None:
    found = runs_once_healed(unplugged(*changes, end=end), "waiting")
    assert found.verdict is verdict, found.why


def test_what_was_not_seen_is_inconclusive() -> None:
    def judged(act: Act) -> list[Finding]:
        return [waits_for_network(act, "waiting"), runs_once_healed(act, "waiting")]

    whole = [READY, UNPLUGGED, AGAIN, *WAITED, runs(22.0)]
    assert {found.verdict for found in judged(unplugged(*whole))} == {Verdict.HOLDS}
    assert {found.verdict for found in judged(unplugged(*whole, gaps=(watch_gap(8.0, 9.0),)))} == {Verdict.INCONCLUSIVE}
    assert "was not undone" in runs_once_healed(unplugged(*whole, undone=False), "waiting").why
    assert "was not undone" in ready_again(unplugged(*whole, undone=False)).why


def test_another_pod_that_runs_is_not_the_one_that_waited() -> None:
    another = runs(22.0)
    another.object["metadata"]["uid"] = "another"
    for check in (waits_for_network, runs_once_healed):
        found = check(unplugged(*WAITED, another), "waiting")
        assert (found.verdict, "was replaced by another pod of waiting" in found.why) == (Verdict.INCONCLUSIVE, True)


def test_a_pod_that_waits_elsewhere_waits_for_something_else() -> None:
    elsewhere = [waiting(6.0, type="ADDED", node="n2"), waiting(6.1, node="n2")]
    assert waits_for_network(unplugged(*elsewhere), "waiting").verdict is Verdict.INCONCLUSIVE
    found = runs_once_healed(unplugged(*elsewhere, runs(22.0)._replace(seen=22.0)), "waiting")
    assert (found.verdict, "was on n2 instead of n1" in found.why) == (Verdict.INCONCLUSIVE, True)


def test_a_pod_that_was_made_once_the_plugin_was_back() -> None:
    late = [waiting(21.0, type="ADDED"), waiting(21.1)]
    assert "only after the fault was undone" in waits_for_network(unplugged(*late), "waiting").why


def test_the_settings_of_another_node_are_not_those_of_the_node() -> None:
    act = declared(
        READY, UNPLUGGED._replace(seen=9.0), end=40.0, faults=(*unplugged().recording.faults,), within=STATUS
    )
    act.recording.settings = Settings({"STATUS": Setting("STATUS", 60, "", per_node={"n1": 3, "n2": 60})})
    assert turns_not_ready(act, REASON).verdict is Verdict.VIOLATED


def there(*more: Change, node_: str = "n1", host: bool = False) -> Finding:
    """What is said of a pod that runs on a node before n1 loses its configuration."""
    act = watched(
        lane("." * 400, "n1"), lane("." * 400, "n2"), pods={"pod-a": node_}, changes=more,
        faults=(gone(2.0, "network/n1", "remove_cni_config", undoing=20.0, undone=20.2),),
        spans=(ActSpan("act", 0, 1, 40),),
    )  # fmt: skip
    if host:
        next(act.recording.of_kind("Pod")).object["spec"]["hostNetwork"] = True
    return goes_on_without_network(act, "web")


def test_pods_go_on_answering_on_the_node_that_has_no_network_plugin() -> None:
    seen = READY, UNPLUGGED, AGAIN
    assert there(*seen).verdict is Verdict.HOLDS, there(*seen).why
    assert "pod-a ran on n2, and n1 lost the CNI configuration" in there(*seen, node_="n2").why
    assert "pod-a ran in the network of n1" in there(*seen, host=True).why
    assert "n1 lost its CNI configuration in “act”, but the watch shows it Ready" in there(READY).why
    for found in (there(*seen, node_="n2"), there(*seen, host=True), there(READY)):
        assert found.verdict is Verdict.INCONCLUSIVE


def test_a_pod_in_its_nodes_network_does_not_wait_for_another() -> None:
    changes = [waiting(6.0, type="ADDED"), waiting(6.1)]
    for one in changes:
        one.object["spec"]["hostNetwork"] = True
    found = waits_for_network(unplugged(READY, UNPLUGGED, AGAIN, *changes), "waiting")
    assert found.verdict is Verdict.INCONCLUSIVE, found.why
    assert "in the network of its node" in found.why


@pytest.mark.parametrize(
    ("since", "until", "verdict"),
    [(24.0, None, Verdict.INCONCLUSIVE), (26.0, None, Verdict.VIOLATED), (24.0, 25.0, Verdict.VIOLATED)],
)
def test_what_a_watch_that_broke_off_did_not_see_may_have_happened(
    since: float, until: float | None, verdict: Verdict
) -> None:
    gap = Gap("watch", "", "", "Pod", since, until, "it broke off")
    found = runs_once_healed(unplugged(READY, UNPLUGGED, AGAIN, *WAITED, gaps=(gap,)), "waiting")
    assert found.verdict is verdict, found.why
