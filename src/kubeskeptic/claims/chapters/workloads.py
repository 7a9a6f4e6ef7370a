"""What the post claims about workloads."""

from __future__ import annotations

from kubeskeptic.claims.model import Claim
from kubeskeptic.findings import Post
from kubeskeptic.guard.risk import Risk

CLAIMS = (
    Claim(
        id="run.requirements",
        chapter="workloads",
        says="specify requirements (cpu, disk, memory, instance count)",
        states="A pod that requests more cpu, memory or ephemeral-storage than any node has stays Pending, with the "
        "scheduler's reason; one that fits is Ready within START; a container that takes more memory than its limit is killed "
        "(OOMKilled, exit code 137) and restarted within START.",
        post=Post.AGREES,
        broken_by=("requests-removed", "memory-limit-removed", "scheduler-stopped"),
    ),
    Claim(
        id="run.scale",
        chapter="workloads",
        says="dynamically scale instance count",
        states="When a Deployment is scaled up or down, its Ready count follows within START; the pods that are scaled away "
        "end by themselves within their grace period.",
        post=Post.AGREES,
        broken_by=("scheduler-stopped", "replicaset-controller-off", "no-grace"),
    ),
    Claim(
        id="run.bin-packing",
        chapter="workloads",
        says="bin packing of applications",
        states="The requests of the pods on a node are never more than its allocatable; a pod that fits nowhere waits, and is "
        "Ready within START of the moment at which there is room; small pods are spread over the nodes.",
        post=Post.QUALIFIED,
        condition="Pods are put where they fit, but not packed: by default the scheduler prefers the node with the most room.",
        broken_by=("scheduler-bypassed", "scheduler-stopped", "pods-together"),
    ),
    Claim(
        id="heal.crash",
        chapter="workloads",
        says="“self-healing” (crashed instances get restarted)",
        states="A container whose process is killed is started again within START in the same pod, on the same node, "
        "with the same IP, and its restart count rises by exactly one; killed again soon after, it is started again only once "
        "the kubelet's back-off has passed.",
        post=Post.AGREES,
        broken_by=("kubelet-stopped", "restart-never"),
    ),
    Claim(
        id="heal.hang",
        chapter="workloads",
        says="“self-healing” (crashed instances get restarted)",
        states="A container that hangs is killed once its liveness probe has failed failureThreshold times, the last one after "
        "timeoutSeconds, and its grace period has passed, because it does not react to SIGTERM; it runs again within START of "
        "that, in the same pod, with one restart.",
        post=Post.QUALIFIED,
        condition="Only with a liveness probe; without one a container that hangs is never restarted.",
        broken_by=("liveness-probe-removed",),
        needs=Risk.NODE,
    ),
    Claim(
        id="pod.bare-dies-with-node",
        chapter="workloads",
        says="if the node dies, then your pod will die with it, and not get re-scheduled anywhere else",
        states="A bare pod whose node crashes is never seen on another node, under its name or as a copy of it; when its node "
        "returns before the eviction it is started again in place, within START of its kubelet's first report of a container, "
        "and else it is gone for good.",
        post=Post.QUALIFIED,
        condition="A node that returns before the eviction revives it in place; after the eviction it is gone for good.",
        broken_by=("bare-pod-owned", "bare-pod-never-restarted"),
        needs=Risk.NODE,
    ),
    Claim(
        id="pod.evicted",
        chapter="workloads",
        says="resource pressure on the Node, via eviction",
        states="When a pod takes more memory, or disk, than the eviction threshold of its node's kubelet leaves (a threshold "
        "raised to little less than what was available), the node reports the pressure and is tainted, and within the "
        "kubelet's next look the pod that uses most, of those that use more than they request, is evicted: a bare one is not "
        "made again, and a ReplicaSet's is replaced on another node within START. It ends as Failed with reason Evicted; when "
        "its process exits with 0 on SIGTERM, as Succeeded and without a reason.",
        post=Post.AGREES,
        broken_by=("eviction-off", "bare-pods-owned", "replicaset-controller-off"),
        needs=Risk.NODE,
    ),
    Claim(
        id="replicaset.count",
        chapter="workloads",
        says="the right number of replicas are running for your specified Pod at all times",
        states="A lost replica is replaced and the Ready count is whole again: after a deletion or an eviction within START, "
        "after a node's crash within GRACE + MONITOR + EVICT + START; a surplus pod that the selector matches is removed, and "
        "no other, within START.",
        post=Post.QUALIFIED,
        condition="“At all times” has windows in which replicas are missing; they are measured here.",
        broken_by=("replicaset-controller-off",),
    ),
    Claim(
        id="replicaset.immutable",
        chapter="workloads",
        says="mostly immutable (you can only change the replicas count)",
        states="A change of a ReplicaSet's selector is refused; one of its template is accepted, leaves the pods that run "
        "untouched, and shows in the pods that are made after it.",
        post=Post.QUALIFIED,
        condition="Its template can be changed as well; the change reaches new pods only.",
        broken_by=("replicaset-as-deployment",),
    ),
    Claim(
        id="deployment.updates",
        chapter="workloads",
        says="Deployment (continuous, updatable)",
        states="A change of its template, and the change back, replaces all pods of a Deployment within START per pod; at "
        "every recorded moment at least replicas − maxUnavailable are Ready and at most replicas + maxSurge are not marked for "
        "deletion; and no request fails on any node when its pods end slowly, by a preStop delay of 5 s or more.",
        post=Post.QUALIFIED,
        condition="Continuous only for pods that end slowly: with a preStop delay that is too short, or none, requests fail in "
        "each update. docs/prestop.md has what a delay is worth.",
        broken_by=("recreate", "deployment-controller-off", "kube-proxy-frozen"),
    ),
    Claim(
        id="deployment.vs-replicaset",
        chapter="workloads",
        says="ReplicaSet (one-off, non-updatable)",
        states="The same change of the template leaves the running pods of a ReplicaSet as they are, and replaces all pods of "
        "a Deployment within 2 × START for two replicas.",
        post=Post.AGREES,
        broken_by=("replicaset-as-deployment", "rollout-held-up"),
    ),
    Claim(
        id="statefulset.order",
        chapter="workloads",
        says="pod name is stable",
        states="A StatefulSet starts its pods one after another, each once the one before is Ready, within START for each; a "
        "pod that is deleted is replaced within START under its own name, with another uid and another IP; a pod whose node "
        "is dead stays Terminating and is not replaced until the node returns, and then is removed within START of its "
        "kubelet's first report, and replaced under its own name within START of that; a rollout that has stopped at a pod "
        "which never gets Ready does not go on when its template is put right, until that pod is deleted, and then replaces "
        "all pods within START and the grace period of each.",
        post=Post.QUALIFIED,
        condition="Names and order cost availability: a pod of a dead node is not replaced, and a rollout that has stopped at "
        "a pod which never gets Ready waits until that is deleted by hand, even once its template is right (kubernetes#67250).",
        broken_by=("statefulset-parallel", "node-out-of-service", "counted-from-one"),
        needs=Risk.NODE,
    ),
    Claim(
        id="pods.move",
        chapter="workloads",
        says="recreated somewhere else",
        states="A drained node's pods are evicted one by one as their PodDisruptionBudget allows: at every recorded moment as "
        "many are Ready as it asks for, and all run elsewhere within START per pod; while too few are Ready, no pod may go, "
        "unready ones included. Meanwhile no request to pods that end slowly fails, and requests to pods that end at once fail "
        "only within the programming lag after an eviction, no more of them than one pod's share.",
        post=Post.AGREES,
        broken_by=("budget-removed", "kube-proxy-frozen"),
        needs=Risk.NODE,
    ),
)
