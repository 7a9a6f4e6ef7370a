"""All sabotages by id."""

from __future__ import annotations

from kubeskeptic.errors import BadInput
from kubeskeptic.sabotages import breakages, rewrites
from kubeskeptic.sabotages.model import Sabotage

_PODS = ("services/pod_killed",)
_NODES = ("nodes/node_crashes",)


def _all(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ALL = (
    Sabotage(
        "kube-proxy-frozen",
        "kube-proxy of one worker is stopped with SIGSTOP and learns nothing new.",
        _PODS,
        breaks=breakages.kube_proxy_frozen,
        at=("graceful", "forced", "sigkill"),
        spoils=_all("graceful forced sigkill"),
    ),
    Sabotage(
        "rules-flushed",
        "kube-proxy's rules on one worker are flushed, and it is kept from putting them back.",
        _PODS,
        breaks=breakages.rules_flushed,
        at=("quiet",),
        spoils=_all("quiet"),
    ),
    Sabotage(
        "coredns-scaled-to-0",
        "CoreDNS is scaled to nothing.",
        _PODS + _NODES,
        breaks=breakages.coredns_scaled_to_0,
        at=("quiet", "crash"),
        spoils=_all("quiet"),
    ),
    Sabotage(
        "service-recreated",
        "The service is deleted and made again under its name.",
        _PODS + _NODES,
        breaks=breakages.service_recreated,
        at=("quiet", "crash"),
        spoils=_all("quiet graceful forced sigkill web"),
    ),
    Sabotage(
        "kubelet-stopped",
        "The kubelet of the victim's node is stopped.",
        _PODS,
        breaks=breakages.kubelet_stopped,
        at=("sigkill", "again"),
        spoils=_all("sigkill again"),
    ),
    Sabotage(
        "restart-never",
        "The pods are bare, with restartPolicy Never.",
        _PODS,
        rewrite=rewrites.restart_never,
        spoils=_all("graceful forced sigkill again"),
    ),
    Sabotage(
        "fixed-names",
        "A StatefulSet in place of the Deployment.",
        _PODS,
        rewrite=rewrites.fixed_names,
        spoils=_all("graceful forced"),
    ),
    Sabotage(
        "internal-traffic-local",
        "The service's internalTrafficPolicy is Local.",
        _PODS,
        breaks=breakages.internal_traffic_local,
        at=("quiet",),
        spoils=_all("quiet"),
    ),
    Sabotage(
        "replicaset-controller-off",
        "The ReplicaSet controller is off.",
        _PODS + _NODES,
        breaks=breakages.replicaset_controller_off,
        at=("graceful", "crash"),
        spoils=_all("graceful replicas"),
    ),
    Sabotage(
        "node-lifecycle-off",
        "The node lifecycle controller is off.",
        _NODES,
        breaks=breakages.node_lifecycle_off,
        at=("crash",),
        spoils=_all("web replicas db alone"),
    ),
    Sabotage(
        "bare-pod-owned",
        "The bare pod is given an owner.",
        _NODES,
        rewrite=rewrites.bare_pod_owned,
        spoils=_all("replicas alone"),
    ),
    Sabotage(
        "bare-pod-never-restarted",
        "The bare pod has restartPolicy Never.",
        _NODES,
        rewrite=rewrites.bare_pod_never_restarted,
        spoils=_all("alone"),
    ),
    Sabotage(
        "statefulset-parallel",
        "podManagementPolicy is Parallel.",
        _NODES,
        rewrite=rewrites.parallel,
        spoils=_all("db"),
    ),
    Sabotage(
        "node-out-of-service",
        "The dead node is marked out-of-service, which lets its pods go.",
        _NODES,
        breaks=breakages.node_out_of_service,
        at=("crash:found dead",),
        spoils=_all("db"),
    ),
)

SABOTAGES: dict[str, Sabotage] = {one.id: one for one in _ALL}
"""Every sabotage there is, by its id."""


def sabotage(id_: str) -> Sabotage:
    """The sabotage of this id.

    :raises BadInput: when there is none
    """
    if id_ not in SABOTAGES:
        raise BadInput(f"there is no sabotage {id_}; there are {', '.join(SABOTAGES)}")
    return SABOTAGES[id_]
