"""One of three pods is deleted gracefully or by force, or its process is killed: what do clients on every node see?

Given the services `web` (whose pods end slowly, because of a preStop delay) and `plain` (whose pods end at once), with three
pods each, asked over new connections from every node. At the end all pods of `web` are replaced, and then those of CoreDNS.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from kubeskeptic import checks
from kubeskeptic.bounds import (
    BACKOFF,
    BACKOFF_JITTER,
    KILLED_CONTAINER_WINDOW,
    NOTICING,
    PROGRAMMING_LAG,
    START,
    constant,
)
from kubeskeptic.checks.replicas import SURPLUS
from kubeskeptic.faults.components.change_service_rule import ChangeServiceRule
from kubeskeptic.faults.components.stop_kubelet import StopKubelet
from kubeskeptic.faults.control_plane.stop_coredns import WHERE as DNS
from kubeskeptic.faults.pods.delete_pod import DeletePod
from kubeskeptic.faults.pods.kill_container import KillContainer
from kubeskeptic.guard.risk import Risk
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.probes.specs import Probe, dns_udp, http_new
from kubeskeptic.sabotages import breakages, rewrites
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.scenarios.declaration import WATCHED
from kubeskeptic.scenarios.replacing import ready_pods, wait_until_replaced
from kubeskeptic.timeline import Act
from kubeskeptic.timeline.objects import ip_of, node_of

DNS_LABEL = "k8s-app=kube-dns"

QUIET = constant("nothing done", 8.0)
"""How long nodes are asked while nothing happens."""

pods = Scenario(
    "services/pod_killed",
    "Pods of a service are deleted and killed, one at a time.",
    watches=(*WATCHED, "ReplicaSet"),
    quick=("quiet", "graceful"),
)


@pods.given
def three_pods_behind_each_service(stage: Stage) -> None:
    """Three pods behind each service are asked from every node."""
    stage.apply()
    web, plain = stage.service("web"), stage.service("plain")
    stage.ask(
        http_new("web", web["clusterIP"], 80, rate=50),
        http_new("plain", plain["clusterIP"], 80, rate=50),
        http_new("node-port", "$NODE", web["ports"][0]["nodePort"], rate=10),
        *clients_of_the_name(stage, "name-same-port"),
    )


def clients_of_the_name(stage: Stage, kept: str = "name-kept") -> Iterator[Probe]:
    """Every node queries the service's name, from a new UDP port each time, and from one that it keeps."""
    server, name, address = stage.dns_server(), stage.full_name("web"), stage.service("web")["clusterIP"]
    yield dns_udp("name", server, name, expect=[address], rate=10)
    yield dns_udp(kept, server, name, expect=[address], rate=10, keep_port=True)


@pods.act("quiet")
def nothing_happens(stage: Stage) -> None:
    """Nothing happens for some seconds."""
    stage.hold(QUIET)


@pods.act("graceful")
def a_pod_of_each_is_deleted(stage: Stage) -> None:
    """A pod of each service is deleted gracefully."""
    abrupt, polite = stage.victim("plain"), stage.victim("web")
    with stage.inflict(DeletePod(stage.namespace, abrupt)), stage.inflict(DeletePod(stage.namespace, polite)):
        stage.moment("deleted")
        stage.hold()


@pods.act("forced")
def a_pod_is_forced_away(stage: Stage) -> None:
    """A pod is deleted by force, without a grace period."""
    with stage.inflict(DeletePod(stage.namespace, stage.victim("plain"), force=True)):
        stage.hold()


@pods.act("sigkill", needs=Risk.NODE)
def a_container_is_killed(stage: Stage) -> None:
    """The process of a container is killed with SIGKILL."""
    with stage.inflict(KillContainer(stage.namespace, stage.victim("web"))):
        stage.hold()


@pods.act("again", needs=Risk.NODE, after="sigkill")
def the_container_is_killed_again(stage: Stage) -> None:
    """The same container is killed again, soon after it was restarted."""
    with stage.inflict(KillContainer(stage.namespace, stage.victims["sigkill"])):
        stage.hold()


