"""Judging a run again from its journal."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kubeskeptic.errors import BadInput
from kubeskeptic.timeline import Recording, RunEvidence, load


def recorded(run: Path, scenario: str) -> Recording:
    """One scenario's recording of an earlier run.

    :param run: its folder, or its journal
    :raises BadInput: when the journal has no such scenario
    """
    scenarios = evidence(run).scenarios
    if scenario not in scenarios:
        raise BadInput(f"the journal of {run} has no scenario {scenario}; it has {', '.join(scenarios) or 'none'}")
    return scenarios[scenario]


@cache
def evidence(run: Path) -> RunEvidence:
    """All that an earlier run's journal holds, read once."""
    return load(run / "journal.jsonl" if run.is_dir() else run)
