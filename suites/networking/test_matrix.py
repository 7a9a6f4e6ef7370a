"""Every pod asks every other pod, and every node; then a host outside the cluster asks both.

Given, on every node including the control plane, two pods and another in the node's own network; and a pod `alone`, the only
one behind two NodePort services: `bounced` (externalTrafficPolicy Cluster) and `direct` (Local). The service `own` leads each
node to one of its own pods (internalTrafficPolicy Local).
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from dataclasses import replace

from kubeskeptic import checks, objects
from kubeskeptic.bounds import PROGRAMMING_LAG
from kubeskeptic.checks.presumed import Presumed
from kubeskeptic.checks.tables import CONTROL
from kubeskeptic.durations import PODS_READY
from kubeskeptic.faults.components.flush_service_rules import FlushServiceRules
from kubeskeptic.faults.network.cut_off_node import CutOffNode
from kubeskeptic.faults.network.cut_pods import CutPods
from kubeskeptic.faults.network.masquerade_pods import MasqueradePods
from kubeskeptic.faults.network.remove_route import RemoveRoute
from kubeskeptic.guard.risk import Risk
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.sabotages import breakages, rewrites
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.scenarios.asking import KINDS, WAYS, Member, at, matrix, neighbours, outcomes, read_kube_proxies
from kubeskeptic.scenarios.from_outside import outside_host, started, through_nodes
from kubeskeptic.timeline import Act

network = Scenario(
    "networking/matrix",
    "Every pod asks every other one and every node, and a host outside asks both.",
    quick=("matrix", "services", "each node", "loopback", "host outside"),
)
LASTS = breakages.LASTS


@network.given
def a_pod_on_every_node(stage: Stage) -> None:
    """Two pods run on every node, and another in every node's own network."""
    stage.apply()
    stage.wait(
        lambda: len(members(stage) + of_each_node(stage, "beside")) == 3 * len(stage.run.nodes) + 1,
        PODS_READY,
        "a pod of each on every node",
    )
    stage.note("ready since", time.time())
    read_kube_proxies(stage, "loopback")


def members(stage: Stage) -> list[Member]:
    """Return the pods that ask and answer in the matrix."""
    pods = [replace(one, name=f"a pod on {one.node}") for one in of_each_node(stage, "pod")]
    return [*pods, *(Member.of("alone", pod) for pod in stage.pods("alone")), *of_each_node(stage, "host")]


def of_each_node(stage: Stage, app: str) -> list[Member]:
    """Return the pods of a DaemonSet, each with the name of its node."""
    return [Member.of(objects.node_of(pod), pod) for pod in stage.pods(app)]


@network.act("matrix", settled=False)
def every_pod_asks_every_other(stage: Stage) -> None:
    """Every pod and every node asks every other one, over TCP and over UDP, with small payloads and with large ones."""
    found = members(stage)
    stage.see("members", **{one.name: {"node": one.node, "ip": one.ip, "host": one.host} for one in found})
    stage.see("matrix", **matrix(stage, found))
    addresses_are_listed(stage)


def addresses_are_listed(stage: Stage) -> None:
    """Record the addresses of all pods that are not in their node's network, and the pod ranges (podCIDRs) of the nodes."""
    pods = [pod for pod in stage.run.kube.list("Pod")["items"] if objects.running(pod) and objects.ip_of(pod)]
    own = [pod for pod in pods if not pod["spec"].get("hostNetwork")]
    names = [f"{pod['metadata']['namespace']}/{pod['metadata']['name']}" for pod in own]
    stage.see("addresses", **dict(zip(names, map(objects.ip_of, own), strict=True)))
    nodes = stage.run.kube.list("Node")["items"]
    stage.see("ranges", **{node["metadata"]["name"]: node["spec"].get("podCIDRs") or [] for node in nodes})


