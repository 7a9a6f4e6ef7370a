"""Pods are replaced by updates, at random, without controllers, and to drain a node: do they come back, do clients notice?

Given the Deployment `web` (three pods that end slowly, because of a preStop delay) and the Deployment `plain` (four pods that
end at once, two of them on one node, with a PodDisruptionBudget that keeps three), each behind a service that is asked from
every node.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from itertools import count

from kubeskeptic import checks
from kubeskeptic.bounds import ELECTION, PROGRAMMING_LAG, START
from kubeskeptic.durations import CONTAINERS_BACK
from kubeskeptic.errors import ClusterError
from kubeskeptic.faults.control_plane.stop_component import StopComponent
from kubeskeptic.faults.nodes.cordon_node import CordonNode
from kubeskeptic.faults.nodes.drain_node import DrainNode
from kubeskeptic.faults.pods.delete_pod import DeletePod
from kubeskeptic.faults.pods.make_unready import MakeUnready
from kubeskeptic.findings import all_of
from kubeskeptic.guard.risk import Risk
from kubeskeptic.objects import containers, started
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.probes.specs import http_new
from kubeskeptic.sabotages import breakages, components, rewrites
from kubeskeptic.sabotages.components import MANAGER
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.scenarios.manifests import Manifest
from kubeskeptic.timeline import Act
from kubeskeptic.timeline.objects import node_of

MINUTE = 60.0
"""Seconds for which pods are deleted one after another."""
updates = Scenario(
    "workloads/updates",
    "Pods are replaced by an update, at random, without controllers, and to empty a node.",
    watches=("Pod", "Service", "EndpointSlice", "Deployment"),
)


@updates.given
def two_deployments_behind_services(stage: Stage) -> None:
    """The pods of both services are asked from every node."""
    stage.apply()
    stage.ask(
        http_new("web", stage.service("web")["clusterIP"], 80, rate=50),
        http_new("plain", stage.service("plain")["clusterIP"], 80, rate=50),
    )


@updates.act("rollout")
def the_template_changes(stage: Stage) -> None:
    """An environment variable in the template of `web` is changed."""
    server = {"name": "server", "env": [{"name": "RELEASE", "value": "2"}]}
    change = {"spec": {"template": {"spec": {"containers": [server]}}}}
    stage.run.kube.patch("Deployment", "web", stage.namespace, change, how="strategic")
    stage.hold()


@updates.act("rollback", after="rollout")
def the_template_changes_back(stage: Stage) -> None:
    """The template of `web` is set back to that of its first ReplicaSet, as `kubectl rollout undo` does."""
    sets = stage.run.kube.list("ReplicaSet", stage.namespace, labels="app=web")["items"]
    first = min(sets, key=lambda one: int(one["metadata"]["annotations"]["deployment.kubernetes.io/revision"]))
    template = first["spec"]["template"]
    del template["metadata"]["labels"]["pod-template-hash"]
    back = [{"op": "replace", "path": "/spec/template", "value": template}]
    stage.run.kube.patch("Deployment", "web", stage.namespace, back, how="json")
    stage.hold()


@updates.act("restless")
def pods_are_deleted_one_after_another(stage: Stage) -> None:
    """For a minute, pods of `plain`, chosen by the seed, are deleted; this stops once a replica stays missing."""
    until = time.monotonic() + MINUTE
    for turn in count():
        names = [str(pod["metadata"]["name"]) for pod in stage.pods("plain")]
        if len(names) < 4 or time.monotonic() > until:
            break
        with stage.inflict(DeletePod(stage.namespace, stage.choose(names, f"deletion {turn}"))):
            stage.hold(START)
    stage.hold()


@updates.act("drain", needs=Risk.NODE)
def a_node_is_drained(stage: Stage) -> None:
    """A node with two pods of `plain` is drained."""
    with stage.inflict(DrainNode(fullest(stage))):
        stage.hold()


@updates.act("uncontrolled", needs=Risk.CONTROL_PLANE, settled="web")
def the_controllers_stop(stage: Stage) -> None:
    """kube-controller-manager is stopped, a pod of `plain` is deleted, and kube-controller-manager is started again.

    Only `web` has to be settled: requests to `plain` go on meeting stale conntrack entries of pods that were evicted.
    """
    with (
        stage.inflict(StopComponent(MANAGER)) as stopped,
        stage.inflict(DeletePod(stage.namespace, stage.victim("plain"))),
    ):
        stage.hold(START + START)
        stopped.undo()
        stage.note("controllers started", manager_started(stage))
        stage.wait(lambda: len(stage.pods("plain")) == 4, CONTAINERS_BACK, "the deleted pod to be replaced")


@updates.act("blocked", needs=Risk.NODE, settled=False)
def nothing_may_be_evicted(stage: Stage) -> None:
    """Both pods of `plain` on a node turn unready; the node is cordoned, and their eviction is requested."""
    node = fullest(stage)
    names = [str(pod["metadata"]["name"]) for pod in stage.pods("plain") if node_of(pod) == node]
    with ExitStack() as unready:
        for name in names:
            unready.enter_context(stage.inflict(MakeUnready(stage.namespace, name)))
        with stage.inflict(CordonNode(node)):
            answers = {f"unready_pod_{number}": evicted(stage, name) for number, name in enumerate(names, 1)}
            stage.see("evictions", **answers)
    spec = stage.run.kube.get("Node", node)["spec"]
    stage.see("evictions", node_schedulable_again=not spec.get("unschedulable", False))


def fullest(stage: Stage) -> str:
    """Return the node with the most Ready pods of `plain`; the run's seed chooses among several."""
    homes = [node_of(pod) for pod in stage.pods("plain")]
    most = max((homes.count(node) for node in homes), default=0)
    return stage.choose(sorted({node for node in homes if homes.count(node) == most}), "the node to drain")


