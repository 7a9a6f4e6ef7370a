"""Asking and telling the container runtime of a node, containerd, through its own client ``ctr``.

``crictl`` is not everywhere; ``ctr`` comes with containerd. Kubernetes' containers live in its namespace ``k8s.io``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kubeskeptic.errors import CommandFailed

if TYPE_CHECKING:
    from kubeskeptic.faults.fault import Site

CTR = ("ctr", "-n", "k8s.io")


def statuses(listing: str) -> dict[str, tuple[int, str]]:
    """Process id and status (``RUNNING``, ``STOPPED``, ``PAUSED``) by container id, from ``ctr tasks ls``."""
    rows = (line.split() for line in listing.splitlines()[1:])
    return {row[0]: (int(row[1]), row[2]) for row in rows if len(row) >= 3}


def tasks(site: Site, node: str) -> dict[str, tuple[int, str]]:
    """Process id (as the node sees it) and status of every container of a node.

    :raises CommandFailed: when the node or its runtime does not answer
    """
    return statuses(site.in_node(node, *CTR, "tasks", "ls"))


def still_running(site: Site, node: str, containers: Iterable[str]) -> list[str]:
    """Those of the containers that run on the node. None does on no node, or on one that is down."""
    wanted = list(containers)
    if not node or not wanted:
        return []
    try:
        known = tasks(site, node)
    except CommandFailed as failed:
        if "is not running" in failed.output:
            return []
        raise
    return [one for one in wanted if known.get(one, (0, ""))[1] == "RUNNING"]


GONE = ("not found", "already finished")
"""What ctr says of a container, or of its process, that has ended."""
NO_COMMAND = (126, 127)
"""Statuses of a command that could not be started, whatever it was that was not found; see sh(1)."""
_TELL = """
said=$("$@" 2>&1) && exit
status="$?"
case "$status $said" in 126*|127*) ;; *"not found"*|*"already finished"*) exit 0 ;; esac
echo "$said" >&2
exit "$status"
"""


def telling(container: str, name: str) -> tuple[str, ...]:
    """The command line that does in a node what :func:`signal` does."""
    return ("sh", "-c", _TELL.strip(), "sh", *CTR, "tasks", "kill", "--signal", name, container)


def signal(site: Site, node: str, container: str, name: str) -> None:
    """Send a signal, such as ``SIGKILL``, to a container's main process; fine when it has ended already."""
    try:
        site.in_node(node, *CTR, "tasks", "kill", "--signal", name, container)
    except CommandFailed as failed:
        if failed.status in NO_COMMAND or not any(words in failed.output for words in GONE):
            raise
