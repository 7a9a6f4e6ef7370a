"""Who reaches whom: asked by new connections to what is served anyway."""

from __future__ import annotations

from kubeskeptic import objects
from kubeskeptic.errors import CommandFailed
from kubeskeptic.faults.fault import Site

_TIME = ("--silent", "--output", "/dev/null", "--write-out", "%{time_connect}")


def connect(site: Site, node: str, address: str, *, patience: float = 2.0, inside: int = 0) -> float | None:
    """Seconds until a TCP connection was there, None when it was not within ``patience`` seconds.

    :param node: from where; or from the network of process ``inside`` in it
    :param address: ``HOST:PORT`` of something that listens
    """
    enter = ("nsenter", "--target", str(inside), "--net", "--") if inside else ()
    try:
        took = site.in_node(
            node, *enter, *site.access.curl, *_TIME, "--max-time", f"{patience:g}", f"http://{address}/"
        )
    except CommandFailed as failed:
        if failed.status in (7, 28):  # not connected, too late: see curl(1)
            return None
        if failed.status in (1, 52, 56):  # connected, and no HTTP there
            return 0.0
        raise
    return float(took)


def kube_proxy_of(site: Site, node: str) -> str:
    """Where kube-proxy of a node serves its health to others, as ``HOST:PORT``."""
    return f"{objects.internal_ip(site.kube.get('Node', node))}:10256"
