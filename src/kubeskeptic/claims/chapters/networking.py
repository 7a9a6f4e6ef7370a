"""What the post claims about networking."""

from __future__ import annotations

from kubeskeptic.claims.model import Claim
from kubeskeptic.findings import Post
from kubeskeptic.guard.risk import Risk

CLAIMS = (
    Claim(
        id="net.flat",
        chapter="networking",
        says="a flat, cluster-private IP space",
        states="Every pod of the cluster has an address of its own in the range of some node, and a pod that is asked by "
        "another one, on its node or elsewhere, sees the client's own address.",
        post=Post.AGREES,
        broken_by=("pods-masqueraded",),
    ),
    Claim(
        id="net.all-to-all",
        chapter="networking",
        says="All Pods can communicate with all other pods",
        states="Every pod reaches every other pod and every node, and every node reaches every pod, within nodes and between "
        "them, over TCP and UDP, in one packet and in more than fit into one.",
        post=Post.AGREES,
        broken_by=("route-removed", "direction-dropped", "neighbours-cut"),
    ),
    Claim(
        id="net.firewall",
        chapter="networking",
        says="unless specifically firewalled",
        states="A default deny blocks every client of a pod; a policy that allows a label then lets clients with it through, "
        "and one that allows a namespace lets clients of it through, and no others; each is in force within the margin. "
        "Policies by port, by address block with exceptions and for egress agree with a truth table computed from their text; "
        "every node enforces a policy and lets go of it within the margin. New connections are blocked; those that were open "
        "go on or are cut, as the network's implementation has it.",
        post=Post.AGREES,
        broken_by=("policy-removed", "drop-rule", "policy-left", "policy-standing"),
        needs=Risk.NODE,
    ),
    Claim(
        id="net.private",
        chapter="networking",
        says="pods run in private network",
        states="A host outside the cluster that reaches its nodes, but has no route to pods, reaches no pod of any node.",
        post=Post.AGREES,
        broken_by=("route-added-outside",),
        needs=Risk.NODE,
    ),
)
