"""Does a record contradict an earlier one about the same thing, or the time at which it was written?"""

from __future__ import annotations

from typing import Any

from kubeskeptic.durations import CLOCK_DOUBT
from kubeskeptic.journal import Record
from kubeskeptic.timeline.writing_order import WritingOrder

_OF_A_FAULT = ("fault", "act", "targets")
"""The fields that all records of one fault share, as far as they have them."""


class Consistency:
    """Compares each record with the records before it."""

    def __init__(self) -> None:
        self._order = WritingOrder()
        self._known: dict[tuple[str, ...], Any] = {}
        """What was recorded, by the kind and the name of the thing."""

    def wrong(self, record: Record) -> str:
        """Take in a record, and return what it contradicts, as part of a sentence; empty if it contradicts nothing."""
        restated = {"fault": self._fault, "fact": self._fact}.get(record["kind"])
        return self._order.wrong(record) or _ahead(record) or (restated(record) if restated else "")

    def _fault(self, record: Record) -> str:
        one = "fault", str(record.get("scenario") or ""), str(record["id"])
        for field in _OF_A_FAULT:
            value = record.get(field)
            known = self._known.setdefault((*one, field), value) if value is not None else None
            if known != value:
                return f"its fault {record['id']} has another {field}: {_short(value)}, and before {_short(known)}"
        return ""

    def _fact(self, record: Record) -> str:
        """A fact that was measured is noted once. Others, such as the acts left out, may grow."""
        value = record["value"]
        if not _measured(value):
            return ""
        known = self._known.setdefault(("fact", str(record.get("scenario") or ""), record["name"]), value)
        return "" if known == value else f"it has another value of the fact “{record['name']}”"


def _ahead(record: Record) -> str:
    """Return how far a record states a time after the one at which it was written: nothing is recorded before it happens."""
    if record["kind"] == "change":
        latest = record["seen"]
    elif record["kind"] == "samples" and record["sent"]:
        latest = max(record["sent"]) + record["offset"] - record["error"]
    else:
        return ""
    ahead = latest - record["at"]
    return f"it was written {ahead:.1f} s before what it records" if ahead > CLOCK_DOUBT else ""


def _measured(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_measured, value))
    return isinstance(value, int | float)


def _short(value: Any) -> str:
    return (", ".join(map(str, value)) if isinstance(value, list) else str(value))[:60] or "none"
