"""What does a Service of type LoadBalancer, or an Ingress, do by itself?

Given both, leading to one pod, on a cluster where nothing serves them. They are watched for an address, and asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from kubeskeptic import checks, objects
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.checks.presumed import Presumed
from kubeskeptic.checks.tables import CONTROL
from kubeskeptic.durations import PODS_READY
from kubeskeptic.errors import NotAsked
from kubeskeptic.findings import all_of
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.probes.specs import Probe, http_new
from kubeskeptic.sabotages import breakages
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.scenarios.declaration import WATCHED
from kubeskeptic.scenarios.entrances import ask_by_name, controller, provider
from kubeskeptic.scenarios.from_outside import through_nodes
from kubeskeptic.scenarios.manifests import placed
from kubeskeptic.scenarios.truth_table import BLOCKED
from kubeskeptic.timeline import Act

entrances = Scenario(
    "outside/entrances",
    "A Service of type LoadBalancer and an Ingress are watched for an address, and asked from outside.",
    watches=(*WATCHED, "Ingress"),
)
HOST, HTTP = "entrance.example", 80
"""The host for which the Ingress has a rule, and the port on which a controller would answer for it."""
WATCHED_FOR = 10.0
"""Seconds to wait for an address: many times what a running provider takes, which is less than one second."""


THERE = Presumed(pods={"alone": {}}, services={"balanced": {}})
"""What would answer, and the Service to which the Ingress leads."""


@entrances.given
def a_service_and_an_ingress(stage: Stage) -> None:
    """A Service of type LoadBalancer and an Ingress lead to one pod; the cluster is searched for anything serving them."""
    stage.apply()
    if served := provider(stage):
        stage.leave_out("no provider", f"this cluster has a provider of load balancers: {served}")
    if served := controller(stage):
        stage.leave_out("no controller", f"this cluster has an ingress controller: {served}")


def the_node_port(stage: Stage) -> Iterable[Probe]:
    """Every node asks the Service's NodePort on its own address."""
    yield http_new("node-port", "$NODE", stage.service("balanced")["ports"][0]["nodePort"], rate=10)


@entrances.act("no provider", asking=the_node_port)
def nothing_serves_the_service(stage: Stage) -> None:
    """The Service is watched; its NodePort is asked from every node, and from this machine through every node."""
    stage.hold(WATCHED_FOR)
    stage.see("node ports", **through_nodes(stage, "alone", LoadBalancer="balanced"))


@entrances.act("no controller", settled=False)
def nothing_serves_the_ingress(stage: Stage) -> None:
    """The Ingress is watched; every node is asked for its host, from a pod and from this machine, which reach its NodePort."""
    stage.hold(WATCHED_FOR)
    stage.see("by its host", **{f"{CONTROL}{client}": outcome for client, outcome in through_its_port(stage).items()})
    stage.see("by its host", **ask_by_name(stage, "alone", HOST, HTTP))


def through_its_port(stage: Stage) -> dict[str, str]:
    """Return how the Service's NodePort answers both clients on every node.

    :raises NotAsked: when this machine reaches no node, and the nodes are not its own containers
    """
    told = ask_by_name(stage, "alone", HOST, stage.service("balanced")["ports"][0]["nodePort"])
    if Outcome.OK not in told["from this machine"] and not stage.run.cluster.image:
        raise NotAsked(f"this machine reaches no port of any node: {told['from this machine']}")
    return told


@claim("outside.loadbalancer", case="no provider", act="no provider")
def test_without_a_provider_a_load_balancer_is_a_node_port(act: Act, holds: Holds) -> None:
    cells = {"LoadBalancer, the pod's node": "ok", "LoadBalancer, other nodes": "ok"}
    everywhere = checks.answers_everywhere(act, node_port="node-port")
    there = Presumed(pods={"alone": {}}, services={"balanced": {"externalTrafficPolicy": "Cluster"}})
    outside = checks.matches(act, "node ports", cells, there)
    holds(all_of([checks.never_addressed(act, "Service", "balanced", WATCHED_FOR), everywhere, outside]))


@claim("outside.ingress", case="no controller", act="no controller")
def test_without_a_controller_an_ingress_moves_no_traffic(act: Act, holds: Holds) -> None:
    silent = checks.matches(act, "by its host", {"from a pod": BLOCKED, "from this machine": BLOCKED}, THERE)
    holds(all_of([checks.never_addressed(act, "Ingress", "entrance", WATCHED_FOR), silent]))


entrances.sabotage("no provider")(breakages.rules_flushed)


@entrances.sabotage("no provider")
@contextmanager
def provider_played(stage: Stage) -> Iterator[None]:
    """The Service is given an address, as a provider of load balancers would give it one."""
    _give(stage, "Service", "balanced", "192.0.2.10")
    yield


@entrances.sabotage("no controller")
@contextmanager
def controller_played(stage: Stage) -> Iterator[None]:
    """The Ingress is given the address of a worker, as by a controller."""
    _give(stage, "Ingress", "entrance", _address(stage, breakages.some_worker(stage)))
    yield


@entrances.sabotage("no controller")
@contextmanager
def port_80_answered(stage: Stage) -> Iterator[None]:
    """A pod in the network of a worker answers on port 80."""
    worker = breakages.some_worker(stage)
    (alone,) = stage.pods("alone")
    container = {key: alone["spec"]["containers"][0][key] for key in ("name", "image", "env")}
    container |= {"args": ["serve", f"--port={HTTP}", f"--host={_address(stage, worker)}"]}
    container |= {"securityContext": {"runAsUser": 0}, "readinessProbe": {"tcpSocket": {"port": HTTP}}}
    spec = {"nodeName": worker, "hostNetwork": True, "terminationGracePeriodSeconds": 1, "containers": [container]}
    metadata = {"name": "gate", "labels": {"app": "gate"}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
    stage.run.kube.apply(placed(pod, stage.namespace, stage.run.id))
    stage.wait(lambda: stage.pods("gate"), PODS_READY, "a pod to answer on port 80")
    yield


def _give(stage: Stage, kind: str, name: str, address: str) -> None:
    status = {"loadBalancer": {"ingress": [{"ip": address}]}}
    stage.run.kube.patch(kind, name, stage.namespace, {"status": status}, subresource="status")


def _address(stage: Stage, node: str) -> str:
    return objects.internal_ip(stage.run.kube.get("Node", node))
