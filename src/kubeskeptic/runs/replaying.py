"""Recordings of an earlier run, to judge it again."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kubeskeptic.errors import BadInput
from kubeskeptic.timeline import Recording, RunEvidence, load


def recorded(run: Path, scenario: str) -> Recording:
    """Return the recording of one scenario of an earlier run.

    :param run: its folder, or its journal
    :raises BadInput: when the journal cannot be read, is none, or has no such scenario
    """
    scenarios = evidence(run).scenarios
    if scenario not in scenarios:
        raise BadInput(f"the journal of {run} has no scenario {scenario}; it has {', '.join(scenarios) or 'none'}")
    return scenarios[scenario]


@cache
def evidence(run: Path) -> RunEvidence:
    """Return all that the journal of an earlier run holds, read once."""
    return load(run / "journal.jsonl" if run.is_dir() else run)
