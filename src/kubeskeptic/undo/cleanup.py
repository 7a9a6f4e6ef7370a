"""Removal of everything that runs have left in a cluster, with or without journals. Idempotent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from kubeskeptic import objects
from kubeskeptic.durations import CLEANUP_GONE, CONTROL_PLANE_RESTARTS, PODS_READY
from kubeskeptic.errors import LeftDirty, PatienceExhausted, SkepticError
from kubeskeptic.faults import Site
from kubeskeptic.faults.network import nft_table
from kubeskeptic.guard import lease as leases
from kubeskeptic.journal.open_faults import opened
from kubeskeptic.kube.deletion import delete_and_wait
from kubeskeptic.switches.control import Switch
from kubeskeptic.undo import Leftover, leftovers
from kubeskeptic.undo.replay import undo_from_record
from kubeskeptic.waiting import NotYet, until

Say = Callable[[str], None]
PASSES = 4
"""Removing one leftover can reveal others, such as the undo records of a node that was down."""


def cleanup(site: Site, journals: Iterable[Path] = (), run: str = "", *, say: Say) -> int:
    """Remove all leftovers, and wait until the cluster is healthy. Return how many leftovers were removed.

    :param run: remove only what is known to belong to this run
    :param say: called with a line about each leftover
    :raises LeftDirty: when something could not be removed, or the cluster does not become healthy
    """
    known = list(journals)
    removed = 0
    failed: list[str] = []
    for _ in range(PASSES):
        left = _removable(site, known, run)
        before, failed = failed, []
        if not left:
            break
        done = sum(_removed(site, one, say, failed) for one in left)
        removed += done
        if failed and failed == before and not done:
            break  # nothing has changed since the last pass, and another one would take as long
    failed = failed or [one.says for one in _removable(site, known, run)]
    if failed:
        raise LeftDirty(f"the cluster is still dirty: {'; '.join(failed)}")
    _close(site, known, run)
    try:
        until(lambda: healthy(site), CONTROL_PLANE_RESTARTS, what="the cluster to be healthy", tolerate=(SkepticError,))
    except PatienceExhausted as sick:
        raise LeftDirty(f"nothing of ours is left, but the cluster is not healthy: {sick}") from sick
    return removed


def revive(site: Site, run: str = "", *, say: Say) -> int:
    """Undo what is known without the API server, and wait until it answers. Return how many leftovers were removed.

    Until it answers, the Lease cannot be read; only the faults of runs that died on this machine are known.

    :raises LeftDirty: when the API server still does not answer
    """
    failed: list[str] = []
    known = [one for one in leftovers.beside_the_api(site, run) if one.kind not in ("unseen", "blind")]
    removed = sum(_removed(site, one, say, failed) for one in known)
    try:
        until(lambda: _answers(site), PODS_READY, what="the API server to answer")
    except PatienceExhausted as silent:
        raise LeftDirty(f"cannot inspect the cluster: {'; '.join([*failed, str(silent)])}") from silent
    return removed


def _answers(site: Site) -> bool | NotYet:
    why_not = site.kube.unreachable()
    return NotYet(why_not) if why_not else True


def _removable(site: Site, journals: list[Path], run: str) -> list[Leftover]:
    """Return what is left, and at the end what could not be inspected: undoing the rest may make that possible."""
    found = [one for one in leftovers.find(site, journals, run) if one.kind != "unseen"]
    return sorted(found, key=lambda one: one.kind == "blind")


def _close(site: Site, journals: list[Path], run: str) -> None:
    for path, one in leftovers.settled(site, journals, run):
        with opened(path) as journal:
            one.mark(journal, "done", by="cleanup", evidence="it has healed")


def _removed(site: Site, one: Leftover, say: Say, failed: list[str]) -> int:
    try:
        REMOVERS[one.kind](site, one)
    except Exception as error:  # noqa: BLE001  # a full disk, a damaged record: an error must not stop the others
        say(f"{one.says}: {error}")
        failed.append(f"{one.says}: {error}")
        return 0
    if one.kind == "blind":
        say(f"{one.says}; trying again")
        return 0
    say(f"{one.says}: removed")
    return 1


def healthy(site: Site) -> str | NotYet:
    """Return evidence that every node and every pod of kube-system is Ready."""
    sick = [n["metadata"]["name"] for n in site.kube.list("Node")["items"] if objects.condition(n, "Ready") != "True"]
    if sick:
        return NotYet(f"not Ready: {', '.join(sick)}")
    waiting = [p["metadata"]["name"] for p in site.kube.list("Pod", "kube-system")["items"] if not objects.is_ready(p)]
    return NotYet(f"not Ready: {', '.join(waiting)}") if waiting else "every node and every pod of kube-system is Ready"


# -- one kind of leftover each -----------------------------------------------------------------------------------------
def _fault(site: Site, one: Leftover) -> None:
    assert one.fault
    if one.journal and one.journal.exists():
        with opened(one.journal) as journal:
            undo_from_record(replace(site, journal=journal, run=one.run), one.fault, "cleanup")
    else:
        undo_from_record(site, one.fault, "cleanup")


def _node(site: Site, one: Leftover) -> None:
    engine = site.cluster.engine
    if engine.state(one.node) == "paused":
        engine.unpause(one.node)
    else:
        engine.start(one.node)


def _object(site: Site, one: Leftover) -> None:
    kind, _, name = one.name.partition("/")
    delete_and_wait(site.kube, kind, name, patience=CLEANUP_GONE)


def _namespace(site: Site, one: Leftover) -> None:
    delete_and_wait(site.kube, "Namespace", one.name, patience=CLEANUP_GONE)


def _switch(_: Site, one: Leftover) -> None:
    assert one.file
    Switch(one.file).forget()


def _waiting(_: Site, one: Leftover) -> None:
    assert one.file
    Switch(one.file).wait_for_undo()


def _timer(site: Site, one: Leftover) -> None:
    site.access.stop_timer(one.node, one.name.removesuffix(".timer").removesuffix(".service"))


def _service(site: Site, one: Leftover) -> None:
    site.in_node(one.node, "systemctl", "start", one.name)


def _stopped(site: Site, one: Leftover) -> None:
    site.in_node(one.node, "pkill", "-CONT", "-x", one.name)


def _table(site: Site, one: Leftover) -> None:
    site.in_node(one.node, *nft_table.delete(one.name.partition("/")[2]))


def _lease(site: Site, one: Leftover) -> None:
    site.kube.delete("Lease", one.name, leases.NAMESPACE)


def _blind(site: Site, one: Leftover) -> None:
    until(lambda: site.kube.healthy() or NotYet(one.says), PODS_READY, what="the API server to answer")


REMOVERS: dict[str, Callable[[Site, Leftover], None]] = {
    "fault": _fault,
    "node": _node,
    "object": _object,
    "namespace": _namespace,
    "switch": _switch,
    "waiting": _waiting,
    "timer": _timer,
    "service": _service,
    "stopped": _stopped,
    "table": _table,
    "lease": _lease,
    "blind": _blind,
}
"""The function that removes each kind of leftover."""
