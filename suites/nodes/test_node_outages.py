"""A worker is frozen, another is cut off, a third is shut down by its init system: what do clients on other nodes see?

Given a pod on each worker, behind two services for each act. Every node asks one of the two over new connections and the other
over kept ones, so that no act and no kind of connection meets conntrack entries left by another. Each act is held until the
dead endpoint window has passed and the last stale conntrack entry has expired.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kubeskeptic import checks
from kubeskeptic.bounds import DEAD_ENDPOINT_WINDOW, SYN_SENT, constant
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.durations import CONTAINERS_BACK, PROBE_DEADLINE
from kubeskeptic.errors import Inconclusive
from kubeskeptic.faults import Fault
from kubeskeptic.faults.network.cut_off_node import CutOffNode
from kubeskeptic.faults.nodes.freeze_node import FreezeNode
from kubeskeptic.faults.nodes.shut_down_node import ShutDownNode
from kubeskeptic.guard.risk import Risk
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.probes.specs import Probe, http_kept, http_new
from kubeskeptic.sabotages import breakages
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.timeline import Act
from kubeskeptic.timeline.objects import node_of

KEPT = range(1, 11)
"""Kept connections of each node: of 30, none leads to a given pod of three in one run of 190,000."""
WATCHED = DEAD_ENDPOINT_WINDOW + SYN_SENT + constant("deadline of a request", PROBE_DEADLINE)
"""Long enough that the outcome of a request sent as the last conntrack entry expires is known when the node returns."""

outages = Scenario(
    "nodes/node_outages",
    "A worker is frozen, another is cut off, a third is shut down in order.",
    Risk.NODE,
    slow=True,
)


@outages.given
def a_pod_on_each_worker(stage: Stage) -> None:
    """One pod runs on each worker."""
    stage.apply()


def clients_of(service: str) -> Callable[[Stage], Iterator[Probe]]:
    """Every node asks a service over new connections, and its `-kept` counterpart over kept ones."""

    def ask(stage: Stage) -> Iterator[Probe]:
        yield http_new(service, stage.service(service)["clusterIP"], 80, rate=50)
        address = stage.service(f"{service}-kept")["clusterIP"]
        yield from (http_kept(name, address, 80, rate=5) for name in kept(service))

    return ask


def kept(service: str) -> list[str]:
    """Return the names of the probes that keep their connections."""
    return [f"{service}-kept-{number}" for number in KEPT]


@outages.act("freeze", asking=clients_of("freeze"))
def a_node_is_frozen(stage: Stage) -> None:
    """No process of the first worker gets CPU time."""
    out(stage, FreezeNode(worker(stage, 1)))


@outages.act("partition", asking=clients_of("partition"))
def a_node_is_cut_off(stage: Stage) -> None:
    """Packets between the second worker and all other nodes are dropped."""
    out(stage, CutOffNode(worker(stage, 2)))


@outages.act("stopped", asking=clients_of("stopped"), exclusive="addresses")
def a_node_is_shut_down(stage: Stage) -> None:
    """The third worker is shut down by its init system, without being drained."""
    out(stage, ShutDownNode(worker(stage, 3)))


def out(stage: Stage, fault: Fault) -> None:
    """Inflict a fault, hold until the bound has passed, and wait for the node's pod to serve again."""
    with stage.inflict(fault):
        stage.hold()
    stage.wait(stage.all_ready, CONTAINERS_BACK, "all pods to be Ready again")


def worker(stage: Stage, number: int) -> str:
    """Return one of the workers with a pod, by number: each act uses a different one.

    :raises Inconclusive: when fewer workers have a pod
    """
    homes = sorted({node_of(pod) for pod in stage.pods("web")})
    if len(homes) < number:
        raise Inconclusive(f"only {counted(len(homes), 'worker')} {agreeing(len(homes), 'has', 'have')} a pod of web")
    return homes[number - 1]


@claim("service.node-dies", case="freeze", act="freeze", within=DEAD_ENDPOINT_WINDOW, watched=WATCHED)
def test_a_frozen_nodes_share_fails_until_it_is_found_dead(act: Act, holds: Holds) -> None:
    holds(checks.only_its_share_fails(act, "freeze", *kept("freeze")))


@claim("service.node-dies", case="partition", act="partition", within=DEAD_ENDPOINT_WINDOW, watched=WATCHED)
def test_the_share_of_a_node_that_is_cut_off_fails_until_it_is_found_dead(act: Act, holds: Holds) -> None:
    holds(checks.only_its_share_fails(act, "partition", *kept("partition")))


@claim("service.node-dies", case="graceful stop", act="stopped", within=DEAD_ENDPOINT_WINDOW, watched=WATCHED)
def test_the_share_of_a_node_that_is_shut_down_fails_until_it_is_found_dead(act: Act, holds: Holds) -> None:
    holds(checks.only_its_share_fails(act, "stopped", *kept("stopped")))


outages.sabotage("freeze", "partition", "stopped")(breakages.node_lifecycle_off)
