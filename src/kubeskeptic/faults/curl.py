"""Requests sent by curl from within a node, in the network of the node or of one of its processes.

curl's exit statuses, from curl(1): 7 connection refused or host unreachable, 22 HTTP error status, 28 timeout, 35 connection
lost during the TLS handshake, 52 empty answer, 55 and 56 connection lost while sending or receiving, 60 untrusted certificate.
"""

from __future__ import annotations

from kubeskeptic import objects
from kubeskeptic.errors import CommandFailed
from kubeskeptic.faults.fault import Site

_NOT_CONNECTED = (7, 28)
_CUT = (35, 52, 55, 56)
_TIME = ("--silent", "--output", "/dev/null", "--write-out", "%{time_connect}")


def get(site: Site, node: str, url: str) -> str:
    """Return the body of a successful answer; empty if there is none within two seconds.

    :raises CommandFailed: when the node cannot be reached
    """
    try:
        return site.in_node(node, *site.access.curl, "--silent", "--fail", "--max-time", "2", url)
    except CommandFailed as failed:
        if failed.status in (*_NOT_CONNECTED, 22, 52, 56):
            return ""
        raise


def answers(site: Site, node: str, url: str, *, authority: str = "") -> bool:
    """Return whether a URL is answered within two seconds, with any status.

    :param authority: file in the node with the CA that must have signed the server's certificate; by default any certificate is
        accepted. Without service rules, packets to a service take the default route, and the host at its end may accept them
    :raises CommandFailed: when the node cannot be reached
    """
    trust = ("--cacert", authority) if authority else ("--insecure",)
    try:
        site.in_node(node, *site.access.curl, "--silent", *trust, "--max-time", "2", url)
    except CommandFailed as failed:
        if failed.status in (*_NOT_CONNECTED, *_CUT, *((60,) if authority else ())):
            return False
        raise
    return True


def connect(site: Site, node: str, address: str, *, patience: float = 2.0, inside: int = 0) -> float | None:
    """Return the seconds until a TCP connection was established; None if it was not within ``patience`` seconds.

    :param node: the node that the connection starts from
    :param inside: id of a process in the node, if the connection is to start from that process's network
    :param address: ``HOST:PORT``
    :raises CommandFailed: when the node cannot be reached
    """
    enter = ("nsenter", "--target", str(inside), "--net", "--") if inside else ()
    try:
        took = site.in_node(
            node, *enter, *site.access.curl, *_TIME, "--max-time", f"{patience:g}", f"http://{address}/"
        )
    except CommandFailed as failed:
        if failed.status in _NOT_CONNECTED:
            return None
        if failed.status in (1, 52, 56):  # connected, but not to an HTTP server
            return 0.0
        raise
    return float(took)


def kube_proxy_of(site: Site, node: str) -> str:
    """Return the address at which a node's kube-proxy serves its health to other machines, as ``HOST:PORT``."""
    return f"{objects.internal_ip(site.kube.get('Node', node))}:10256"
