"""What the agents ask on a live cluster, what they miss, and that they know which is which."""

from __future__ import annotations

import os
import signal
import time

import pytest

from kubeskeptic import clusters
from kubeskeptic.agent.askers import ASKERS
from kubeskeptic.clusters import Cluster
from kubeskeptic.journal import Journal
from kubeskeptic.kube import Kube
from kubeskeptic.outside import on_this_machine, witnessed
from kubeskeptic.probes.agents import Agents
from kubeskeptic.probes.instrument import prove
from kubeskeptic.probes.priority import AgentProcesses
from kubeskeptic.probes.specs import dns_tcp, dns_udp, http_kept, http_new, tcp_connect
from kubeskeptic.timeline.stalls import Pause, standstills, stood_still

from ..cable import Cable
from .looking import absent, busy, lanes_of, lateness, let_pass, of_kind, prioritise, wait

pytestmark = pytest.mark.live


def test_every_question_of_every_node_arrives(
    kube: Kube, behind: Kube, cable: Cable, cluster: Cluster, journal: Journal, namespace: str
) -> None:
    """All kinds of probes from all nodes, while the cable to the API server goes dead for a while."""
    service = kube.get("Service", "kube-dns", "kube-system")["spec"]["clusterIP"]
    api = kube.get("Service", "kubernetes", "default")["spec"]["clusterIP"]
    name = "kubernetes.default.svc.cluster.local."
    probes = [
        http_new("itself", "127.0.0.1", 8081),
        http_kept("itself-kept", "127.0.0.1", 8081),
        tcp_connect("api", api, 443, rate=20),
        dns_udp("name", service, name, expect=[api], rate=20),
        dns_tcp("name-tcp", service, name, expect=[api], rate=10),
    ]
    image = clusters.load_agent_image(cluster)
    with Agents(behind, journal, image, f"{namespace}-agents", "live") as agents:
        agents.ask("live", probes)
        nodes = list(agents.nodes)
        wait(lambda: agents.settled("live", nodes, 3), 60, "all nodes to settle")
        cable.go_dead()
        let_pass(8)
        cable.come_back()
        wait(lambda: agents.settled("live", nodes, 3), 60, "all nodes to settle again")
        agents.stop("live")
        assert all(agent.in_flight == 0 for agent in agents.nodes.values())
    lanes = lanes_of(journal)
    assert {(node, probe.name) for node in nodes for probe in probes} == set(lanes)
    skipped = sum(gap["ticks"] for gap in of_kind(journal, "gap"))
    missing = sum(max(ticks) + 1 - len(ticks) for ticks in lanes.values())
    print(f"{sum(map(len, lanes.values()))} samples, {missing} ticks missing, {skipped} of them said to be")
    assert missing == skipped
    assert all(len(ticks) == len(set(ticks)) for ticks in lanes.values())


def test_an_agent_that_is_killed_is_a_gap_and_comes_back(
    kube: Kube, cluster: Cluster, journal: Journal, namespace: str
) -> None:
    image = clusters.load_agent_image(cluster)
    agents_of = f"{namespace}-agents"
    with Agents(kube, journal, image, agents_of, "live") as agents:
        agents.ask("live", [http_new("itself", "127.0.0.1", 8081)])
        wait(lambda: agents.settled("live", agents.nodes, 1), 60, "all nodes to settle")
        victim = sorted(agents.nodes)[-1]
        kube.delete("Pod", agents.nodes[victim].pod, agents_of, grace=0)
        wait(lambda: not agents.settled("live", [victim], 1), 30, "the agent to be missed")
        wait(lambda: agents.settled("live", agents.nodes, 1), 60, "its replacement to ask")
        agents.stop("live")
    gaps = [gap for gap in of_kind(journal, "gap") if not gap["probe"]]
    assert [gap["node"] for gap in gaps] == [victim]
    assert 0 < gaps[0]["until"] - gaps[0]["since"] < 30


