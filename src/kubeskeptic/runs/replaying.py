"""Recordings of an earlier run, to judge it again."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kubeskeptic.errors import BadInput, NotAsked
from kubeskeptic.timeline import Recording, RunEvidence, load


def recorded(run: Path, scenario: str) -> Recording:
    """Return the recording of one scenario of an earlier run.

    :param run: its folder, or its journal
    :raises BadInput: when the journal cannot be read, is none, or has lost such a scenario, as far as can be told
    :raises NotAsked: when that run, which came to its end, asked nothing of it
    """
    found = evidence(run)
    if scenario in found.scenarios:
        return found.scenarios[scenario]
    whole = found.ended is not None and found.numbered and not found.damage and not found.torn
    if whole and found.scenarios and all(one.get("scenario") != scenario for one in found.findings):
        raise NotAsked(f"nothing of {scenario} was asked in that run")
    raise BadInput(f"the journal of {run} has no scenario {scenario}; it has {', '.join(found.scenarios) or 'none'}")


@cache
def evidence(run: Path) -> RunEvidence:
    """Return all that the journal of an earlier run holds, read once."""
    return load(run / "journal.jsonl" if run.is_dir() else run)
