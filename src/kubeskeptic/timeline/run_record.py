"""The run of a journal: what its ``run`` records say together. A later one may add to what is known, and change nothing."""

from __future__ import annotations

from typing import Any

from kubeskeptic.journal import Record

_FRAME = ("at", "kind")


def merged(known: Record, more: Record) -> tuple[Record, list[str]]:
    """Return what is known of a run with one more record of it, and what is wrong with that record, a part of a sentence each.

    Nothing is taken from a record of another run.
    """
    if not known:
        return more, []
    if more["id"] != known["id"]:
        return known, [f"it describes the run {more['id']}, not {known['id']}"]
    result, wrong = dict(known), []
    for name, value in more.items():
        if name in _FRAME:
            continue
        result[name], changed = _grown(name, known.get(name), value)
        wrong += changed
    return result, wrong


def _grown(name: str, old: Any, new: Any) -> tuple[Any, list[str]]:
    """Return a value with what a later record adds to it, and what that record would change."""
    if old is None or old == new:
        return new, []
    if isinstance(old, dict) and isinstance(new, dict):
        changed = [_change(f"{name} {key}", old[key], new[key]) for key in old if key in new and old[key] != new[key]]
        return {**new, **old}, changed
    if isinstance(old, list) and isinstance(new, list) and new[: len(old)] == old:
        return new, []
    return old, [_change(name, old, new)]


def _change(name: str, old: Any, new: Any) -> str:
    return f"it changes the run's {name} from {_short(old)} to {_short(new)}"


def _short(value: Any) -> str:
    return str(value["value"] if isinstance(value, dict) and "value" in value else value)[:60]
