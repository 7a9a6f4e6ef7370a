"""Keeping processor cores busy, in processes of their own so that the workload goes on answering."""

from __future__ import annotations

import math
import subprocess
import sys
import threading
import time

SLICE = 0.1
"""A part of a core is burnt in slices of so many seconds: busy for its share of each."""


class Burners:
    """The processes that burn for one workload."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, cores: float, seconds: float) -> None:
        """Start to burn, beside what burns already. Each process ends by itself."""
        self._processes = [process for process in self._processes if process.poll() is None]
        for at in range(math.ceil(cores)):
            share = min(1.0, cores - at)
            command = [
                sys.executable,
                "-m",
                "kubeskeptic.agent",
                "burn",
                f"--share={share:g}",
                f"--seconds={seconds:g}",
            ]
            self._processes.append(subprocess.Popen(command))

    def stop(self) -> None:
        """End all of them."""
        for process in self._processes:
            process.kill()
            process.wait()
        self._processes.clear()


def burn(share: float, seconds: float) -> None:
    """Keep a share (0 to 1) of one core busy for so many seconds."""
    never = threading.Event()
    end = time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        busy_until = now + SLICE * share
        while time.monotonic() < busy_until:
            pass
        if share < 1:
            never.wait(SLICE * (1 - share))
