"""One harness per cluster at a time, ensured by a ``coordination.k8s.io/v1`` Lease in kube-system.

The holder's identity names the run, its machine and its process, so that the lease of a run that was killed on this machine is
taken over at once. A lease from another machine is taken over once it has stayed unchanged for its own duration by our
monotonic clock, as in client-go's leader election: the times in it come from another machine's clock, and prove nothing. The
API server requires six fractional digits in times.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any

from kubeskeptic.durations import LEASE_LASTS, LEASE_LOOK, LEASE_RENEWS, Patience
from kubeskeptic.errors import Conflict, NotFound, PatienceExhausted, Refused, SkepticError
from kubeskeptic.guard.holder import Holder
from kubeskeptic.objects import ours
from kubeskeptic.process import ProcessId
from kubeskeptic.waiting import NotYet, Pace, until

if TYPE_CHECKING:
    from kubeskeptic.kube import Kube

Object = dict[str, Any]
Clock = Callable[[], float]
Sleep = Callable[[float], None]
NAME = "kubeskeptic"
NAMESPACE = "kube-system"


def micro(when: datetime) -> str:
    """Return a time in the format of a Lease."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def in_use(kube: Kube, us: Holder, *, clock: Clock = time.monotonic, sleep: Sleep = time.sleep) -> str:
    """Return which live run holds the cluster, as a sentence; empty when the lease may be taken over.

    Takes up to the lease's own duration if only watching it can tell: a live holder renews it well within that time.

    :raises Unanswered: when the API server does not answer
    """
    return _looked_at(kube, us, clock, sleep)[0]


def _looked_at(kube: Kube, us: Holder, clock: Clock, sleep: Sleep) -> tuple[str, Object | None]:
    """Return which live run holds the cluster, as a sentence, and the lease as last seen (None when there is none)."""
    lease = _read(kube)
    state = _state(lease, us)
    while lease is not None and state is None:
        renewed = _renewed(kube, lease, clock, sleep)
        if renewed is lease:
            return "", lease  # its duration has passed without a change
        same = renewed is not None and _holder(renewed) == _holder(lease)
        lease, state = renewed, f"{_said(_holder(lease))}" if same else _state(renewed, us)
    return state or "", lease


def _renewed(kube: Kube, lease: Object, clock: Clock, sleep: Sleep) -> Object | None:
    """Return the lease once it has changed, None once it is gone, or the given one if its duration passes before that."""

    def look() -> tuple[Object | None] | NotYet:
        """Return the lease once it has changed."""
        now = _read(kube)
        return NotYet("unchanged") if now is not None and now["spec"] == lease["spec"] else (now,)

    lasts = Patience(float(lease["spec"].get("leaseDurationSeconds") or LEASE_LASTS) + LEASE_LOOK)
    try:
        return until(look, lasts, what="the lease to be renewed", period=LEASE_LOOK, clock=clock, sleep=sleep)[0]
    except PatienceExhausted:
        return lease


def _state(lease: Object | None, us: Holder) -> str | None:
    """Return which live run holds the lease, as a sentence; empty for none. None if only watching the lease can tell."""
    identity = _holder(lease)
    if not identity or identity == str(us):
        return ""
    held = Holder.parse(identity)
    if held and held.alive_here(us.machine):  # even if paused for a while, or cut off by its own fault
        return _said(identity)
    return "" if held and held.dead_here(us.machine) else None


def _holder(lease: Object | None) -> str:
    return str(lease["spec"].get("holderIdentity") or "") if lease else ""


def _said(identity: str) -> str:
    held = Holder.parse(identity)
    who = f"run {held.run} (process {held.process.pid} on {held.machine.partition('.')[0]})" if held else identity
    return f"{who} is using this cluster; wait for it to end, or use another cluster"


def _read(kube: Kube) -> Object | None:
    try:
        return kube.get("Lease", NAME, NAMESPACE)
    except NotFound:
        return None


