"""Following one kind of objects: list, watch from there, and record every interruption.

::

    list ──▶ watch ──ends by its timeout──▶ watch from where it ended      nothing lost, no gap
      ▲        │
      └─ gap ──┘ broken, silent, "gone", anything else                     what vanished meanwhile: DELETED, seen now
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from kubeskeptic.durations import RELIST, WATCH_TIMEOUT
from kubeskeptic.errors import Unanswered
from kubeskeptic.kube import Event, Kube, Object
from kubeskeptic.objects import unix
from kubeskeptic.recorder.trimming import trimmed
from kubeskeptic.waiting import NotYet, Pace


@dataclass(frozen=True)
class Watch:
    """What to follow: a kind, in one namespace or (None) in all, with a label selector."""

    kind: str
    namespace: str | None = None
    labels: str = ""


class Sink(Protocol):
    """Where changes and gaps go."""

    def change(self, watch: Watch, type_: str, seen: float, age: float, thing: Object, written: float) -> None:
        """Keep one change of one object, which was at most ``age`` seconds old when it was seen.

        :param written: when the API server wrote the object last, to the second, in Unix seconds; 0 when it does not say
        """

    def gap(self, watch: Watch, since: float, until: float | None, reason: str) -> None:
        """A time in which changes may have been missed."""


Key = tuple[str, str]
DRAINED = 0.02
"""Seconds that a read has to wait before the stream counts as read empty: events that came in one burst are read at once,
and the later of them may be as old as the first."""


class Follower:
    """Follows one watch until it is stopped. :meth:`run` belongs to one thread; the rest may be called from another."""

    def __init__(self, kube: Kube, watch: Watch, sink: Sink, clock: Callable[[], float] = time.time) -> None:
        self.watch = watch
        self.listed = threading.Event()
        """Set once the first list is in."""
        self.trouble = ""
        """Why the watch is interrupted at the moment; empty while it is not."""
        self.good = clock()
        """The last moment at which the server was known to tell us everything."""
        self._kube = kube
        self._sink = sink
        self._clock = clock
        self._known: dict[Key, Object] = {}
        self._version = ""
        self._lock = threading.Lock()
        self._pace = Pace(RELIST)

    def stop(self) -> None:
        """Follow no further. A watch that is waiting for news ends with its timeout; nothing is written any more."""
        with self._lock:
            self._pace.stop()

    def run(self) -> None:
        """Follow until stopped. Whatever goes wrong is a gap, and followed by another list."""
        for _ in self._pace:
            try:
                self._list()
                while not self._pace.stopped:
                    self._follow()
            except Exception as trouble:  # noqa: BLE001 - of whatever kind: watching ends here, and that is said
                self.trouble = f"{type(trouble).__name__}: {trouble}"

    def whole(self) -> bool | NotYet:
        """Ask the server whether everything that it knows has been seen.

        :raises Unanswered: when it does not answer
        """
        now = {key_of(thing): trimmed(thing) for thing in self._ask()["items"]}
        with self._lock:
            missing = [key for key in now.keys() | self._known.keys() if now.get(key) != self._known.get(key)]
        return NotYet(f"{self.watch.kind} {missing[0][1]} is not as last seen") if missing else True

    def _ask(self) -> Object:
        return self._kube.list(self.watch.kind, self.watch.namespace, labels=self.watch.labels)

    def _list(self) -> None:
        answer = self._ask()
        seen = self._clock()
        with self._lock:
            if self._pace.stopped:
                return
            if self.trouble and self.listed.is_set():
                self._sink.gap(self.watch, self.good, seen, self.trouble)
            self._compare(answer["items"], seen)
        self._version = answer["metadata"]["resourceVersion"]
        self.good, self.trouble = seen, ""
        self.listed.set()

    def _compare(self, items: Iterable[Object], seen: float) -> None:
        """Record what differs from what was known: after a gap, what happened in it."""
        now = {key_of(thing): trimmed(thing) for thing in items}
        for key, old in list(self._known.items()):
            if key not in now or now[key]["metadata"]["uid"] != old["metadata"]["uid"]:
                self._change("DELETED", seen, key, old, old)
        fresh = "ADDED" if self.listed.is_set() else "LISTED"
        for key, thing in now.items():
            self._change("MODIFIED" if key in self._known else fresh, seen, key, thing, thing)

    def _follow(self) -> None:
        """One watch, from its beginning to its end.

        :raises Unanswered: when it breaks, or when the server ends it as soon as it is open
        """
        watch, opened = self.watch, self._clock()
        waiting_since: float | None = None
        for event in self._kube.watch(watch.kind, watch.namespace, watch.labels, self._version, WATCH_TIMEOUT):
            seen = self._clock()
            with self._lock:
                if self._pace.stopped:
                    return
                if waiting_since is not None and seen - waiting_since > DRAINED:
                    self.good = waiting_since  # it was waited for: nothing that had arrived before was left unread
                self._take(event, seen)
            waiting_since = self._clock()
        self.good = self._clock()
        if self.good - opened < RELIST:
            raise Unanswered("the server ended the watch as soon as it was open")

    def _take(self, event: Event, seen: float) -> None:
        if event["type"] == "OPENED":
            return
        thing: dict[str, Any] = event["object"]
        if event["type"] != "BOOKMARK":
            self._change(event["type"], seen, key_of(thing), trimmed(thing), thing)
        self._version = thing["metadata"]["resourceVersion"]

    def _change(self, type_: str, seen: float, key: Key, thing: Object, whole: Object) -> None:
        if type_ == "DELETED":
            self._known.pop(key, None)
        elif self._known.get(key) == thing:
            return  # only something that is not kept has changed
        else:
            self._known[key] = thing
        written = last_written(whole)
        age = 0.0 if type_ == "LISTED" else round(seen - self._earliest(seen, written), 3)
        self._sink.change(self.watch, type_, seen, age, thing, written)

    def _earliest(self, seen: float, written: float) -> float:
        """When a change can have happened at the earliest.

        Not before the last moment at which the watch was known to have told everything; a watch may be silent for its whole
        length and still deliver. Nor before the API server wrote the object last, to the second, where its clock agrees.
        """
        return max(self.good, written) if written <= seen else self.good


def last_written(thing: Object) -> float:
    """Return when an object was written last, as far as it says so itself, in Unix seconds; 0 when it does not.

    Writes are noted in ``managedFields``. The mark of a deletion is not: it was made a grace period before the
    ``deletionTimestamp`` (``BeforeDelete`` in k8s.io/apiserver's registry/rest/delete.go keeps that so when the period is cut).
    """
    metadata = thing["metadata"]
    times = [unix(str(one["time"])) for one in metadata.get("managedFields") or () if one.get("time")]
    if metadata.get("deletionTimestamp"):
        times.append(unix(metadata["deletionTimestamp"]) - float(metadata.get("deletionGracePeriodSeconds") or 0))
    return max(times, default=0.0)


def key_of(thing: Object) -> Key:
    """Namespace and name of an object."""
    metadata = thing["metadata"]
    return metadata.get("namespace", ""), metadata["name"]
