"""Journals with samples, written record by record."""

from __future__ import annotations

from typing import Any

from kubeskeptic.journal import Journal
from kubeskeptic.timeline import Recording, RunEvidence, load

GRACE = {"GRACE": {"value": 50, "unit": "s", "from": "default"}}


def batch(scenario: str, node: str = "n1", ticks: range = range(3), boot: str = "b1", **more: Any) -> dict[str, Any]:
    count = len(ticks)
    return {
        "node": node, "agent": f"agent-{node}", "boot": boot, "offset": 0.5, "error": 0.001,
        "probes": [{"name": "web", "scenario": scenario, "period": 1.0, "t0": 100.0}], "names": ["", "pod-a", "pod-b"],
        "probe": [0] * count, "tick": list(ticks), "sent": [100.0 + tick for tick in ticks], "took": [0.001] * count,
        "outcome": [0] * count, "by": [1] * count, "port": [40000 + tick for tick in ticks], **more,
    }  # fmt: skip


def scenario(journal: Journal, name: str, *batches: dict[str, Any]) -> None:
    journal.write("scenario", id=name, phase="start", at=100.0)
    journal.write("probe", scenario=name, probe="web", spec={}, nodes=["n1"])
    for one in batches or [batch(name)]:
        journal.write("samples", **one)
    journal.write("scenario", id=name, phase="end", at=200.0)


def loaded(journal: Journal) -> RunEvidence:
    """What a journal holds, which is closed by it."""
    journal.close()
    return load(journal.path)


def only(journal: Journal) -> Recording:
    """The recording of its only scenario."""
    (recording,) = loaded(journal).scenarios.values()
    return recording


def concerned(evidence: RunEvidence) -> str:
    return "".join(name for name, recording in sorted(evidence.scenarios.items()) if recording.damage)
