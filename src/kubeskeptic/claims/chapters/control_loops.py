"""What the post claims about control loops."""

from __future__ import annotations

from kubeskeptic.claims.model import Claim
from kubeskeptic.findings import Post
from kubeskeptic.guard.risk import Risk

CLAIMS = (
    Claim(
        id="loop.queue",
        chapter="control_loops",
        says="Desired state: empty queue … Sensor: depth of the queue … Control Element: update the number of running servers",
        states="With the depth of a queue served as an external metric, an autoscaler raises the number of workers within 2 "
        "HPA after the queue was filled, the queue is emptied, and within STABLE + 2 HPA after that only the fewest workers "
        "are left.",
        post=Post.AGREES,
        broken_by=("metric-constant", "controller-manager-stopped"),
        needs=Risk.CONTROL_PLANE,
    ),
    Claim(
        id="loop.cpu",
        chapter="control_loops",
        says="Maintain average CPU utilization below 80% … Control Element: Spin up new Nodes",
        states="When a pod uses more CPU than the target of its autoscaler, the replicas are raised within HPA of the moment "
        "at which that is measured, until the use on average is within the target and the autoscaler's tolerance; within "
        "STABLE + HPA of the moment at which the end of the load is measured they are down again; no node is added.",
        post=Post.QUALIFIED,
        condition="An autoscaler of pods adds pods, never nodes; and it only sees what metrics-server measures.",
        broken_by=("metrics-server-stopped",),
        needs=Risk.NODE,
    ),
    Claim(
        id="loop.node-health",
        chapter="control_loops",
        says="Desired state: All Nodes are healthy … Control Element: Remove Nodes from the cluster",
        states="A crashed node turns Ready: Unknown between GRACE − LEASE and GRACE + MONITOR after its crash, is then "
        "tainted as unreachable and its evictable pods are deleted, while its Node object stays.",
        post=Post.QUALIFIED,
        condition="The node is emptied, not removed: its Node object stays until it is deleted.",
        broken_by=("node-lifecycle-off",),
        needs=Risk.NODE,
    ),
    Claim(
        id="loop.indirect",
        chapter="control_loops",
        says="the control element does not necessarily directly affect what the sensor observes",
        states="When a queue is filled whose one worker takes a job a second, first the number of replicas is changed, then "
        "another worker is Ready, and only then, within HPA, more jobs are gone than two workers can have taken; and no worker "
        "is ever Ready before it was asked for.",
        post=Post.AGREES,
        broken_by=("worker-idle",),
        needs=Risk.CONTROL_PLANE,
    ),
    Claim(
        id="loop.never-stable",
        chapter="control_loops",
        says="potentially, your cluster never reaches a stable state … it doesn’t matter",
        states="While pods of a service are deleted one after another, the Ready count is whole again within START after each "
        "deletion, and requests fail only within the programming lag after one, on no node and in no second more of them than "
        "the endpoints that are wrong then explain.",
        post=Post.AGREES,
        broken_by=("replicaset-controller-off", "kube-proxy-frozen"),
    ),
    Claim(
        id="loop.needs-controllers",
        chapter="control_loops",
        says="As long as the controllers for your cluster are running and able to make useful changes",
        states="While kube-controller-manager is stopped, no request to a service fails whose pods stay, and a deleted pod is "
        "not replaced; once kube-controller-manager was started again it is replaced within a leader election and START.",
        post=Post.AGREES,
        broken_by=("second-controller-manager", "rules-flushed"),
        needs=Risk.CONTROL_PLANE,
    ),
)
