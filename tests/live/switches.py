"""Defeating the switches that undo faults when a run has died."""

from __future__ import annotations

import os
import signal

from kubeskeptic.faults import Site
from kubeskeptic.switches import control


def defeat(site: Site) -> None:
    """Kill the switches on the host and stop those in nodes."""
    kill_switches(site)
    for node in site.cluster.nodes:
        if site.cluster.engine.running(node.name):
            site.in_node(node.name, "systemctl", "stop", "skeptic-*.timer")


def kill_switches(site: Site) -> None:
    """Kill the processes on the host that would undo faults."""
    for switch in control.pending(site.cluster.name):
        process = switch.process
        if process:
            os.kill(process.pid, signal.SIGKILL)
