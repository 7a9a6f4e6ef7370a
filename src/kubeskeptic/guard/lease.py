"""One harness per cluster at a time, by a ``coordination.k8s.io/v1`` Lease in kube-system.

The holder's name says which run on which machine by which process, so that the lease of a run that was killed here is taken
over at once, and one from elsewhere when it expires. Times have six fractional digits: the API server refuses fewer.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from kubeskeptic.durations import LEASE_LASTS, LEASE_RENEWS
from kubeskeptic.errors import Conflict, NotFound, Refused, SkepticError
from kubeskeptic.objects import ours
from kubeskeptic.process import ProcessId
from kubeskeptic.waiting import Pace

if TYPE_CHECKING:
    from kubeskeptic.kube import Kube

NAME = "kubeskeptic"
NAMESPACE = "kube-system"


@dataclass(frozen=True)
class Holder:
    """Who holds a lease.

    :param machine: host name and what tells machines and process namespaces of one name apart
    """

    run: str
    machine: str
    process: ProcessId

    @classmethod
    def us(cls, run: str) -> Holder:
        """This process."""
        boot = Path("/proc/sys/kernel/random/boot_id")
        where = boot.read_text(encoding="ascii")[:8] if boot.exists() else "-"
        space = Path("/proc/self/ns/pid")
        inside = space.stat().st_ino if space.exists() else 0
        return cls(run, f"{socket.gethostname()}.{where}.{inside}", ProcessId.own())

    @classmethod
    def nobody(cls) -> Holder:
        """Return a holder of this machine that holds nothing, to ask whether a lease may be taken over."""
        return cls("", cls.us("").machine, ProcessId(0, 0.0))

    @classmethod
    def parse(cls, text: str) -> Holder | None:
        """The holder that :meth:`__str__` wrote, None when it was somebody else."""
        run, machine, process = [*text.split("/", 2), "", ""][:3]
        identity = ProcessId.parse(process.replace("/", " "))
        return cls(run, machine, identity) if identity else None

    def __str__(self) -> str:
        return f"{self.run}/{self.machine}/{self.process.pid}/{self.process.started:.2f}"

    def alive_here(self, here: str) -> bool:
        """Whether it is a process of this machine that still runs."""
        return self.machine == here and self.process.alive

    def dead_here(self, here: str) -> bool:
        """Whether it was a process of this machine and is no more."""
        return self.machine == here and not self.process.alive


def micro(when: datetime) -> str:
    """A time as a Lease wants it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def why_taken(lease: dict[str, Any], us: Holder, now: datetime) -> str:
    """Who holds the lease, when it may not be taken over; empty when it may."""
    spec = lease.get("spec", {})
    identity = spec.get("holderIdentity") or ""
    if not identity or identity == str(us):
        return ""
    held = Holder.parse(identity)
    if held and held.dead_here(us.machine):
        return ""
    renewed = datetime.fromisoformat(spec["renewTime"]) if spec.get("renewTime") else datetime.fromtimestamp(0, UTC)
    age = (now - renewed).total_seconds()
    lives = held is not None and held.alive_here(us.machine)  # stopped for a while, or cut off by its own fault
    if not lives and age > spec.get("leaseDurationSeconds", LEASE_LASTS):
        return ""
    who = f"run {held.run} (process {held.process.pid} on {held.machine.partition('.')[0]})" if held else identity
    return f"{who} is using this cluster, last seen {age:.0f} s ago; wait for it to end, or use another cluster"


def forget(kube: Kube, runner: ProcessId) -> None:
    """Delete the lease of a process of this machine that is dead; another's stays. An API server that does not answer is
    fine, as the next run may take the lease over.
    """
    with suppress(SkepticError):
        held = kube.get("Lease", NAME, NAMESPACE)
        holder = Holder.parse(held["spec"].get("holderIdentity") or "")
        if holder and holder.process == runner and holder.dead_here(Holder.us("").machine):
            kube.delete("Lease", NAME, NAMESPACE, uid=held["metadata"]["uid"])


class Lease:
    """Holds a cluster for one run; a context manager.

    :raises Refused: on entering, when somebody else holds it; on leaving, when somebody took it from us meanwhile: what was
        seen may be their doing. Whatever was under way then is its cause
    """

    def __init__(self, kube: Kube, run: str) -> None:
        self._kube = kube
        self.holder = Holder.us(run)
        self._pace = Pace(LEASE_RENEWS)
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)
        self.lost = ""
        """Who took it from us, if anybody did; it stays lost."""

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
            raise Refused(f"{self._said_lost}{f'. Before that: {error}' if error else ''}") from error

    def keep(self) -> None:
        """Look at the lease now, and come back when it is still ours: we may have been stopped for longer than it lasts.

        :raises Refused: when somebody took it from us
        :raises SkepticError: when the API server does not answer
        """
        if not self.lost:
            self._look()
        if self.lost:
            raise Refused(self._said_lost)

    def release(self) -> None:
        """Let go, if we hold it; fine when the API server does not answer, as a lease expires."""
        try:
            seen = self._look()
            if not self.lost:
                self._kube.delete("Lease", NAME, NAMESPACE, uid=seen["uid"])
        except SkepticError:
            return

    def _take(self) -> None:
        try:
            lease = self._kube.get("Lease", NAME, NAMESPACE)
        except NotFound:
            self._create()
            return
        taken = why_taken(lease, self.holder, datetime.now(UTC))
        if taken:
            raise Refused(taken)
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
                continue  # the API server may be what a fault has taken away; the lease is ours until somebody takes it

    def _look(self) -> dict[str, Any]:
        """See who holds it; the lease's metadata."""
        try:
            lease = self._kube.get("Lease", NAME, NAMESPACE)
        except NotFound:
            self.lost = "somebody has deleted the lease"
            return {}
        if lease["spec"].get("holderIdentity") != str(self.holder):
            self.lost = why_taken(lease, self.holder, datetime.now(UTC)) or "somebody has taken the lease away"
        metadata: dict[str, Any] = lease["metadata"]
        return metadata

    @property
    def _said_lost(self) -> str:
        return f"this run no longer holds the cluster: {self.lost}"
