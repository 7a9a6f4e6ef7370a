"""The holder of a cluster's lease: a run, its machine and its process."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

from kubeskeptic.process import ProcessId


@dataclass(frozen=True)
class Holder:
    """The holder of a lease.

    :param machine: host name, boot id and process namespace: process ids are comparable only within all three
    """

    run: str
    machine: str
    process: ProcessId

    @classmethod
    def us(cls, run: str) -> Holder:
        """Return this process as the holder for a run."""
        boot = Path("/proc/sys/kernel/random/boot_id")
        where = boot.read_text(encoding="ascii")[:8] if boot.exists() else "-"
        space = Path("/proc/self/ns/pid")
        inside = space.stat().st_ino if space.exists() else 0
        return cls(run, f"{socket.gethostname()}.{where}.{inside}", ProcessId.own())

    @classmethod
    def nobody(cls) -> Holder:
        """Return a holder of this machine that holds nothing, to check whether a lease may be taken over."""
        return cls("", cls.us("").machine, ProcessId(0, 0.0))

    @classmethod
    def parse(cls, text: str) -> Holder | None:
        """Return the holder that :meth:`__str__` wrote; None for any other text."""
        run, machine, process = [*text.split("/", 2), "", ""][:3]
        identity = ProcessId.parse(process.replace("/", " "))
        return cls(run, machine, identity) if identity else None

    def __str__(self) -> str:
        return f"{self.run}/{self.machine}/{self.process.pid}/{self.process.started:.2f}"

    def alive_here(self, here: str) -> bool:
        """Return whether it is a process of this machine that is still running."""
        return self.machine == here and self.process.alive

    def dead_here(self, here: str) -> bool:
        """Return whether it was a process of this machine that has ended."""
        return self.machine == here and not self.process.alive
