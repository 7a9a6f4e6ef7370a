"""How punctual the questions were: the instrument's own quality, told beside what it measured."""

from __future__ import annotations

import json
from array import array
from pathlib import Path

_MARK = b'"kind":"samples"'


def tick_lag_p99(journal: Path) -> float | None:
    """How late the worst hundredth of all questions was sent, in seconds; None when nothing was asked.

    A question's time is ``t0 + tick * period``, on the agent's own clock, so that no offset between clocks comes in. Reads
    the file's sample batches only, and of every batch no more than 200 samples, evenly spread.
    """
    late = array("d")
    with journal.open("rb") as file:
        for line in file:
            if _MARK in line[:80]:
                _take(line, late)
    if not late:
        return None
    return sorted(late)[min(len(late) - 1, int(len(late) * 0.99))]


def _take(line: bytes, late: array[float]) -> None:
    try:
        batch = json.loads(line)
    except ValueError:
        return  # torn
    probes = batch["probes"]
    step = max(1, len(batch["sent"]) // 200)
    for probe, tick, sent in zip(batch["probe"][::step], batch["tick"][::step], batch["sent"][::step], strict=True):
        spec = probes[probe]
        if "t0" in spec:
            late.append(sent - (spec["t0"] + tick * spec["period"]))
