"""What the post claims about pods and volumes."""

from __future__ import annotations

from kubeskeptic.claims.model import Claim
from kubeskeptic.findings import Post

CLAIMS = (
    Claim(
        id="pod.shared-network",
        chapter="pods",
        says="share networking (same ip address, port space)",
        states="Both containers of a pod have the pod's one address, reach each other on localhost, and a port that one of "
        "them listens on is refused to the other as in use.",
        post=Post.AGREES,
        broken_by=("containers-in-two-pods",),
    ),
    Claim(
        id="pod.shared-storage",
        chapter="pods",
        says="& storage (local scratch disk)",
        states="A file in a volume that both containers of a pod mount is seen by both, and a file on the own disk of one is "
        "not seen by the other.",
        post=Post.QUALIFIED,
        condition="Only what both containers mount is shared; apart from that each has a disk of its own.",
        broken_by=("volume-in-one-container",),
    ),
    Claim(
        id="pod.not-stable",
        chapter="pods",
        says="are not stable – they may get shut down & recreated somewhere else, with a different IP address",
        states="The pods that replace a deleted one or those of a drained node have other names, other uids and other IPs, "
        "while a pod whose container restarts keeps all three.",
        post=Post.AGREES,
        broken_by=("fixed-names", "restart-never"),
    ),
    Claim(
        id="volume.ephemeral",
        chapter="pods",
        says="by default disk is ephemeral/not shared",
        states="A file on a container's own disk is gone once the container has restarted, and is never seen by another pod; "
        "an emptyDir outlives the restart of a container and the reboot of its node, is never seen by another pod, and is gone "
        "with its pod.",
        post=Post.AGREES,
        broken_by=("host-path", "own-disk-is-a-volume", "volumes-in-memory"),
    ),
    Claim(
        id="volume.shared",
        chapter="pods",
        says="volumes allow sharing",
        states="Two pods on one node that mount one claim read what the other one wrote.",
        post=Post.AGREES,
        broken_by=("two-claims",),
    ),
    Claim(
        id="volume.persistent",
        chapter="pods",
        says="or persistent",
        states="A file in the volume of a claim outlives its pod's deletion and its node's reboot; where the volume is a "
        "directory of one node, its pod waits for that node as long as it takes no pods, and then finds the file again.",
        post=Post.QUALIFIED,
        condition="It lasts as long as its disk: the volume of a class that uses the nodes' own disks ties its pod to one "
        "node, and is lost with that node.",
        broken_by=("volumes-in-memory",),
    ),
)
