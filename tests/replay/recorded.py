"""A run on which all cases hold, recorded on a real cluster, and the real suites' verdicts on it and on what is made of it.

The run was of Kubernetes v1.37.2 with its defaults, one control plane and three workers.
"""

from __future__ import annotations

import lzma
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from kubeskeptic.findings import Finding
from kubeskeptic.journal import Record
from kubeskeptic.paths import checkout
from kubeskeptic.proving.suites import AskedCase, asked_by
from kubeskeptic.timeline import RunEvidence
from tests.journal.rewriting import Change

HELD = Path(__file__).with_name("held.jsonl.xz")
OK, REFUSED, TIMEOUT = 0, 1, 3
"""Outcomes by their place in :data:`~kubeskeptic.agent.outcomes.OUTCOMES`."""

Sample = dict[str, Any]
Edit = Callable[[str, str, float, Sample], "Sample | None"]
"""Of a sample (node, probe, when it was sent, its columns) what is written in its place; None: it was never there."""


def unpacked(folder: Path) -> Path:
    """The recorded journal as a file."""
    path = folder / "journal.jsonl"
    path.write_bytes(lzma.decompress(HELD.read_bytes()))
    return path


@cache
def cases() -> dict[str, AskedCase]:
    """Every case that the suites ask, by its name."""
    return {str(one.case): one for one in asked_by(checkout() / "suites")}


def judged(evidence: RunEvidence, name: str) -> Finding:
    """What the suite's test of a case says of a run."""
    one = cases()[name]
    found: list[Finding] = []
    one.test(act=one.scenario.read(evidence.scenarios[one.scenario.id], one.case), holds=found.append)
    return found[0]


def samples(edit: Edit) -> Change:
    """A change of samples, one by one."""

    def change(record: Record) -> Iterable[Record]:
        if record["kind"] != "samples":
            return [record]
        names = ("probe", "tick", "sent", "took", "outcome", "by", "port")
        kept = []
        for row in zip(*(record[name] for name in names), strict=True):
            sample = dict(zip(names, row, strict=True))
            probe = record["probes"][sample["probe"]]["name"]
            after = edit(record["node"], probe, sample["sent"] + record["offset"], sample)
            kept += [after] if after is not None else []
        return [record | {name: [one[name] for one in kept] for name in names}]

    return change


def start_of(evidence: RunEvidence, scenario: str, act: str) -> float:
    """When the (last) fault of an act was about to be applied; the act's start where there is none."""
    recording = evidence.scenarios[scenario]
    applied = [one.phases["applying"] for one in recording.faults if one.act == act]
    return max(applied, default=recording.acts[act].start or 0.0)
