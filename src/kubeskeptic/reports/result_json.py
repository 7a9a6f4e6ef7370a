"""``result.json``, schema 1: the report for programs. Its JSON Schema is next to this module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from kubeskeptic.reports.model import Entry, Report, Section
from kubeskeptic.reports.wording import iso
from kubeskeptic.timeline import FaultSpan, Recording


def schema() -> dict[str, Any]:
    """Return the JSON Schema of ``result.json``."""
    loaded: dict[str, Any] = json.loads(files(__package__).joinpath("result.schema.json").read_text(encoding="utf-8"))
    return loaded


def document(report: Report) -> dict[str, Any]:
    """Return the contents of ``result.json``. Times are ISO 8601 in UTC, durations are in seconds."""
    return {
        "schema": 1,
        "run": _run(report),
        "claims": [_claim(section, entry) for section in report.sections for entry in section.entries],
        "scenarios": [_scenario(recording) for recording in report.scenarios.values()],
        "probing": {
            "samples": report.samples,
            "gaps": report.gaps,
            "tick_lag_p99_ms": None if report.tick_lag_p99 is None else round(report.tick_lag_p99 * 1000, 3),
            "realtime": dict(report.realtime),
            "standstills_ms": [round(1000 * lasted, 1) for lasted in report.standstills],
        },
    }


def render(report: Report) -> str:
    """Return the text of the file."""
    return json.dumps(document(report), indent=2, ensure_ascii=False) + "\n"


def _run(report: Report) -> dict[str, Any]:
    run = report.run
    return {
        "id": report.id,
        "started": iso(run["at"]) if "at" in run else None,
        "ended": iso(report.ended) if report.ended and not report.broken_off else None,
        "seed": run.get("seed"),
        "kubernetes": run.get("kubernetes"),
        "provider": run.get("provider"),
        "nodes": list(run.get("nodes", ())),
        "settings": dict(run.get("settings", {})),
        "harness": run.get("harness"),
        "clean": report.clean,
        "damage": list(report.damage),
        **{name: run[name] for name in ("kubelets", "known") if run.get(name)},
    }


def _claim(section: Section, entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.claim,
        "case": entry.case or None,
        "chapter": section.claim.chapter,
        "says": section.claim.says,
        "states": section.claim.states,
        "post": entry.of_post,
        "verdict": entry.verdict,
        "why": entry.why,
        "bound": {name: bound.as_record() for name, bound in entry.bounds.items()},
        "measured": {name: m.as_record() for name, m in entry.measured.items()},
        "scenario": entry.scenario,
        "test": entry.test,
        "seconds": None if entry.seconds is None else round(entry.seconds, 3),
        "nodes": list(entry.nodes),
        "broken_by": [_proof(section, entry, one) for one in entry.must_break or section.claim.broken_by],
    }


def _proof(section: Section, entry: Entry, sabotage: str) -> Mapping[str, Any]:
    tried = (proof for proof in section.proofs if proof.sabotage == sabotage and entry.judged_as(proof))
    seen = max(tried, key=lambda proof: proof.broke, default=None)
    return {"id": sabotage, "seen": seen.verdict if seen else None}


def _scenario(recording: Recording) -> dict[str, Any]:
    ended = recording.ended
    return {
        "id": recording.id,
        "seconds": None if ended is None else round(ended - recording.started, 3),
        "irreducible_seconds": recording.irreducible,
        "faults": [_fault(fault, recording.started) for fault in recording.faults],
    }


def _fault(fault: FaultSpan, start: float) -> dict[str, Any]:
    return {
        "id": fault.id,
        "fault": fault.fault,
        "act": fault.act,
        "targets": list(fault.targets),
        "says": fault.says,
        "phases": {phase: round(at - start, 3) for phase, at in fault.phases.items()},
        "evidence": dict(fault.evidence),
    }
