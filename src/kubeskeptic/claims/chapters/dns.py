"""What the post claims about DNS."""

from __future__ import annotations

from kubeskeptic.claims.model import Claim
from kubeskeptic.findings import Post
from kubeskeptic.guard.risk import Risk

CLAIMS = (
    Claim(
        id="headless.many-a",
        chapter="dns",
        says="querying the service name returns many A results, one per pod",
        states="The name of a headless service answers, over UDP and TCP and from every node, the IPs of its Ready pods and no "
        "others, within what CoreDNS caches of each change, while pods turn unready, go and come; so does each CoreDNS pod at "
        "its own address.",
        post=Post.AGREES,
        broken_by=("not-ready-published", "coredns-stale", "one-coredns-stale"),
    ),
    Claim(
        id="headless.no-ip",
        chapter="dns",
        says="headless (no ip)",
        states="A headless service has no ClusterIP, and no node has a rule of kube-proxy for it, while every node has some "
        "for a service of the same pods that has one.",
        post=Post.AGREES,
        broken_by=("cluster-ip-set",),
        needs=Risk.NODE,
    ),
    Claim(
        id="statefulset.srv",
        chapter="dns",
        says="SRV answers are there only for Running/Healthy pods",
        states="The SRV records of a StatefulSet's headless service name the hosts and the container ports of its Ready pods "
        "and no others, within what CoreDNS caches of each change, while one turns unready; so it is at each CoreDNS pod's own "
        "address.",
        post=Post.AGREES,
        broken_by=("not-ready-published", "coredns-stale"),
    ),
    Claim(
        id="statefulset.name",
        chapter="dns",
        says="pod name is stable, which has a dns record",
        states="The name of a StatefulSet's pod answers the IP of the pod that is Ready under it, before and after it has "
        "moved to another node, within what CoreDNS caches of each change, and never two addresses; so does each CoreDNS pod, "
        "over UDP and TCP.",
        post=Post.AGREES,
        broken_by=("two-pods-of-a-name", "coredns-stale"),
        needs=Risk.NODE,
    ),
    Claim(
        id="pod.own-record",
        chapter="dns",
        says="is there a record just for the pod tho? no",
        states="The name of a Deployment's pod does not resolve; its IP with dashes, below its namespace's pod domain, does, "
        "and so does an IP that no pod has.",
        post=Post.QUALIFIED,
        condition="There is one for its IP, which CoreDNS makes up from the question: it answers for an IP that no pod has.",
        broken_by=("pods-with-names",),
    ),
)
