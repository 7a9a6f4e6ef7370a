"""What of ours is left in a cluster: faults that are not undone, and what runs leave behind.

Each finder looks at one place and returns what it finds; nothing is changed. What is not known to be ours is not listed:
namespaces and objects go by our label, node parts by our names, and the state of nodes is looked at only in clusters that
are ours from end to end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kubeskeptic.errors import ClusterError, CommandFailed, NotFound, SkepticError, Unanswered
from kubeskeptic.faults import undo_records
from kubeskeptic.faults.library import FAULTS, named
from kubeskeptic.faults.network import nft_table
from kubeskeptic.guard import lease as leases
from kubeskeptic.journal.open_faults import OpenFault, of_journal, run_of
from kubeskeptic.node_access import EngineAccess
from kubeskeptic.objects import OURS, RUN
from kubeskeptic.switches import control
from kubeskeptic.waiting import NotYet

if TYPE_CHECKING:
    from kubeskeptic.faults.fault import Site

ANNOTATED = ("Node", "Namespace", "Deployment", "DaemonSet", "StatefulSet", "ConfigMap", "Service", "Pod")
"""Kinds of objects that faults leave a note on."""


@dataclass(frozen=True)
class Leftover:
    """One thing of ours that is still there.

    :param kind: decides how it is removed: fault, node, namespace, switch, timer, process, lease, blind; "unseen" is what
        nobody may look into, where there is nothing to remove
    :param name: of the thing
    :param says: what it is, for people
    :param node: where, for what is in a node
    :param fault: what to undo, for kind ``fault``
    :param journal: which journal speaks of it
    :param file: for kind ``switch``
    """

    kind: str
    name: str
    says: str
    node: str = ""
    run: str = ""
    fault: OpenFault | None = None
    journal: Path | None = None
    file: Path | None = None


def find(site: Site, journals: Iterable[Path] = (), run: str = "") -> list[Leftover]:
    """Everything that is left, in the order in which it should be removed.

    :param journals: the journals to read; those about other clusters are passed over
    :param run: only what is known to belong to this run, and what could not be looked at
    """
    left = beside_the_api(site, run)
    silence = site.kube.unreachable()
    if silence:
        return [*left, Leftover("blind", "objects", f"cannot look at objects, nor see what has healed: {silence}")]
    seen = {(one.kind, one.name, one.node) for one in left}
    more = _seen(_through_the_api(site, list(journals)), run)
    return [*left, *(one for one in more if (one.kind, one.name, one.node) not in seen)]


def beside_the_api(site: Site, run: str = "") -> list[Leftover]:
    """What is left as far as this machine and the nodes tell, in the order in which it should be removed.

    :param run: only what is known to belong to this run, and what could not be looked at
    """
    return _seen(_looks_beside_the_api(site), run)


def _seen(looks: Iterable[tuple[str, Callable[[], Iterable[Leftover]]]], run: str) -> list[Leftover]:
    found: dict[tuple[str, str, str], Leftover] = {}
    for about, look in looks:
        try:
            for one in look():
                if not run or one.run == run or one.kind == "unseen":
                    found.setdefault((one.kind, one.name, one.node), one)
        except (SkepticError, OSError) as error:
            blind = Leftover("blind", about, f"cannot look at {about}: {error}")
            found.setdefault((blind.kind, about, ""), blind)
    return list(found.values())


def _looks_beside_the_api(site: Site) -> Iterator[tuple[str, Callable[[], Iterable[Leftover]]]]:
    yield "the engine's nodes", partial(nodes_down, site)
    yield "switches", partial(faults_by_switch, site)
    for node in site.cluster.nodes if site.access.inside else ():
        yield f"node {node.name}", partial(in_node, site, node.name)
    if not site.access.inside:
        yield "nodes", partial(unseen, site)


def _through_the_api(site: Site, journals: list[Path]) -> Iterator[tuple[str, Callable[[], Iterable[Leftover]]]]:
    yield "annotations", partial(faults_by_annotation, site)
    yield "journals", partial(faults_by_journal, site, journals)
    yield "namespaces", partial(namespaces, site)
    yield "the lease", partial(lease, site)


# -- faults ------------------------------------------------------------------------------------------------------------
def faults_by_journal(site: Site, journals: Iterable[Path]) -> Iterator[Leftover]:
    """Faults of this cluster that a journal has begun and not done, and that are not seen to have healed."""
    for path in journals:
        for one in of_journal(path):
            if one.cluster == site.guard.uid and one.fault in FAULTS and not _healed(site, one):
                yield _fault(one, f"journal {path.parent.name}", path)


def settled(site: Site, journals: Iterable[Path], run: str = "") -> Iterator[tuple[Path, OpenFault]]:
    """Faults of this cluster that a journal has begun and not done, and that are seen to have healed: somebody else has
    undone them. Whoever closes them keeps them from being undone again, after their targets have changed for other reasons.
    """
    for path in journals:
        for one in of_journal(path):
            mine = one.cluster == site.guard.uid and run in ("", one.run)
            if mine and one.fault in FAULTS and _healed(site, one):
                yield path, one


def faults_by_annotation(site: Site) -> Iterator[Leftover]:
    """Faults of this cluster that an object has a note about."""
    for kind in ANNOTATED:
        for item in site.kube.list(kind)["items"]:
            for one in undo_records.on_object(kind, item["metadata"]):
                if one.cluster == site.guard.uid:
                    yield _fault(one, f"{kind} {item['metadata']['name']}")


def faults_by_switch(site: Site) -> Iterator[Leftover]:
    """Dead man's switches of this machine whose process is gone, or that gave up."""
    for switch in control.pending(site.cluster.name):
        file, order = switch.file, switch.order
        one = OpenFault.from_record(order["replay"]["fault"]) if "replay" in order else None
        run = one.run if one else ""
        if switch.process:
            yield Leftover("waiting", file.name, f"switch {file.stem} waits or works", file=file, run=run)
            continue
        if one and one.cluster == site.guard.uid:
            yield _fault(one, f"switch {file.name}", Path(order["replay"]["journal"]))
        yield Leftover("switch", file.name, f"switch {file.name}, whose process is gone", file=file, run=run)


