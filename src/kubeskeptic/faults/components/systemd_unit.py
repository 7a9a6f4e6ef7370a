"""A part of a node that systemd runs: when it was started, and whether the node is well since."""

from __future__ import annotations

from kubeskeptic import objects
from kubeskeptic.faults import state
from kubeskeptic.faults.fault import Site
from kubeskeptic.waiting import NotYet


def active_since(site: Site, node: str, service: str) -> float:
    """When a service became active, Unix seconds; 0.0 when it is not."""
    shown = site.in_node(
        node, "systemctl", "show", "--timestamp=unix", "--property=ActiveState,ActiveEnterTimestamp", service
    )
    fields = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
    stamp = fields.get("ActiveEnterTimestamp", "")
    return float(stamp.lstrip("@")) if fields.get("ActiveState") == "active" and stamp else 0.0


def node_well_since(site: Site, node: str, since: float) -> str | NotYet:
    """Evidence that the node is Ready and its kubelet has renewed its lease after ``since``."""
    if objects.condition(site.kube.get("Node", node), "Ready") != "True":
        return NotYet("the node is not Ready")
    if state.lease_renewed(site.kube, node) <= since:
        return NotYet("its kubelet has not renewed its lease since")
    return "the node is Ready, its lease renewed since"
