"""Which scenarios a record of a journal is about."""

from __future__ import annotations

from kubeskeptic.journal import Record


def scenarios_of(record: Record) -> list[str]:
    """Return the scenarios that a record says it is about, as far as it can be read."""
    probes = record.get("probes") if record.get("kind") == "samples" else None
    named = [probe.get("scenario") for probe in probes if isinstance(probe, dict)] if isinstance(probes, list) else []
    named.append(record.get("id") if record.get("kind") == "scenario" else record.get("scenario"))
    return list(dict.fromkeys(name for name in named if isinstance(name, str) and name))
