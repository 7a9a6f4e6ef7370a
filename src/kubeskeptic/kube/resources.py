"""Kinds and where the API serves them: ``Pod`` is ``/api/v1/namespaces/N/pods``.

The kinds built into Kubernetes are in a table; all others are discovered by asking the server once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kubeskeptic.errors import BadInput


@dataclass(frozen=True)
class Resource:
    """Where one kind is served: API version, plural name, and whether its objects are namespaced."""

    version: str
    plural: str
    namespaced: bool = True

    def path(self, name: str | None = None, namespace: str | None = None, subresource: str = "") -> str:
        """Return the path of the collection (``name`` None; all namespaces if ``namespace`` is None), object or subresource.

        :raises BadInput: for an object with an empty name, or a namespaced object without its namespace
        """
        if name == "":
            raise BadInput(f"the name is empty; name one of the {self.plural}")
        root = f"/apis/{self.version}" if "/" in self.version else f"/api/{self.version}"
        if self.namespaced and name is not None and not namespace:
            raise BadInput(f"{self.plural}/{name} needs a namespace; name its namespace")
        parts = [root]
        if self.namespaced and namespace:
            parts += ["namespaces", quote(namespace, safe="")]
        parts.append(self.plural)
        parts += [quote(name, safe="")] if name is not None else []
        parts += [subresource] if subresource else []
        return "/".join(parts)


_TABLE = """
v1: ConfigMap configmaps, Endpoints endpoints, Event events, LimitRange limitranges, Pod pods, Secret secrets,
  PersistentVolumeClaim persistentvolumeclaims, ReplicationController replicationcontrollers,
  ResourceQuota resourcequotas, Service services, ServiceAccount serviceaccounts,
  Namespace -namespaces, Node -nodes, PersistentVolume -persistentvolumes
apps/v1: Deployment deployments, ReplicaSet replicasets, StatefulSet statefulsets, DaemonSet daemonsets,
  ControllerRevision controllerrevisions
autoscaling/v2: HorizontalPodAutoscaler horizontalpodautoscalers
batch/v1: Job jobs, CronJob cronjobs
coordination.k8s.io/v1: Lease leases
discovery.k8s.io/v1: EndpointSlice endpointslices
networking.k8s.io/v1: Ingress ingresses, NetworkPolicy networkpolicies, IngressClass -ingressclasses
policy/v1: PodDisruptionBudget poddisruptionbudgets
rbac.authorization.k8s.io/v1: Role roles, RoleBinding rolebindings, ClusterRole -clusterroles,
  ClusterRoleBinding -clusterrolebindings
scheduling.k8s.io/v1: PriorityClass -priorityclasses
storage.k8s.io/v1: StorageClass -storageclasses
apiregistration.k8s.io/v1: APIService -apiservices
apiextensions.k8s.io/v1: CustomResourceDefinition -customresourcedefinitions
"""


def _built_in(table: str) -> dict[str, Resource]:
    """Read the table: ``version: Kind plural, Kind -plural``; a dash marks cluster-scoped kinds."""
    kinds: dict[str, Resource] = {}
    for line in table.replace(",\n ", ",").strip().splitlines():
        version, _, entries = line.partition(": ")
        for entry in entries.split(","):
            kind, plural = entry.split()
            kinds[kind] = Resource(version, plural.lstrip("-"), not plural.startswith("-"))
    return kinds


BUILT_IN = _built_in(_TABLE)
"""The resources that every supported Kubernetes version serves like this, by kind."""


class Resources:
    """Where one cluster serves each kind, built in or discovered.

    :param file: caches the discovered kinds, for all processes of a run
    :param ask: returns the JSON at a path of the API
    """

    def __init__(self, file: Path, ask: Callable[[str], dict[str, Any]]) -> None:
        self._file = file
        self._ask = ask

    def of(self, kind: str) -> Resource:
        """Return where a kind is served.

        :raises BadInput: when the server serves no such kind
        """
        return BUILT_IN.get(kind) or self._remembered(kind)

    def path_of(self, manifest: Mapping[str, Any], name: str | None) -> str:
        """Return the path of a manifest's object, or of its collection if ``name`` is None, in the manifest's version."""
        resource = self.of(manifest["kind"])
        at = Resource(manifest["apiVersion"], resource.plural, resource.namespaced)
        return at.path(name, manifest["metadata"].get("namespace"))

    def forget(self) -> None:
        """Discard the discovered kinds."""
        self._file.unlink(missing_ok=True)

    def _remembered(self, kind: str) -> Resource:
        known: dict[str, list[Any]] = json.loads(self._file.read_text(encoding="utf-8")) if self._file.exists() else {}
        if kind in known:
            return Resource(*known[kind])
        found = _discover(kind, self._ask)
        with suppress(OSError):  # a full disk: the server is asked again next time
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(
                json.dumps(known | {kind: [found.version, found.plural, found.namespaced]}), encoding="utf-8"
            )
        return found


def _discover(kind: str, ask: Callable[[str], dict[str, Any]]) -> Resource:
    """Return where a kind is served that is not built in, from the preferred version of every API group.

    :param ask: returns the JSON at a path of the API
    :raises BadInput: when the server serves no such kind
    """
    for group in ask("/apis")["groups"]:
        version = group["preferredVersion"]["groupVersion"]
        for found in ask(f"/apis/{version}")["resources"]:
            if found["kind"] == kind and "/" not in found["name"]:
                return Resource(version, found["name"], found["namespaced"])
    raise BadInput(f"the cluster serves no kind `{kind}`: check its spelling, or install what defines it")
