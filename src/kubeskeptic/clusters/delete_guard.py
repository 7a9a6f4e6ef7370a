"""Whether a cluster may be deleted: only if it is ours and not in use.

A name proves nothing: a foreign kind cluster may have the same name. A cluster is ours when ``skeptic up`` has recorded its
intent to create it (:func:`~kubeskeptic.clusters.cluster.begun`). It is in use while a run on this machine has a fault in force
there, while a dead man's switch undoes one, and while a run holds its Lease.
"""

from __future__ import annotations

from kubeskeptic.clusters import cluster
from kubeskeptic.clusters.engine import CLUSTER_LABEL, Engine
from kubeskeptic.durations import API_ALIVE
from kubeskeptic.errors import Refused, SkepticError
from kubeskeptic.guard.holder import Holder
from kubeskeptic.switches import control


def may_delete(name: str, because: str) -> None:
    """Raise Refused unless an existing cluster may be deleted.

    :param because: why it would be deleted, as a phrase
    :raises Refused: when it is not ours, or in use
    """
    if not cluster.begun(name):
        raise Refused(
            f"kind cluster {name} was not created by `skeptic up`; choose another --name, or delete it yourself "
            f"with `kind delete cluster --name {name}`"
        )
    used = in_use(name)
    if used:
        raise Refused(f"cannot delete cluster {name} ({because}): {used}")


def may_stop(engine: Engine) -> None:
    """Raise Refused unless an engine and every cluster in it may be stopped.

    :raises Refused: when one of the clusters is in use
    """
    for name in sorted({node.labels[CLUSTER_LABEL] for node in engine.containers(CLUSTER_LABEL)}):
        used = in_use(name)
        if used:
            raise Refused(f"cannot stop the container engine, as cluster {name} runs in it: {used}")


def in_use(name: str) -> str:
    """Return what uses a cluster and what to do about it; empty when nothing does.

    When the API server does not answer, its Lease cannot be read, and only the switches on this machine count.
    """
    return _by_switches(name) or _by_lease(name)


def _by_switches(name: str) -> str:
    faults = control.in_use(name)
    if faults:
        return f"it has faults in force ({', '.join(faults)}); end that run first"
    for switch in control.pending(name):
        process = switch.process
        if process:
            stem = switch.file.stem
            return f"process {process.pid} is undoing a fault of a run that died ({stem}); wait until it has ended"
    return ""


def _by_lease(name: str) -> str:
    # imported here because the API client is slow to load
    from kubeskeptic.guard import lease
    from kubeskeptic.kube import Kube

    try:
        kube = Kube(cluster.kubeconfig(name), cluster.context(name), cluster.folder(name))
        kube.get("Lease", lease.NAME, lease.NAMESPACE, timeout=API_ALIVE)
        return lease.in_use(kube, Holder.us(""))
    except SkepticError:
        return ""
