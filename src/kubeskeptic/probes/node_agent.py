"""The agent of one node as the harness sees it: through the API server, which may be unable to reach it.

::

    pull ──answer, same boot────────▶ samples into the journal; whatever was not delivered meanwhile is in them: no gap
      ├────answer, another boot─────▶ what the old boot had not delivered is lost: a gap until the first new sample
      └────no answer────────────────▶ look up which pod is the agent now, and try again with the next pull

After each start the agent is told again what to ask, and is given real-time priority again: a new process has neither.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from kubeskeptic.durations import PULL_ANSWER
from kubeskeptic.errors import SkepticError, Unanswered
from kubeskeptic.journal import Journal
from kubeskeptic.kube import Kube, Object
from kubeskeptic.probes.batches import Batch, Offset, joined, parse
from kubeskeptic.probes.deployment import LABEL, PORT
from kubeskeptic.probes.priority import AgentPriority, Prioritise
from kubeskeptic.probes.recent_samples import LaneKey, RecentSamples

Wanted = Mapping[str, list[dict[str, Any]]]
"""The specs to ask, by scenario."""


class NodeAgent:
    """Pulls the samples of one node's agent into the journal. Safe to use from several threads.

    :param wanted: what to ask; it changes while the agent runs
    :param prioritise: gives the agent real-time priority
    :param joined: a time at which its node was not in the cluster yet; None if it was there from the beginning
    """

    def __init__(
        self,
        kube: Kube,
        journal: Journal,
        recent_samples: RecentSamples,
        namespace: str,
        node: str,
        wanted: Wanted,
        prioritise: Prioritise,
        clock: Callable[[], float] = time.time,
        joined: float | None = None,
    ) -> None:
        self.node = node
        self.pod = ""
        self.answered = 0.0
        """When the agent last answered."""
        self.trouble = "it has not been asked yet"
        """Why the agent is out of reach; empty while it is reachable."""
        self.in_flight = 0
        """The maximum number of questions whose outcome was not known when the agent last answered."""
        self.offset = Offset()
        self._kube = kube
        self._journal = journal
        self._tally = recent_samples
        self._namespace = namespace
        self._wanted = wanted
        self._clock = clock
        self._lock = threading.Lock()
        self._pen = threading.Lock()
        self._retired = False
        self._priority = AgentPriority(prioritise)
        self._address = ""
        self._uid = ""
        self._boot = ""
        self._cursor = 0
        self._posted: dict[str, list[dict[str, Any]]] = {}
        self._gaps_seen: set[int] = set()
        self._newest = 0.0
        self._lost = None if joined is None else (joined, "its node joined the cluster, and was not asked before")

    @property
    def reachable(self) -> bool:
        """Whether the agent answered the last pull."""
        return not self.trouble

    def pull(self) -> bool:
        """Fetch everything that the agent has, tell it what to ask, and return whether it answered."""
        with self._lock:
            try:
                if not self.pod:
                    self._look_up()
                while not self._fetch().drained:
                    pass
                self._tell()
            except SkepticError as error:
                self._out_of_reach(str(error))
                return False
            self.trouble = ""
            return True

    def prioritise(self) -> None:
        """Give the agent real-time priority, once after each of its starts; the next pull records the outcome."""
        self._priority.give(self.node, self._uid, self._boot)

    def call(self, method: str, path: str, body: Any = None, timeout: float = PULL_ANSWER, **query: str) -> Any:
        """Send the agent a request, and return its answer as JSON.

        :raises Unanswered: when it does not answer
        :raises ClusterError: when it refuses, or the API server does not reach it
        """
        return json.loads(self._request(method, path, body, timeout, query))

    def close(self, scenario: str, asked: float) -> None:
        """Record a gap for what the agent has not delivered of a scenario that is over.

        :param asked: when its probes were started
        """
        with self._lock:
            since = max(self._newest, asked)
            if self._lost is not None:
                since, why = self._lost
                self._gap(since, None, f"{why}, and asked nothing since", scenario)
            elif self.trouble:
                self._gap(since, None, f"its agent was out of reach: {self.trouble[:200]}", scenario)

    def retire(self) -> None:
        """Write nothing more, even if an answer is still on its way."""
        with self._pen:
            self._retired = True

    # -- one pull ----------------------------------------------------------------------------------------------------
    def _fetch(self) -> Batch:
        sent = self._clock()
        query = {"after": str(self._cursor)} | ({"boot": self._boot} if self._boot else {})
        batch = parse(self._request("GET", "/samples", None, PULL_ANSWER, query), self.pod)
        received = self._clock()
        if batch.boot != self._boot:
            self._another_boot(batch.boot)
        self.offset.learn(sent, batch.wall, received)
        self._keep(batch)
        self._cursor = batch.cursor
        if batch.drained:
            self._tally.pulled(self.node, batch.wall + self.offset.seconds)
        self.in_flight = batch.in_flight
        self.answered = received
        return batch

    def _another_boot(self, boot: str) -> None:
        if self._boot and self._posted:
            before = self._address
            self._look_up()
            why = (
                "its agent was restarted" if self._address == before else "its agent was restarted with its pod or node"
            )
            self._lost = self._lost or (self._newest or self.answered, why)
        self._boot, self._cursor, self._posted = boot, 0, {}
        self._gaps_seen.clear()
        self._tally.forget(node=self.node)
        self.offset = Offset()

    def _keep(self, batch: Batch) -> None:
        seconds = self.offset.seconds
        if len(batch):
            self._write("samples", **batch.record(self.node, seconds, self.offset.error))
            sent = batch.sent
            if self._lost is not None:
                since, why = self._lost
                self._gap(since, min(sent) + seconds, why)
                self._lost = None
            self._newest = max(self._newest, max(sent) + seconds)
        for lane, looks in batch.looks(self.node, seconds):
            self._tally.add(lane, looks)
        self._reported(batch)
        priority = self._priority.changed(batch.boot, batch.realtime, batch.raw.get("realtime_why_not", ""))
        if priority:
            self._write("priority", node=self.node, agent=self.pod, boot=batch.boot, **priority)

    def _reported(self, batch: Batch) -> None:
        """Record the gaps that the agent itself reports; it repeats them until they are acknowledged."""
        offset = self.offset.seconds
        for stall in self._new(batch.stalls):
            times = {"since": stall["since"] + offset, "until": stall["until"] + offset}
            self._write("stall", node=self.node, boot=self._boot, **times, error=round(self.offset.error, 6))
        fresh = self._new(batch.missed)
        for gap in fresh:
            self._tally.skip(LaneKey(gap["scenario"], self.node, gap["probe"]), batch.ticks_of(gap))
        for gap in joined(fresh):
            reason = f"{gap['reason']}: {gap['ticks']} questions were not asked, or are lost"
            self._gap(gap["since"] + offset, gap["until"] + offset, reason, gap["scenario"], gap["probe"], gap["ticks"])

    def _new(self, gaps: list[dict[str, Any]]) -> list[dict[str, Any]]:
        fresh = [gap for gap in gaps if gap["id"] not in self._gaps_seen]
        self._gaps_seen.update(gap["id"] for gap in fresh)
        return fresh

    def _tell(self) -> None:
        """Make the agent ask exactly the wanted probes."""
        for scenario in [one for one in self._posted if one not in self._wanted]:
            self._request("DELETE", "/probes", None, PULL_ANSWER, {"scenario": scenario})
            del self._posted[scenario]
        for scenario, specs in dict(self._wanted).items():
            if self._posted.get(scenario) != specs:
                body = {"scenario": scenario, "probes": specs}
                self._request("PUT", "/probes", body, PULL_ANSWER, {})
                self._posted[scenario] = specs

    # -- reaching it -------------------------------------------------------------------------------------------------
    def _request(self, method: str, path: str, body: Any, timeout: float, query: Mapping[str, str]) -> bytes:
        where = f"/api/v1/namespaces/{self._namespace}/pods/{self.pod}:{PORT}/proxy{path}"
        return self._kube.request(method, where, body, dict(query), timeout)

    def _out_of_reach(self, why: str) -> None:
        self.trouble = why
        try:
            self._look_up()
        except SkepticError as also:
            self.trouble = f"{why}; {also}"

    def _look_up(self) -> None:
        """Find the current agent pod of this node.

        :raises Unanswered: when there is none
        """
        fields = f"spec.nodeName={self.node}"
        pods = self._kube.list("Pod", self._namespace, labels=LABEL, fields=fields)["items"]
        pods = [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")] or pods
        if not pods:
            raise Unanswered(f"there is no agent on {self.node}")
        newest: Object = max(pods, key=lambda pod: str(pod["metadata"].get("creationTimestamp", "")))
        self.pod = str(newest["metadata"]["name"])
        self._address = str(newest.get("status", {}).get("podIP", ""))
        self._uid = str(newest["metadata"].get("uid", ""))

    def _gap(
        self,
        since: float,
        until: float | None,
        reason: str,
        scenario: str = "",
        probe: str = "",
        ticks: int | None = None,
    ) -> None:
        fields = {"source": "probe", "scenario": scenario, "node": self.node, "probe": probe, "resource": ""}
        self._write("gap", **fields, since=since, until=until, reason=reason, ticks=ticks)

    def _write(self, kind: str, **fields: Any) -> None:
        with self._pen:
            if not self._retired:
                self._journal.write(kind, **fields)