def evicted(stage: Stage, pod: str) -> str:
    """Return the API's answer to the eviction of a pod: status and message."""
    try:
        stage.run.kube.evict(pod, stage.namespace)
    except ClusterError as refused:
        words = str(refused).partition(": ")[2].removesuffix(f" (status {refused.status})")
        return f"{refused.status}: {words}"
    return "201: evicted"


def manager_started(stage: Stage) -> float:
    """Return when the process of kube-controller-manager was started, in Unix seconds, from its pod's status."""
    pods = stage.run.kube.list("Pod", "kube-system", labels=f"component={MANAGER}")["items"]
    return max(started(status) for pod in pods for status in containers(pod).values())


@claim(
    "deployment.updates", case="update", act="rollout", within=3 * START,
    broken_by=("recreate", "deployment-controller-off"),
)  # fmt: skip
def test_an_update_replaces_all_pods_and_never_too_many_at_once(act: Act, holds: Holds) -> None:
    holds(checks.rolled_over(act, "web", 3, surge=1, unavailable=0))


@claim("deployment.updates", case="requests", act=("rollout", "rollback"), watched=3 * START, broken_by=("recreate",))
def test_no_request_fails_during_updates(act: Act, holds: Holds) -> None:
    holds(checks.serves_throughout(act, "web", while_replaced="web"))


@claim("deployment.updates", case="rollback", act="rollback", within=3 * START, broken_by=("recreate",))
def test_a_rollback_brings_the_first_template_back(act: Act, holds: Holds) -> None:
    holds(checks.rolled_over(act, "web", 3, surge=1, unavailable=0, back=True))


@claim("loop.never-stable", case="replicas", act="restless", within=START, broken_by=("replicaset-controller-off",))
def test_replicas_recover_after_each_deletion(act: Act, holds: Holds) -> None:
    holds(checks.recovers_each_time(act, "plain", 4, lasting=MINUTE))


