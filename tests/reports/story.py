"""Writing a scenario's records without a cluster."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Protocol

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.bounds import Bound
from kubeskeptic.findings import Finding, Post, Verdict

START = 1_795_461_480.0  # 23 Nov 2026, 19:18 UTC
CONTROL, *WORKERS = NODES = tuple(f"kubeskeptic-{name}" for name in ("control-plane", "worker", "worker2", "worker3"))
PERIOD = 0.02
PODS = tuple(f"web-6f7b9c8d5-{tail}" for tail in ("b2xkq", "h9vtn", "zz8lp"))

Answer = Callable[[float, random.Random], Outcome]
"""How a question ends that is sent so many seconds after the start of the scenario."""

SETTINGS = {
    "GRACE": {"value": 50.0, "unit": "s", "from": "default of v1.37"},
    "MONITOR": {"value": 5.0, "unit": "s", "from": "kube-controller-manager arguments"},
    "LEASE": {"value": 10.0, "unit": "s", "from": "kubelet /configz"},
    "SYNC": {"value": 1.0, "unit": "s", "from": "kube-proxy ConfigMap, iptables.minSyncPeriod"},
    "TTL": {"value": 30.0, "unit": "s", "from": "Corefile"},
    "CACHE": {"value": 0.0, "unit": "s", "from": "Corefile: off for cluster.local"},
    "START": {"value": 2.1, "unit": "s", "from": "calibrated"},
    "SYN_SENT": {"value": 120.0, "unit": "s", "from": "nf_conntrack_tcp_timeout_syn_sent"},
}


class Writer(Protocol):
    """Anything that takes a journal's records."""

    def write(self, kind: str, **fields: Any) -> object: ...


class Story:
    """Writes one scenario's records at times counted from its start."""

    def __init__(self, journal: Writer, now: list[float], start: float, id_: str, seed: int = 7) -> None:
        self.journal, self.now, self.start, self.id = journal, now, start, id_
        self.random = random.Random(seed)
        self.resource = 0

    def write(self, at: float, kind: str, **fields: Any) -> None:
        self.now[0] = self.start + at
        self.journal.write(kind, **fields)

    def begin(self, probes: list[str]) -> None:
        self.write(0, "scenario", id=self.id, phase="start", namespace="skeptic-story", test=f"suites/{self.id}.py")
        for probe in probes:
            self.write(0, "probe", scenario=self.id, probe=probe, spec={"kind": "http-new"}, nodes=list(NODES))

    def end(self, at: float, irreducible: float) -> None:
        self.write(at, "scenario", id=self.id, phase="end", irreducible=irreducible)

    def act(self, name: str, baseline: float, start: float, end: float) -> None:
        for phase, at in (("baseline", baseline), ("start", start), ("end", end)):
            self.write(at, "act", scenario=self.id, act=name, phase=phase)

    def fault(
        self, name: str, act: str, target: str, says: str, times: dict[str, float], bit: str, healed: str
    ) -> None:
        for phase, at in times.items():
            more: dict[str, Any] = (
                {"evidence": bit} if phase == "bit" else {"evidence": healed} if phase == "healed" else {}
            )
            if phase == "intent":
                more = {"says": says, "settings": {"signal": "SIGKILL"}, "undo": {"start": target}}
            common = {"scenario": self.id, "act": act, "targets": [target], "phase": phase}
            self.write(at, "fault", id=f"{act}-1", fault=name, **common, **more)

    def samples(self, node: str, probe: str, stretches: list[tuple[float, float]], answer: Answer) -> None:
        for since, until in stretches:
            ticks = list(range(int(since / PERIOD), int(until / PERIOD)))
            for first in range(0, len(ticks), 500):
                self._batch(node, probe, ticks[first : first + 500], answer)

    def _batch(self, node: str, probe: str, ticks: list[int], answer: Answer) -> None:
        outcomes = [answer(tick * PERIOD, self.random) for tick in ticks]
        jitter = [self.random.random() * 0.003 for _ in ticks]
        self.write(
            ticks[-1] * PERIOD + 4, "samples", node=node, agent=f"agent-{node}", boot="b1", offset=0.002, error=0.001,
            probes=[{"name": probe, "scenario": self.id, "period": PERIOD, "t0": self.start}],
            names=["", *PODS], probe=[0] * len(ticks),
            tick=ticks,
            sent=[round(self.start + tick * PERIOD + late, 6) for tick, late in zip(ticks, jitter, strict=True)],
            took=[3.5 if outcome is Outcome.TIMEOUT else 0.002 for outcome in outcomes],
            outcome=[OUTCOMES.index(outcome) for outcome in outcomes],
            by=[1 + tick % 3 if outcome is Outcome.OK else 0 for tick, outcome in zip(ticks, outcomes, strict=True)],
            port=[20000 + tick % 20000 for tick in ticks],
        )  # fmt: skip

    def change(self, at: float, kind: str, type_: str, name: str, **object_: Any) -> None:
        self.resource += 1
        metadata = {"name": name, "namespace": "skeptic-story", "uid": f"uid-{name}", **object_.pop("metadata", {})}
        common = {"scenario": self.id, "resource": kind, "type": type_, "seen": self.start + at}
        self.write(at, "change", **common, object={"metadata": metadata, **object_})

    def finding(self, at: float, claim: str, case: str, post: Post | None, finding: Finding) -> None:
        test = f"suites/{self.id}.py::test_{claim.partition('.')[2].replace('-', '_')}"
        self.write(
            at, "finding", scenario=self.id, test=test + (f"[{case}]" if case else ""), claim=claim, case=case,
            post=str(post) if post else None, **finding.as_record(),
        )  # fmt: skip

    def window(self, since: float, until: float) -> tuple[float, float]:
        return self.start + since, self.start + until


def ready(status: str) -> dict[str, Any]:
    return {"conditions": [{"type": "Ready", "status": status}]}


def failing(*stretches: tuple[float, float, float, Outcome]) -> Answer:
    """Fails between two times with a probability and an outcome."""

    def answer(at: float, chance: random.Random) -> Outcome:
        for since, until, share, outcome in stretches:
            if since <= at < until and chance.random() < share:
                return outcome
        return Outcome.OK

    return answer


def seconds(value: float, source: str) -> Bound:
    return Bound(value, "s", source)


def inconclusive(why: str, **more: Any) -> Finding:
    return Finding(Verdict.INCONCLUSIVE, why, **more)
