"""The run of a journal, merged from its ``run`` records. A later record may add to what is known, but must not change it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from kubeskeptic.journal import Record

_FRAME = ("at", "kind")
_AMOUNTS = "EVICTION "
"""The names of settings that are no length of time begin with this."""


def merged(known: Record, more: Record) -> tuple[Record, list[str]]:
    """Return what is known of a run with one more record added, and the faults of that record, each as part of a sentence.

    Records of another run are ignored.
    """
    mistaken = [*_mistaken(more.get("settings") or {}, [*(known.get("nodes") or ()), *(more.get("nodes") or ())])]
    if not known:
        return more, [*mistaken, *(["it names no nodes"] if more.get("nodes") == [] else [])]
    if more["id"] != known["id"]:
        return known, [f"it describes the run {more['id']}, not {known['id']}"]
    result, wrong = dict(known), mistaken
    for name, value in more.items():
        if name in _FRAME:
            continue
        result[name], changed = _grown(name, known.get(name), value)
        wrong += changed
    return result, wrong


def _mistaken(settings: Record, nodes: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with settings, one part of a sentence each: a value that is not the largest of those on the nodes, a
    length of time in another unit than seconds, and a value on a node that the run does not have.
    """
    for name, one in settings.items():
        each = one.get("per_node") or {}
        most = max(each.values(), default=one["value"])
        if most != one["value"]:
            yield f"its {name} is {_short(one)}, and the largest value on a node is {_short(most)}"
        if one["unit"] != "s" and not name.startswith(_AMOUNTS):
            yield f"its {name} is in {one['unit'] or 'no unit'}, and has to be in s"
        strangers = sorted(each.keys() - set(nodes)) if nodes else ()
        if strangers:
            yield f"its {name} is also that of {', '.join(strangers)}, which is not a node of the run"


def _grown(name: str, old: Any, new: Any) -> tuple[Any, list[str]]:
    """Return a value with the additions of a later record, and the changes that this record would have made."""
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
