"""A load balancer provider and an ingress controller at work, on clusters that have them.

Given one pod behind a Service of type LoadBalancer that gets an address, and behind an Ingress that a controller serves. The
node that announces the address crashes; the pod moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from kubeskeptic import checks, objects
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import FAILOVER, INGRESS_HOLDOFF, Interval
from kubeskeptic.durations import ADDRESSED, PROBE_DEADLINE, SERVED
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.faults.nodes.crash_node import CrashNode
from kubeskeptic.faults.pods.hang_container import HangContainer
from kubeskeptic.findings import all_of
from kubeskeptic.guard.risk import Risk
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.sabotages.breakages import LASTS
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.scenarios.entrances import (
    ANNOUNCER,
    BRIEFLY,
    address,
    announcer,
    ask_from_here,
    move,
    neighbours,
    since_when,
)
from kubeskeptic.scenarios.manifests import placed
from kubeskeptic.timeline import Act

served = Scenario(
    "outside/served", "The node that announces an address crashes; a pod behind an Ingress moves.", Risk.NODE
)
PROVIDER, CONTROLLER = "metallb-system", "projectcontour"
"""Namespaces of the provider and of the controller whose internals the sabotages know."""
HOST = "served.example"
TO_GET_THEM = "`skeptic up --name served --workers 2 --with metallb,contour` makes a cluster that has both"


@served.given
def a_pod_behind_an_address(stage: Stage) -> None:
    """A pod runs behind a Service of type LoadBalancer, on a cluster with a provider or a controller that we know."""
    there = {namespace["metadata"]["name"] for namespace in stage.run.kube.list("Namespace")["items"]}
    if not there & {PROVIDER, CONTROLLER}:
        raise NotAsked(f"this cluster has neither MetalLB nor Contour; {TO_GET_THEM}")
    if len(stage.run.workers) < 2:
        raise NotAsked(f"this cluster has one worker, and no other to which something could move; {TO_GET_THEM}")
    for act, needed, what in (("announcer dies", PROVIDER, "MetalLB"), ("pod moves", CONTROLLER, "Contour")):
        if needed not in there:
            stage.leave_out(act, f"this cluster has no {what}; {TO_GET_THEM}")
    nodes = [objects.internal_ip(node) for node in stage.run.kube.list("Node")["items"]]
    if PROVIDER in there and not neighbours(nodes):
        stage.leave_out("announcer dies", "this machine is not in the nodes' network, in which addresses are announced")
    stage.apply()


@served.act("announcer dies", settled=False, exclusive="addresses")
def the_announcing_node_dies(stage: Stage) -> None:
    """The node that announces the Service's address crashes, while the pod is on another node."""
    stage.wait(lambda: given(stage, "Service"), ADDRESSED, "the Service to get an address")
    host = given(stage, "Service")
    if not host:
        raise Inconclusive("the Service has no address")
    pod = objects.identity(stage.pods("alone")[0])
    stage.wait(lambda: answered(host, 80, pod), SERVED, "the address to be answered")
    node = announcer(stage, host)
    stage.note(ANNOUNCER, node)
    if stage.node_of("alone") == node:
        pod, _ = move(stage, "alone", another_worker(stage, node))
        stage.wait(lambda: answered(host, 80, pod), SERVED, "the address to be answered by the pod elsewhere")
    before = how_answered(host, 80, pod)
    stage.moment("announced")
    with stage.inflict(CrashNode(node)) as crash:
        came = since_when(lambda: answered(host, 80, pod), Interval(crash.applying_at, crash.applied_at), SERVED)
        stage.see("taken over", answered_again=came)
        after = announcer(stage, host) if came[1] is not None else node
        stage.see("address", answered_before=before, announced_by_another_node_after=after != node)


