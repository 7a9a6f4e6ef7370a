"""What kube-proxy of a node says of itself, and what it has programmed.

It serves health on port 10256 of every address and metrics on port 10249 of loopback, by default (KubeProxyConfiguration,
``healthzBindAddress`` and ``metricsBindAddress``).
"""

from __future__ import annotations

import re

from kubeskeptic.errors import CommandFailed
from kubeskeptic.faults.fault import Site
from kubeskeptic.waiting import NotYet

PROCESS = "kube-proxy"
CONTINUE = ("sh", "-c", 'pkill -CONT -x "$1" || test "$?" = 1', "sh", PROCESS)
"""Lets a stopped kube-proxy go on; fine when there is none."""

_SYNCED = "kubeproxy_sync_proxy_rules_last_timestamp_seconds"
_QUEUED = "kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds"


def says(site: Site, node: str, address: str) -> str:
    """What it serves at an address such as ``:10256/healthz``; empty when it does not answer within two seconds."""
    try:
        return site.in_node(
            node, *site.access.curl, "--silent", "--fail", "--max-time", "2", f"http://127.0.0.1{address}"
        )
    except CommandFailed as silent:
        if silent.status in (7, 22, 28, 52, 56):  # refused, an error status, too late, empty, cut: see curl(1)
            return ""
        raise


def reaches(site: Site, node: str, service: str) -> bool:
    """Whether the API server answers a new connection from the node to its service's address within two seconds.

    Only the cluster's own authority proves who answers: without rules the packets take the default route, and whoever is at
    its end may well accept them.
    """
    authority = "/etc/kubernetes/pki/ca.crt"
    try:
        url = f"https://{service}/livez"
        site.in_node(node, *site.access.curl, "--silent", "--cacert", authority, "--max-time", "2", url)
    except CommandFailed as failed:
        if failed.status in (7, 28, 35, 52, 56, 60):  # as above, or it cannot prove who it is
            return False
        raise
    return True


def by_label(metrics: str, name: str) -> dict[str, float]:
    """The values of one metric in a page of them, by the text of their labels."""
    found = re.findall(rf"^{re.escape(name)}(\{{[^}}]*\}})? (\S+)$", metrics, re.MULTILINE)
    return {labels: float(value) for labels, value in found}


def in_step(site: Site, node: str) -> str | NotYet:
    """Evidence that it answers and has programmed everything it has heard of."""
    if not says(site, node, ":10256/healthz"):
        return NotYet("kube-proxy is not healthy")
    metrics = says(site, node, ":10249/metrics")
    synced, queued = by_label(metrics, _SYNCED), by_label(metrics, _QUEUED)
    if not synced or any(when > synced.get(labels, 0.0) for labels, when in queued.items()):
        return NotYet("kube-proxy has not programmed all that it has heard of")
    return "kube-proxy is healthy and has programmed all that it has heard of"
