"""Defeating the switches that undo faults when a run has died."""

from __future__ import annotations

import os
import signal

from kubeskeptic.faults import Site, arming
from kubeskeptic.switches.process import alive


def defeat(site: Site) -> None:
    """Kill the switches on the host and stop those in nodes."""
    kill_switches(site)
    for node in site.cluster.nodes:
        if site.cluster.engine.running(node.name):
            site.in_node(node.name, "systemctl", "stop", "skeptic-*.timer")


def kill_switches(site: Site) -> None:
    """Kill the processes on the host that would undo faults."""
    for file in arming.pending(site.cluster.name):
        pid = arming.pid_of(file)
        if pid and alive(pid):
            os.kill(pid[0], signal.SIGKILL)
