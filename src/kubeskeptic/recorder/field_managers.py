"""When the API server wrote an object, and for whom, as far as the object's ``managedFields`` say.

Each field manager has an entry for each API version, operation and subresource, with the time of its last write, to the second
(Kubernetes documentation, "Server-Side Apply"). A write that only removes fields leaves no trace in it. One through the
subresource ``scale`` has no time (``ToParent`` in k8s.io/apimachinery's util/managedfields/scalehandler.go): its entry is there
for as long as it was the last to write the replicas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubeskeptic.objects import Object, unix

BUCKETS = ("ancient-changes", "before-first-apply")
"""Entries that the API server itself makes of older ones (capmanagers.go and skipnonapplied.go in the same place)."""

Key = tuple[str, str]
Entries = dict[tuple[str, ...], str]
"""What changes in each entry with a write, by uid, manager, subresource, operation and API version."""


def key_of(thing: Object) -> Key:
    """Return the namespace and name of an object."""
    metadata = thing["metadata"]
    return metadata.get("namespace", ""), metadata["name"]


def last_written(thing: Object) -> float:
    """Return when an object was last written, in Unix seconds, as far as its metadata shows; 0 when it does not.

    ``managedFields`` records writes but not the marking for deletion, which happened a grace period before the
    ``deletionTimestamp`` (``BeforeDelete`` in k8s.io/apiserver's registry/rest/delete.go preserves this when the period is
    shortened).
    """
    metadata = thing["metadata"]
    times = [unix(str(one["time"])) for one in _managed(thing) if one.get("time")]
    if metadata.get("deletionTimestamp"):
        times.append(unix(metadata["deletionTimestamp"]) - float(metadata.get("deletionGracePeriodSeconds") or 0))
    return max(times, default=0.0)


class FieldManagers:
    """The field managers of each known object of one kind, to tell which of them wrote it last."""

    def __init__(self) -> None:
        self._known: dict[Key, Entries] = {}

    def writers(self, thing: Object) -> list[str]:
        """Return the managers that wrote an object since it was given here last; all of them for one that is new.

        :returns: each as ``manager``, or ``manager/subresource`` if it wrote through one
        """
        key = key_of(thing)
        before, now = self._known.get(key, {}), dict(_entries(thing))
        self._known[key] = now
        wrote = [entry for entry, stamp in now.items() if before.get(entry) != stamp]
        return sorted({f"{manager}/{sub}" if sub else manager for _, manager, sub, *_ in wrote})


def _entries(thing: Object) -> Iterator[tuple[tuple[str, ...], str]]:
    uid = str(thing["metadata"].get("uid", ""))
    for one in _managed(thing):
        names = (str(one.get(name) or "") for name in ("manager", "subresource", "operation", "apiVersion"))
        replicas = (thing.get("spec") or {}).get("replicas") if one.get("subresource") == "scale" else ""
        if one.get("manager") not in BUCKETS:
            yield (uid, *names), f"{one.get('time')} {replicas}"


def _managed(thing: Object) -> Iterator[Mapping[str, Any]]:
    yield from thing["metadata"].get("managedFields") or ()
