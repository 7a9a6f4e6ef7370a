"""Timeouts of connection tracking in the nodes' kernels."""

from __future__ import annotations

from collections.abc import Iterable

from kubeskeptic.kube.settings.per_node import Found, IntoNodes, ask_each, of_nodes

NAMES = ("SYN_SENT",)
SYN_SENT = "/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_syn_sent"


def read(nodes: Iterable[str], access: IntoNodes) -> Found:
    """Yield for how many seconds each node remembers a connection that was never answered.

    Source: https://docs.kernel.org/networking/nf_conntrack-sysctl.html
    """
    values, silent = ask_each(nodes, lambda node: float(access.run(node, ["cat", SYN_SENT])))
    yield from of_nodes("SYN_SENT", values, silent, "nf_conntrack_tcp_timeout_syn_sent")
