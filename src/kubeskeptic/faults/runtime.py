"""The container runtime of a node, containerd, through its own client ``ctr``.

``ctr`` comes with containerd; ``crictl`` is not installed everywhere. The containers of Kubernetes are in the namespace
``k8s.io``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kubeskeptic.errors import CommandFailed

if TYPE_CHECKING:
    from kubeskeptic.faults.fault import Site

CTR = ("ctr", "-n", "k8s.io")


def statuses(listing: str) -> dict[str, tuple[int, str]]:
    """Return process id and status (``RUNNING``, ``STOPPED``, ``PAUSED``) by container id, from ``ctr tasks ls``."""
    rows = (line.split() for line in listing.splitlines()[1:])
    return {row[0]: (int(row[1]), row[2]) for row in rows if len(row) >= 3}


def tasks(site: Site, node: str) -> dict[str, tuple[int, str]]:
    """Return process id (in the node) and status of every container of a node, by container id.

    :raises CommandFailed: when the node or its runtime does not answer
    """
    return statuses(site.in_node(node, *CTR, "tasks", "ls"))


def still_running(site: Site, node: str, containers: Iterable[str]) -> list[str]:
    """Return the containers that still run on the node; none if the node is down."""
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
"""What ctr prints when a container or its process has ended."""
NO_COMMAND = (126, 127)
"""Exit statuses of a command that could not be started; see sh(1)."""
_SIGNAL = """
said=$("$@" 2>&1) && exit
status="$?"
case "$status $said" in 126*|127*) ;; *"not found"*|*"already finished"*) exit 0 ;; esac
echo "$said" >&2
exit "$status"
"""


def signal_command(container: str, name: str) -> tuple[str, ...]:
    """Return the command line that does the same as :func:`signal`, to be run in a node."""
    return ("sh", "-c", _SIGNAL.strip(), "sh", *CTR, "tasks", "kill", "--signal", name, container)


def signal(site: Site, node: str, container: str, name: str) -> None:
    """Send a signal, such as ``SIGKILL``, to a container's main process, unless it has ended."""
    try:
        site.in_node(node, *CTR, "tasks", "kill", "--signal", name, container)
    except CommandFailed as failed:
        if failed.status in NO_COMMAND or not any(words in failed.output for words in GONE):
            raise
