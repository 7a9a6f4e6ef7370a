"""Every duration of the harness, once, in seconds, with its reason.

Two types, never mixed: a *bound* (:mod:`kubeskeptic.bounds`) is part of a claim and computed from the cluster's
settings; *patience* is how long the harness is ready to wait, and says nothing about Kubernetes.
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
"""A command on the machine, in the engine or in a node, unless it says otherwise."""
ENGINE_START = Patience(60)
"""The container engine answers after its start."""
CLUSTER_READY = Patience(180)
"""All nodes Ready and the system's pods running, after kind is done."""
ENGINE_ANSWERS = Patience(10)
"""A container engine says who it is; one that takes longer counts as none."""
ADDON_READY = 150.0
"""Seconds in which an addon's pods get ready, their images present; less than :data:`CLUSTER_READY`, so that kubectl gives up
first and says why."""
PAUSES = Patience(15)
"""A busy node can be frozen."""
PACKAGES = Patience(900)
"""Debian packages are downloaded, or a root file system is unpacked from them."""
BUILD = Patience(3600)
"""The slowest Go build: all of Kubernetes, cold, on a machine that does other things too."""
IMAGE = Patience(600)
"""An image is imported, saved, committed or built by the engine."""
CLUSTER_CREATE = Patience(600)
"""kind makes a cluster of images that are there."""
REGISTRY_ANSWERS = 4.0
"""An image registry or package mirror that takes longer than this to answer counts as out of reach."""

# -- waiting for the cluster --------------------------------------------------------------------------------------------
API_CONNECT = 3.05
"""Connecting to the API server: a little over one SYN retransmission."""
API_READ = 30.0
"""Reading an answer of the API server."""
SAYS_WHO_IT_IS = 5.0
"""An API server that does not say within this which cluster it is does not hold up undoing: without its etcd it would for as
long as it is listened to, and the longer it goes without, the longer the kubelet waits before it starts it again."""
EXEC_POD_ANSWERS = 5.0
"""An exec pod answers within this, beside the time of the command that it runs."""
EXEC_PODS_GONE = Patience(30)
"""The exec pods and their namespace are deleted; the pods have a grace period of 1 s."""
EVIDENCE = Patience(5)
"""Logs, events and states are taken within this before something is undone; what is not there by then is left out."""
EVIDENCE_READ = 2.0
"""Of which one log may take so much: the kubelet of a dead node never answers."""
LOGIN = Patience(30)
"""A login plug-in of a kubeconfig hands over its credentials. One that asks people something never does, as it is not heard."""
API_ALIVE = 3.0
"""An API server that does not say within this that it is ready counts as not ready."""
PODS_READY = Patience(120)
"""Pods of a manifest become Ready with their image present."""
STUCK = 6.0
"""What keeps a pod from starting and is seen for this long does not pass by itself: a service account, a taint of a node that
has just come back or a webhook's endpoint are there sooner."""
USABLE = Patience(10)
"""At the start of a run a node that has just come back is Ready, and an aggregated API answers."""
EVICTED = Patience(25)
"""A kubelet whose threshold is crossed evicts a pod, and the node's condition says so: two looks of 10 s, and their noise."""
MEASURED = Patience(60)
"""A kubelet that was restarted has measured what its pods use."""
ADDRESSED = Patience(5)
"""A provider of load balancers, or an ingress controller, that runs in the cluster gives an address within this."""
SERVED = Patience(30)
"""What a provider of load balancers or an ingress controller does about a change is watched for so long, which is longer than
each bound on it."""
LISTED = Patience(30)
"""The recorder has its first lists."""
GONE = Patience(120)
"""A deleted object is gone."""
FAULT_BITES = Patience(30)
"""A fault is seen to bite after it was applied."""
FAULT_HEALS = Patience(120)
"""A fault is seen to have healed after it was undone."""
CONTROL_PLANE_RESTARTS = Patience(330)
"""A part of the control plane starts again from a changed manifest and is elected leader (a lease of 15 s has to expire).

Done once it takes seconds. Done again and again, the kubelet waits longer before each start of the same static pod, up to
300 s (Kubernetes documentation, Pod Lifecycle, "How Pods handle problems with containers").
"""
REPLACED = Patience(30)
"""What was deleted or killed is replaced, where something replaces it."""
KUBEADM = Patience(900)
"""A kubeadm upgrades a node: it restarts each part of the control plane and waits up to five minutes for each."""
DRAINED = Patience(300)
"""The pods of a drained node have left it, one after another where a PodDisruptionBudget wants that."""
NODE_STOPS = Patience(360)
"""The engine stops a node in order, with up to five minutes of grace."""
FAULT_UNDONE = Patience(60)
"""Undoing a fault, tried again while it fails."""
LEASE_LASTS = 30
"""A run that has not renewed its hold on a cluster for this many whole seconds has lost it."""
LEASE_RENEWS = 5.0
"""Between two renewals of a run's hold on a cluster."""
LEASE_LOOK = 1.0
"""Between two looks at a lease that may be another run's: often enough to see one of its renewals."""
CLEANUP_GONE = Patience(180)
"""A namespace with everything in it is gone."""
KUBELET_ANSWERS = 2.0
"""A kubelet that does not answer the API server within this long counts as out of reach."""
RUNTIME_LOOKS = 5.0
"""A kubelet asks its container runtime for its state every so many seconds (``updateRuntimeUp`` in pkg/kubelet/kubelet.go)."""
SETTING_READ = 10.0
"""A component that does not say its configuration within this long counts as not read."""
IN_FORCE = 180.0
"""A changed ConfigMap is in the containers that mount it within this long, and read again by what reloads it: the kubelet's
sync period and cache (Kubernetes documentation, ConfigMaps) with CoreDNS's own 45 s."""
SWITCH_LOOKS = 0.25
"""Between two looks of a dead man's switch at the clock and at its runner."""
SWITCH_COMMAND = Patience(390)
"""One command of a dead man's switch: undoing a fault and seeing it heal."""
SWITCH_FIRES = Patience(450)
"""A dead man's switch tries a command again while it fails."""
HEARTBEAT = 60.0
"""Without a terminal, what is being done is printed after so long without another line. CI systems end jobs that are silent for
ten minutes."""
HEARTBEAT_LOOK = 2.0
"""Between two looks whether that much time has passed."""
JOURNAL_LOCK = Patience(2)
"""Another process finishes the line that it writes to the journal; one that was stopped within it is not waited for."""
POLL = 0.2
"""Between two looks at something that cannot be watched."""

