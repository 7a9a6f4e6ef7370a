"""A worker dies the hard way and comes back much later; what becomes of its pods, and what do clients elsewhere see?

Given a bare pod, a Deployment `web` behind a service, a StatefulSet and a DaemonSet, with a pod of each on the node that is
killed. Their pods tolerate a dead node for 5 s; everything else is the cluster's default.
"""

from __future__ import annotations

import pytest

from kubeskeptic import checks
from kubeskeptic.bounds import Bound, Settings
from kubeskeptic.checks.watching import alive
from kubeskeptic.durations import CONTAINERS_BACK, TAIL
from kubeskeptic.faults.nodes.crash_node import CrashNode
from kubeskeptic.findings import all_of
from kubeskeptic.guard.risk import Risk
from kubeskeptic.plugin import Holds
from kubeskeptic.probes.specs import dns_udp, http_new
from kubeskeptic.scenarios import Stage, scenario
from kubeskeptic.timeline import Recording


@scenario("nodes/node_crashes", needs=Risk.NODE)
def story(stage: Stage) -> None:
    """A worker is killed and returns at once; then it is killed again and stays dead until every bound has passed."""
    stage.apply()
    stage.note("EVICT", stage.eviction_delay("web"))
    alone, dead = next(iter(stage.homes("alone").items()))
    stage.note("alone", alone)
    stage.note("dead_node", dead)
    stage.note("dead_db", next(pod for pod, node in stage.homes("db").items() if node == dead))

    with stage.act("brief", probed=False):
        with stage.inflict(CrashNode(dead)):
            pass
        stage.wait(lambda: stage.running_again(alone), CONTAINERS_BACK, "the bare pod to run again")
        stage.wait(stage.all_ready, CONTAINERS_BACK, "all pods to be Ready again")

    stage.note("homes", stage.homes("web"))
    stage.note("dead_web", [pod for pod, node in stage.homes("web").items() if node == dead])
    web = stage.service("web")
    stage.note("cluster_ip", web["clusterIP"])
    stage.ask(
        http_new("web", web["clusterIP"], 80, rate=50),
        dns_udp("name", stage.dns_server(), stage.full_name("web"), expect=[web["clusterIP"]], rate=10),
    )
    with stage.act("crash"):
        with stage.inflict(CrashNode(dead), lasts=600) as crash:
            stage.hold(stage.settings.plus("GRACE", "MONITOR"), since=crash.applied_at)
            stage.moment("found dead")
            stage.hold(everything(stage.settings), since=crash.applied_at)
        stage.wait(lambda: stage.all_ready(but=1), CONTAINERS_BACK, "all pods but the bare one to be Ready again")


def everything(settings: Settings) -> float:
    """Seconds until the last bound of this scenario has passed: the dead endpoint window and the stale entries after it."""
    return settings.dead_endpoint_window.value + settings["SYN_SENT"] + TAIL


@pytest.mark.claim("service.node-dies", case="crash")
def test_only_the_dead_share_fails_until_the_node_is_found_dead(recording: Recording, holds: Holds) -> None:
    fault, settings = recording.fault("crash", "crash_node"), recording.settings
    holds(
        checks.dead_share_only(
            alive(recording, "web", but=recording.fact("dead_node")),
            recording.act("crash"),
            fault.applied,
            fault.lifted,
            dead=recording.fact("dead_web"),
            all_=len(recording.fact("homes")),
            window=settings.dead_endpoint_window,
            syn_sent=settings["SYN_SENT"],
        )
    )


@pytest.mark.claim("service.stable", case="node crashed")
def test_the_name_keeps_its_one_address(recording: Recording, holds: Holds) -> None:
    lanes = alive(recording, "name", but=recording.fact("dead_node"))
    holds(checks.same_answer(recording, lanes, ["crash"], recording.fact("cluster_ip")))


@pytest.mark.claim("loop.node-health")
def test_a_dead_node_is_emptied_and_not_removed(recording: Recording, holds: Holds) -> None:
    act, fault, settings = recording.act("crash"), recording.fault("crash", "crash_node"), recording.settings
    seen = (recording, act, recording.fact("dead_node"), fault.applied, fault.lifted)
    earliest = Bound(settings["GRACE"] - settings["LEASE"], "s", "GRACE − LEASE", at_least=True)
    latest = settings.plus("GRACE", "MONITOR")
    holds(
        all_of(
            [
                lambda: checks.turns_unknown(*seen, earliest, latest),
                lambda: checks.emptied_not_removed(*seen, but=["everywhere"]),
            ]
        )
    )


@pytest.mark.claim("pod.bare-dies-with-node", case="node stays dead")
def test_a_bare_pod_dies_with_its_node(recording: Recording, holds: Holds) -> None:
    act, fault = recording.act("crash"), recording.fault("crash", "crash_node")
    evicted = recording.settings.plus("GRACE", "MONITOR", EVICT=recording.fact("EVICT"))
    holds(checks.never_elsewhere(recording, act, "alone", fault.applied, back=fault.lifted, evicted=evicted))


@pytest.mark.claim("pod.bare-dies-with-node", case="node returns in time")
def test_a_bare_pod_is_revived_by_a_node_that_returns_in_time(recording: Recording, holds: Holds) -> None:
    act, fault, alone = recording.act("brief"), recording.fault("brief", "crash_node"), recording.fact("alone")
    window = recording.settings.plus("GRACE", EVICT=recording.fact("EVICT"))
    since = fault.healed_within(window)
    holds(
        all_of(
            [
                lambda: checks.never_elsewhere(recording, act, "alone", since),
                lambda: checks.restarted_in_place(recording, act, alone, since, window, same_ip=False),
            ]
        )
    )


@pytest.mark.claim("replicaset.count", case="node crashed")
def test_replicas_on_a_dead_node_are_replaced(recording: Recording, holds: Holds) -> None:
    bound = recording.settings.plus("GRACE", "MONITOR", "START", EVICT=recording.fact("EVICT"))
    fault = recording.fault("crash", "crash_node")
    holds(checks.whole_again(recording, recording.act("crash"), "web", 3, fault.applied, bound))


@pytest.mark.claim("statefulset.order")
def test_a_statefulset_starts_in_order_and_waits_for_its_node(recording: Recording, holds: Holds) -> None:
    fault, act, pod = recording.fault("crash", "crash_node"), recording.act("crash"), recording.fact("dead_db")
    begun = recording.act("brief").start or 0.0
    holds(
        all_of(
            [
                lambda: checks.started_in_order(recording, "db", 3, until=begun),
                lambda: checks.waits_for_its_node(recording, act, pod, fault.applied, fault.lifted),
            ]
        )
    )
