"""The rights that a run needs at each risk level, as RBAC manifests, derived from claims' manifests and faults' declarations.

The names of our namespaces are not known in advance, and RBAC has no patterns, so rights in them are granted for all
namespaces. Rights on one object in kube-system are granted there, by its name. Source: Kubernetes documentation, "Using RBAC
Authorization"; `create` cannot be granted by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kubeskeptic.guard.lease import NAME as LEASE
from kubeskeptic.guard.risk import CONSENT, Risk
from kubeskeptic.kube.resources import BUILT_IN

Manifest = dict[str, Any]

SYSTEM = "kube-system"
LOOK = ("get", "list", "watch")
OWN = ("create", "delete", "get", "list", "patch", "watch")
"""Verbs on objects in our namespaces."""


@dataclass(frozen=True, order=True)
class Right:
    """Verbs on one resource.

    :param resource: plural name, with the subresource if there is one: ``pods/proxy``
    :param where: a namespace; empty for all
    :param names: of single objects; empty for all
    """

    resource: str
    verbs: tuple[str, ...]
    group: str = ""
    where: str = ""
    names: tuple[str, ...] = ()


HARNESS: Mapping[Risk, tuple[Right, ...]] = {
    Risk.READ_ONLY: (
        Right("nodes", LOOK),
        Right("namespaces", ("get", "list")),
        Right("configmaps", ("get",), where=SYSTEM, names=(CONSENT, "kube-proxy", "coredns")),
        Right("services", ("get",), where=SYSTEM, names=("kube-dns",)),
        *(Right(one, ("list",)) for one in ("configmaps", "pods", "services")),  # whether one has an undo record
        *(Right(one, ("list",), "apps") for one in ("daemonsets", "deployments", "statefulsets")),
        Right("leases", ("get",), "coordination.k8s.io", SYSTEM, (LEASE,)),  # whether a run uses the cluster
    ),
    Risk.NAMESPACE: (
        Right("namespaces", ("create", "delete", "patch")),
        Right("pods", OWN),
        Right("pods/exec", ("create", "get")),  # to run scenarios' programs in their pods
        Right("pods/log", ("get",)),
        Right("pods/proxy", ("create", "delete", "get", "update")),  # for requests to the agents
        Right("nodes/proxy", ("get",)),  # the kubelets' settings: /configz and /metrics
        Right("leases", ("get",), "coordination.k8s.io", SYSTEM, ("kube-controller-manager",)),  # which one leads
        Right("apiservices", ("list",), "apiregistration.k8s.io"),  # one without a backend blocks namespace deletion
        Right("events", ("get", "list")),
        Right("daemonsets", OWN, "apps"),
        Right("ingressclasses", ("list",), "networking.k8s.io"),  # whether there is an ingress controller
        Right("networkpolicies", ("create", "delete", "patch"), "networking.k8s.io"),  # applied one after another
        Right("leases", ("create",), "coordination.k8s.io", SYSTEM),
        Right("leases", ("delete", "get", "patch"), "coordination.k8s.io", SYSTEM, (LEASE,)),
    ),
    Risk.NODE: (
        Right("persistentvolumes", ("list",)),  # whether a claim's disk is local to a node
        Right("secrets", ("create", "get", "patch")),  # the exec pods' key
        Right("leases", ("get",), "coordination.k8s.io", "kube-node-lease"),
        Right("services", ("get",), where="default", names=("kubernetes",)),
    ),
    Risk.CONTROL_PLANE: (
        Right("leases", ("get",), "coordination.k8s.io", SYSTEM),
        Right("apiservices", ("create", "delete", "get", "list"), "apiregistration.k8s.io"),
        Right("clusterrolebindings", ("create", "delete", "get", "list"), "rbac.authorization.k8s.io"),
    ),
}
"""The rights that the harness itself needs, in addition to those of claims and faults."""


def of_kinds(kinds: Iterable[str]) -> tuple[Right, ...]:
    """Return the rights to apply and watch objects of these kinds in our namespaces."""
    found = []
    for kind in kinds:
        resource = BUILT_IN[kind]
        group = resource.version.rpartition("/")[0]
        found.append(Right(resource.plural, OWN, group))
    return tuple(found)


def rights(level: Risk, kinds: Iterable[str], declared: Mapping[Risk, Iterable[Right]]) -> list[Right]:
    """Return all rights that a level needs, with those of the levels below it.

    :param kinds: of the objects in claims' manifests, and of those that their scenarios watch
    :param declared: what faults of each level declare
    """
    found = {right for risk, own in HARNESS.items() if risk <= level for right in own}
    found |= {right for risk, own in declared.items() if risk <= level for right in own}
    if level >= Risk.NAMESPACE:
        found |= set(of_kinds(kinds))
    return sorted(found)


def manifests(level: Risk, needed: Iterable[Right], account: tuple[str, str]) -> list[Manifest]:
    """Return the roles and their bindings to a service account (namespace, name)."""
    by_place: dict[str, list[Right]] = defaultdict(list)
    for right in needed:
        by_place[right.where].append(right)
    name = f"kubeskeptic-{level.words}"
    subject = {"kind": "ServiceAccount", "namespace": account[0], "name": account[1]}
    made = []
    for place, some in sorted(by_place.items()):
        kind, meta = ("Role", {"name": name, "namespace": place}) if place else ("ClusterRole", {"name": name})
        api = "rbac.authorization.k8s.io"
        reference = {"apiGroup": api, "kind": kind, "name": name}
        made += [
            {"apiVersion": f"{api}/v1", "kind": kind, "metadata": meta, "rules": _rules(some)},
            {
                "apiVersion": f"{api}/v1",
                "kind": f"{kind}Binding",
                "metadata": meta,
                "roleRef": reference,
                "subjects": [subject],
            },
        ]
    return made


def _rules(some: Iterable[Right]) -> list[Manifest]:
    """Return rights as RBAC rules; rights with the same verbs share a rule."""
    verbs: dict[tuple[str, str, tuple[str, ...]], set[str]] = defaultdict(set)
    for right in some:
        verbs[right.group, right.resource, right.names] |= set(right.verbs)
    together: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = defaultdict(list)
    for (group, resource, names), said in verbs.items():
        together[group, tuple(sorted(said)), names].append(resource)
    return [
        {"apiGroups": [group], "resources": sorted(resources), "verbs": list(said)}
        | ({"resourceNames": list(names)} if names else {})
        for (group, said, names), resources in sorted(together.items())
    ]
