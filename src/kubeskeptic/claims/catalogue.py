"""All claims that are asked, in the post's order. One entry each; the suites carry their ids."""

from __future__ import annotations

from kubeskeptic.claims.model import OWN, Claim
from kubeskeptic.errors import BadInput, UnknownClaim
from kubeskeptic.findings import Post
from kubeskeptic.guard.risk import Risk

CHAPTERS: dict[str, str] = {
    "control_loops": "Control loops",
    "workloads": "Workloads",
    "pods": "Pods",
    "services": "Services",
    "dns": "DNS",
    "networking": "Networking",
    "kube_proxy": "kube-proxy",
    "outside": "From outside",
    "limits": "Limits",
    OWN: "Your own",
}
"""Chapters of the post by their folder's name, in the post's order."""

_CLAIMS = (
    Claim(
        id="loop.queue",
        chapter="control_loops",
        says="Desired state: empty queue … Sensor: depth of the queue … Control Element: update the number of running servers",
        states="With the depth of a queue served as an external metric, an autoscaler raises the number of workers within 2 "
        "HPA after the queue was filled, the queue is emptied, and within STABLE + 2 HPA after that only the fewest workers "
        "are left.",
        post=Post.AGREES,
        condition="",
        broken_by=("metric-constant", "controller-manager-stopped"),
        needs=Risk.CONTROL_PLANE,
    ),
    Claim(
        id="loop.node-health",
        chapter="control_loops",
        says="Desired state: All Nodes are healthy … Control Element: Remove Nodes from the cluster",
        states="A crashed node turns Ready: Unknown between GRACE − LEASE and GRACE + MONITOR after its crash, is then "
        "tainted as unreachable and its evictable pods are deleted, while its Node object stays.",
        post=Post.QUALIFIED,
        condition="The node is emptied, not removed: its Node object stays until somebody deletes it.",
        broken_by=("node-lifecycle-off",),
        needs=Risk.NODE,
    ),
    Claim(
        id="loop.indirect",
        chapter="control_loops",
        says="the control element does not necessarily directly affect what the sensor observes",
        states="When a queue is filled whose one worker takes a job a second, first the number of replicas is changed, then "
        "another worker is Ready, and only then, within HPA, more jobs are gone than two workers can have taken.",
        post=Post.AGREES,
        condition="",
        broken_by=("worker-idle",),
        needs=Risk.CONTROL_PLANE,
    ),
    Claim(
        id="loop.never-stable",
        chapter="control_loops",
        says="potentially, your cluster never reaches a stable state … it doesn’t matter",
        states="While pods of a service are deleted one after another, the Ready count is whole again within START after each "
        "deletion, and requests fail only within the programming lag after one, and in sum by no more than the endpoints that "
        "are wrong meanwhile explain.",
        post=Post.AGREES,
        condition="",
        broken_by=("replicaset-controller-off", "kube-proxy-frozen"),
    ),
    Claim(
        id="loop.needs-controllers",
        chapter="control_loops",
        says="As long as the controllers for your cluster are running and able to make useful changes",
        states="While kube-controller-manager is stopped, no request to a service fails whose pods stay, and a deleted pod is "
        "not replaced; once kube-controller-manager was started again it is replaced within its own START, a leader election "
        "and START.",
        post=Post.AGREES,
        condition="",
        broken_by=("second-controller-manager", "rules-flushed"),
        needs=Risk.CONTROL_PLANE,
    ),
    Claim(
        id="heal.crash",
        chapter="workloads",
        says="“self-healing” (crashed instances get restarted)",
        states="A container whose process is killed is started again within START in the same pod, on the same node, "
        "with the same IP, and its restart count rises by exactly one; killed again soon after, it is started again only once "
        "the kubelet's back-off has passed.",
        post=Post.AGREES,
        condition="",
        broken_by=("kubelet-stopped", "restart-never"),
    ),
    Claim(
        id="pod.bare-dies-with-node",
        chapter="workloads",
        says="if the node dies, then your pod will die with it, and not get re-scheduled anywhere else",
        states="A bare pod whose node crashes is never seen on another node, under its name or as a copy of it; when its node "
        "returns before the eviction it is started again in place, and else it is gone for good.",
        post=Post.QUALIFIED,
        condition="A node that returns before the eviction revives it in place; after the eviction it is gone for good.",
        broken_by=("bare-pod-owned", "bare-pod-never-restarted"),
        needs=Risk.NODE,
    ),
    Claim(
        id="replicaset.count",
        chapter="workloads",
        says="the right number of replicas are running for your specified Pod at all times",
        states="A lost replica is replaced and the Ready count is whole again: after a deletion within START, after a "
        "node's crash within GRACE + MONITOR + EVICT + START.",
        post=Post.QUALIFIED,
        condition="“At all times” has windows in which replicas are missing; they are measured here.",
        broken_by=("replicaset-controller-off",),
    ),
    Claim(
        id="deployment.updates",
        chapter="workloads",
        says="Deployment (continuous, updatable)",
        states="A change of its template, and the change back, replaces all pods of a Deployment within START per pod; at "
        "every recorded moment at least replicas − maxUnavailable are Ready and at most replicas + maxSurge are not marked for "
        "deletion; and no request fails on any node when its pods end slowly, by a preStop delay.",
        post=Post.AGREES,
        condition="",
        broken_by=("recreate", "deployment-controller-off"),
    ),
    Claim(
        id="statefulset.order",
        chapter="workloads",
        says="pod name is stable",
        states="A StatefulSet starts its pods one after another, each once the one before is Ready; a pod whose node is "
        "dead stays Terminating and is not replaced until the node returns, and then is replaced under its own name.",
        post=Post.AGREES,
        condition="",
        broken_by=("statefulset-parallel", "node-out-of-service"),
        needs=Risk.NODE,
    ),
    Claim(
        id="pods.move",
        chapter="workloads",
        says="recreated somewhere else",
        states="A drained node's pods are evicted one by one as their PodDisruptionBudget allows: at every recorded moment as "
        "many are Ready as it asks for, and all run elsewhere within START per pod; while too few are Ready, no pod may go, "
        "unready ones included.",
        post=Post.AGREES,
        condition="",
        broken_by=("budget-removed",),
        needs=Risk.NODE,
    ),
    Claim(
        id="pod.not-stable",
        chapter="pods",
        says="are not stable – they may get shut down & recreated somewhere else, with a different IP address",
        states="The pod that replaces a deleted one has another name, another uid and another IP, while a pod whose "
        "container restarts keeps all three.",
        post=Post.AGREES,
        condition="",
        broken_by=("fixed-names", "restart-never"),
    ),
    Claim(
        id="service.stable",
        chapter="services",
        says="they will have a stable DNS record … and a stable IP address",
        states="Through the scenario's faults the service's name resolves, asked continuously from every node that is "
        "alive, to one and the same ClusterIP, and no lookup fails.",
        post=Post.AGREES,
        condition="",
        broken_by=("service-recreated", "coredns-scaled-to-0"),
    ),
    Claim(
        id="service.pod-killed",
        chapter="services",
        says="applications do not need to deal with service discovery actively",
        states="When one of three pods goes, clients on every node see: no failed request after a graceful deletion with "
        "a preStop delay; failures for at most the programming lag after one without, or a forced one; after a SIGKILL "
        "for at most the kubelet's noticing (1 s) plus START or the programming lag, whichever is shorter. Connections that "
        "reuse the source port of one that timed out meet a stale conntrack entry, and are counted apart.",
        post=Post.QUALIFIED,
        condition="True for as long as pods end gracefully and slowly enough; otherwise requests fail until every node's "
        "rules have caught up.",
        broken_by=("kube-proxy-frozen", "kubelet-stopped"),
    ),
    Claim(
        id="service.node-dies",
        chapter="services",
        says="they will be highly available",
        states="When a node crashes, requests from the other nodes fail by at most the dead endpoints' share, for at most "
        "the dead endpoint window; after it only connections that reuse the source port of a failed one fail, for at most "
        "the node's SYN_SENT timeout.",
        post=Post.QUALIFIED,
        condition="Until the node controller notices, the dead endpoints' share of the requests is lost; stale conntrack "
        "entries go on failing some after it.",
        broken_by=("node-lifecycle-off",),
        needs=Risk.NODE,
    ),
    Claim(
        id="proxy.every-node",
        chapter="kube_proxy",
        says="even if they do not host the corresponding service",
        states="ClusterIP and NodePort of a service answer through every node, whether it hosts one of its pods or not.",
        post=Post.AGREES,
        condition="",
        broken_by=("rules-flushed",),
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
        id="limit.no-queue-metric",
        chapter="limits",
        says="why is there no support … without KEDA",
        states="An autoscaler on an external metric that nobody serves says FailedGetExternalMetric, and changes no replicas "
        "in 3 HPA, however many jobs wait.",
        post=Post.AGREES,
        condition="",
        broken_by=("metric-served",),
    ),
)


