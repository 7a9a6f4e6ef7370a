"""What runs have left in a cluster: faults that are not undone, and other leftovers.

Each finder inspects one place and changes nothing. Only what is known to be ours is listed: namespaces and objects with our
label, and what has our names in nodes (:mod:`kubeskeptic.undo.in_nodes`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kubeskeptic.errors import Forbidden, NotFound, SkepticError
from kubeskeptic.faults import undo_records
from kubeskeptic.faults.library import FAULTS, named
from kubeskeptic.guard import lease as leases
from kubeskeptic.guard.holder import Holder
from kubeskeptic.journal.open_faults import OpenFault, of_journal
from kubeskeptic.objects import OURS, RUN
from kubeskeptic.switches import control
from kubeskeptic.undo import Leftover, in_nodes
from kubeskeptic.waiting import NotYet

if TYPE_CHECKING:
    from kubeskeptic.faults.fault import Site

ANNOTATED = ("Node", "Namespace", "Deployment", "DaemonSet", "StatefulSet", "ConfigMap", "Service", "Pod")
"""Kinds of objects on which faults keep undo records."""
CLUSTER_OBJECTS = ("APIService", "ClusterRoleBinding")
"""Kinds of cluster-scoped objects that scenarios create, with our labels. APIServices are removed first: while one has no
backend, no namespace can be removed."""


def find(site: Site, journals: Iterable[Path] = (), run: str = "") -> list[Leftover]:
    """Return everything that is left, in the order in which it should be removed.

    :param journals: the journals to read; those of other clusters are ignored
    :param run: return only what is known to belong to this run, and what could not be inspected
    """
    left = beside_the_api(site, run)
    unreachable = site.kube.unreachable()
    if unreachable:
        return [
            *left,
            Leftover("blind", "objects", f"cannot inspect objects, nor whether faults have healed: {unreachable}"),
        ]
    seen = {(one.kind, one.name, one.node) for one in left}
    more = _seen(_through_the_api(site, list(journals)), run)
    return [*left, *(one for one in more if (one.kind, one.name, one.node) not in seen)]


def beside_the_api(site: Site, run: str = "") -> list[Leftover]:
    """Return what is left according to this machine and the nodes, in the order in which it should be removed.

    :param run: return only what is known to belong to this run, and what could not be inspected
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
            blind = Leftover("blind", about, f"cannot inspect {about}: {error}")
            found.setdefault((blind.kind, about, ""), blind)
    return list(found.values())


def _looks_beside_the_api(site: Site) -> Iterator[tuple[str, Callable[[], Iterable[Leftover]]]]:
    yield "the engine's nodes", partial(in_nodes.nodes_down, site)
    yield "switches", partial(faults_by_switch, site)
    for node in site.cluster.nodes if site.access.inside else ():
        yield f"node {node.name}", partial(in_nodes.in_node, site, node.name)
    if not site.access.inside:
        yield "nodes", partial(in_nodes.unseen, site)


def _through_the_api(site: Site, journals: list[Path]) -> Iterator[tuple[str, Callable[[], Iterable[Leftover]]]]:
    yield "annotations", partial(faults_by_annotation, site)
    yield "journals", partial(faults_by_journal, site, journals)
    yield "objects without a namespace", partial(cluster_objects, site)
    yield "namespaces", partial(namespaces, site)
    yield "the lease", partial(lease, site)


# -- faults ------------------------------------------------------------------------------------------------------------
def faults_by_journal(site: Site, journals: Iterable[Path]) -> Iterator[Leftover]:
    """Yield this cluster's faults that a journal records as begun but not as done, and that have not healed."""
    for path in journals:
        for one in of_journal(path):
            if one.cluster == site.guard.uid and one.fault in FAULTS and not _healed(site, one):
                yield Leftover.of_fault(one, f"journal {path.parent.name}", path)


def settled(site: Site, journals: Iterable[Path], run: str = "") -> Iterator[tuple[Path, OpenFault]]:
    """Yield this cluster's faults that a journal records as begun but not as done, but have healed, with the journal.

    If they were not closed, they would be undone again, after their targets have changed for other reasons.
    """
    for path in journals:
        for one in of_journal(path):
            mine = one.cluster == site.guard.uid and run in ("", one.run)
            if mine and one.fault in FAULTS and _healed(site, one):
                yield path, one


def faults_by_annotation(site: Site) -> Iterator[Leftover]:
    """Yield this cluster's faults whose undo records are on objects."""
    for kind in ANNOTATED:
        for item in site.kube.list(kind)["items"]:
            for one in undo_records.on_object(kind, item["metadata"]):
                if one.cluster == site.guard.uid:
                    yield Leftover.of_fault(one, f"{kind} {item['metadata']['name']}")


def faults_by_switch(site: Site) -> Iterator[Leftover]:
    """Yield this machine's switches that are waiting or firing, and the faults of those whose process is gone or gave up."""
    for switch in control.pending(site.cluster.name):
        file, order = switch.file, switch.order
        one = OpenFault.from_record(order["replay"]["fault"]) if "replay" in order else None
        run = one.run if one else ""
        if switch.process:
            yield Leftover("waiting", file.name, f"switch {file.stem} is waiting or firing", file=file, run=run)
            continue
        if one and one.cluster == site.guard.uid:
            yield Leftover.of_fault(one, f"switch {file.name}", Path(order["replay"]["journal"]))
        yield Leftover("switch", file.name, f"switch {file.name}, whose process is gone", file=file, run=run)


def _healed(site: Site, one: OpenFault) -> bool:
    try:
        return not isinstance(named(one.fault).heal(site, one.undo), NotYet)
    except SkepticError:
        return False


# -- objects -----------------------------------------------------------------------------------------------------------
def cluster_objects(site: Site) -> Iterator[Leftover]:
    """Yield the cluster-scoped objects with our label; a run that may not list a kind has created none of it."""
    for kind in CLUSTER_OBJECTS:
        try:
            found = site.kube.list(kind, labels=OURS)["items"]
        except Forbidden:
            continue
        for item in found:
            name, run = item["metadata"]["name"], item["metadata"].get("labels", {}).get(RUN, "")
            yield Leftover("object", f"{kind}/{name}", f"{kind} {name}", run=run)


def namespaces(site: Site) -> Iterator[Leftover]:
    """Yield the namespaces with our label, except the one of this site's own exec pods."""
    for item in site.kube.list("Namespace", labels=OURS)["items"]:
        if item["metadata"]["name"] == site.access.namespace:
            continue
        name, run = item["metadata"]["name"], item["metadata"].get("labels", {}).get(RUN, "")
        yield Leftover("namespace", name, f"namespace {name}", run=run)


def lease(site: Site) -> Iterator[Leftover]:
    """Yield the Lease, if its run is dead."""
    try:
        held = site.kube.get("Lease", leases.NAME, leases.NAMESPACE)
    except NotFound:
        return
    if not leases.in_use(site.kube, Holder.nobody()):
        identity = held["spec"].get("holderIdentity") or ""
        holder = Holder.parse(identity)
        yield Leftover("lease", leases.NAME, f"the lease of {identity}", run=holder.run if holder else "")
