"""What the post claims about limits."""

from __future__ import annotations

from kubeskeptic.claims.model import Claim
from kubeskeptic.findings import Post
from kubeskeptic.guard.risk import Risk

CLAIMS = (
    Claim(
        id="limit.cni",
        chapter="limits",
        says="reliance on plugins (CNI)",
        states="When a running node's CNI configuration is removed (a node that never had one is not asked), the node turns "
        "NotReady with a message that names the network plugin, within one look at the runtime and one report of its status; "
        "a pod with hostNetwork is Ready there within START, any other waits in ContainerCreating with an event that says why, "
        "and pods that run go on answering; once the configuration is back the node is Ready within a look and a report, and "
        "the pod that waited within START of a look.",
        post=Post.AGREES,
        broken_by=("kubelet-stopped", "kubelet-stopped-meanwhile", "waiting-in-host-network", "rules-flushed"),
        needs=Risk.NODE,
    ),
    Claim(
        id="limit.no-queue-metric",
        chapter="limits",
        says="why is there no support … without KEDA",
        states="An autoscaler on an external metric that no API serves says FailedGetExternalMetric, and changes no replicas "
        "in 3 HPA, however many jobs wait; while an adapter serves that metric, the same autoscaler scales with it.",
        post=Post.AGREES,
        broken_by=("metric-served", "metric-constant"),
    ),
)
