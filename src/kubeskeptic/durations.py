"""Every duration of the harness, defined once, in seconds, with its reason.

There are two types, which are never mixed: a *bound* (:mod:`kubeskeptic.bounds`) is part of a claim and computed from the
cluster's settings; *patience* is how long the harness is willing to wait, and says nothing about Kubernetes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """How long the harness waits for something before it gives up, in seconds."""

    seconds: float

    def __post_init__(self) -> None:
        if not self.seconds > 0:
            raise ValueError(f"patience must be a positive number of seconds, not {self.seconds}")


# -- waiting for the machine --------------------------------------------------------------------------------------------
COMMAND = Patience(60)
"""A command on the machine, in the engine or in a node, unless its caller specifies another patience."""
ENGINE_START = Patience(60)
"""The container engine answers after its start."""
CLUSTER_READY = Patience(180)
"""All nodes are Ready and the system pods run, after kind is done."""
ENGINE_ANSWERS = Patience(10)
"""A container engine identifies itself; one that takes longer counts as absent."""
ADDON_READY = 150.0
"""Seconds in which an addon's pods become Ready with their images present. Less than :data:`CLUSTER_READY`, so that kubectl
gives up first and reports the reason."""
PAUSES = Patience(15)
"""A busy node is frozen."""
PACKAGES = Patience(900)
"""Debian packages are downloaded, or a root file system is unpacked from them."""
BUILD = Patience(3600)
"""The slowest Go build: all of Kubernetes, without a cache, on a machine with other load."""
IMAGE = Patience(600)
"""An image is imported, saved, committed or built by the engine."""
CLUSTER_CREATE = Patience(600)
"""kind creates a cluster from images that are present."""
REGISTRY_ANSWERS = 4.0
"""An image registry or package mirror that takes longer than this to answer counts as unreachable."""

# -- waiting for the cluster --------------------------------------------------------------------------------------------
API_CONNECT = 3.05
"""Connecting to the API server: slightly more than one SYN retransmission."""
API_READ = 30.0
"""Reading a response of the API server."""
SAYS_WHO_IT_IS = 5.0
"""How long undoing waits for an API server to identify its cluster. An API server without its etcd would otherwise hold up
undoing indefinitely, and the longer etcd is missing, the longer the kubelet waits before it restarts the API server."""
EXEC_POD_ANSWERS = 5.0
"""An exec pod answers within this time, in addition to the time that its command takes."""
EXEC_PODS_GONE = Patience(30)
"""The exec pods and their namespace are deleted; the pods have a grace period of 1 s."""
EVIDENCE = Patience(5)
"""Logs, events and states are taken before something is undone; anything not available within this time is left out."""
EVIDENCE_READ = 2.0
"""The part of :data:`EVIDENCE` that one log may take: the kubelet of a dead node never answers."""
LOGIN = Patience(30)
"""A login plugin of a kubeconfig returns its credentials. A plugin that prompts the user never does, as its prompt is not
shown."""
API_ALIVE = 3.0
"""An API server that does not report ready within this time counts as not ready."""
PODS_READY = Patience(120)
"""Pods of a manifest become Ready with their images present."""
STUCK = 6.0
"""A problem that keeps a pod from starting for this long does not go away by itself. Transient ones are over sooner: a missing
service account, the taint of a node that has just come back, a webhook without endpoints."""
USABLE = Patience(10)
"""At the start of a run, a node that has just come back becomes Ready, and an aggregated API answers."""
EVICTED = Patience(25)
"""A kubelet whose threshold is crossed evicts a pod, and the node's condition shows it: two looks, 10 s each, plus noise."""
MEASURED = Patience(60)
"""A restarted kubelet has measured the resource usage of its pods."""
ADDRESSED = Patience(5)
"""A load balancer provider or ingress controller that runs in the cluster assigns an address within this time."""
SERVED = Patience(30)
"""How long the reaction of a load balancer provider or ingress controller to a change is watched; longer than every bound on
it."""
LISTED = Patience(30)
"""The recorder has its first lists."""
GONE = Patience(120)
"""A deleted object is gone."""
FAULT_BITES = Patience(30)
"""A fault is seen to bite after it was applied."""
FAULT_HEALS = Patience(120)
"""A fault is seen to have healed after it was undone."""
CONTROL_PLANE_RESTARTS = Patience(330)
"""A control plane component restarts from a changed manifest and is elected leader (a lease of 15 s must expire).

A single restart takes seconds. With repeated restarts, the kubelet waits longer before each start of the same static pod, up
to 300 s (Kubernetes documentation, Pod Lifecycle, "How Pods handle problems with containers").
"""
REPLACED = Patience(30)
"""A deleted or killed object is replaced, if anything replaces it."""
KUBEADM = Patience(900)
"""kubeadm upgrades a node: it restarts each control plane component and waits up to five minutes for each."""
DRAINED = Patience(300)
"""The pods of a drained node have left it, one after another if a PodDisruptionBudget requires it."""
NODE_STOPS = Patience(360)
"""The engine stops a node gracefully, with a grace period of up to five minutes."""
FAULT_UNDONE = Patience(60)
"""A fault is undone, with retries on failure."""
LEASE_LASTS = 30
"""A run that has not renewed its hold on a cluster for this many whole seconds has lost it."""
LEASE_RENEWS = 5.0
"""The time between two renewals of a run's hold on a cluster."""
LEASE_LOOK = 1.0
"""The time between two looks at a lease that may be held by another run: short enough to see one of its renewals."""
CLEANUP_GONE = Patience(180)
"""A namespace and everything in it is gone."""
KUBELET_ANSWERS = 2.0
"""A kubelet that does not answer the API server within this time counts as unreachable."""
RUNTIME_LOOKS = 5.0
"""The interval at which a kubelet asks its container runtime for its status (``updateRuntimeUp`` in pkg/kubelet/kubelet.go)."""
SETTING_READ = 10.0
"""If a component does not return its configuration within this time, the setting counts as not read."""
IN_FORCE = 180.0
"""Within this time a changed ConfigMap reaches the containers that mount it, and components that reload it have done so: the
kubelet's sync period and cache (Kubernetes documentation, ConfigMaps) plus CoreDNS's own 45 s."""
SWITCH_LOOKS = 0.25
"""The time between two looks of a dead man's switch at the clock and at its runner."""
SWITCH_COMMAND = Patience(390)
"""One command of a dead man's switch: undoing a fault and seeing it heal."""
SWITCH_FIRES = Patience(450)
"""How long a dead man's switch retries a failing command."""
HEARTBEAT = 60.0
"""Without a terminal, the status is printed after this long without other output. CI systems kill jobs that are silent for ten
minutes."""
HEARTBEAT_LOOK = 2.0
"""The time between two checks whether :data:`HEARTBEAT` has passed."""
JOURNAL_LOCK = Patience(2)
"""Another process finishes the line that it is writing to the journal. A process that was stopped in the middle of a line is
not waited for any longer."""
POLL = 0.2
"""The polling interval for anything that cannot be watched."""

