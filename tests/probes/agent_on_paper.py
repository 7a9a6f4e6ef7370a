"""An agent on paper, behind an API server on paper: answers as the real ones do, as far as one node's agent can tell."""

from __future__ import annotations

import json
from typing import Any, cast

from kubeskeptic.errors import ClusterError, Unanswered
from kubeskeptic.kube import Kube
from kubeskeptic.probes.priority import Grant


class Cluster:
    """One node with one agent. Its clock stands still unless moved."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pod = "agent-1"
        self.address = "10.244.1.2"
        self.boot = "boot-1"
        self.behind = 0.0
        """How far the agent's clock is behind ours."""
        self.samples: list[tuple[int, float, int]] = []
        self.gaps: list[dict[str, Any]] = []
        self.realtime = False
        self.why_not = ""
        self.prioritised: list[tuple[str, str]] = []
        self.grant = Grant(True, "this machine")
        self.probes: dict[str, list[dict[str, Any]]] = {}
        self.questions = 0
        self.down = ""
        self.impostor = False
        self.refuses = False
        self.asked: list[str] = []

    @property
    def kube(self) -> Kube:
        return cast(Kube, self)

    def clock(self) -> float:
        return self.now

    def prioritise(self, node: str, uid: str) -> Grant:
        self.prioritised.append((node, uid))
        self.realtime = self.grant.given
        return self.grant

    def saw(self, *ticks: int, outcome: int = 0) -> None:
        """The agent has new samples of the probe `web`: tick n is sent n seconds after 1000."""
        self.samples += [(tick, 1000.0 + tick - self.behind, outcome) for tick in ticks]
        self.questions = len(self.samples)

    def restart(self, *, pod: str = "", address: str = "") -> None:
        self.boot = f"boot-{int(self.boot.rpartition('-')[2]) + 1}"
        self.samples, self.gaps, self.probes, self.questions = [], [], {}, 0
        self.realtime, self.why_not = False, ""
        self.pod, self.address = pod or self.pod, address or self.address

    def list(self, kind: str, namespace: str, *, labels: str, fields: str) -> dict[str, Any]:
        if self.down == "api":
            raise Unanswered("the API server does not answer")
        metadata = {"name": self.pod, "uid": f"uid of {self.pod}", "creationTimestamp": "2026-01-01T00:00:00Z"}
        return {"items": [{"metadata": metadata, "status": {"podIP": self.address}}]}

    def request(self, method: str, path: str, body: Any, query: dict[str, str], timeout: float) -> bytes:
        self.asked.append(f"{method} {path.rpartition('/proxy')[2]}")
        if self.down:
            raise Unanswered("nobody answers")
        if f"/pods/{self.pod}:" not in path:
            raise ClusterError("no such pod", 404)
        if self.impostor:
            return b'{"pod": "web-1", "node": "n1"}'
        if method == "PUT":
            if self.refuses:
                raise ClusterError("PUT /probes: web: nonsense (status 400)", 400)
            self.probes[body["scenario"]] = body["probes"]
        elif method == "DELETE":
            del self.probes[query["scenario"]]
        return self._batch(query) if method == "GET" else b"{}"

    def _batch(self, query: dict[str, str]) -> bytes:
        after = int(query["after"]) if query.get("boot", self.boot) == self.boot else 0
        new = self.samples[after : after + 3]
        probes = [{"name": "web", "scenario": "story", "period": 1.0, "t0": 1000.0 - self.behind}]
        head = {"boot": self.boot, "agent": self.pod, "node": "n1", "wall": self.now - self.behind, "first": after}
        head |= {"cursor": after + len(new), "recorded": len(self.samples), "questions": self.questions}
        head |= {"realtime": self.realtime, "realtime_why_not": self.why_not}
        columns = {"probe": [0] * len(new), "took": [0.001] * len(new), "by": [1] * len(new), "port": [9] * len(new)}
        columns |= {"tick": [s[0] for s in new], "outcome": [s[2] for s in new]}
        sent = [s[1] for s in new]
        lists = {"gaps": self.gaps, "probes": probes, "names": ["", "web-1"], "unknowns": {}, "sent": sent}
        return json.dumps(head | columns | lists).encode()
