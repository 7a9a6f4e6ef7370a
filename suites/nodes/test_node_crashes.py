"""A worker is killed and comes back much later: what happens to its pods, and what do clients on other nodes see?

Given a bare pod, a Deployment `web` behind a service, a StatefulSet and a DaemonSet, with a pod of each on the node that is
killed. Their pods tolerate a dead node for 5 s; everything else is the cluster's default.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager

from kubeskeptic import checks
from kubeskeptic.bounds import (
    DEAD_ENDPOINT_WINDOW,
    EVICT,
    GRACE,
    LEASE,
    LEASE_JITTER,
    MONITOR,
    START,
    SYN_SENT,
    UNTIL_EVICTED,
    constant,
)  # fmt: skip
from kubeskeptic.durations import CONTAINERS_BACK, PROBE_DEADLINE
from kubeskeptic.faults.nodes.crash_node import CrashNode
from kubeskeptic.faults.nodes.taint_node import TaintNode
from kubeskeptic.findings import all_of
from kubeskeptic.guard.risk import Risk
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.probes.specs import Probe, dns_udp, http_kept, http_new
from kubeskeptic.sabotages import breakages, rewrites
from kubeskeptic.scenarios import GIVEN, Scenario, Stage
from kubeskeptic.scenarios.declaration import WATCHED
from kubeskeptic.timeline import Act

KEPT = tuple(f"web-kept-{number}" for number in range(1, 11))
"""Kept connections of each node: enough that some lead to the pod on the node that dies."""
DEADLINE = constant("deadline of a request", PROBE_DEADLINE)
"""Until then after a request, its outcome is not known."""

crashes = Scenario(
    "nodes/node_crashes", "A worker is killed and returns; then it is killed and stays dead.", Risk.NODE,
    watches=(*WATCHED, "ReplicaSet", "StatefulSet"),
)  # fmt: skip


@crashes.given
def a_pod_of_each_kind_on_the_node(stage: Stage) -> None:
    """One pod of each kind runs on the node that will die."""
    stage.apply()


@crashes.act("brief", settled=False, exclusive="addresses")
def a_node_returns_in_time(stage: Stage) -> None:
    """The node of the bare pod is killed and started again at once."""
    with stage.inflict(CrashNode(stage.node_of("alone"))):
        pass
    stage.wait(lambda: stage.running_again("alone"), CONTAINERS_BACK, "the bare pod to run again")
    stage.wait(stage.all_ready, CONTAINERS_BACK, "all pods to be Ready again")


def clients_of_web(stage: Stage) -> Iterable[Probe]:
    """Every node asks the service, over new connections and by another service over kept ones, and queries its name, from a
    new UDP port each time and from one that it keeps.
    """
    address, server, name = stage.service("web")["clusterIP"], stage.dns_server(), stage.full_name("web")
    yield http_new("web", address, 80, rate=50)
    yield from (http_kept(kept, stage.service("web-kept")["clusterIP"], 80, rate=5) for kept in KEPT)
    yield dns_udp("name", server, name, expect=[address], rate=10)
    yield dns_udp("name-same-port", server, name, expect=[address], rate=10, keep_port=True)


@crashes.act("crash", asking=clients_of_web, exclusive="addresses")
def a_node_stays_dead(stage: Stage) -> None:
    """The node of the bare pod is killed and stays dead until every bound has passed."""
    with stage.inflict(CrashNode(stage.node_of("alone")), lasts=600):
        stage.hold(GRACE + MONITOR)
        stage.moment("found dead")
        stage.hold()
    stage.wait(lambda: stage.all_ready(but=1), CONTAINERS_BACK, "all pods but the bare one to be Ready again")


@claim(
    "service.node-dies", case="crash", act="crash", within=DEAD_ENDPOINT_WINDOW, watched=DEAD_ENDPOINT_WINDOW + SYN_SENT
)
def test_only_the_dead_share_fails_until_the_node_is_found_dead(act: Act, holds: Holds) -> None:
    holds(checks.dead_share_only(act, "web"))


@claim(
    "service.node-dies", case="crash, kept connections", act="crash", within=DEAD_ENDPOINT_WINDOW,
    watched=DEAD_ENDPOINT_WINDOW + SYN_SENT + DEADLINE,
)  # fmt: skip
def test_kept_connections_fail_until_the_node_is_found_dead(act: Act, holds: Holds) -> None:
    holds(checks.only_its_share_fails(act, "web", *KEPT))


@claim(
    "service.stable", case="node crashed, kept port", act="crash", watched=DEAD_ENDPOINT_WINDOW,
    broken_by=("coredns-scaled-to-0",),
)  # fmt: skip
def test_the_name_keeps_its_one_address_for_a_client_that_keeps_its_port(act: Act, holds: Holds) -> None:
    holds(checks.same_answer(act, "name-same-port", kept=True))


@claim("service.stable", case="node crashed", act="crash", watched=DEAD_ENDPOINT_WINDOW)
def test_the_name_keeps_its_one_address(act: Act, holds: Holds) -> None:
    holds(checks.same_answer(act, "name"))


@claim(
    "loop.node-health", act="crash", soonest=GRACE - LEASE_JITTER * LEASE, within=GRACE + MONITOR, watched=UNTIL_EVICTED
)
def test_a_dead_node_is_emptied_and_not_removed(act: Act, holds: Holds) -> None:
    holds(all_of([checks.turns_unknown(act), checks.emptied_not_removed(act)]))


@claim(
    "pod.bare-dies-with-node", case="node stays dead", act="crash", within=UNTIL_EVICTED, broken_by=("bare-pod-owned",)
)
def test_a_bare_pod_dies_with_its_node(act: Act, holds: Holds) -> None:
    holds(checks.never_elsewhere(act, "alone"))


@claim(
    "pod.bare-dies-with-node", case="node returns in time", act="brief", within=START,
    broken_by=("bare-pod-never-restarted",),
)  # fmt: skip
def test_a_bare_pod_is_revived_by_a_node_that_returns_in_time(act: Act, holds: Holds) -> None:
    holds(all_of([checks.never_elsewhere(act, "alone", returns=True), checks.revived_in_place(act, "alone")]))


@claim("replicaset.count", case="node crashed", act="crash", within=GRACE + MONITOR + EVICT + START)
def test_replicas_on_a_dead_node_are_replaced(act: Act, holds: Holds) -> None:
    holds(checks.whole_again(act, "web", 3))


@claim("statefulset.order", case="start", act=GIVEN, broken_by=("statefulset-parallel",))
def test_a_statefulset_starts_in_order(act: Act, holds: Holds) -> None:
    holds(checks.started_in_order(act, "db", 3))


@claim("statefulset.order", case="node dead", act="crash", watched=UNTIL_EVICTED, broken_by=("node-out-of-service",))
def test_a_statefulset_waits_for_its_node(act: Act, holds: Holds) -> None:
    holds(checks.waits_for_its_node(act, "db"))


crashes.sabotage("crash:found dead")(breakages.coredns_scaled_to_0)
crashes.sabotage("crash:found dead")(breakages.service_recreated)
crashes.sabotage("crash")(breakages.replicaset_controller_off)
crashes.sabotage("crash")(breakages.node_lifecycle_off)
crashes.rewrite(rewrites.bare_pod_owned)
crashes.rewrite(rewrites.bare_pod_never_restarted)
crashes.rewrite(rewrites.statefulset_parallel)


@crashes.sabotage("crash:found dead")
def node_out_of_service(stage: Stage) -> AbstractContextManager[object]:
    """The dead node is marked out-of-service, which lets its pods go."""
    return stage.inflict(
        TaintNode(stage.dead_nodes[0], breakages.OUT_OF_SERVICE, "nodeshutdown", "NoExecute"), lasts=900
    )
