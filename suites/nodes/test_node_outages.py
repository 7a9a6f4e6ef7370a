"""A worker is frozen, another is cut off from the network, a third is shut down in order; what do clients elsewhere see?

Given the service `web` with a pod on each worker, asked from every node over new connections and over kept ones. Each act is
held until the dead endpoint window has passed; how long stale conntrack entries go on failing after that is for the case
`crash` of the same claim, in nodes/node_crashes, whose act lasts long enough.
"""

from __future__ import annotations

from kubeskeptic import checks
from kubeskeptic.bounds import DEAD_ENDPOINT_WINDOW, constant
from kubeskeptic.durations import CONTAINERS_BACK, PROBE_DEADLINE
from kubeskeptic.errors import Inconclusive
from kubeskeptic.faults import Fault
from kubeskeptic.faults.network.cut_off_node import CutOffNode
from kubeskeptic.faults.nodes.freeze_node import FreezeNode
from kubeskeptic.faults.nodes.shut_down_node import ShutDownNode
from kubeskeptic.guard.risk import Risk
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.probes.specs import http_kept, http_new
from kubeskeptic.sabotages import breakages
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.timeline import Act
from kubeskeptic.timeline.objects import node_of

KEPT = ("kept-1", "kept-2", "kept-3", "kept-4", "kept-5")
"""Kept connections of each node: so many that some lead to any one pod."""
WATCHED = DEAD_ENDPOINT_WINDOW + constant("deadline of a request", PROBE_DEADLINE)
"""The outcome of a request that was sent at the end of the window is known when the node returns."""

outages = Scenario(
    "nodes/node_outages", "A worker is frozen, another is cut off, a third is shut down in order.", Risk.NODE
)


@outages.given
def a_pod_on_each_worker(stage: Stage) -> None:
    """The pods are asked from every node, over new connections and over kept ones."""
    stage.apply()
    address = stage.service("web")["clusterIP"]
    stage.ask(http_new("web", address, 80, rate=50), *(http_kept(name, address, 80, rate=10) for name in KEPT))


@outages.act("freeze")
def a_node_is_frozen(stage: Stage) -> None:
    """No process of the first worker gets processor time."""
    out(stage, FreezeNode(worker(stage, 1)))


@outages.act("partition")
def a_node_is_cut_off(stage: Stage) -> None:
    """Packets between the second worker and all other nodes are dropped."""
    out(stage, CutOffNode(worker(stage, 2)))


@outages.act("stopped")
def a_node_is_shut_down(stage: Stage) -> None:
    """The third worker is shut down by its init system, without being drained."""
    out(stage, ShutDownNode(worker(stage, 3)))


def out(stage: Stage, fault: Fault) -> None:
    """Hold until the bound has passed, and wait for the node's pod to serve again."""
    with stage.inflict(fault):
        stage.hold()
    stage.wait(stage.all_ready, CONTAINERS_BACK, "all pods to be Ready again")


def worker(stage: Stage, number: int) -> str:
    """Return one of the workers with a pod, by number: each act has another one, to whose pod connections are still kept.

    :raises Inconclusive: when fewer have one
    """
    homes = sorted({node_of(pod) for pod in stage.pods("web")})
    if len(homes) < number:
        raise Inconclusive(f"only {len(homes)} workers have a pod of web")
    return homes[number - 1]


@claim("service.node-dies", case="freeze", act="freeze", within=DEAD_ENDPOINT_WINDOW, watched=WATCHED)
def test_a_frozen_nodes_share_fails_until_it_is_found_dead(act: Act, holds: Holds) -> None:
    holds(checks.only_its_share_fails(act, "web", *KEPT))


@claim("service.node-dies", case="partition", act="partition", within=DEAD_ENDPOINT_WINDOW, watched=WATCHED)
def test_the_share_of_a_node_that_is_cut_off_fails_until_it_is_found_dead(act: Act, holds: Holds) -> None:
    holds(checks.only_its_share_fails(act, "web", *KEPT))


@claim("service.node-dies", case="graceful stop", act="stopped", within=DEAD_ENDPOINT_WINDOW, watched=WATCHED)
def test_the_share_of_a_node_that_is_shut_down_fails_until_it_is_found_dead(act: Act, holds: Holds) -> None:
    holds(checks.only_its_share_fails(act, "web", *KEPT))


outages.sabotage("freeze", "partition", "stopped")(breakages.node_lifecycle_off)