def forget(kube: Kube, runner: ProcessId) -> None:
    """Delete the lease of a dead process of this machine; any other lease stays.

    Errors of the API server are ignored, because the next run may take over the lease.
    """
    with suppress(SkepticError):
        held = kube.get("Lease", NAME, NAMESPACE)
        holder = Holder.parse(held["spec"].get("holderIdentity") or "")
        if holder and holder.process.same(runner) and holder.dead_here(Holder.us("").machine):
            kube.delete("Lease", NAME, NAMESPACE, uid=held["metadata"]["uid"])


class Lease:
    """Holds a cluster for one run; a context manager.

    :raises Refused: on entering, when another run holds the cluster; on leaving, when another run has taken it over in the
        meantime, because what was observed may be that run's doing. An error of the block is then its cause
    """

    def __init__(self, kube: Kube, run: str, *, clock: Clock = time.monotonic, sleep: Sleep = time.sleep) -> None:
        self._kube = kube
        self._waiting = clock, sleep
        self.holder = Holder.us(run)
        self._pace = Pace(LEASE_RENEWS)
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)
        self.lost = ""
        """Why the lease was lost; empty while it is held. A lost lease stays lost."""

    def __enter__(self) -> Lease:
        self._take()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pace.stop()
        self._thread.join()
        self.release()
        if self.lost and not isinstance(error, Refused):
            raise Refused(f"{self._lost_sentence}{f'. Before that: {error}' if error else ''}") from error

    def keep(self) -> None:
        """Raise Refused unless the lease is still held: this process may have been paused for longer than the lease lasts.

        :raises Refused: when another run has taken it over
        :raises SkepticError: when the API server does not answer
        """
        if not self.lost:
            self._look()
        if self.lost:
            raise Refused(self._lost_sentence)

    def release(self) -> None:
        """Release the lease, if it is held. When the API server does not answer, the lease expires."""
        try:
            seen = self._look()
            if not self.lost:
                self._kube.delete("Lease", NAME, NAMESPACE, uid=seen["uid"])
        except SkepticError:
            return

    def _take(self) -> None:
        user, lease = _looked_at(self._kube, self.holder, *self._waiting)
        if user:
            raise Refused(user)
        if lease is None:
            self._create()
            return
        try:
            self._write(lease["metadata"]["resourceVersion"], taking=True)
        except Conflict as raced:
            raise Refused("another run has just taken this cluster; wait for it to end, or use another one") from raced

    def _create(self) -> None:
        now = micro(datetime.now(UTC))
        metadata = {"name": NAME, "namespace": NAMESPACE, "labels": ours(self.holder.run)}
        spec = {
            "holderIdentity": str(self.holder),
            "leaseDurationSeconds": LEASE_LASTS,
            "acquireTime": now,
            "renewTime": now,
        }
        lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}
        try:
            self._kube.create(lease)
        except Conflict as raced:
            raise Refused("another run has just taken this cluster; wait for it to end, or use another one") from raced

    def _write(self, version: str, *, taking: bool = False) -> None:
        now = micro(datetime.now(UTC))
        spec = {"holderIdentity": str(self.holder), "renewTime": now, "leaseDurationSeconds": LEASE_LASTS}
        spec |= {"acquireTime": now} if taking else {}
        self._kube.patch("Lease", NAME, NAMESPACE, {"metadata": {"resourceVersion": version}, "spec": spec})

    def _renew(self) -> None:
        for turn in self._pace:
            if turn == 0 or self.lost:
                continue
            try:
                seen = self._look()
                if not self.lost:
                    self._write(seen["resourceVersion"])
            except SkepticError:
                continue  # a fault may have stopped the API server; the lease is held until another run takes it over

    def _look(self) -> dict[str, Any]:
        """Read the lease, and note whether it is lost. Return its metadata."""
        try:
            lease = self._kube.get("Lease", NAME, NAMESPACE)
        except NotFound:
            self.lost = "the lease was deleted"
            return {}
        if lease["spec"].get("holderIdentity") != str(self.holder):
            self.lost = _said(_holder(lease)) if _holder(lease) else "the lease was taken away"
        metadata: dict[str, Any] = lease["metadata"]
        return metadata

    @property
    def _lost_sentence(self) -> str:
        return f"this run no longer holds the cluster: {self.lost}"