# -- observation --------------------------------------------------------------------------------------------------------
MARGIN = 2.0
"""The one margin of all bounds: clock uncertainty, one tick, and the noise of a busy machine."""
START_CEILING = 20.0
"""A machine on which a pod takes longer than this to be Ready, with its image present, is too slow for claims whose bound
has START in it: it would allow so much that nothing could violate it."""
PROBE_DEADLINE = 3.5
"""A probe gives up. Longer than a SYN retransmission (1 s, then 2 s more), so that a lost packet, which is answered after
about 1 s or 3 s, and a dead endpoint, which never answers, are told apart."""
PULL_PERIOD = 1.0
"""Between two pulls of an agent's samples."""
NODES_LOOK = 2.0
"""Between two looks at which nodes the cluster has: a node that joined is asked within this and its agent's start."""
PULL_ANSWER = 5.0
"""An agent answers a pull; one that takes longer counts as out of reach until it answers again."""
FRESH_SAMPLES = 2.0
"""The newest sample of a calm lane is not older than this: one pull, and as much again for a busy machine."""
IN_FLIGHT = 0.5
"""Waited beyond the longest deadline for the outcomes of questions that were in flight when their probe was stopped."""
AGENTS_READY = Patience(120)
"""An agent runs on every node, with its image present."""
WATCH_TIMEOUT = 6
"""The API server is asked to end a watch after this long; it is opened again from where it ended, which loses nothing. So
short because that is the one sign of life that proves the whole way: on kind a connection ends at a proxy on this machine,
which keeps it open whatever happens to the server, and bookmarks come only once a minute and 2 s before the end."""
WATCH_SILENCE = 3.0
"""A watch that the server has not ended this long after it should have is half-open: noticed after 9 s at most."""
RELIST = 0.5
"""Between two attempts to list again after a watch was interrupted."""
WATCHES_LISTED = Patience(30)
"""The first lists of a recorder are in."""
CAUGHT_UP = Patience(3)
"""At its end a recorder has seen everything that the server knows; changes reach a watch within milliseconds."""
HOLE = 0.5
"""A stretch in which a probe asked nothing counts as a gap when it is longer than this. Shorter ones cannot hide an outage
longer than a quarter of the margin."""
BRIEF = 0.1
"""A hole that is no gap even where a single failed request decides: at most five questions of fifty a second, on one node of
several that ask at other moments. What was not asked is counted and shown."""
CLOCK_DOUBT = 0.5
"""Samples of an agent whose clock is known less well than this are a gap: a quarter of the margin, as :data:`HOLE`."""
STRETCH = 1.0
"""The share of requests that fail is looked at second by second, so that no good time hides a bad one."""
LATE = 0.9
"""An answer that took longer came only after a retransmission: a lost SYN is sent again after 1 s (RFC 6298)."""
INSTRUMENT_OUTAGE = 0.51
"""The outage by which the instrument proves itself: 25 and a half ticks of 20 ms, as far as can be from where one tick more or
less would be rounding."""
ON_TIME = 0.005
"""A question counts as asked in time when it is not later than this: 99 of 100 questions have to keep it (p99 of the lag)."""
INSTRUMENT_QUIET = 0.5
"""So long the probe of the proof has to be answered well before and after."""
SETTLE = 3.0
"""A baseline is settled after this long without a single failure."""
CONTAINERS_BACK = Patience(90)
"""The kubelet of a node that came back restarts its containers."""
BASELINE = Patience(60)
"""A baseline settles."""
TAIL = 3.0
"""Recording goes on this long after the end of an act."""
REMEMBERED = 10.0
"""Seconds that a container has to have run when its kubelet starts: of a younger one the kubelet forgets that it was Ready
(``kubeletRestartGracePeriod`` in pkg/kubelet/prober/prober_manager.go, since Kubernetes 1.35)."""
