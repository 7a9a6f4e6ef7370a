"""Two witnesses of one outage: a node's agent and the outside probe ask the same NodePort of the same node.

They share the list of outcomes and the schedule, and nothing of the way: the agent asks from a pod of the node with a socket of
its own, by the node's clock; the outside probe asks from the harness's machine with httpx, by the harness's clock.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from kubeskeptic import clusters
from kubeskeptic.agent.spec import NODE
from kubeskeptic.durations import BASELINE, SETTLE, Patience
from kubeskeptic.errors import SkepticError
from kubeskeptic.faults import Site, inflict
from kubeskeptic.faults.components.flush_service_rules import FlushServiceRules
from kubeskeptic.journal import Journal
from kubeskeptic.outside import OutsideProbe, lane, node_targets
from kubeskeptic.probes.agents import Agents
from kubeskeptic.probes.specs import http_new
from kubeskeptic.timeline import Recording, load
from kubeskeptic.timeline.outages import Outage, outages
from kubeskeptic.timeline.samples import Lane
from kubeskeptic.waiting import NotYet, until

from .workload import three_pods

pytestmark = pytest.mark.live

SCENARIO = "live/second_witness"
RATE = 50.0
OUTAGE = 3.0
"""Seconds for which the rules stay away."""


@dataclass(frozen=True)
class Seen:
    """What one witness saw of the outage.

    :param outage: between the first failed question and the first good one after the last failed one
    :param doubt: seconds by which an edge may lie beside what was seen of it: its clock, and the time between two questions
    """

    outage: Outage
    doubt: float

    def __str__(self) -> str:
        lost = ", ".join(f"{count} {outcome}" for outcome, count in self.outage.outcomes.items())
        return f"{self.outage.node}: {self.outage.start:.3f} to {self.outage.end:.3f} ± {self.doubt:.3f} s, {lost}"


@pytest.fixture
def journal(site: Site, tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path / "witnesses.jsonl")
    made.write("run", id=site.run, nodes=[node.name for node in site.cluster.nodes], roles={})
    made.write("scenario", id=SCENARIO, phase="start")
    yield made
    made.close()


def test_both_witnesses_see_one_outage(site: Site, journal: Journal) -> None:
    """The rules that lead into services are flushed on one node for a few seconds."""
    victim, calm = (node.name for node in site.cluster.workers[:2])
    recording = recorded(site, journal, victim, calm)
    inside, outside = (witness(recording, node, probe) for node, probe in lanes_of(victim))
    print(f"\n{inside}\n{outside}\nstart {apart(inside, outside, 'start')}, end {apart(inside, outside, 'end')}")
    for edge in ("start", "end"):
        assert abs(difference(inside, outside, edge)) <= inside.doubt + outside.doubt
    for node, probe in lanes_of(calm):
        assert outages(recording.lanes[node, probe]) == []
    assert set(recording.nodes).isdisjoint(one.node for one in recording.lanes.values() if one.target)


def lanes_of(node: str) -> list[tuple[str, str]]:
    """The lanes of both witnesses of a node."""
    return [(node, "inside"), (lane(node), "outside")]


def recorded(site: Site, journal: Journal, victim: str, calm: str) -> Recording:
    """Let both witnesses watch two nodes while one has lost its rules, and read what they saw."""
    image = clusters.load_agent_image(site.cluster)
    with ExitStack() as stack:
        pods = stack.enter_context(three_pods(site, "skeptic-live-witness"))
        pods()
        port = node_port(site, "skeptic-live-witness")
        agents = stack.enter_context(Agents(site.kube, journal, image, "skeptic-live-witness-agents", site.run))
        agents.ask(SCENARIO, [http_new("inside", NODE, port, rate=RATE)])
        stack.callback(agents.stop, SCENARIO)
        targets = node_targets((site.kube.get("Node", node) for node in (victim, calm)), port)
        probe = http_new("outside", NODE, port, rate=RATE)
        outside = stack.enter_context(OutsideProbe(journal, SCENARIO, probe, targets))

        def settled() -> bool | NotYet:
            troubled = agents.unsettled(SCENARIO, agents.nodes, SETTLE) + outside.unsettled(SETTLE)
            return NotYet(", ".join(troubled)) if troubled else True

        until(settled, BASELINE, what="both witnesses to be calm")
        with inflict(FlushServiceRules(victim), site) as flushed:
            assert flushed.applied_at
            hold(OUTAGE)
        until(settled, BASELINE, what="both witnesses to be calm again", tolerate=(SkepticError,))
    journal.write("scenario", id=SCENARIO, phase="end")
    return load(journal.path).scenarios[SCENARIO]


def node_port(site: Site, namespace: str) -> int:
    """The NodePort of a new Service over the three pods."""
    spec = {"type": "NodePort", "selector": {"app": "victims"}, "ports": [{"port": 80, "targetPort": 8080}]}
    metadata = {"name": "victims", "namespace": namespace}
    site.kube.apply({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})
    return int(site.kube.get("Service", "victims", namespace)["spec"]["ports"][0]["nodePort"])


def hold(seconds: float) -> None:
    """Let time pass."""
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() >= end or NotYet("in force"), Patience(seconds + 60), what="time to pass")


def witness(recording: Recording, node: str, probe: str) -> Seen:
    """The one outage that a witness saw, and how well it knows when."""
    seen = recording.lanes[node, probe]
    found = outages(seen)
    assert len(found) == 1, f"{node}: {found}"
    return Seen(found[0], seen.doubt + edge_resolution(seen, found[0]))


def edge_resolution(seen: Lane, outage: Outage) -> float:
    """The longest time between two questions at an edge of the outage, and what a question at an edge took to be answered: what
    it met, it met between its being sent and its end."""
    sent = list(seen.sent)
    edges = (sent.index(outage.start), sent.index(outage.end))
    apart = max(sent[at] - sent[at - 1] for at in edges)
    return apart + max(seen.took[at] for edge in edges for at in (edge - 1, edge))


def difference(one: Seen, other: Seen, edge: str) -> float:
    """Seconds from one witness's edge to the other's."""
    return float(getattr(other.outage, edge) - getattr(one.outage, edge))


def apart(one: Seen, other: Seen, edge: str) -> str:
    return f"{difference(one, other, edge):+.3f} s apart"
