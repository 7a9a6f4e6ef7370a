"""Processes that inflict a fault each, so that they can be killed."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kubeskeptic.durations import CONTROL_PLANE_RESTARTS
from kubeskeptic.errors import SkepticError
from kubeskeptic.faults import Site
from kubeskeptic.undo.cleanup import healthy
from kubeskeptic.waiting import until

DEADLINE = 60.0
"""Seconds after which the switch fires by itself; when the run dies it does at once."""
NEVER = 360.0
"""Seconds after which the switch would fire, where it is going to be defeated."""
STATIC_PODS = ("stop_component", "controller_off")
"""Faults that stop static pods, which the kubelet starts up to 300 s late after earlier stops (MaxContainerBackOff)."""


@dataclass
class Victim:
    """A process that inflicts a fault; ``seen`` are the phases so far."""

    process: subprocess.Popen[str]
    folder: Path
    seen: list[str] = field(default_factory=list)

    def reaches(self, phase: str) -> bool:
        """Wait until a phase begins; False when the process ended before it."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.seen.append(line.strip())
            if line.strip() == phase:
                return True
        return False

    def end(self) -> str:
        """Read what is left to read, and reap; what it said of errors."""
        _, said = self.process.communicate(timeout=450)
        return said

    @property
    def run(self) -> str:
        """The id of its run."""
        return self.folder.name

    @property
    def journal(self) -> Path:
        """Its journal."""
        return self.folder / "journal.jsonl"


class Victims:
    """Starts victims below a folder; leaves none behind."""

    def __init__(self, site: Site, folder: Path) -> None:
        self._site = site
        self._folder = folder
        self._made: list[Victim] = []

    def start(
        self,
        fault: str,
        settings: Mapping[str, Any],
        hold: float = 60.0,
        transport: str = "engine",
        lasts: float = DEADLINE,
    ) -> Victim:
        """Start one, which reaches nodes this way and holds its fault in force for so many seconds.

        :param lasts: seconds after which its switch fires
        """
        if fault in STATIC_PODS:
            forget_back_off(self._site)
        folder = self._folder / f"v{len(self._made)}-{random.SystemRandom().randrange(16**6):06x}"
        folder.mkdir(parents=True)
        script = str(Path(__file__).with_name("victim.py"))
        words = [self._site.cluster.name, str(folder), fault, json.dumps(settings), str(lasts), str(hold), transport]
        process = subprocess.Popen(
            [sys.executable, script, *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self._made.append(Victim(process, folder))
        return self._made[-1]

    def close(self) -> None:
        """Kill those that still run."""
        for victim in self._made:
            if victim.process.poll() is None:
                victim.process.kill()
                victim.end()


def forget_back_off(site: Site) -> None:
    """Start the control plane's kubelet anew, which then knows of no static pod stopped before: each kill is as a first one."""
    site.in_node(site.cluster.control_plane.name, "systemctl", "restart", "kubelet")
    until(lambda: healthy(site), CONTROL_PLANE_RESTARTS, what="a healthy cluster", tolerate=(SkepticError,))
