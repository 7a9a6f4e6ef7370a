"""Following one kind of object: list, watch from there, and record every interruption.

::

    list ──▶ watch ──ends by its timeout──▶ watch from where it ended      nothing lost, no gap
      ▲        │
      └─ gap ──┘ broken, silent, "gone", anything else                     what vanished meanwhile: DELETED, seen now
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kubeskeptic.durations import RELIST, WATCH_TIMEOUT
from kubeskeptic.errors import Unanswered
from kubeskeptic.kube import Event, Kube, Object
from kubeskeptic.recorder.field_managers import FieldManagers, Key, key_of, last_written
from kubeskeptic.recorder.trimming import trimmed
from kubeskeptic.waiting import NotYet, Pace


@dataclass(frozen=True)
class Watch:
    """What to follow: a kind, in one namespace or (None) all namespaces, with a label selector."""

    kind: str
    namespace: str | None = None
    labels: str = ""


class Sink(Protocol):
    """Receives changes and gaps."""

    def change(
        self, watch: Watch, type_: str, seen: float, age: float, thing: Object, written: float, by: Sequence[str]
    ) -> None:
        """Record one change of one object, which was at most ``age`` seconds old when it was seen.

        :param written: when the API server last wrote the object, to the second, in Unix seconds; 0 if it does not say
        :param by: the field managers that wrote this change; empty if the object does not say
        """

    def gap(self, watch: Watch, since: float, until: float | None, reason: str) -> None:
        """Record a period in which changes may have been missed."""


DRAINED = 0.02
"""Seconds that a read must wait before the stream counts as drained: events of one burst are read without waiting,
and the last of them may be as old as the first."""


class Follower:
    """Follows one watch until stopped. :meth:`run` belongs to one thread; other methods may be called from another."""

    def __init__(self, kube: Kube, watch: Watch, sink: Sink, clock: Callable[[], float] = time.time) -> None:
        self.watch = watch
        self.listed = threading.Event()
        """Set once the first list has been received."""
        self.trouble = ""
        """Why the watch is currently interrupted; empty while it is not."""
        self.good = clock()
        """The last moment up to which every change is known to have been received."""
        self._kube = kube
        self._sink = sink
        self._clock = clock
        self._known: dict[Key, Object] = {}
        self._managers = FieldManagers()
        self._version = ""
        self._lock = threading.Lock()
        self._pace = Pace(RELIST)

    def stop(self) -> None:
        """Stop following. A watch that is waiting for events ends with its timeout; nothing more is written."""
        with self._lock:
            self._pace.stop()

    def run(self) -> None:
        """Follow until stopped. Any error becomes a gap and is followed by a new list."""
        for _ in self._pace:
            try:
                self._list()
                while not self._pace.stopped:
                    self._follow()
            except Exception as trouble:  # noqa: BLE001 - any error ends the watch, and is recorded
                self.trouble = f"{type(trouble).__name__}: {trouble}"

    def whole(self) -> bool | NotYet:
        """Ask the server whether its current state has been seen completely.

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
        """Record differences from the known state: after a gap, the changes that it hid."""
        now = {key_of(thing): (trimmed(thing), self._managers.writers(thing)) for thing in items}
        for key, old in list(self._known.items()):
            if key not in now or now[key][0]["metadata"]["uid"] != old["metadata"]["uid"]:
                self._change("DELETED", seen, key, old)
        again = self.listed.is_set()
        for key, (thing, by) in now.items():
            type_ = "MODIFIED" if key in self._known else "ADDED" if again else "LISTED"
            self._change(type_, seen, key, thing, by=by if again else ())

    def _follow(self) -> None:
        """Follow one watch from its beginning to its end.

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
                    self.good = waiting_since  # the read had to wait: nothing that had arrived earlier was left unread
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
            by = self._managers.writers(thing)
            self._change(event["type"], seen, key_of(thing), trimmed(thing), last_written(thing), by)
        self._version = thing["metadata"]["resourceVersion"]

    def _change(
        self, type_: str, seen: float, key: Key, thing: Object, written: float = 0.0, by: Sequence[str] = ()
    ) -> None:
        if type_ == "DELETED":
            self._known.pop(key, None)
        elif self._known.get(key) == thing:
            return  # only fields that are not kept have changed
        else:
            self._known[key] = thing
        age = 0.0 if type_ == "LISTED" else round(seen - self._earliest(seen, written), 3)
        self._sink.change(self.watch, type_, seen, age, thing, written, by)

    def _earliest(self, seen: float, written: float) -> float:
        """Return the earliest time at which a change can have happened.

        Not before the last moment at which the watch had provably delivered everything; a watch may be silent for its whole
        duration and still deliver. Nor before the API server's last write to the object, to the second, if its clock agrees.
        """
        return max(self.good, written) if written <= seen else self.good
