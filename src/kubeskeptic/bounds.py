"""Bounds: what a claim allows, computed from the settings of the cluster under test, never overridable.

A bound is an :class:`Expression` over settings, such as ``GRACE + MONITOR + SYNC``. It is evaluated against the settings
that were read from the cluster, and printed as its own source.

name        what                                                         where it is read
GRACE       node-monitor-grace-period                                    the kube-controller-manager that leads
MONITOR     node-monitor-period                                          the same
LEASE       a quarter of the kubelet's nodeLeaseDurationSeconds          /configz of every kubelet
STATUS      the kubelet's nodeStatusUpdateFrequency                      /configz of every kubelet
SYNC        kube-proxy's minSyncPeriod of its mode                       the running kube-proxy of every node
TTL, CACHE  ``ttl`` of CoreDNS's kubernetes plugin; what it caches       the live Corefile
HPA         horizontal-pod-autoscaler-sync-period                        the kube-controller-manager that leads
STABLE      the scale-down stabilization window                          the same, or the object's ``behavior``
START       a pod with its image present becomes Ready                   calibrated at the start of the run
BACKOFF     the kubelet's first crash-loop back-off                      /configz of every kubelet
SYN_SENT    nf_conntrack_tcp_timeout_syn_sent                            the nodes' /proc
EVICT       tolerationSeconds of not-ready and unreachable               the pods
UNREADY     a readiness probe has failed often enough                    the pods
READY       a readiness probe has succeeded often enough                 the pods
HANG        a liveness probe has a container killed that hangs           the pods
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from kubeskeptic.durations import MARGIN, RUNTIME_LOOKS
from kubeskeptic.settings import Settings


class Interval(NamedTuple):
    """A number that is known to lie between two others, such as a time that was read from two clocks."""

    low: float
    high: float

    def since(self, other: Interval) -> Interval:
        """The time from another moment to this one: at least, and at most."""
        return Interval(self.low - other.high, self.high - other.low)

    def not_negative(self) -> Interval:
        """The same length of time, for what cannot have begun before it could: an end that says so is the doubt of a clock."""
        return Interval(max(self.low, 0.0), max(self.high, 0.0))


@dataclass(frozen=True)
class Bound:
    """One number that a measured value may not pass.

    :param value: in ``unit``
    :param source: how it is computed, for people: "GRACE 50 + MONITOR 5 + SYNC 1 + margin 2"
    :param at_least: True when the measured value must not be *below* it
    """

    value: float
    unit: str
    source: str
    at_least: bool = False

    def admits(self, measured: float) -> bool:
        """Return whether a measured value is within the bound."""
        return measured >= self.value if self.at_least else measured <= self.value

    def ratio(self, measured: float) -> float:
        """Return how much of the bound a measured value uses up: above 1 it is outside."""
        used, allowed = (self.value, measured) if self.at_least else (measured, self.value)
        if allowed == 0:
            return 0.0 if used <= 0 else float("inf")
        return used / allowed

    def as_record(self) -> dict[str, Any]:
        """Return the bound as it appears in the journal and in result.json."""
        return {"value": self.value, "unit": self.unit, "from": self.source, "at_least": self.at_least}

    def __str__(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {self.value:g} {self.unit} ({self.source})"


@dataclass(frozen=True)
class _Term:
    """One addend of an expression: its value under settings, and its text with that value."""

    value: Callable[[Settings], float]
    text: Callable[[Settings], str]


@dataclass(frozen=True)
class Expression:
    """A length of time as a sum over settings, in seconds, such as ``GRACE + MONITOR``.

    Written with the names below: ``NOTICING + shorter(START, SYNC)``, ``GRACE - 1.04 * LEASE``.
    """

    terms: tuple[tuple[float, _Term], ...]

    def value(self, settings: Settings) -> float:
        """Return its value in seconds, without the margin.

        :raises NotAsked, Inconclusive: see :meth:`Settings.setting`
        """
        return sum(factor * term.value(settings) for factor, term in self.terms)

    def text(self, settings: Settings) -> str:
        """Return its source with the values: ``GRACE 50 − 1.04 × LEASE 10``."""
        out = ""
        for factor, term in self.terms:
            sign = " − " if factor < 0 else " + "
            size = abs(factor)
            out += (sign if out else sign.strip(" +")) + (f"{size:g} × " if size != 1 else "") + term.text(settings)
        return out

    def at_most(self, settings: Settings) -> Bound:
        """Return the bound that must not be exceeded: the margin is added."""
        return Bound(round(self.value(settings) + MARGIN, 3), "s", f"{self.text(settings)} + margin {MARGIN:g}")

    def at_least(self, settings: Settings) -> Bound:
        """Return the bound that must be reached: the margin is taken off."""
        value = max(round(self.value(settings) - MARGIN, 3), 0.0)
        return Bound(value, "s", f"{self.text(settings)} − margin {MARGIN:g}", at_least=True)

    def __add__(self, other: Expression) -> Expression:
        return Expression(self.terms + other.terms)

    def __sub__(self, other: Expression) -> Expression:
        return Expression(self.terms + tuple((-factor, term) for factor, term in other.terms))

    def __rmul__(self, factor: float) -> Expression:
        return Expression(tuple((factor * own, term) for own, term in self.terms))


def setting(name: str) -> Expression:
    """Return the expression that is one setting."""
    return Expression(((1.0, _Term(lambda s: s[name], lambda s: f"{name} {s[name]:g}")),))


def constant(name: str, seconds: float) -> Expression:
    """Return the expression that is a number which Kubernetes fixes in its source."""
    return Expression(((1.0, _Term(lambda _: seconds, lambda _: f"{name} {seconds:g}")),))


def shorter(one: Expression, other: Expression) -> Expression:
    """Return whichever of two is shorter on the cluster under test."""

    def least(settings: Settings) -> Expression:
        """Return the shorter one under these settings."""
        return min(one, other, key=lambda expression: expression.value(settings))

    return Expression(((1.0, _Term(lambda s: least(s).value(s), lambda s: least(s).text(s))),))


GRACE, MONITOR, LEASE, SYNC = setting("GRACE"), setting("MONITOR"), setting("LEASE"), setting("SYNC")
START, BACKOFF, EVICT, SYN_SENT = setting("START"), setting("BACKOFF"), setting("EVICT"), setting("SYN_SENT")
UNREADY, READY, HANG = setting("UNREADY"), setting("READY"), setting("HANG")
TTL, CACHE, HPA, STABLE = setting("TTL"), setting("CACHE"), setting("HPA"), setting("STABLE")
CACHE_DENIAL, STATUS = setting("CACHE_DENIAL"), setting("STATUS")
NOTICING = constant("noticing", 1.0)
"""The kubelet notices that a container died: its pod lifecycle event generator relists once a second."""
ELECTION = constant("leader election", 15 + 2 * 2.2)
"""A component that elects its leader takes over 15 s after it first saw the lease of a predecessor, and tries every 2 s plus up
to 120 % (``--leader-elect-lease-duration``, ``--leader-elect-retry-period``, and ``JitterFactor`` of client-go's
tools/leaderelection)."""
EVICTION_LOOK = constant("eviction look", 10.0)
"""The kubelet compares what is available with its eviction thresholds every 10 s (``evictionMonitoringPeriod`` in
pkg/kubelet/kubelet.go)."""
EVICTION_GRACE = constant("eviction grace", 1.0)
"""A pod that is evicted for a hard threshold has 1 s to end (``immediateEvictionGracePeriodSeconds`` in
pkg/kubelet/eviction/eviction_manager.go)."""
CPU_STATISTICS = constant("statistics", 15.0)
"""The kubelet measures the use of CPU at least so often (``maxHousekeepingInterval`` in pkg/kubelet/cadvisor)."""
RUNTIME_LOOK = constant("runtime look", RUNTIME_LOOKS)
"""The kubelet notices what its container runtime says of itself."""
NETWORK_RETRY = constant("network retry", 1.0 * (1 + 0.5))
"""The kubelet tries a pod again that waits for a network: after 1 s plus up to half of it (``backOffOnTransientErrorPeriod``
and ``workerBackOffPeriodJitterFactor`` in pkg/kubelet/pod_workers.go)."""
FAILOVER = constant("failover", 10.0)
"""In layer 2 mode another node takes an address over within a few seconds; its authors take more than about 10 s for a bug
(MetalLB's documentation, "MetalLB in layer 2 mode", Limitations)."""
INGRESS_HOLDOFF = constant("Contour's hold-off", 0.5)
"""Contour puts off telling its proxies of changes by at most this much while more of them come (``HoldoffMaxDelay`` in
cmd/contour/serve.go)."""
LEASE_JITTER = 1.04
"""A kubelet renews its Lease after up to 4 % more than the renewal interval (``jitter`` in pkg/kubelet/kubelet.go)."""
BACKOFF_JITTER = 0.5
"""The kubelet adds at random up to this share of a back-off before it looks again (``workerBackOffPeriodJitterFactor`` in
pkg/kubelet/pod_workers.go)."""

PROGRAMMING_LAG = SYNC
"""How long a node may route by rules that are out of date."""
DEAD_ENDPOINT_WINDOW = GRACE + MONITOR + SYNC
"""How long the endpoints on a dead node may get traffic."""
KILLED_CONTAINER_WINDOW = NOTICING + shorter(START, SYNC)
"""How long the endpoint of a killed container may get traffic: until it is back, or until the rules leave it out."""
EVICTED_WITHIN = EVICTION_LOOK + EVICTION_GRACE + NOTICING
"""How long it may take until a pod whose use has crossed its node's threshold is Failed: the kubelet looks, lets the pod end,
and notices that its containers have."""
UNTIL_EVICTED = GRACE + MONITOR + EVICT
"""How long it may take until the pods of a dead node are marked for deletion."""
BEFORE_EVICTION = GRACE - LEASE_JITTER * LEASE + EVICT
"""When the pods of a dead node may be marked for deletion at the earliest: its Lease may just have been renewed by then."""
