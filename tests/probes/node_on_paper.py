"""A node agent on paper, and what the harness writes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kubeskeptic.journal import Journal, read
from kubeskeptic.probes.node_agent import NodeAgent
from kubeskeptic.probes.recent_samples import RecentSamples

from .agent_on_paper import Cluster

SPECS: list[dict[str, Any]] = [{"name": "web", "kind": "http-new"}]


class Scene:
    def __init__(self, folder: Path) -> None:
        self.cluster = Cluster()
        self.journal = Journal(folder / "journal.jsonl")
        self.recent_samples = RecentSamples()
        self.wanted: dict[str, list[dict[str, Any]]] = {"story": SPECS}
        self.agent = self.new_agent()

    def new_agent(self, joined: float | None = None) -> NodeAgent:
        cluster = self.cluster
        where = (cluster.kube, self.journal, self.recent_samples, "ns", "n1", self.wanted)
        return NodeAgent(*where, cluster.prioritise, cluster.clock, joined)

    def records(self, kind: str) -> list[dict[str, Any]]:
        return [dict(record) for record in read(self.journal.path) if record["kind"] == kind]

    def ticks(self) -> list[int]:
        return [tick for record in self.records("samples") for tick in record["tick"]]

    def gaps(self) -> list[tuple[float, float | None]]:
        return [(gap["since"], gap["until"]) for gap in self.records("gap")]