@pods.act("surplus", settled=False)
def a_surplus_pod_matches(stage: Stage) -> None:
    """A Ready pod that nothing owns is given the labels by which the ReplicaSet of `web` selects its pods."""
    labels, before = stage.pods("web")[0]["metadata"]["labels"], time.time()
    stage.run.kube.patch("Pod", "extra", stage.namespace, {"metadata": {"labels": labels}})
    stage.see(SURPLUS, web=(before, time.time()))
    stage.hold(since=time.time())


@pods.act("rollout", asking=clients_of_the_name)
def all_pods_are_replaced(stage: Stage) -> None:
    """All pods of `web` are replaced, as by `kubectl rollout restart`."""
    restart = {"kubectl.kubernetes.io/restartedAt": datetime.now(UTC).isoformat()}
    old = ready_pods(stage, stage.namespace, "app=web")
    template = {"metadata": {"annotations": restart}}
    stage.run.kube.patch("Deployment", "web", stage.namespace, {"spec": {"template": template}})
    stage.moment("begun")
    wait_until_replaced(stage, "rollout", old, stage.namespace, "app=web")
    stage.hold(since=time.time())


@pods.act("coredns", needs=Risk.CONTROL_PLANE, asking=clients_of_the_name)
def coredns_is_restarted(stage: Stage) -> None:
    """The pods of CoreDNS are deleted, each once the one before it is replaced."""
    old = ready_pods(stage, DNS, DNS_LABEL)
    for pod in sorted(old):
        with stage.inflict(DeletePod(DNS, pod)):
            pass
    wait_until_replaced(stage, "coredns", old, DNS, DNS_LABEL)
    stage.moment("restarted")
    stage.hold(since=time.time())


@claim("service.stable", case="pods killed", act=("quiet", "graceful", "forced", "sigkill"),
       broken_by=("coredns-scaled-to-0", "service-recreated"))  # fmt: skip
def test_the_name_keeps_its_one_address(act: Act, holds: Holds) -> None:
    holds(checks.same_answer(act, "name"))


@claim("service.stable", case="pods killed, kept port", act=("quiet", "graceful", "forced", "sigkill"),
       broken_by=("dns-flow-stale",))  # fmt: skip
def test_the_name_keeps_its_one_address_for_a_client_that_keeps_its_port(act: Act, holds: Holds) -> None:
    holds(checks.same_answer(act, "name-same-port", kept=True))


@claim("service.stable", case="rollout", act="rollout", watched=PROGRAMMING_LAG)
def test_the_name_keeps_its_one_address_when_all_pods_are_replaced(act: Act, holds: Holds) -> None:
    holds(checks.resolves_throughout(act, "rollout", "name", "name-kept"))


@claim("service.stable", case="CoreDNS restarted", act="coredns", within=PROGRAMMING_LAG)
def test_the_name_keeps_its_one_address_when_coredns_is_restarted(act: Act, holds: Holds) -> None:
    holds(checks.resolves_but_for_kept_ports(act, "coredns", "name", "name-kept"))


@claim("service.pod-killed", case="graceful, preStop", act="graceful", of="web", watched=PROGRAMMING_LAG)
def test_no_request_fails_when_a_pod_ends_slowly(act: Act, holds: Holds) -> None:
    holds(checks.never_fails(act, "web"))


@claim("service.pod-killed", case="graceful, no preStop", act="graceful", of="plain", within=PROGRAMMING_LAG)
def test_requests_fail_for_the_programming_lag_when_a_pod_ends_at_once(act: Act, holds: Holds) -> None:
    holds(checks.fails_at_most(act, "plain"))


@claim("service.pod-killed", case="forced", act="forced", within=PROGRAMMING_LAG)
def test_requests_fail_for_the_programming_lag_when_a_pod_is_forced_away(act: Act, holds: Holds) -> None:
    holds(checks.fails_at_most(act, "plain"))


