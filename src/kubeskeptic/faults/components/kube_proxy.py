"""What a node's kube-proxy reports, and whether it has programmed every change that it has received.

By default it serves its health on port 10256 of every address, and metrics on port 10249 of loopback (KubeProxyConfiguration,
``healthzBindAddress`` and ``metricsBindAddress``).
"""

from __future__ import annotations

import re
import time

from kubeskeptic.faults import curl
from kubeskeptic.faults.fault import Site
from kubeskeptic.waiting import NotYet

PROCESS = "kube-proxy"
CONTINUE = ("sh", "-c", 'pkill -CONT -x "$1" || test "$?" = 1', "sh", PROCESS)
"""The command line that sends SIGCONT to a stopped kube-proxy; it succeeds even if there is none."""

_SYNCED = "kubeproxy_sync_proxy_rules_last_timestamp_seconds"
_QUEUED = "kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds"

_AGE = 'set -- $(cat "/proc/$(pgrep -o -x "$1")/stat") && echo "${22} $(cut -d " " -f 1 /proc/uptime)"'
_TICKS = 100
"""USER_HZ, the unit of start times in /proc/PID/stat (proc_pid_stat(5)), on all architectures of Kubernetes."""


def not_healthy(site: Site, node: str) -> str | NotYet:
    """Return evidence that the health endpoint of kube-proxy does not answer."""
    if _get(site, node, ":10256/healthz"):
        return NotYet("the health endpoint of kube-proxy still answers")
    return "the health endpoint of kube-proxy does not answer"


def synced(site: Site, node: str) -> str | NotYet:
    """Return evidence that kube-proxy answers and has programmed every change that it has received."""
    if not _get(site, node, ":10256/healthz"):
        return NotYet("kube-proxy is not healthy")
    metrics = _get(site, node, ":10249/metrics")
    done, queued = by_label(metrics, _SYNCED), by_label(metrics, _QUEUED)
    if not done or any(when > done.get(labels, 0.0) for labels, when in queued.items()):
        return NotYet("kube-proxy has not programmed every change that it has received")
    return "kube-proxy is healthy and has programmed every change that it has received"


def started(site: Site, node: str) -> tuple[float, float]:
    """Return when the process of kube-proxy was started: two Unix times of this machine, between which it was.

    :raises CommandFailed: when there is no such process
    """
    before = time.time()
    ticks, uptime = site.in_node(node, "sh", "-c", _AGE, "sh", PROCESS).split()
    age = float(uptime) - int(ticks) / _TICKS
    return before - age, time.time() - age


def by_label(metrics: str, name: str) -> dict[str, float]:
    """Return the values of one metric from the text of a metrics endpoint, by the text of their labels."""
    found = re.findall(rf"^{re.escape(name)}(\{{[^}}]*\}})? (\S+)$", metrics, re.MULTILINE)
    return {labels: float(value) for labels, value in found}


def _get(site: Site, node: str, address: str) -> str:
    return curl.get(site, node, f"http://127.0.0.1{address}")