def _fault(one: OpenFault, where: str, journal: Path | None = None) -> Leftover:
    says = f"{one.fault} on {', '.join(one.targets)} of run {one.run}, not undone (says {where})"
    return Leftover("fault", one.id, says, run=one.run, fault=one, journal=journal)


def _healed(site: Site, one: OpenFault) -> bool:
    try:
        return not isinstance(named(one.fault).heal(site, one.undo), NotYet)
    except SkepticError:
        return False


# -- nodes -------------------------------------------------------------------------------------------------------------
def nodes_down(site: Site) -> Iterator[Leftover]:
    """Nodes of a cluster of ours that do not run."""
    for container in site.cluster.engine.nodes(site.cluster.name):
        if container.state != "running":
            yield Leftover("node", container.name, f"node {container.name} is {container.state}", node=container.name)


_PARTS = f"""
nft list tables 2>/dev/null | awk '$2 == "inet" && $3 ~ /^{nft_table.PATTERN}$/ {{print "table " $2 "/" $3}}'
true
"""
_STATE = """
for part in containerd kubelet; do systemctl is-active --quiet "$part" || echo "service $part"; done
ps -eo stat=,comm= | awk '$1 ~ /^T/ && $2 ~ /^(kube|containerd|coredns|etcd)/ {print "stopped " $2}'
"""


def in_node(site: Site, node: str) -> Iterator[Leftover]:
    """Notes, timers, tables of ours in a node; in a cluster that is ours from end to end also node parts that do not run.

    Nothing for a node that is down as its engine says, which :func:`nodes_down` lists.

    :raises CommandFailed: when it cannot be looked into
    """
    if any(down.node == node for down in nodes_down(site)):
        return
    for one in undo_records.in_node(site, node):
        if _is_here(site, one):
            yield _fault(one, f"note in {node}")
    for timer in site.access.timers(node):
        yield Leftover("timer", timer, f"timer {timer} in {node}", node=node, run=run_of(timer))
    look = f"{_STATE}{_PARTS}" if site.access.transport == EngineAccess.transport else _PARTS
    for line in site.in_node(node, "sh", "-c", look).splitlines():
        kind, _, name = line.partition(" ")
        yield Leftover(kind, name, f"{_SAID[kind]} {name} in {node}", node=node)


def _is_here(site: Site, one: OpenFault) -> bool:
    """Whether a note in a node is about this cluster. While nobody says which one that is, a note in a node of ours is
    believed: undoing it may be what brings the API server back.
    """
    try:
        return one.cluster == site.guard.uid
    except (Unanswered, ClusterError):
        return site.access.transport == EngineAccess.transport


def unseen(site: Site) -> Iterator[Leftover]:
    """That there is no way into the nodes, and why."""
    try:
        site.in_node(site.cluster.nodes[0].name, "true")
    except CommandFailed as why:
        yield Leftover("unseen", "nodes", f"the nodes were not looked into: {why.output}")


_SAID = {"service": "inactive service", "stopped": "stopped process", "table": "rule table"}


# -- objects -----------------------------------------------------------------------------------------------------------
def namespaces(site: Site) -> Iterator[Leftover]:
    """Namespaces with our label, but for the one through which this site itself reaches nodes."""
    for item in site.kube.list("Namespace", labels=OURS)["items"]:
        if item["metadata"]["name"] == site.access.namespace:
            continue
        name, run = item["metadata"]["name"], item["metadata"].get("labels", {}).get(RUN, "")
        yield Leftover("namespace", name, f"namespace {name}", run=run)


def lease(site: Site) -> Iterator[Leftover]:
    """The hold of a run that is dead on the cluster."""
    try:
        held = site.kube.get("Lease", leases.NAME, leases.NAMESPACE)
    except NotFound:
        return
    if not leases.in_use(site.kube, leases.Holder.nobody()):
        identity = held["spec"].get("holderIdentity") or ""
        holder = leases.Holder.parse(identity)
        yield Leftover("lease", leases.NAME, f"the lease of {identity}", run=holder.run if holder else "")