def test_agents_are_given_real_time_priority_and_hardly_miss_a_question_while_both_cores_are_busy(
    kube: Kube, cluster: Cluster, journal: Journal, namespace: str
) -> None:
    """Without the priority one question in five is missed here. How late they are is measured in benchmarks/agent.py: this
    machine may be shared, and what its host does to it is no fault of the agents."""
    image = clusters.load_agent_image(cluster)
    service = kube.get("Service", "kube-dns", "kube-system")["spec"]["clusterIP"]
    name = "kubernetes.default.svc.cluster.local."
    with Agents(kube, journal, image, f"{namespace}-agents", "live", prioritise(cluster)) as agents, busy(20):
        given = {one["node"]: one for one in of_kind(journal, "priority")}
        print({node: one["how"] or one["why_not"] for node, one in given.items()})
        assert set(given) == set(agents.nodes)
        agents.ask("live", [http_new("itself", "127.0.0.1", 8081), dns_udp("name", service, name)])
        wait(lambda: agents.settled("live", agents.nodes, 1), 60, "all nodes to settle")
        let_pass(10)
        agents.stop("live")
    if not all(one["realtime"] for one in given.values()):
        pytest.skip(f"no real-time priority here: {next(one['why_not'] for one in given.values())}")
    lags = lateness(journal)
    print(
        f"{len(lags)} questions, lag p99 {1000 * lags[int(len(lags) * 0.99)]:.2f} ms, longest {1000 * lags[-1]:.1f} ms"
    )
    missed = sum(gap["ticks"] for gap in of_kind(journal, "gap"))
    assert missed <= 0.005 * len(lags)
    assert all(len(set(ticks)) == len(ticks) for ticks in lanes_of(journal).values())
    assert lags[int(len(lags) * 0.99)] <= 0.02  # a period


def test_an_agent_that_is_stopped_for_three_seconds_is_a_stall_that_all_its_lanes_share(
    kube: Kube, cluster: Cluster, journal: Journal, namespace: str
) -> None:
    image = clusters.load_agent_image(cluster)
    agents_of = f"{namespace}-agents"
    with Agents(kube, journal, image, agents_of, "live", prioritise(cluster)) as agents:
        victim = sorted(agents.nodes)[-1]
        pids = list(AgentProcesses().agents(kube.get("Pod", agents.nodes[victim].pod, agents_of)["metadata"]["uid"]))
        if not pids:
            pytest.skip("the nodes' processes are not on this machine")
        agents.ask("live", [http_new("itself", "127.0.0.1", 8081), http_kept("itself-kept", "127.0.0.1", 8081)])
        wait(lambda: agents.settled("live", agents.nodes, 1), 60, "all nodes to settle")
        os.kill(pids[0], signal.SIGSTOP)
        stopped = time.time()
        try:
            let_pass(3)
        finally:
            resumed = time.time()
            os.kill(pids[0], signal.SIGCONT)
        wait(lambda: agents.settled("live", agents.nodes, 1), 60, "the stopped one to be asked again")
        agents.stop("live")
    stalls = [one for one in of_kind(journal, "stall") if one["node"] == victim and one["until"] - one["since"] > 2]
    assert len(stalls) == ASKERS, "each asker tells its own"
    for one in stalls:
        assert (one["since"], one["until"]) == pytest.approx((stopped, resumed), abs=0.1)
    lanes = {probe: ticks for (node, probe), ticks in lanes_of(journal).items() if node == victim}
    told = [one for one in of_kind(journal, "gap") if one["node"] == victim]
    for probe, ticks in lanes.items():
        missing = set(range(max(ticks))) - set(ticks)
        print(f"{probe}: {len(ticks)} samples, {len(missing)} questions missing")
        assert 140 <= len(missing) <= 160
        assert sum(gap["ticks"] for gap in told if gap["probe"] == probe) == len(missing)
        assert any(
            gap["since"] <= stopped + 0.1 and gap["until"] >= resumed - 0.1 for gap in told if gap["probe"] == probe
        )
    assert not [gap for gap in told if not gap["probe"]], "the same process goes on: nothing else is lost"