@network.act("services", settled=False)
def services_are_asked(stage: Stage) -> None:
    """The one pod behind two services asks one of them, and this machine asks both through every node's port."""
    once_programmed(stage)
    a_pod_asks_its_own_service(stage)
    stage.see("node ports", **through_nodes(stage, "alone", Cluster="bounced", Local="direct"))


def once_programmed(stage: Stage) -> None:
    """Wait until every kube-proxy has had the time to program the services."""
    stage.hold(PROGRAMMING_LAG, since=stage.facts["ready since"])


def a_pod_asks_its_own_service(stage: Stage) -> None:
    """Make the one pod of a service ask that service."""
    (alone,) = (Member.of("alone", pod) for pod in stage.pods("alone"))
    question = at(alone, stage.service("bounced")["clusterIP"], 80)
    stage.see("hairpin", **outcomes(stage, [(alone.pod, {"its own service": question})]))


@network.act("each node", settled=False)
def every_node_asks_itself(stage: Stage) -> None:
    """On every node two pods ask each other, and one of them asks itself through a service."""
    once_programmed(stage)
    pods, address = of_each_node(stage, "pod"), stage.service("own")["clusterIP"]
    stage.see("within each node", **outcomes(stage, neighbours(pods, of_each_node(stage, "beside"))))
    stage.see("hairpin on each node", **outcomes(stage, [(one.pod, {one.node: at(one, address, 80)}) for one in pods]))


@network.act("loopback", settled=False)
def every_node_asks_its_loopback(stage: Stage) -> None:
    """Every node asks the NodePort of a service at its own loopback address."""
    once_programmed(stage)
    (alone,) = (Member.of("alone", pod) for pod in stage.pods("alone"))
    service = stage.service("bounced")
    loopback = "::1" if ":" in service["clusterIP"] else "127.0.0.1"
    question = at(alone, loopback, service["ports"][0]["nodePort"])
    seen = outcomes(stage, [(one.pod, {one.node: question}) for one in of_each_node(stage, "host")])
    cells = {node: {"address": loopback, "outcome": outcome} for node, outcome in seen.items()}
    stage.see("at the loopback", **cells)


@network.act("host outside", needs=Risk.NODE, settled=False, exclusive="addresses")
def a_host_outside_asks_pods(stage: Stage) -> None:
    """A host next to the nodes, without a route to pods, asks every node's port and every pod's address."""
    port = stage.service("bounced")["ports"][0]["nodePort"]
    found = members(stage)
    with started(stage) as host:
        stage.moment("ready")
        controls = {f"{CONTROL}{one.name}": (one.node, host.ask(one.ip, port)) for one in found if one.host}
        pods = {one.name: (one.node, host.ask(one.ip, one.port)) for one in found if not one.host}
    cells = {**controls, **pods}
    stage.see("host outside", **{name: {"node": node, "outcome": outcome} for name, (node, outcome) in cells.items()})


@claim("net.flat", act="matrix")
def test_pods_see_each_other_under_their_own_addresses(act: Act, holds: Holds) -> None:
    holds(checks.flat(act, "matrix", "members", "addresses", "ranges"))


@claim("net.all-to-all", act="matrix")
def test_every_pod_reaches_every_other_and_every_node(act: Act, holds: Holds) -> None:
    holds(checks.reaches_everything(act, "matrix", "members"))


@claim("net.all-to-all", case="within each node", act="each node")
def test_pods_of_a_node_reach_each_other(act: Act, holds: Holds) -> None:
    cells = {f"{node}, {way}, {kind}": "ok" for node in act.nodes for way in WAYS for kind in KINDS}
    holds(checks.matches(act, "within each node", cells, Presumed(on_each_node=("pod", "beside"))))


@claim("proxy.every-node", case="hairpin", act="services")
def test_a_pod_reaches_its_own_service(act: Act, holds: Holds) -> None:
    there = Presumed(pods={"alone": {}}, services={"bounced": {"externalTrafficPolicy": "Cluster"}})
    holds(checks.matches(act, "hairpin", {"its own service": "ok"}, there))


