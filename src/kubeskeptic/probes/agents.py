"""The agents of a cluster: one on every node asks the probes of scenarios, and its samples are pulled into the journal."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, Self

from kubeskeptic.durations import IN_FLIGHT, NODES_LOOK, PULL_PERIOD, Patience
from kubeskeptic.errors import BadInput, SkepticError
from kubeskeptic.journal import Journal
from kubeskeptic.kube import Kube
from kubeskeptic.probes.deployment import AgentDeployment
from kubeskeptic.probes.node_agent import NodeAgent
from kubeskeptic.probes.priority import Prioritise, refused
from kubeskeptic.probes.recent_samples import LaneKey, RecentSamples
from kubeskeptic.probes.specs import Probe
from kubeskeptic.waiting import NotYet, Pace, until


class Agents:
    """Agents on every node while a ``with`` block runs.

    Entering applies the DaemonSet and waits until an agent is Ready on every node; leaving deletes the namespace. Meanwhile,
    one thread per node pulls samples by cursor, so that a broken connection loses nothing. A node that joins the cluster
    asks the probes, too, as soon as its agent answers; the time before that is a gap.

    :param image: the agent's image, already on the nodes
    :param namespace: the agents' own namespace, created and deleted here
    :param run: id of the run, for the labels
    :param prioritise: gives the agents real-time priority; None: they keep normal priority
    :raises PatienceExhausted: on entering, naming the node without an agent
    :raises LeftDirty: on leaving, when the namespace is not deleted
    """

    def __init__(
        self,
        kube: Kube,
        journal: Journal,
        image: str,
        namespace: str,
        run: str = "",
        prioritise: Prioritise | None = None,
    ) -> None:
        self._kube = kube
        self._journal = journal
        self._namespace = namespace
        self._deployment = AgentDeployment(kube, image, namespace, run)
        self._prioritise = prioritise or refused("it was not asked for")
        self._tally = RecentSamples()
        self._wanted: dict[str, list[dict[str, Any]]] = {}
        self._probes: dict[str, tuple[Probe, ...]] = {}
        self._asked: dict[str, float] = {}
        self._recorded: set[str] = set()
        self._nodes: dict[str, NodeAgent] = {}
        self._pace = Pace(PULL_PERIOD)
        self._looks = Pace(NODES_LOOK)

    def __enter__(self) -> Self:
        try:
            self._nodes = {node: self._agent(node) for node in self._deployment.apply()}
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    # -- asking --------------------------------------------------------------------------------------------------------
    def ask(self, scenario: str, probes: Sequence[Probe], *, recorded: bool = True) -> None:
        """Ask these probes, and no others for this scenario, from every node. Unreachable agents begin once they answer.

        :param recorded: False for probes that are not part of any scenario's recording
        :raises BadInput: when two probes have the same name, or an agent refuses one
        """
        if len({probe.name for probe in probes}) != len(probes):
            raise BadInput(f"two probes of {scenario} have the same name: the report could not tell them apart")
        if recorded:
            self._recorded.add(scenario)
            self._write_probes(scenario, probes)
        self._probes[scenario] = tuple(probes)
        self._asked[scenario] = time.time()
        self._wanted[scenario] = [probe.spec() for probe in probes]
        self._pull_reachable()
        refused = [agent.trouble for agent in self._nodes.values() if "(status 400)" in agent.trouble]
        if refused:
            del self._wanted[scenario]
            raise BadInput(f"an agent rejected the probes of {scenario}: {refused[0]}")

    def stop(self, scenario: str) -> None:
        """Stop a scenario's probes, and fetch the samples in flight; what cannot be fetched is a gap.

        A scenario without probes is left alone.
        """
        if self._wanted.pop(scenario, None) is None:
            return
        longest = max((probe.deadline for probe in self._probes.pop(scenario)), default=0.0)
        over = time.time() + longest + IN_FLIGHT

        self._pull_reachable()  # also tells the agents to stop; only answers after that can be complete

        def delivered() -> bool | NotYet:
            """Return whether no reachable agent has questions in flight, or the time for that is over."""
            self._pull_reachable()
            waiting = [agent.node for agent in self._nodes.values() if agent.reachable and agent.in_flight > 0]
            return not waiting or time.time() > over or NotYet(f"questions in flight on {', '.join(waiting)}")

        until(delivered, Patience(longest + 60), what=f"the last samples of {scenario}")
        asked = self._asked.pop(scenario)
        for agent in self._nodes.values():
            agent.close(scenario, asked)
        self._tally.forget(scenario=scenario)

    # -- looking -------------------------------------------------------------------------------------------------------
    def settled(self, scenario: str, nodes: Iterable[str], seconds: float) -> bool:
        """Return whether every probe of a scenario succeeded on all of these nodes for the last ``seconds``.

        The newest sample is then at most 2 s old, no question has failed, and none is outstanding.
        """
        return not self.unsettled(scenario, nodes, seconds)

    def unsettled(
        self, scenario: str, nodes: Iterable[str], seconds: float, since: float = 0.0, probe: str = ""
    ) -> list[str]:
        """Return the lanes that keep a scenario from being settled, such as "web on worker2". If one of their agents is out of
        reach, the last item states why.

        :param since: the settled period must begin after this time
        :param probe: only the lanes of this probe must be settled; all lanes if empty
        """
        now, probes = time.time(), self._probes.get(scenario, ())
        if not probes or now - self._asked[scenario] < seconds:
            return ["the probes have just begun"]
        lanes = [LaneKey(scenario, node, one.name) for node in nodes for one in probes if probe in ("", one.name)]
        found = [lane for lane in lanes if not self._tally.calm(lane, now, seconds, since)]
        agents = (self._nodes[node] for node in dict.fromkeys(lane.node for lane in found) if node in self._nodes)
        why = next((f"as the agent on {one.node} is out of reach: {one.trouble}" for one in agents if one.trouble), "")
        return [*(f"{lane.probe} on {lane.node}" for lane in found), *([why] if why else [])]

    def failing(self, scenario: str, since: float) -> dict[tuple[str, str], float]:
        """Return when each lane's last failed question was sent, by (node, probe), for lanes with a failure since a time."""
        return self._tally.last_failures(scenario, since)

    @property
    def namespace(self) -> str:
        """The namespace of the agents."""
        return self._namespace

    @property
    def heartbeat(self) -> dict[str, float]:
        """When each node's agent last answered, Unix seconds."""
        return {agent.node: agent.answered for agent in self._nodes.values()}

    @property
    def nodes(self) -> dict[str, NodeAgent]:
        """The agents by node."""
        return dict(self._nodes)

    # -- life ----------------------------------------------------------------------------------------------------------
    def _agent(self, node: str, joined: float | None = None) -> NodeAgent:
        where = (self._kube, self._journal, self._tally, self._namespace)
        return NodeAgent(*where, node, self._wanted, self._prioritise, joined=joined)

    def _start(self) -> None:
        agents = list(self._nodes.values())
        in_parallel([agent.pull for agent in agents])
        in_parallel([agent.prioritise for agent in agents])
        in_parallel([agent.pull for agent in agents])  # this records the outcome
        for agent in agents:
            self._start_pulling(agent)
        threading.Thread(target=self._looking, name="nodes of the cluster", daemon=True).start()

    def _start_pulling(self, agent: NodeAgent) -> None:
        threading.Thread(target=self._pulling, args=(agent,), name=f"agent of {agent.node}", daemon=True).start()

    def _pulling(self, agent: NodeAgent) -> None:
        for _ in self._pace:
            try:
                agent.pull()
                agent.prioritise()
            except Exception as bug:  # noqa: BLE001 - of any kind: the node is not being observed, and trouble says so
                agent.trouble = f"{type(bug).__name__}: {bug}"

    def _looking(self) -> None:
        """Watch for nodes that join or leave the cluster."""
        looked, before = time.time(), frozenset(self._nodes)
        for _ in self._looks:
            now = time.time()
            with contextlib.suppress(SkepticError):
                names = frozenset(self._deployment.nodes())
                if names != before:
                    self._changed(names, before, looked)
                looked, before = now, names

    def _changed(self, names: frozenset[str], before: frozenset[str], looked: float) -> None:
        """Record that the cluster's nodes have changed, and start probing from those that joined.

        :param looked: the time until which the joined nodes were absent
        """
        joined, left = sorted(names - before), sorted(before - names)
        self._journal.write("nodes", nodes=sorted(names), joined=joined, left=left)
        fresh = {node: self._agent(node, joined=looked) for node in joined if node not in self._nodes}
        self._nodes = {**self._nodes, **fresh}
        for scenario in self._recorded & self._probes.keys():
            self._write_probes(scenario, self._probes[scenario])
        for agent in fresh.values():
            self._start_pulling(agent)

    def _write_probes(self, scenario: str, probes: Iterable[Probe]) -> None:
        for probe in probes:
            spec, nodes = probe.spec(), sorted(self._nodes)
            self._journal.write("probe", scenario=scenario, probe=probe.name, spec=spec, nodes=nodes)

    def _pull_reachable(self) -> None:
        """Pull now from all reachable agents in parallel. The others are left to their own threads: waiting for them would hold
        up everything else.
        """
        in_parallel([agent.pull for agent in self._nodes.values() if agent.reachable])

    def _end(self) -> None:
        """Stop pulling and remove the agents from the cluster."""
        try:
            for scenario in list(self._wanted):
                self.stop(scenario)
        finally:
            self._pace.stop()
            self._looks.stop()
            for agent in self._nodes.values():
                agent.retire()
            self._deployment.delete()


def in_parallel(calls: Sequence[Callable[[], object]]) -> None:
    """Make calls in parallel, and return when all have returned."""
    threads = [threading.Thread(target=call, daemon=True) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
