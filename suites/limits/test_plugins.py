"""The pod network comes from a plugin: what does a node do when its container runtime finds no CNI configuration?

Given a pod on a worker behind a service that is asked from every node. The worker's CNI configuration is removed, two pods are
placed on the worker, one of them in the network of the node, and the configuration is put back.
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager

from kubeskeptic import checks
from kubeskeptic.bounds import NETWORK_RETRY, RUNTIME_LOOK, START, STATUS
from kubeskeptic.durations import Patience
from kubeskeptic.faults.components.stop_kubelet import StopKubelet
from kubeskeptic.faults.network.remove_cni_config import RemoveCniConfig
from kubeskeptic.findings import all_of
from kubeskeptic.guard.risk import Risk
from kubeskeptic.objects import condition
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.probes.specs import http_new
from kubeskeptic.sabotages import breakages
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.scenarios.manifests import Manifest
from kubeskeptic.timeline import Act

FOLLOWS = Patience(25)
"""Time for the node to turn NotReady, or for the waiting pod to run: if it takes longer, the checks report it."""
REASON = "NetworkNotReady"
NOT_READY = "network is not ready: container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady"

plugins = Scenario("limits/plugins", "A worker's CNI configuration is removed and put back.", Risk.NODE)


@plugins.given
def a_pod_on_a_worker(stage: Stage) -> None:
    """A service with one pod is asked from every node."""
    stage.apply()
    stage.ask(http_new("there", stage.service("there")["clusterIP"], 80, rate=25))


@plugins.act("unplugged")
def a_node_loses_its_network_plugin(stage: Stage) -> None:
    """The pod's node loses its CNI configuration, gets two more pods, and gets the configuration back."""
    node = stage.node_of("there")
    with stage.inflict(RemoveCniConfig(node)):
        stage.wait(lambda: ready(stage, node) == "False", FOLLOWS, "the node to be NotReady")
        stage.moment("noticed")
        put(stage, "waiting", node)
        put(stage, "host-network", node)
        stage.hold(START + START, since=time.time())
        stage.see("events of the waiting pod", **{REASON: said(stage, "waiting", REASON)})
    stage.wait(lambda: bool(stage.pods("waiting")), FOLLOWS, "the waiting pod to be Ready")


def ready(stage: Stage, node: str) -> str:
    """Return the Ready condition of a node."""
    return condition(stage.run.kube.get("Node", node), "Ready")


def put(stage: Stage, name: str, node: str) -> None:
    """Create the pod of a Deployment on this node."""
    on_it = {"spec": {"replicas": 1, "template": {"spec": {"nodeName": node}}}}
    stage.run.kube.patch("Deployment", name, stage.namespace, on_it)


def said(stage: Stage, app: str, reason: str) -> str:
    """Return the message of an event of this reason about an app's pod, without the runtime's own words; empty if none."""
    selected = f"involvedObject.kind=Pod,reason={reason}"
    for event in stage.run.kube.list("Event", stage.namespace, fields=selected)["items"]:
        if str(event["involvedObject"]["name"]).startswith(f"{app}-"):
            return str(event["message"]).partition(" message:")[0]
    return ""


@claim("limit.cni", case="node", act="unplugged", within=RUNTIME_LOOK + STATUS, broken_by=("kubelet-stopped",))
def test_a_node_without_cni_configuration_is_not_ready_for_that_reason(act: Act, holds: Holds) -> None:
    holds(checks.turns_not_ready(act, "NetworkPluginNotReady"))


@claim("limit.cni", case="hostNetwork", act="unplugged", within=START, broken_by=("kubelet-stopped",))
def test_a_pod_in_the_network_of_its_node_runs(act: Act, holds: Holds) -> None:
    holds(checks.runs_in_time(act, "host-network"))


@claim("limit.cni", case="waits", act="unplugged", within=START, broken_by=("waiting-in-host-network",))
def test_a_pod_with_a_network_of_its_own_waits(act: Act, holds: Holds) -> None:
    words = checks.matches(act, "events of the waiting pod", {REASON: NOT_READY})
    holds(all_of([checks.waits_for_network(act, "waiting"), words]))


@claim("limit.cni", case="running pods", act="unplugged", watched=START, broken_by=("rules-flushed",))
def test_pods_that_run_go_on_answering(act: Act, holds: Holds) -> None:
    holds(checks.goes_on_without_network(act, "there"))


@claim(
    "limit.cni", case="node again", act="unplugged", within=RUNTIME_LOOK + STATUS,
    broken_by=("kubelet-stopped-meanwhile",),
)  # fmt: skip
def test_the_node_is_ready_once_the_configuration_is_back(act: Act, holds: Holds) -> None:
    holds(checks.ready_again(act))


@claim(
    "limit.cni", case="waiting pod", act="unplugged", within=RUNTIME_LOOK + NETWORK_RETRY + START,
    broken_by=("kubelet-stopped-meanwhile",),
)  # fmt: skip
def test_the_pod_that_waited_runs_once_the_configuration_is_back(act: Act, holds: Holds) -> None:
    holds(checks.runs_once_healed(act, "waiting"))


plugins.sabotage("unplugged")(breakages.rules_flushed)


@plugins.sabotage("unplugged")
def kubelet_stopped(stage: Stage) -> AbstractContextManager[object]:
    """The kubelet of the node is stopped."""
    return stage.inflict(StopKubelet(stage.node_of("there")), lasts=breakages.LASTS)


@plugins.sabotage("unplugged:noticed")
def kubelet_stopped_meanwhile(stage: Stage) -> AbstractContextManager[object]:
    """The kubelet of the node is stopped once it has noticed that there is no network."""
    return stage.inflict(StopKubelet(stage.node_of("there")), lasts=breakages.LASTS)


@plugins.rewrite
def waiting_in_host_network(manifests: list[Manifest]) -> list[Manifest]:
    """The pod that would wait for a network is in the network of its node."""
    return [_in_host_network(one) if one["metadata"]["name"] == "waiting" else one for one in manifests]


def _in_host_network(deployment: Manifest) -> Manifest:
    template = deployment["spec"]["template"]
    pod = template | {"spec": template["spec"] | {"hostNetwork": True}}
    return deployment | {"spec": deployment["spec"] | {"template": pod}}