# -- observation --------------------------------------------------------------------------------------------------------
MARGIN = 2.0
"""The single margin of all bounds: clock uncertainty, one tick, and the noise of a busy machine."""
START_CEILING = 20.0
"""If a pod with its image present takes longer than this to become Ready, the machine is too slow for claims whose bound
contains START: the bound would be so generous that nothing could violate it."""
PROBE_DEADLINE = 3.5
"""The deadline of a probe's requests. Longer than the SYN retransmissions (after 1 s, then 2 s more), which distinguishes a
lost packet, answered after about 1 s or 3 s, from a dead endpoint, which never answers."""
PULL_PERIOD = 1.0
"""The time between two pulls of an agent's samples."""
NODES_LOOK = 2.0
"""The time between two looks at the cluster's nodes: a node that joined is probed after at most this plus its agent's start."""
PULL_ANSWER = 5.0
"""An agent answers a pull; one that takes longer counts as unreachable until it answers again."""
FRESH_SAMPLES = 2.0
"""The maximum age of the newest sample of a calm lane: one pull, and as much again for a busy machine."""
IN_FLIGHT = 0.5
"""How long to wait, beyond the longest deadline, for the outcomes of requests in flight when their probe was stopped."""
AGENTS_READY = Patience(120)
"""An agent runs on every node, with its image present."""
WATCH_TIMEOUT = 6
"""The API server is asked to end each watch after this long; the watch resumes where it ended, so nothing is lost. It is this
short because the end of a watch is the only sign of life that proves the whole path: on kind a connection ends at a proxy on
this machine, which keeps it open whatever happens to the server, and bookmarks come only once a minute and 2 s before the
end."""
WATCH_SILENCE = 3.0
"""A watch that the server has not ended this long after it should have is half-open: this is noticed after 9 s at most."""
RELIST = 0.5
"""The time between two attempts to list again after a watch was interrupted."""
WATCHES_LISTED = Patience(30)
"""The first lists of a recorder are complete."""
CAUGHT_UP = Patience(3)
"""At its end a recorder has seen everything that the server knows; changes reach a watch within milliseconds."""
FOLLOWED = 1 + 2 + MARGIN
"""Seconds in which the EndpointSlice controller has written what follows from a change of a pod: it repeats failed
attempts after 1 s and 2 s (``defaultSyncBackOff`` in pkg/controller/endpointslice/endpointslice_controller.go)."""
COUNTED = 2 * FOLLOWED
"""Seconds in which the status of a workload counts a change of its pods. A Deployment counts what its ReplicaSets have
counted: two controllers and two watches follow one another."""
HOLE = 0.5
"""A stretch without requests from a probe counts as a gap if it is longer than this. Shorter holes cannot hide an outage longer
than a quarter of the margin."""
BRIEF = 0.1
"""A hole up to this long is not a gap even if a single failed request decides: it is at most five requests at fifty a second,
on one of several nodes that send requests at other moments. Requests that were not sent are counted and shown."""
CLOCK_DOUBT = 0.5
"""Samples of an agent whose clock is known less precisely than this are a gap: a quarter of the margin, like :data:`HOLE`."""
STRETCH = 1.0
"""The share of failed requests is computed second by second, so that good times cannot hide bad ones."""
LATE = 0.9
"""An answer that took longer than this came only after a retransmission: a lost SYN is sent again after 1 s (RFC 6298)."""
INSTRUMENT_OUTAGE = 0.51
"""The length of the outage with which the instrument is verified: 25.5 ticks of 20 ms, as far as possible from the lengths at
which rounding would add or drop a tick."""
ON_TIME = 0.005
"""A request counts as sent in time if it is not later than this. 99 of 100 requests must meet it (p99 of the lag)."""
INSTRUMENT_QUIET = 0.5
"""How long the probe that verifies the instrument must be answered without failure before and after the outage."""
SETTLE = 3.0
"""A baseline is settled after this long without a single failure."""
CONTAINERS_BACK = Patience(90)
"""The kubelet of a node that came back restarts its containers."""
BASELINE = Patience(60)
"""A baseline settles."""
TAIL = 3.0
"""Recording continues for this long after the end of an act."""
REMEMBERED = 10.0
"""Seconds for which a container must have run when its kubelet starts: the kubelet forgets that a younger container was Ready
(``kubeletRestartGracePeriod`` in pkg/kubelet/prober/prober_manager.go, since Kubernetes 1.35)."""
