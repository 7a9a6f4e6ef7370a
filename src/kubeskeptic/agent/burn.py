"""Keeps processor cores busy, in separate processes so that the workload keeps answering."""

from __future__ import annotations

import math
import subprocess
import sys
import threading
import time

SLICE = 0.1
"""Seconds of one slice: a part of a core is busy for its share of each slice."""


class Burners:
    """The processes that keep cores busy for one workload."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, cores: float, seconds: float) -> None:
        """Start to keep cores busy, in addition to earlier calls. Each process ends by itself."""
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
        """End all processes."""
        for process in self._processes:
            process.kill()
            process.wait()
        self._processes.clear()


def burn(share: float, seconds: float) -> None:
    """Keep a share (0 to 1) of one core busy for ``seconds``."""
    never = threading.Event()
    end = time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        busy_until = now + SLICE * share
        while time.monotonic() < busy_until:
            pass
        if share < 1:
            never.wait(SLICE * (1 - share))
