"""Recordings of an earlier run, to be judged again."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kubeskeptic.errors import BadInput, NotAsked
from kubeskeptic.timeline import Recording, RunEvidence, load


def recorded(run: Path, scenario: str) -> Recording:
    """Return the recording of one scenario of an earlier run.

    :param run: its folder, or its journal
    :raises BadInput: when the journal cannot be read, is not a journal, or may have lost the scenario
    :raises NotAsked: when that run completed and asked nothing of the scenario
    """
    found = evidence(run)
    if scenario in found.scenarios:
        return found.scenarios[scenario]
    whole = found.ended is not None and found.numbered and not found.damage and not found.torn
    if whole and found.scenarios and all(one.get("scenario") != scenario for one in found.findings):
        raise NotAsked(f"that run asked no case of {scenario}")
    raise BadInput(f"the journal of {run} has no scenario {scenario}; it has {', '.join(found.scenarios) or 'none'}")


@cache
def evidence(run: Path) -> RunEvidence:
    """Return everything in the journal of an earlier run, which is read once."""
    return load(run / "journal.jsonl" if run.is_dir() else run)
