"""Requests from within a node, by curl: through the node's own network, or that of one of its processes.

What curl's exit statuses mean is documented in curl(1): 7 refused or unreachable, 22 an HTTP error status, 28 too late, 35 cut
during the TLS handshake, 52 an empty answer, 55 and 56 cut while sending or receiving, 60 a certificate that is not trusted.
"""

from __future__ import annotations

from kubeskeptic import objects
from kubeskeptic.errors import CommandFailed
from kubeskeptic.faults.fault import Site

_NOT_CONNECTED = (7, 28)
_CUT = (35, 52, 55, 56)
_TIME = ("--silent", "--output", "/dev/null", "--write-out", "%{time_connect}")


def get(site: Site, node: str, url: str) -> str:
    """Return the body of a successful answer; empty when there is none within two seconds.

    :raises CommandFailed: when the node cannot be reached
    """
    try:
        return site.in_node(node, *site.access.curl, "--silent", "--fail", "--max-time", "2", url)
    except CommandFailed as failed:
        if failed.status in (*_NOT_CONNECTED, 22, 52, 56):
            return ""
        raise


def answers(site: Site, node: str, url: str, *, authority: str = "") -> bool:
    """Whether a URL is answered within two seconds, with whatever status.

    :param authority: the file in the node with the certificate authority that must have signed; any may when not given. Without
        service rules packets to a service take the default route, and the host at its end may accept them
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
    """Return the seconds until a TCP connection was established; None when it was not within ``patience`` seconds.

    :param node: where the connection starts, or where process ``inside`` runs, in whose network it then starts
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
        if failed.status in (1, 52, 56):  # connected, and no HTTP there
            return 0.0
        raise
    return float(took)


def kube_proxy_of(site: Site, node: str) -> str:
    """Return where kube-proxy of a node serves its health to other machines, as ``HOST:PORT``."""
    return f"{objects.internal_ip(site.kube.get('Node', node))}:10256"
