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
        id="loop.cpu",
        chapter="control_loops",
        says="Maintain average CPU utilization below 80% … Control Element: Spin up new Nodes",
        states="When a pod uses more CPU than the target of its autoscaler, the replicas are raised within 2 HPA of the moment "
        "at which that is measured, until the use on average is within the target and the autoscaler's tolerance; within "
        "STABLE + 2 HPA of the moment at which the end of the load is measured they are down again; no node is added.",
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
        id="run.requirements",
        chapter="workloads",
        says="specify requirements (cpu, disk, memory, instance count)",
        states="A pod that requests more cpu, memory or ephemeral-storage than any node has stays Pending, with the "
        "scheduler's reason; one that fits is Ready within START; a container that takes more memory than its limit is killed "
        "(OOMKilled, exit code 137) and restarted within START.",
        post=Post.AGREES,
        condition="",
        broken_by=("requests-removed", "memory-limit-removed", "scheduler-stopped"),
    ),
    Claim(
        id="run.scale",
        chapter="workloads",
        says="dynamically scale instance count",
        states="When a Deployment is scaled up or down, its Ready count follows within START; the pods that are scaled away "
        "end by themselves within their grace period.",
        post=Post.AGREES,
        condition="",
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
        condition="",
        broken_by=("kubelet-stopped", "restart-never"),
    ),
    Claim(
        id="heal.hang",
        chapter="workloads",
        says="“self-healing” (crashed instances get restarted)",
        states="A container that hangs is killed once its liveness probe has failed failureThreshold times and its grace "
        "period has passed, and runs again within START of that, in the same pod, with one restart.",
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
        "returns before the eviction it is started again in place, and else it is gone for good.",
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
        condition="",
        broken_by=("eviction-off", "bare-pods-owned", "replicaset-controller-off"),
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
        "each update. What a delay is worth is measured here.",
        broken_by=("recreate", "deployment-controller-off", "kube-proxy-frozen"),
    ),
    Claim(
        id="deployment.vs-replicaset",
        chapter="workloads",
        says="ReplicaSet (one-off, non-updatable)",
        states="The same change of the template leaves the running pods of a ReplicaSet as they are, and replaces all pods of "
        "a Deployment within 2 × START for two replicas.",
        post=Post.AGREES,
        condition="",
        broken_by=("replicaset-as-deployment", "rollout-held-up"),
    ),
    Claim(
        id="statefulset.order",
        chapter="workloads",
        says="pod name is stable",
        states="A StatefulSet starts its pods one after another, each once the one before is Ready; a pod whose node is "
        "dead stays Terminating and is not replaced until the node returns, and then is replaced under its own name; a rollout "
        "that has stopped at a pod which never gets Ready does not go on when its template is put right, until that pod is "
        "deleted, and then replaces all pods within START and the grace period of each.",
        post=Post.QUALIFIED,
        condition="Names and order cost availability: a pod of a dead node is not replaced, and a rollout that has stopped at "
        "a pod which never gets Ready waits until that is deleted by hand, even once its template is right (kubernetes#67250).",
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
        id="pod.shared-network",
        chapter="pods",
        says="share networking (same ip address, port space)",
        states="Both containers of a pod have the pod's one address, reach each other on localhost, and a port that one of "
        "them listens on is refused to the other as in use.",
        post=Post.AGREES,
        condition="",
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
        states="The pod that replaces a deleted one has another name, another uid and another IP, while a pod whose "
        "container restarts keeps all three.",
        post=Post.AGREES,
        condition="",
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
        condition="",
        broken_by=("host-path", "own-disk-is-a-volume", "volumes-in-memory"),
    ),
    Claim(
        id="volume.shared",
        chapter="pods",
        says="volumes allow sharing",
        states="Two pods on one node that mount one claim read what the other one wrote.",
        post=Post.AGREES,
        condition="",
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
    Claim(
        id="service.stable",
        chapter="services",
        says="they will have a stable DNS record … and a stable IP address",
        states="Through the deletion and the death of pods, a rollout of all of them, a node's crash and a rolling restart of "
        "CoreDNS the service's name resolves, asked continuously from every node that is alive, to one and the same ClusterIP, "
        "and no lookup fails, but for those from a UDP port that is kept or reused, which fail for at most the programming lag "
        "after the CoreDNS pod that answered them has ended.",
        post=Post.AGREES,
        condition="",
        broken_by=("service-recreated", "coredns-scaled-to-0", "dns-flow-stale"),
    ),
    Claim(
        id="service.follows-readiness",
        chapter="services",
        says="continuously evaluates which pods are still eligible/healthy",
        states="A pod that turns unready gets no request from any node once its readiness probe has failed failureThreshold "
        "times and the programming lag has passed, and gets requests from every node again after it is ready, without a "
        "restart; when a node's kubelet restarts, no pod on it turns unready that had been running for 10 s.",
        post=Post.AGREES,
        condition="",
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
        "and are counted apart.",
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
        "to pods elsewhere go on; after the window only connections that reuse the source port of a failed one fail, after a "
        "crash for at most the node's SYN_SENT timeout.",
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
        condition="",
        broken_by=("service-links-off",),
    ),
    Claim(
        id="headless.many-a",
        chapter="dns",
        says="querying the service name returns many A results, one per pod",
        states="The name of a headless service answers, over UDP and TCP and from every node, the IPs of its Ready pods and no "
        "others, within what CoreDNS caches of each change, while pods turn unready, go and come; so does each CoreDNS pod at "
        "its own address.",
        post=Post.AGREES,
        condition="",
        broken_by=("not-ready-published", "coredns-stale", "one-coredns-stale"),
    ),
    Claim(
        id="headless.no-ip",
        chapter="dns",
        says="headless (no ip)",
        states="A headless service has no ClusterIP, and no node has a rule of kube-proxy for it, while every node has some "
        "for a service of the same pods that has one.",
        post=Post.AGREES,
        condition="",
        broken_by=("cluster-ip-set",),
        needs=Risk.NODE,
    ),
    Claim(
        id="statefulset.srv",
        chapter="dns",
        says="SRV answers are there only for Running/Healthy pods",
        states="The SRV records of a StatefulSet's headless service name the hosts and the container ports of its Ready pods "
        "and no others, within what CoreDNS caches of each change, while one turns unready.",
        post=Post.AGREES,
        condition="",
        broken_by=("not-ready-published", "coredns-stale"),
    ),
    Claim(
        id="statefulset.name",
        chapter="dns",
        says="pod name is stable, which has a dns record",
        states="The name of a StatefulSet's pod answers the IP of the pod that is Ready under it, before and after it has "
        "moved to another node, within what CoreDNS caches of each change, and never two addresses.",
        post=Post.AGREES,
        condition="",
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
    Claim(
        id="net.flat",
        chapter="networking",
        says="a flat, cluster-private IP space",
        states="Every pod of the cluster has an address of its own in the range of some node, and a pod that is asked by "
        "another one, on its node or elsewhere, sees the client's own address.",
        post=Post.AGREES,
        condition="",
        broken_by=("pods-masqueraded",),
    ),
    Claim(
        id="net.all-to-all",
        chapter="networking",
        says="All Pods can communicate with all other pods",
        states="Every pod reaches every other pod and every node, and every node reaches every pod, within nodes and between "
        "them, over TCP and UDP, in one packet and in more than fit into one.",
        post=Post.AGREES,
        condition="",
        broken_by=("route-removed", "direction-dropped"),
    ),
    Claim(
        id="net.firewall",
        chapter="networking",
        says="unless specifically firewalled",
        states="A default deny blocks every client of a pod; a policy that allows a label then lets clients with it through, "
        "and one that allows a namespace lets clients of it through, and nobody else; each is in force within the margin. "
        "Policies by port, by address block with exceptions and for egress agree with a truth table computed from their text; "
        "every node enforces a policy and lets go of it within the margin. New connections are blocked; those that were open "
        "go on or are cut, as the network's implementation has it.",
        post=Post.AGREES,
        condition="",
        broken_by=("policy-removed", "drop-rule", "policy-left", "policy-standing"),
        needs=Risk.NODE,
    ),
    Claim(
        id="net.private",
        chapter="networking",
        says="pods run in private network",
        states="A host outside the cluster that reaches its nodes, but has no route to pods, reaches no pod of any node.",
        post=Post.AGREES,
        condition="",
        broken_by=("route-added-outside",),
        needs=Risk.NODE,
    ),
    Claim(
        id="proxy.every-node",
        chapter="kube_proxy",
        says="even if they do not host the corresponding service",
        states="ClusterIP and NodePort of a service answer through every node, whether it hosts one of its pods or not, and "
        "its ClusterIP answers one of its own pods.",
        post=Post.AGREES,
        condition="",
        broken_by=("rules-flushed", "one-in-ten-astray", "endpoint-by-hand"),
    ),
    Claim(
        id="proxy.same-rules",
        chapter="kube_proxy",
        says="all nodes have the same rules",
        states="The service rules of all nodes are equal, less what is local to a node by definition.",
        post=Post.AGREES,
        condition="",
        broken_by=("rule-removed",),
        needs=Risk.NODE,
    ),
    Claim(
        id="proxy.follows-move",
        chapter="kube_proxy",
        says="node A's kube-proxy will start forwarding traffic to B instead of localhost",
        states="When the single pod of a service moves to another node, the old node, the new one and every other one get "
        "their last answer from the old pod within the programming lag, and their first from the new pod within START plus "
        "the programming lag; no request fails after that.",
        post=Post.AGREES,
        condition="",
        broken_by=("kube-proxy-frozen-on-a",),
        needs=Risk.NODE,
    ),
    Claim(
        id="proxy.balances",
        chapter="kube_proxy",
        says="each node will load-balance the request across all target nodes",
        states="On every node, new connections spread over all endpoints of a service as equal shares would by chance.",
        post=Post.AGREES,
        condition="",
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
        "not seen there while every other node follows it within the programming lag, and is seen there within START plus "
        "the programming lag once kube-proxy is started again.",
        condition="The post does not speak of it: rules forward the traffic, and kube-proxy only writes them.",
        broken_by=("rule-removed", "kube-proxy-frozen-elsewhere", "nothing-to-switch-to"),
        needs=Risk.CONTROL_PLANE,
    ),
    Claim(
        id="outside.double-bounce",
        chapter="outside",
        says="double-bounced through generic lb node into correct lb node",
        states="A NodePort is answered through nodes without the pod, which then sees the address of that node; with "
        "externalTrafficPolicy Local the pod sees the client's own address, and nodes without the pod do not answer.",
        post=Post.AGREES,
        condition="",
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
    Claim(
        id="limit.cni",
        chapter="limits",
        says="reliance on plugins (CNI)",
        states="A node whose container runtime finds no CNI configuration turns NotReady with a message that names the network "
        "plugin, within one look at the runtime and one report of its status; a pod with hostNetwork is Ready there within "
        "START, any other waits in ContainerCreating with an event that says why, and pods that run go on answering; once the "
        "configuration is back the node is Ready within a look and a report, and the pod that waited within START of a look.",
        post=Post.AGREES,
        condition="",
        broken_by=("kubelet-stopped", "kubelet-stopped-meanwhile", "waiting-in-host-network", "rules-flushed"),
        needs=Risk.NODE,
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
