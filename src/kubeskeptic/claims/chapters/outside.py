"""What the post claims about requests from outside the cluster."""

from __future__ import annotations

from kubeskeptic.claims.model import Claim
from kubeskeptic.findings import Post

CLAIMS = (
    Claim(
        id="outside.double-bounce",
        chapter="outside",
        says="double-bounced through generic lb node into correct lb node",
        states="A NodePort is answered through nodes without the pod, which then sees the address of that node; with "
        "externalTrafficPolicy Local the pod sees the client's own address, and nodes without the pod do not answer.",
        post=Post.AGREES,
        broken_by=("traffic-policies-swapped",),
    ),
    Claim(
        id="outside.ingress",
        chapter="outside",
        says="external to internal could go via ingress",
        states="An Ingress that no controller serves gets no address, and no node answers a request for its host on port 80. "
        "One that Contour serves gets an address and is answered for its host and no other; when its one pod is replaced by "
        "one on another node, that pod answers within Contour's hold-off.",
        post=Post.QUALIFIED,
        condition="Only with an ingress controller, which is no part of Kubernetes; the object alone moves no traffic.",
        broken_by=("controller-played", "port-80-answered", "controller-hung"),
    ),
    Claim(
        id="outside.loadbalancer",
        chapter="outside",
        says="what's the point with abstracting cloud",
        states="A Service of type LoadBalancer that no provider serves gets no address, and is answered through the NodePort "
        "of every node all the same, from the nodes and from outside. One that MetalLB serves in layer 2 mode is answered at "
        "an address that one node announces; when that node crashes, another announces it, and it is answered within 10 s.",
        post=Post.QUALIFIED,
        condition="The type asks for a load balancer and makes none: a provider, which is no part of Kubernetes, has to.",
        broken_by=("provider-played", "rules-flushed", "speakers-hung"),
    ),
)