@claim("proxy.every-node", case="hairpin on each node", act="each node")
def test_a_pod_of_every_node_reaches_itself_through_a_service(act: Act, holds: Holds) -> None:
    there = Presumed(services={"own": {"internalTrafficPolicy": "Local"}}, on_each_node=("pod",))
    holds(checks.matches(act, "hairpin on each node", dict.fromkeys(act.nodes, "ok"), there))


@claim("proxy.every-node", case="loopback", act="loopback")
def test_a_node_port_at_the_loopback_is_as_configured(act: Act, holds: Holds) -> None:
    there = Presumed(pods={"alone": {}}, services={"bounced": {"externalTrafficPolicy": "Cluster"}})
    holds(checks.as_configured_at_loopback(act, "at the loopback", "kube-proxies", there))


@claim("outside.double-bounce", case="Cluster", act="services")
def test_any_node_answers_and_hides_the_client(act: Act, holds: Holds) -> None:
    cells = {"Cluster, the pod's node": "ok", "Cluster, other nodes": "ok"}
    cells |= {"Cluster, other nodes, the pod sees": "that node's address"}
    there = Presumed(pods={"alone": {}}, services={"bounced": {"externalTrafficPolicy": "Cluster"}})
    holds(checks.matches(act, "node ports", cells, there))


@claim("outside.double-bounce", case="Local", act="services")
def test_only_the_pods_node_answers_and_shows_the_client(act: Act, holds: Holds) -> None:
    cells = {"Local, the pod's node": "ok", "Local, other nodes": "timeout"}
    cells |= {"Local, the pod's node, the pod sees": "the client's address"}
    there = Presumed(pods={"alone": {}}, services={"direct": {"externalTrafficPolicy": "Local"}})
    holds(checks.matches(act, "node ports", cells, there))


@claim("net.private", act="host outside")
def test_a_host_without_a_route_reaches_no_pod(act: Act, holds: Holds) -> None:
    holds(checks.not_reached(act, "host outside", "pod", "alone"))


network.rewrite(rewrites.traffic_policies_swapped)


@network.sabotage("matrix")
def pods_masqueraded(stage: Stage) -> AbstractContextManager[object]:
    """What the pods of one worker send to pods elsewhere is masqueraded."""
    here, there = (
        pod["metadata"]["name"] for pod in stage.pods("pod") if objects.node_of(pod) in stage.run.workers[:2]
    )
    return stage.inflict(MasqueradePods(stage.namespace, here, there), lasts=LASTS)


@network.sabotage("matrix")
def route_removed(stage: Stage) -> AbstractContextManager[object]:
    """One worker has no route to the pods of another."""
    return stage.inflict(RemoveRoute(*stage.run.workers[:2]), lasts=LASTS)


@network.sabotage("matrix")
def direction_dropped(stage: Stage) -> AbstractContextManager[object]:
    """What one worker and its pods send to other workers and their pods is dropped; the other direction is not."""
    return stage.inflict(CutOffNode(breakages.some_worker(stage), "workers", "leaving"), lasts=LASTS)


@network.sabotage("each node")
def neighbours_cut(stage: Stage) -> AbstractContextManager[object]:
    """Packets between the two pods of one worker are dropped."""
    worker = breakages.some_worker(stage)
    one, other = (pod.pod for app in ("pod", "beside") for pod in of_each_node(stage, app) if pod.node == worker)
    return stage.inflict(CutPods(stage.namespace, one, other), lasts=LASTS)


@network.sabotage("services", "each node", "loopback")
def rules_flushed(stage: Stage) -> AbstractContextManager[object]:
    """kube-proxy's rules on the pod's node are flushed, and it is kept from putting them back."""
    return stage.inflict(FlushServiceRules(stage.node_of("alone")), lasts=LASTS)


@network.sabotage("host outside:ready")
def route_added_outside(stage: Stage) -> AbstractContextManager[object]:
    """The host outside has a route to every node's pods."""
    return outside_host(stage).routes(stage.run.kube.list("Node")["items"])