def test_agents_that_are_stopped_all_at_once_are_no_machine_that_stands_still(
    kube: Kube, cluster: Cluster, journal: Journal, namespace: str
) -> None:
    """What all of them miss is a gap, unless the witness on this machine's processors did not run either."""
    image = clusters.load_agent_image(cluster)
    agents_of, nodes = f"{namespace}-agents", on_this_machine(kube.list("Node")["items"])
    if not nodes:
        pytest.skip("the nodes' processes are not on this machine")
    with witnessed(journal, nodes), Agents(kube, journal, image, agents_of, "live", prioritise(cluster)) as agents:
        assert nodes == sorted(agents.nodes)
        uids = [kube.get("Pod", agent.pod, agents_of)["metadata"]["uid"] for agent in agents.nodes.values()]
        pids = [pid for uid in uids for pid in AgentProcesses().agents(uid)]
        agents.ask("live", [http_new("itself", "127.0.0.1", 8081)])
        wait(lambda: agents.settled("live", agents.nodes, 1), 60, "all nodes to settle")
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        stopped = time.time()
        try:
            let_pass(0.3)
        finally:
            resumed = time.time()
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
        wait(lambda: agents.settled("live", agents.nodes, 1), 60, "all of them to be asked again")
        agents.stop("live")
    stalled = {one["node"] for one in of_kind(journal, "stall") if one["until"] - one["since"] > 0.25}
    assert stalled == set(nodes)
    pauses = [
        Pause(one["processor"], one["processors"], one["since"], one["until"], tuple(one["nodes"]))
        for one in of_kind(journal, "pause")
    ]
    still = stood_still(standstills(pauses), nodes, stopped, resumed)
    print(f"all stopped for {resumed - stopped:.3f} s, the machine stood still for {still:.3f} s of it")
    assert still < 0.15, "this machine's host may have stopped it, too, but not just then"


def test_a_node_that_joins_is_asked_and_that_it_was_not_before_is_a_gap(
    kube: Kube, cluster: Cluster, journal: Journal, namespace: str
) -> None:
    """The last worker leaves the cluster's list of nodes before the agents come, and joins while they ask."""
    image = clusters.load_agent_image(cluster)
    node = sorted(one.name for one in cluster.nodes if one.role == "worker")[-1]
    with absent(kube, node) as join, Agents(kube, journal, image, f"{namespace}-agents", "live") as agents:
        assert node not in agents.nodes
        agents.ask("live", [http_new("itself", "127.0.0.1", 8081)])
        wait(lambda: agents.settled("live", agents.nodes, 1), 60, "all nodes to settle")
        joined = time.time()
        join()
        wait(lambda: agents.settled("live", [node], 1), 120, "the node that joined to be asked")
        agents.stop("live")
    change = of_kind(journal, "nodes")
    assert [(one["joined"], one["left"]) for one in change] == [([node], [])]
    gaps = [one for one in of_kind(journal, "gap") if one["node"] == node and not one["probe"]]
    assert len(gaps) == 1
    assert gaps[0]["since"] <= joined + 0.1
    first = min(one["sent"][0] + one["offset"] for one in of_kind(journal, "samples") if one["node"] == node)
    assert gaps[0]["until"] == pytest.approx(first, abs=0.05)
    print(f"asked {gaps[0]['until'] - joined:.1f} s after it joined")


def test_the_instrument_proves_itself(kube: Kube, cluster: Cluster, journal: Journal, namespace: str) -> None:
    with Agents(kube, journal, clusters.load_agent_image(cluster), f"{namespace}-agents", "live") as agents:
        proofs = prove(agents, journal)
        assert {proof.node for proof in proofs} == set(agents.nodes)
    for proof in proofs:
        print(proof)
