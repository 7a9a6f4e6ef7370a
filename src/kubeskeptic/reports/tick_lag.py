"""How punctual the questions were: the instrument's own quality, told beside what it measured."""

from __future__ import annotations

import json
from array import array
from itertools import islice
from pathlib import Path

_MARK = b'"kind":"samples"'
_WHOLE = 8 * 2**20
"""A journal of up to this many bytes is read whole; of a longer one every second batch, every third, and so on."""


def tick_lag_p99(journal: Path) -> float | None:
    """How late the worst hundredth of all questions was sent, in seconds; None when nothing was asked.

    A question's time is ``t0 + tick * period``, on the agent's own clock, so that no offset between clocks comes in. Of a
    long journal it takes a part, evenly spread: a hundredth is told as well by a hundred thousand questions as by a million.
    """
    late = array("d")
    every = 1 + journal.stat().st_size // _WHOLE
    with journal.open("rb") as file:
        batches = (line for line in file if _MARK in line[:80])
        for line in islice(batches, 0, None, every):
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
    for probe, tick, sent in zip(batch["probe"], batch["tick"], batch["sent"], strict=True):
        spec = probes[probe]
        if "t0" in spec:
            late.append(sent - (spec["t0"] + tick * spec["period"]))
