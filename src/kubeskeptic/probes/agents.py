"""The agents of a cluster: on every node one, asking what scenarios want asked, their samples pulled into the journal."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Self

from kubeskeptic.durations import AGENTS_READY, GONE, IN_FLIGHT, PULL_PERIOD, Patience
from kubeskeptic.errors import BadInput, Conflict, LeftDirty, NotFound, PatienceExhausted, Unanswered
from kubeskeptic.journal import Journal
from kubeskeptic.kube import Kube
from kubeskeptic.probes.daemonset import LABEL, manifests
from kubeskeptic.probes.node_agent import NodeAgent
from kubeskeptic.probes.recent_samples import LaneKey, RecentSamples
from kubeskeptic.probes.specs import Probe
from kubeskeptic.waiting import NotYet, Pace, until


class Agents:
    """Agents on every node, between entering and leaving a ``with`` block.

    Entering applies the DaemonSet and waits until one is Ready on every node; leaving deletes its namespace. While they
    run, one thread for each node pulls samples by cursor, so that a broken connection loses nothing.

    :param image: the agent's image, which the nodes have
    :param namespace: one of their own, made and deleted here
    :param run: id of the run, for the labels
    :raises PatienceExhausted: on entering, naming the node without an agent
    :raises LeftDirty: on leaving, when the namespace does not go
    """

    def __init__(self, kube: Kube, journal: Journal, image: str, namespace: str, run: str = "") -> None:
        self._kube = kube
        self._journal = journal
        self._image = image
        self._namespace = namespace
        self._run = run
        self._tally = RecentSamples()
        self._wanted: dict[str, list[dict[str, Any]]] = {}
        self._probes: dict[str, tuple[Probe, ...]] = {}
        self._asked: dict[str, float] = {}
        self._nodes: dict[str, NodeAgent] = {}
        self._pace = Pace(PULL_PERIOD)

    def __enter__(self) -> Self:
        try:
            for manifest in manifests(self._image, self._namespace, self._run):
                self._kube.apply(manifest)
            nodes = until(self._ready, AGENTS_READY, what="an agent on every node", tolerate=(Unanswered,))
            for node in nodes:
                self._nodes[node] = NodeAgent(
                    self._kube, self._journal, self._tally, self._namespace, node, self._wanted
                )
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
        """Ask these probes from every node, and none else for this scenario. Nodes out of reach begin once they answer.

        :param recorded: False for what is not part of any scenario's recording
        :raises BadInput: when two have the same name, or an agent refuses one
        """
        if len({probe.name for probe in probes}) != len(probes):
            raise BadInput(f"two probes of {scenario} have the same name: the report could not tell them apart")
        if recorded:
            for probe in probes:
                self._journal.write(
                    "probe", scenario=scenario, probe=probe.name, spec=probe.spec(), nodes=list(self._nodes)
                )
        self._probes[scenario] = tuple(probes)
        self._asked[scenario] = time.time()
        self._wanted[scenario] = [probe.spec() for probe in probes]
        self._pull_reachable()
        refused = [agent.trouble for agent in self._nodes.values() if "(status 400)" in agent.trouble]
        if refused:
            del self._wanted[scenario]
            raise BadInput(f"an agent refuses the probes of {scenario}: {refused[0]}")

    def stop(self, scenario: str) -> None:
        """Ask no more for a scenario, and fetch what was in flight; what cannot be fetched is a gap.

        Does nothing for a scenario that asks nothing.
        """
        if self._wanted.pop(scenario, None) is None:
            return
        longest = max((probe.deadline for probe in self._probes.pop(scenario)), default=0.0)
        over = time.time() + longest + IN_FLIGHT

        self._pull_reachable()  # which also tells the agents; only what they say after that can be complete

        def delivered() -> bool | NotYet:
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
        """Whether every probe of a scenario was answered well on every one of these nodes for the last ``seconds``:
        samples up to at most 2 s ago are in, none failed, and none is still waited for.
        """
        return not self.unsettled(scenario, nodes, seconds)

    def unsettled(self, scenario: str, nodes: Iterable[str], seconds: float, since: float = 0.0) -> list[str]:
        """What keeps a scenario from being settled: "web on worker2" and so on.

        :param since: the settled stretch has to begin after this time
        """
        now, probes = time.time(), self._probes.get(scenario, ())
        if not probes or now - self._asked[scenario] < seconds:
            return ["the probes have just begun"]
        lanes = [LaneKey(scenario, node, probe.name) for node in nodes for probe in probes]
        return [f"{lane.probe} on {lane.node}" for lane in lanes if not self._tally.calm(lane, now, seconds, since)]

    def failing(self, scenario: str, since: float) -> dict[tuple[str, str], float]:
        """When the last failed question was sent, by (node, probe), of those lanes that had one since a time."""
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
    def _ready(self) -> list[str] | NotYet:
        """The nodes, once each has a Ready agent of this image."""
        nodes = sorted(node["metadata"]["name"] for node in self._kube.list("Node")["items"])
        pods = self._kube.list("Pod", self._namespace, labels=f"{LABEL}={self._run}")["items"]
        ready = {pod["spec"].get("nodeName") for pod in pods if _is_ready(pod)}
        missing = [node for node in nodes if node not in ready]
        return NotYet(f"none yet on {missing[0]}: {_state(pods, missing[0])}") if missing else nodes

    def _start(self) -> None:
        for agent in self._nodes.values():
            agent.pull()
            threading.Thread(target=self._pulling, args=(agent,), name=f"agent of {agent.node}", daemon=True).start()

    def _pulling(self, agent: NodeAgent) -> None:
        for _ in self._pace:
            try:
                agent.pull()
            except Exception as bug:  # noqa: BLE001 - of whatever kind: the node is not being looked at, and that is said
                agent.trouble = f"{type(bug).__name__}: {bug}"

    def _pull_reachable(self) -> None:
        """Pull now from all at the same time. Those out of reach are left to their own threads: waiting for them would hold
        up everything else.
        """
        agents = [agent for agent in self._nodes.values() if agent.reachable]
        threads = [threading.Thread(target=agent.pull, daemon=True) for agent in agents]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _end(self) -> None:
        """Stop pulling and take everything of ours out of the cluster."""
        try:
            for scenario in list(self._wanted):
                self.stop(scenario)
        finally:
            self._pace.stop()
            for agent in self._nodes.values():
                agent.retire()
            self._delete()

    def _delete(self) -> None:
        name = self._namespace

        def asked() -> bool:
            with contextlib.suppress(NotFound, Conflict):  # Conflict: it is on its way out already
                self._kube.delete("Namespace", name)
            return True

        def gone() -> bool | NotYet:
            try:
                phase = self._kube.get("Namespace", name)["status"]["phase"]
            except NotFound:
                return True
            return NotYet(f"it is {phase}")

        try:
            until(asked, GONE, what=f"the namespace {name} to be deleted", tolerate=(Unanswered,))
            until(gone, GONE, what=f"the namespace {name} to go", tolerate=(Unanswered,))
        except PatienceExhausted as stuck:
            raise LeftDirty(f"{stuck}; run `skeptic cleanup`") from stuck


def _is_ready(pod: dict[str, Any]) -> bool:
    conditions = pod.get("status", {}).get("conditions") or ()
    ready = any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
    return ready and not pod["metadata"].get("deletionTimestamp")


def _state(pods: Iterable[dict[str, Any]], node: str) -> str:
    """Why the agent of a node is not Ready, in the kubelet's words."""
    for pod in pods:
        if pod["spec"].get("nodeName") == node:
            statuses = pod.get("status", {}).get("containerStatuses") or ()
            waiting = [one["state"]["waiting"] for one in statuses if one.get("state", {}).get("waiting")]
            return str(waiting[0].get("message") or waiting[0].get("reason")) if waiting else "not Ready"
    return "no pod"
