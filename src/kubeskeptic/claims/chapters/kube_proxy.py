"""What the post claims about kube-proxy."""

from __future__ import annotations

from kubeskeptic.claims.model import Claim
from kubeskeptic.findings import Post
from kubeskeptic.guard.risk import Risk

CLAIMS = (
    Claim(
        id="proxy.every-node",
        chapter="kube_proxy",
        says="even if they do not host the corresponding service",
        states="ClusterIP and NodePort of a service answer through every node, whether it hosts one of its pods or not, and "
        "its ClusterIP answers its own pods on every node; at a node's loopback address its NodePort answers if mode and "
        "configuration of that node's kube-proxy say so, and is refused otherwise.",
        post=Post.AGREES,
        broken_by=("rules-flushed", "one-in-ten-astray", "endpoint-by-hand"),
    ),
    Claim(
        id="proxy.same-rules",
        chapter="kube_proxy",
        says="all nodes have the same rules",
        states="The service rules of all nodes are equal, less what is local to a node by definition.",
        post=Post.AGREES,
        broken_by=("rule-removed",),
        needs=Risk.NODE,
    ),
    Claim(
        id="proxy.follows-move",
        chapter="kube_proxy",
        says="node A's kube-proxy will start forwarding traffic to B instead of localhost",
        states="When the single pod of a service moves to another node, the old node, the new one and every other one get "
        "their last answer from the old pod within the programming lag, and their first from the new pod within START plus "
        "the programming lag; no request fails after that, or later than the programming lag after the new pod was Ready.",
        post=Post.AGREES,
        broken_by=("kube-proxy-frozen-on-a",),
        needs=Risk.NODE,
    ),
    Claim(
        id="proxy.balances",
        chapter="kube_proxy",
        says="each node will load-balance the request across all target nodes",
        states="On every node, new connections spread over all endpoints of a service as equal shares would by chance: by the "
        "chi-square test, p ≥ 0.001 for all nodes together, and so 0.001 divided by their number for each (Bonferroni).",
        post=Post.AGREES,
        broken_by=("session-affinity", "endpoint-weighed"),
        needs=Risk.NODE,
    ),
    Claim(
        id="proxy.crosses-nodes",
        chapter="kube_proxy",
        says="does it ever forward traffic to another node? maybe if the pod got moved",
        states="With nothing moved, every node forwards a service's requests to pods on other nodes.",
        post=Post.CONTRADICTS,
        condition="All the time: kube-proxy does not prefer a node's own pods.",
        broken_by=("internal-traffic-local",),
    ),
    Claim(
        id="proxy.outlives-kube-proxy",
        chapter="kube_proxy",
        states="With kube-proxy stopped on one node no request to a service fails there; a change of a service's endpoints is "
        "not seen there while every other node follows it within the programming lag, and is seen there within the programming "
        "lag of kube-proxy's start once it is started again.",
        condition="The post does not speak of it: rules forward the traffic, and kube-proxy only writes them.",
        broken_by=("rule-removed", "rules-flushed", "kube-proxy-frozen-elsewhere", "nothing-to-switch-to"),
        needs=Risk.CONTROL_PLANE,
    ),
)
