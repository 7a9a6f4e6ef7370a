"""The cluster that a command works on, and access to it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from kubeskeptic.clusters.adopted import adopted
from kubeskeptic.clusters.cluster_record import scratch
from kubeskeptic.clusters.up import DEFAULT_NAME
from kubeskeptic.configuration import configured
from kubeskeptic.errors import Unanswered, Untestable
from kubeskeptic.faults import Site
from kubeskeptic.guard import Guard
from kubeskeptic.guard.risk import Risk
from kubeskeptic.journal.open_faults import opened
from kubeskeptic.kube import Kube
from kubeskeptic.kube.kubeconfig import default_kubeconfig
from kubeskeptic.node_access import access_to, read_only_access
from kubeskeptic.undo.locate_cluster import locate_cluster


@dataclass(frozen=True)
class ClusterRef:
    """The cluster that a command works on: one of our own by its name, or another by its context."""

    cluster: str = DEFAULT_NAME
    context: str = ""
    kubeconfig: Path | None = None
    agent_image: str = ""

    def __str__(self) -> str:
        return f"behind context {self.context}" if self.context else f"{self.cluster} of ours"


def which_cluster(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that select a cluster; the command receives them as one argument ``where``."""

    @wraps(command)
    def told(
        *words: Any, cluster: str, context: str, kubeconfig: Path | None, agent_image: str, **options: Any
    ) -> None:
        """Call the command with options and configuration combined in one reference to a cluster."""
        said = configured(cluster=cluster, context=context, kubeconfig=kubeconfig, agent_image=agent_image)
        command(*words, where=ClusterRef(said.cluster, said.context, said.kubeconfig, said.agent_image), **options)

    file = click.Path(path_type=Path, dir_okay=False)
    for option in (
        click.option(
            "--agent-image",
            default="",
            metavar="IMAGE",
            help="With --context: the agent's image, under a name that its nodes can pull.",
        ),
        click.option(
            "--kubeconfig", type=file, default=None, help="The kubeconfig file with that context. [default: as kubectl]"
        ),
        click.option(
            "--context", default="", metavar="NAME", help="Another cluster, which `skeptic adopt` has prepared."
        ),
        click.option("--cluster", default="", help=f"Our own kind cluster of this name. [default: {DEFAULT_NAME}]"),
    ):
        told = option(told)
    return told


@contextmanager
def must_answer() -> Iterator[None]:
    """Raise Untestable for an API server that does not answer: the error's own exit status, 1, means that a claim is violated.

    :raises Untestable: with the reason
    """
    try:
        yield
    except Unanswered as silent:
        raise Untestable(str(silent)) from silent


@contextmanager
def site_of(where: ClusterRef, run: str = "", *, look: bool = False) -> Iterator[Site | None]:
    """Yield the cluster, whatever state it is in; None if there is none of ours with this name.

    :param run: id of the run that owns the pods for access to nodes, if there are any; cleanup finds these pods by it
    :param look: put nothing into the cluster; its nodes may then be out of reach
    :raises Refused: when the cluster is not ours and was not adopted
    :raises LeftDirty, Inconclusive, MissingRequirement: see :func:`~kubeskeptic.undo.locate_cluster.locate_cluster`
    """
    with scratch() as folder:
        found = locate_cluster(where.cluster) if not where.context else None
        if where.context:
            kubeconfig = where.kubeconfig.resolve() if where.kubeconfig else default_kubeconfig()
            kube = Kube(kubeconfig, where.context, folder)
            found = adopted(kube, kubeconfig, where.agent_image)
        if found is None:
            yield None
            return
        kube = Kube(found.kubeconfig, found.context, folder)
        guard = Guard(found, kube)
        level = guard.level if where.context else Risk.CONTROL_PLANE
        mine = run or f"by-hand-{secrets.token_hex(3)}"
        transport = read_only_access(found, kube, level) if look else access_to(found, kube, level, mine)
        with opened(folder / "journal.jsonl") as journal, closing(transport) as access:
            yield Site(found, kube, journal, guard, "cleanup", 0, access=access)
