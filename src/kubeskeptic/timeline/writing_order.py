"""Do the times of a journal's records run backwards?

Records of different writers may be out of order: a thread may be kept from writing what it has seen. But each writer
writes in the order in which it saw and did things: a scenario when it acts and looks, and each of its watches when it
sees a change. Only a clock that was set back, or a record that was changed, contradicts that.
"""

from __future__ import annotations

from kubeskeptic.durations import CLOCK_DOUBT, SETTLE
from kubeskeptic.journal import Record

_BY_SCENARIO = ("scenario", "act", "fault", "seen")
"""The kinds of records that a scenario writes at the time that they state."""


class WritingOrder:
    """The latest time of each writer so far."""

    def __init__(self) -> None:
        self._latest: dict[tuple[str, str], float] = {}

    def wrong(self, record: Record) -> str:
        """Take in a record, and return why its time contradicts an earlier one, as part of a sentence; empty if it does not."""
        kind = record["kind"]
        if kind == "change":
            writer, at, allowed = str(record["resource"]), record["seen"], CLOCK_DOUBT
        elif kind in _BY_SCENARIO:
            # A baseline is recorded once it has settled: it began earlier.
            allowed = CLOCK_DOUBT + (SETTLE if record.get("phase") == "baseline" else 0.0)
            writer, at = "", record["at"]
        else:
            return ""
        key = str(record.get("scenario") or record.get("id") or ""), writer
        latest = self._latest.setdefault(key, at)
        self._latest[key] = max(latest, at)
        return f"its time is {latest - at:.1f} s before that of an earlier line" if at < latest - allowed else ""
