"""Whether a cluster is ours, is still the same cluster, and permits an action.

A cluster is ours when kind created it on this machine: its API server is on loopback, the local container engine has its nodes,
and the API server lists no other nodes. The name of a context proves nothing: a tunnel to another cluster can end on
loopback, and any context can be called ``kind-something``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from kubeskeptic.durations import SAYS_WHO_IT_IS
from kubeskeptic.errors import ClusterError, Refused, SkepticError, Unanswered
from kubeskeptic.guard.risk import Risk, above, consent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kubeskeptic.guard.lease import Lease
    from kubeskeptic.kube import Kube


class NodeContainer(Protocol):
    """A container that is a node."""

    @property
    def name(self) -> str:
        """Name of the container and of the node."""


class NodeEngine(Protocol):
    """The part of this machine's container engine that the guard uses."""

    def nodes(self, cluster: str) -> Iterable[NodeContainer]:
        """Return the containers that are the nodes of a kind cluster, running or not.

        :raises SkepticError: when the engine does not answer
        """


class GuardedCluster(Protocol):
    """What the guard needs to know about a cluster."""

    @property
    def context(self) -> str:
        """The context's name in the kubeconfig."""

    @property
    def provider(self) -> str:
        """``kind`` when the state of this machine records that ``skeptic up`` created it."""

    @property
    def engine(self) -> NodeEngine:
        """The engine that its nodes would run in."""


class Guard:
    """Refuses what must not be done to a cluster.

    :param uid: the identity that the cluster must have; by default pinned at the first request
    """

    def __init__(self, cluster: GuardedCluster, kube: Kube, uid: str = "") -> None:
        self._cluster = cluster
        self._kube = kube
        self._uid = uid
        self._level: Risk | None = None
        self.lease: Lease | None = None
        """The run's Lease, once it is held. When it is lost, nothing but undoing is permitted."""

    @property
    def uid(self) -> str:
        """The pinned uid of the cluster's kube-system namespace; requested and pinned first if necessary."""
        if not self._uid:
            self._uid = self._seen_uid(SAYS_WHO_IT_IS)
        return self._uid

    @property
    def level(self) -> Risk:
        """The highest risk that is allowed on this cluster.

        :raises Refused: when none is allowed
        """
        if self._level is None:
            self._level = self._allowed()
        return self._level

    def pin(self) -> Risk:
        """Pin the cluster's identity at the start of a session. Return the level that is allowed.

        :raises Refused: when the cluster is not ours and was not adopted
        """
        self._uid = self._uid or self._seen_uid()
        return self.level

    def permit(self, risk: Risk, what: str) -> None:
        """Raise Refused unless ``what`` may be done now.

        :raises Refused: when the cluster is not ours or not the pinned one, another run has taken it over, or ``risk`` is above
            its level
        """
        self.same()
        if self.lease:
            self.lease.keep()
        if risk > self.level:
            raise Refused(above(what, risk, self.level))

    def same(self) -> None:
        """Raise Refused unless the cluster is the pinned one.

        :raises Refused: when it is another one
        """
        self._compare(self._seen_uid())

    def _compare(self, seen: str) -> None:
        pinned = self.uid
        if seen != pinned:
            raise Refused(
                f"the cluster behind context {self._cluster.context} is not the one this run began with "
                f"(its kube-system namespace is {seen}, was {pinned}); start a new run"
            )

    def same_if_it_answers(self) -> None:
        """Raise Refused if another cluster answers; for undoing a fault of the API server.

        An API server that does not answer, or answers with an error as it does without etcd, is not refused.

        :raises Refused: when it answers with another identity
        """
        try:
            self._compare(self._seen_uid(SAYS_WHO_IT_IS))
        except (Unanswered, ClusterError):
            return

    def _seen_uid(self, timeout: float | None = None) -> str:
        return str(self._kube.get("Namespace", "kube-system", timeout=timeout)["metadata"]["uid"])

    def _allowed(self) -> Risk:
        stranger = why_not_ours(self._cluster, self._kube)
        if not stranger:
            return Risk.CONTROL_PLANE
        said = consent(self._kube)
        if said is None:
            raise Refused(
                f"{stranger}, so context {self._cluster.context} is not a cluster of ours; "
                f"its owner can allow access with `skeptic adopt --context {self._cluster.context}`"
            )
        return said


def why_not_ours(cluster: GuardedCluster, kube: Kube) -> str:
    """Return why a cluster is not a kind cluster of ours on this machine; empty when it is one."""
    if not cluster.context.startswith("kind-"):
        return f"context {cluster.context} was not created by kind"
    if cluster.provider != "kind":
        return "this machine has no record that `skeptic up` created the cluster"
    if not kube.on_loopback:
        return f"the API server {kube.server} is not on this machine's loopback"
    try:
        local = {container.name for container in cluster.engine.nodes(cluster.context.removeprefix("kind-"))}
    except SkepticError as silent:
        return f"no local container engine answers ({silent})"
    if not local:
        return "the local container engine has no nodes of this cluster"
    foreign = {node["metadata"]["name"] for node in kube.list("Node")["items"]} - local
    if foreign:
        return (
            f"the API server lists nodes that the local container engine does not have ({', '.join(sorted(foreign))})"
        )
    return ""