_declared: dict[str, Claim] = {}


def declare(one: Claim) -> Claim:
    """Add a claim that a test file brings along, and return it.

    :raises BadInput: when another claim has its id, or it states nothing
    """
    if not one.states or one.chapter not in CHAPTERS:
        raise BadInput(f"the claim {one.id} has to state one sentence, in a chapter of {', '.join(CHAPTERS)}")
    if _declared.get(one.id, one) != one or any(one.id == ours.id for ours in _CLAIMS):
        raise BadInput(f"there are two claims {one.id}; an id stands for one sentence")
    _declared[one.id] = one
    return one


def own_claim(id_: str) -> Claim | None:
    """Return the claim of this id that a test file brought along; None for one of the project's own."""
    return _declared.get(id_)


def catalogue() -> tuple[Claim, ...]:
    """Every claim, chapter by chapter in the post's order, and then those that test files brought along."""
    order = list(CHAPTERS)
    return tuple(sorted((*_CLAIMS, *_declared.values()), key=lambda claim: order.index(claim.chapter)))


def claim(id_: str) -> Claim:
    """The claim of this id.

    :raises UnknownClaim: naming the closest ids
    """
    for one in catalogue():
        if one.id == id_:
            return one
    from difflib import get_close_matches

    close = get_close_matches(id_, [one.id for one in catalogue()], n=3, cutoff=0.3)
    hint = f"did you mean {' or '.join(close)}?" if close else "`skeptic claims` lists them"
    raise UnknownClaim(f"there is no claim “{id_}”; {hint}")