@served.act("pod moves", settled=False, exclusive="addresses")
def the_pod_behind_the_ingress_moves(stage: Stage) -> None:
    """The one pod behind an Ingress is replaced by a pod on another node."""
    stage.run.kube.apply(placed(INGRESS, stage.namespace, stage.run.id))
    stage.wait(lambda: given(stage, "Ingress"), ADDRESSED, "the Ingress to get an address")
    host = given(stage, "Ingress")
    if not host:
        raise Inconclusive("the Ingress has no address")
    port = stage.run.kube.get("Service", "envoy", CONTROLLER)["spec"]["ports"][0]["nodePort"]
    pod = objects.identity(stage.pods("alone")[0])
    stage.wait(lambda: answered(host, port, pod), SERVED, "the Ingress to be answered")
    before = how_answered(host, port, pod)
    other = ask_from_here(f"not-{HOST}", port, [host])[0]
    stage.see("ingress", answered_before=before, another_host_before=other.outcome)
    stage.moment("answered")
    new, gone = move(stage, "alone", another_worker(stage, stage.node_of("alone")))
    stage.see("followed", answered_by_the_new_pod=since_when(lambda: answered(host, port, new), gone, SERVED))


INGRESS = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "Ingress",
    "metadata": {"name": "served"},
    "spec": {
        "ingressClassName": "contour",
        "rules": [
            {
                "host": HOST,
                "http": {
                    "paths": [
                        {
                            "path": "/",
                            "pathType": "Prefix",
                            "backend": {"service": {"name": "witness", "port": {"name": "http"}}},
                        }
                    ]
                },
            }
        ],
    },
}


def another_worker(stage: Stage, node: str) -> str:
    """Return a worker other than this node."""
    return next(one for one in stage.run.workers if one != node)


def given(stage: Stage, kind: str) -> str:
    """Return the address of the scenario's Service or Ingress; empty while it has none."""
    return address(stage.run.kube.get(kind, "witness" if kind == "Service" else "served", stage.namespace))


def answered(host: str, port: int, by: str) -> bool:
    """Return whether a request for the host is answered by this pod, given as ``namespace/name/uid``."""
    return how_answered(host, port, by, BRIEFLY) == Outcome.OK


def how_answered(host: str, port: int, by: str, deadline: float = PROBE_DEADLINE) -> str:
    """Return the outcome of a request for the host: ``wrong`` if any other pod answered it."""
    (asked,) = ask_from_here(HOST, port, [host], deadline)
    return asked.outcome if asked.by in ("", by) else str(Outcome.WRONG)


@claim("outside.loadbalancer", case="MetalLB", act="announcer dies", within=FAILOVER, broken_by=("speakers-hung",))
def test_an_address_moves_when_its_node_dies(act: Act, holds: Holds) -> None:
    cells = {"answered before": "ok", "announced by another node after": True}
    holds(all_of([checks.matches(act, "address", cells), checks.comes_in_time(act, "taken over")]))


@claim("outside.ingress", case="Contour", act="pod moves", within=INGRESS_HOLDOFF, broken_by=("controller-hung",))
def test_an_ingress_follows_a_pod_that_moves(act: Act, holds: Holds) -> None:
    cells = {"answered before": "ok", "another host before": "status 404"}
    holds(all_of([checks.matches(act, "ingress", cells), checks.comes_in_time(act, "followed")]))


@served.sabotage("announcer dies:announced")
@contextmanager
def speakers_hung(stage: Stage) -> Iterator[None]:
    """The speakers of all other nodes are stopped with SIGSTOP."""
    pods = stage.run.kube.list("Pod", PROVIDER, labels="component=speaker")["items"]
    with ExitStack() as hung:
        for pod in pods:
            if objects.node_of(pod) != stage.facts[ANNOUNCER]:
                hung.enter_context(stage.inflict(HangContainer(PROVIDER, pod["metadata"]["name"]), lasts=LASTS))
        yield


@served.sabotage("pod moves:answered")
@contextmanager
def controller_hung(stage: Stage) -> Iterator[None]:
    """The ingress controller is stopped with SIGSTOP."""
    (pod,) = stage.run.kube.list("Pod", CONTROLLER, labels="app=contour")["items"]
    with stage.inflict(HangContainer(CONTROLLER, pod["metadata"]["name"]), lasts=LASTS):
        yield