@claim("loop.never-stable", case="requests", act="restless", within=PROGRAMMING_LAG, broken_by=("kube-proxy-frozen",))
def test_requests_fail_only_while_an_endpoint_is_wrong(act: Act, holds: Holds) -> None:
    holds(checks.fails_only_briefly(act, "plain", 4, lasting=MINUTE))


@claim("loop.needs-controllers", case="service", act="uncontrolled", watched=START, broken_by=("rules-flushed",))
def test_a_service_whose_pods_stay_goes_on_without_controllers(act: Act, holds: Holds) -> None:
    holds(checks.serves_throughout(act, "web"))


@claim(
    "loop.needs-controllers", case="replacement", act="uncontrolled", of="plain", within=ELECTION + START,
    broken_by=("second-controller-manager",),
)  # fmt: skip
def test_a_deleted_pod_is_replaced_by_running_controllers_only(act: Act, holds: Holds) -> None:
    holds(checks.replaced_only_by_controllers(act, "plain", 4, "controllers started"))


@claim("pods.move", case="drain", act="drain", within=2 * START, broken_by=("budget-removed",))
def test_a_drained_nodes_pods_run_elsewhere_within_the_budget(act: Act, holds: Holds) -> None:
    holds(checks.moved_within_budget(act, "plain", 4, 3))


@claim("pods.move", case="requests, preStop", act="drain", watched=2 * START, broken_by=("kube-proxy-frozen",))
def test_no_request_fails_while_pods_that_end_slowly_leave_a_drained_node(act: Act, holds: Holds) -> None:
    holds(all_of([checks.serves_throughout(act, "web"), checks.recreated_as_others(act, "web")]))


@claim(
    "pods.move", case="requests, no preStop", act="drain", within=PROGRAMMING_LAG, watched=2 * START + PROGRAMMING_LAG,
    broken_by=("kube-proxy-frozen",),
)  # fmt: skip
def test_requests_fail_only_while_an_evicted_pod_is_an_endpoint(act: Act, holds: Holds) -> None:
    holds(checks.fails_only_while_evicted(act, "plain", 4))


@claim("pod.not-stable", case="drained", act="drain", watched=2 * START, broken_by=("fixed-names",))
def test_other_pods_take_the_place_of_a_drained_nodes_pods(act: Act, holds: Holds) -> None:
    holds(checks.recreated_as_others(act, "plain"))


@claim("pods.move", case="too few ready", act="blocked", broken_by=("budget-removed",))
def test_a_budget_lets_no_unready_pod_go_while_too_few_are_ready(act: Act, holds: Holds) -> None:
    holds(checks.keeps_unready(act, "evictions", "plain", pods=2, needs=3, ready=2))


updates.sabotage("restless")(breakages.replicaset_controller_off)
updates.sabotage("restless", "drain")(breakages.kube_proxy_frozen)
updates.sabotage("uncontrolled")(breakages.rules_flushed)
updates.sabotage("rollout")(components.deployment_controller_off)
updates.sabotage("uncontrolled")(components.second_controller_manager)


@updates.rewrite
def recreate(manifests: list[Manifest]) -> list[Manifest]:
    """The Deployment `web` has the strategy Recreate."""
    return [
        one | {"spec": one["spec"] | {"strategy": {"type": "Recreate"}}}
        if (one["kind"], one["metadata"]["name"]) == ("Deployment", "web")
        else one
        for one in manifests
    ]


@updates.rewrite
def budget_removed(manifests: list[Manifest]) -> list[Manifest]:
    """There is no PodDisruptionBudget."""
    return [one for one in manifests if one["kind"] != "PodDisruptionBudget"]


@updates.rewrite
def fixed_names(manifests: list[Manifest]) -> list[Manifest]:
    """A StatefulSet takes the place of the Deployment `plain`: its replacements keep their names."""
    plain = ("Deployment", "plain")
    return [
        rewrites.as_stateful_set(one) if (one["kind"], one["metadata"]["name"]) == plain else one for one in manifests
    ]
