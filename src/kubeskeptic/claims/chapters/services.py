"""What the post claims about services."""

from __future__ import annotations

from kubeskeptic.claims.model import Claim
from kubeskeptic.findings import Post
from kubeskeptic.guard.risk import Risk

CLAIMS = (
    Claim(
        id="service.stable",
        chapter="services",
        says="they will have a stable DNS record … and a stable IP address",
        states="Through the deletion and the death of pods, a rollout of all of them, a node's crash and a rolling restart of "
        "CoreDNS the service's name resolves, asked continuously from every node that is alive, to one and the same ClusterIP, "
        "and no lookup fails, but for those from a UDP port that is kept or reused, which fail for at most the programming lag "
        "after the CoreDNS pod that answered them has ended.",
        post=Post.AGREES,
        broken_by=("service-recreated", "coredns-scaled-to-0", "dns-flow-stale"),
    ),
    Claim(
        id="service.follows-readiness",
        chapter="services",
        says="continuously evaluates which pods are still eligible/healthy",
        states="A pod that turns unready gets no request from any node once its readiness probe has failed failureThreshold "
        "times and the programming lag has passed, and gets requests from every node again after it is ready, without a "
        "restart; when a node's kubelet restarts, no pod on it that had been running for 10 s turns unready or is restarted.",
        post=Post.AGREES,
        broken_by=("readiness-probe-removed", "endpointslice-controller-off", "kube-proxy-frozen", "pod-unready"),
    ),
    Claim(
        id="service.pod-killed",
        chapter="services",
        says="applications do not need to deal with service discovery actively",
        states="When one of three pods goes, clients on every node see: no failed request after a graceful deletion with "
        "a preStop delay; failures, and answers that come only after a retransmission, for at most the programming lag after "
        "one without, or a forced one; after a SIGKILL for at most the kubelet's noticing (1 s) plus START or the programming "
        "lag, whichever is shorter. Connections that reuse the source port of one that timed out meet a stale conntrack entry, "
        "are counted apart, and fail for at most the node's SYN_SENT timeout more.",
        post=Post.QUALIFIED,
        condition="True for as long as pods end gracefully and slowly enough; otherwise requests fail until every node's "
        "rules have caught up.",
        broken_by=("kube-proxy-frozen", "kubelet-stopped"),
    ),
    Claim(
        id="service.node-dies",
        chapter="services",
        says="they will be highly available",
        states="When a node crashes, freezes, is cut off from the network or is shut down without being drained, requests from "
        "the other nodes fail by at most the dead endpoints' share, for at most the dead endpoint window, and kept connections "
        "to pods elsewhere go on; after the window only connections that reuse the source port of a failed one fail, for at "
        "most the node's SYN_SENT timeout.",
        post=Post.QUALIFIED,
        condition="Until the node controller notices, the dead endpoints' share of the requests is lost, also when it was shut "
        "down in order; stale conntrack entries go on failing some after it.",
        broken_by=("node-lifecycle-off",),
        needs=Risk.NODE,
    ),
    Claim(
        id="namespace.scope",
        chapter="services",
        says="provides scope for names (like dns search domain)",
        states="The same short name reaches the service of the pod's own namespace, and name.namespace that of another one, "
        "by the search list that Kubernetes documents, followed by the node's own; with it a namespace called like a top-level "
        "domain answers for names of the Internet that do not end in a dot.",
        post=Post.QUALIFIED,
        condition="The search list comes before the Internet: a namespace called like a top-level domain captures its names.",
        broken_by=("dns-policy-default",),
        needs=Risk.NODE,
    ),
    Claim(
        id="service.env-order",
        chapter="services",
        says="compatibility layer via env vars (ordering issues)",
        states="A pod that was there before a service has no variables of it in its environment, and one that was created "
        "after it has them; both find it by DNS.",
        post=Post.AGREES,
        broken_by=("service-links-off",),
    ),
)