@claim("service.pod-killed", case="SIGKILL", act="sigkill", within=KILLED_CONTAINER_WINDOW)
def test_requests_fail_until_a_killed_container_is_noticed(act: Act, holds: Holds) -> None:
    holds(checks.fails_at_most(act, "web"))


@claim("heal.crash", case="once", act="sigkill", within=START)
def test_a_killed_container_is_restarted_in_place(act: Act, holds: Holds) -> None:
    holds(checks.restarted_in_place(act))


@claim("heal.crash", case="again", act="again", soonest=BACKOFF, within=(1 + BACKOFF_JITTER) * BACKOFF + NOTICING,
       broken_by=("kubelet-stopped",))  # fmt: skip
def test_a_container_that_is_killed_again_is_backed_off_from(act: Act, holds: Holds) -> None:
    holds(checks.restarted_in_place(act, ready=False))


@claim("replicaset.count", case="deletion", act="graceful", of="web", within=START)
def test_a_deleted_replica_is_replaced(act: Act, holds: Holds) -> None:
    holds(checks.whole_again(act, "web", 3))


@claim("replicaset.count", case="surplus", act="surplus", within=START)
def test_a_surplus_replica_is_removed(act: Act, holds: Holds) -> None:
    holds(checks.surplus_removed(act, "web", 3))


@claim("pod.not-stable", case="deleted", act="graceful", of="web", watched=START, broken_by=("fixed-names",))
def test_a_replacement_is_another_pod(act: Act, holds: Holds) -> None:
    holds(checks.replaced_by_another(act, "web"))


@claim("pod.not-stable", case="restarted", act="sigkill", within=START, broken_by=("restart-never",))
def test_a_pod_whose_container_restarts_stays_the_same(act: Act, holds: Holds) -> None:
    holds(checks.restarted_in_place(act))


@claim("proxy.every-node", act="quiet", watched=QUIET)
def test_every_node_answers_for_the_service(act: Act, holds: Holds) -> None:
    holds(checks.answers_everywhere(act, "web", node_port="node-port"))


@claim("proxy.crosses-nodes", act="quiet", watched=QUIET)
def test_nodes_forward_to_other_nodes_all_the_time(act: Act, holds: Holds) -> None:
    holds(checks.crosses_nodes(act, "web"))


pods.sabotage("graceful", "forced", graded=True)(breakages.kube_proxy_frozen)
pods.sabotage("quiet")(breakages.rules_flushed)
pods.sabotage("graceful:deleted", "rollout:begun", "coredns:restarted")(breakages.coredns_scaled_to_0)
pods.sabotage("graceful:deleted", "rollout:begun", "coredns:restarted")(breakages.service_recreated)
pods.sabotage("graceful:deleted", "rollout:begun", "coredns:restarted")(breakages.dns_flow_stale)
pods.sabotage("quiet")(breakages.internal_traffic_local)
pods.sabotage("quiet")(breakages.endpoint_by_hand)
pods.sabotage("graceful", "surplus")(breakages.replicaset_controller_off)
pods.rewrite(rewrites.restart_never)
pods.rewrite(rewrites.fixed_names)


@pods.sabotage("quiet")
def one_in_ten_astray(stage: Stage) -> AbstractContextManager[object]:
    """On one worker a tenth of the connections to the service `web` is led to a pod of another service."""
    astray = f"{ip_of(stage.pods('plain')[0])}:8080"
    rule = ChangeServiceRule(breakages.some_worker(stage), stage.service("web")["clusterIP"], 80, 10, astray)
    return stage.inflict(rule, lasts=breakages.LASTS)


@pods.sabotage("sigkill", "again")
def kubelet_stopped(stage: Stage) -> AbstractContextManager[object]:
    """The kubelet of the victim's node is stopped."""
    victim = stage.victims.get("sigkill") or stage.victim("web")
    pod = next(pod for pod in stage.pods("web") if pod["metadata"]["name"] == victim)
    return stage.inflict(StopKubelet(node_of(pod)), lasts=900)
