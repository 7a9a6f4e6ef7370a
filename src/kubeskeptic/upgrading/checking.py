"""Checks before an upgrade changes anything. Each refusal is one sentence."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from pathlib import Path

from kubeskeptic import clusters, objects
from kubeskeptic.clusters import Cluster, delete_guard, engine_install
from kubeskeptic.clusters import cluster as records
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.clusters.steps import quiet
from kubeskeptic.errors import BadInput, Refused
from kubeskeptic.guard import Guard
from kubeskeptic.guard.risk import Risk, above
from kubeskeptic.kube import Kube
from kubeskeptic.kube.settings import kubelet_versions
from kubeskeptic.objects import Object
from kubeskeptic.upgrading import plan
from kubeskeptic.upgrading.plan import check
from kubeskeptic.upgrading.state import UpgradeState, find


def ours(name: str) -> Cluster:
    """Return our running cluster with this name.

    :raises Refused: when the cluster is not ours
    :raises Untestable: when there is no such cluster, or not all of its nodes run
    """
    found = clusters.find(name)
    if found:
        return found
    engine = engine_install.find(Builder(quiet).store)
    if engine and engine.nodes(name) and not records.begun(name):
        raise Refused(
            f"cluster {name} was not made by `skeptic up`; only a kind cluster of our own is upgraded in place"
        )
    raise clusters.no_cluster(name)


def free(name: str, kube: Kube, cluster: Cluster) -> str:
    """Return the uid of a cluster that is ours and not in use.

    :raises Refused: when it is not ours, or in use
    """
    guard = Guard(cluster, kube)
    level = guard.pin()
    if level < Risk.CONTROL_PLANE:
        raise Refused(above("an upgrade", Risk.CONTROL_PLANE, level))
    used = delete_guard.in_use(name)
    if used:
        raise Refused(f"cannot upgrade cluster {name} now: {used}")
    return guard.uid


def planned(
    cluster: Cluster, kube: Kube, reports: Path, uid: str, to: str, *, skew: str = "", choice: Sequence[str] = ()
) -> UpgradeState:
    """Return the state of an upgrade that has not begun.

    :param choice: pytest arguments that select the cases of the runs; empty for no runs
    :raises BadInput: when the upgrade makes no sense, or an earlier one is unfinished
    """
    earlier = find(reports, cluster.name, uid, kube)
    if earlier and earlier.begun and not earlier.complete:
        raise BadInput(earlier.standing())
    workers = [node.name for node in cluster.workers]
    if skew and skew not in workers:
        raise BadInput(f"--skew must name a worker of cluster {cluster.name} ({', '.join(workers)}), not “{skew}”")
    nodes = kubelet_versions(kube)
    server = json.loads(kube.get_raw("/version"))["gitVersion"]
    wanted = check(cluster.name, server, nodes, to, skew)
    _nothing_is_lost(kube)
    order = plan.steps(cluster.control_plane.name, workers, nodes, server, wanted, skew=skew, runs=bool(choice))
    return UpgradeState(
        cluster.name, uid, server, str(wanted), {name: nodes[name] for name in (cluster.control_plane.name, *workers)},
        skew, list(choice), secrets.randbelow(100_000), order,
    )  # fmt: skip


def unfinished(reports: Path, name: str, uid: str, kube: Kube) -> UpgradeState:
    """Return the state of the upgrade to resume.

    :raises BadInput: when there is none, or it is complete
    """
    state = find(reports, name, uid, kube)
    if state is None:
        raise BadInput(
            f"no upgrade of cluster {name} was begun; `skeptic upgrade --to VERSION --cluster {name}` begins one"
        )
    if state.complete:
        raise BadInput(f"the upgrade of cluster {name} to {state.to} is complete; there is nothing to resume")
    return state


def _nothing_is_lost(kube: Kube) -> None:
    """Raise BadInput if a drain would delete pods for good.

    :raises BadInput: naming these pods
    """
    bare = [pod for pod in kube.list("Pod")["items"] if objects.owner(pod) is None and not _ended(pod)]
    if bare:
        names = ", ".join(sorted(f"{pod['metadata']['namespace']}/{pod['metadata']['name']}" for pod in bare))
        raise BadInput(
            f"{names} would be lost when nodes are drained, as no controller replaces them; delete them first"
        )


def _ended(pod: Object) -> bool:
    return pod["status"].get("phase") in ("Succeeded", "Failed")
