"""Bounds: the limits that a claim allows, computed from the settings of the cluster under test. They cannot be overridden.

A bound is an :class:`Expression` over settings, such as ``GRACE + MONITOR + SYNC``. It is evaluated with the settings
that were read from the cluster, and printed together with the expression and its values.

name        meaning                                                      where it is read
GRACE       node-monitor-grace-period                                    the kube-controller-manager that leads
MONITOR     node-monitor-period                                          the same
LEASE       a quarter of the kubelet's nodeLeaseDurationSeconds          /configz of every kubelet
STATUS      the kubelet's nodeStatusUpdateFrequency                      /configz of every kubelet
SYNC        kube-proxy's minSyncPeriod for its mode                      the running kube-proxy of every node
TTL, CACHE  ``ttl`` of CoreDNS's kubernetes plugin; time in its cache    the live Corefile
HPA         horizontal-pod-autoscaler-sync-period                        the kube-controller-manager that leads
STABLE      the scale-down stabilization window                          the same, or the object's ``behavior``
ELECTION    time until a new kube-controller-manager leads               its flags for leader election
START       time until a pod with its image present is Ready             calibrated at the start of the run
BACKOFF     the kubelet's first crash-loop back-off                      /configz of every kubelet
SYN_SENT    nf_conntrack_tcp_timeout_syn_sent                            the nodes' /proc
EVICT       tolerationSeconds of not-ready and unreachable               the pods
UNREADY     time until a readiness probe has failed often enough         the pods
READY       time until a readiness probe has succeeded often enough      the pods
HANG        time until a liveness probe gets a hanging container killed  the pods
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from kubeskeptic.durations import MARGIN, RUNTIME_LOOKS
from kubeskeptic.settings import Settings


class Interval(NamedTuple):
    """A number that is known to lie between two others, such as a time read from two clocks."""

    low: float
    high: float

    def since(self, other: Interval) -> Interval:
        """Return the time from another moment to this one: its minimum and its maximum."""
        return Interval(self.low - other.high, self.high - other.low)

    def not_negative(self) -> Interval:
        """Return the same length of time, with a lower end that is negative by clock uncertainty set to 0.

        A length that is negative at both ends stays as it is: an effect cannot precede its cause, so a clock or a record is
        wrong, and :func:`~kubeskeptic.findings.conclude` does not let it hold.
        """
        return Interval(max(self.low, 0.0), self.high) if self.high >= 0 else self

    def clipped(self) -> Interval:
        """Return the same length of time with negative ends set to 0, for what may lawfully come before the moment from which
        it is measured, such as a container that runs before its node's return was noticed: it took no time.
        """
        return Interval(max(self.low, 0.0), max(self.high, 0.0))


@dataclass(frozen=True)
class Bound:
    """One number that a measured value may not pass.

    :param value: in ``unit``
    :param source: how it is computed, for display: "GRACE 50 + MONITOR 5 + SYNC 1 + margin 2"
    :param at_least: whether it is a lower bound: the measured value must not be *below* it
    """

    value: float
    unit: str
    source: str
    at_least: bool = False

    def admits(self, measured: float) -> bool:
        """Return whether a measured value is within the bound."""
        return measured >= self.value if self.at_least else measured <= self.value

    def ratio(self, measured: float) -> float:
        """Return the fraction of the bound that a measured value uses up; above 1 it is outside."""
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
    """One term of an expression: its value for given settings, and its text with that value."""

    value: Callable[[Settings], float]
    text: Callable[[Settings], str]


@dataclass(frozen=True)
class Expression:
    """A length of time as a sum over settings, in seconds, such as ``GRACE + MONITOR``.

    Expressions are written with the names below: ``NOTICING + shorter(START, SYNC)``, ``GRACE - 1.04 * LEASE``.
    """

    terms: tuple[tuple[float, _Term], ...]

    def value(self, settings: Settings) -> float:
        """Return the value of the expression in seconds, without the margin.

        :raises NotAsked, Inconclusive: see :meth:`Settings.setting`
        """
        return sum(factor * term.value(settings) for factor, term in self.terms)

    def text(self, settings: Settings) -> str:
        """Return the expression as text with its values: ``GRACE 50 − 1.04 × LEASE 10``."""
        out = ""
        for factor, term in self.terms:
            sign = " − " if factor < 0 else " + "
            size = abs(factor)
            out += (sign if out else sign.strip(" +")) + (f"{size:g} × " if size != 1 else "") + term.text(settings)
        return out

    def at_most(self, settings: Settings) -> Bound:
        """Return the upper bound: the value plus the margin."""
        return Bound(round(self.value(settings) + MARGIN, 3), "s", f"{self.text(settings)} + margin {MARGIN:g}")

    def at_least(self, settings: Settings) -> Bound:
        """Return the lower bound: the value minus the margin."""
        value = max(round(self.value(settings) - MARGIN, 3), 0.0)
        return Bound(value, "s", f"{self.text(settings)} − margin {MARGIN:g}", at_least=True)

    def __add__(self, other: Expression) -> Expression:
        return Expression(self.terms + other.terms)

    def __sub__(self, other: Expression) -> Expression:
        return Expression(self.terms + tuple((-factor, term) for factor, term in other.terms))

    def __rmul__(self, factor: float) -> Expression:
        return Expression(tuple((factor * own, term) for own, term in self.terms))


def setting(name: str) -> Expression:
    """Return an expression that consists of one setting."""
    return Expression(((1.0, _Term(lambda s: s[name], lambda s: f"{name} {s[name]:g}")),))


def constant(name: str, seconds: float) -> Expression:
    """Return an expression that consists of a number fixed in the source of Kubernetes."""
    return Expression(((1.0, _Term(lambda _: seconds, lambda _: f"{name} {seconds:g}")),))


def election(lease: float, retry: float) -> float:
    """Return how long a component takes to take over: until its predecessor's lease is over, counted from when it first saw
    it, and the next attempt, which comes after the retry period plus up to 120 % (``JitterFactor`` of client-go's
    tools/leaderelection).

    :param lease: ``--leader-elect-lease-duration`` in seconds
    :param retry: ``--leader-elect-retry-period`` in seconds
    """
    return lease + 2.2 * retry


def shorter(one: Expression, other: Expression) -> Expression:
    """Return an expression for the shorter of two expressions on the cluster under test."""

    def least(settings: Settings) -> Expression:
        """Return the shorter expression with these settings."""
        return min(one, other, key=lambda expression: expression.value(settings))

    return Expression(((1.0, _Term(lambda s: least(s).value(s), lambda s: least(s).text(s))),))


def _election(settings: Settings) -> float:
    """Return ELECTION; with Kubernetes' defaults for journals of runs that did not read it."""
    read = "ELECTION" in settings or "ELECTION" in settings.missing
    return settings["ELECTION"] if read else election(15.0, 2.0)


GRACE, MONITOR, LEASE, SYNC = setting("GRACE"), setting("MONITOR"), setting("LEASE"), setting("SYNC")
START, BACKOFF, EVICT, SYN_SENT = setting("START"), setting("BACKOFF"), setting("EVICT"), setting("SYN_SENT")
UNREADY, READY, HANG = setting("UNREADY"), setting("READY"), setting("HANG")
TTL, CACHE, HPA, STABLE = setting("TTL"), setting("CACHE"), setting("HPA"), setting("STABLE")
CACHE_DENIAL, STATUS = setting("CACHE_DENIAL"), setting("STATUS")
NOTICING = constant("noticing", 1.0)
"""The kubelet notices that a container died: its pod lifecycle event generator relists once a second."""
ELECTION = Expression(((1.0, _Term(_election, lambda s: f"leader election {_election(s):g}")),))
"""How long a component with leader election takes to take over after it was started."""
EVICTION_LOOK = constant("eviction look", 10.0)
"""The kubelet compares the available resources with its eviction thresholds every 10 s (``evictionMonitoringPeriod`` in
pkg/kubelet/kubelet.go)."""
EVICTION_GRACE = constant("eviction grace", 1.0)
"""A pod that is evicted for a hard threshold has 1 s to terminate (``immediateEvictionGracePeriodSeconds`` in
pkg/kubelet/eviction/eviction_manager.go)."""
CPU_STATISTICS = constant("statistics", 15.0)
"""The kubelet measures CPU usage at least this often (``maxHousekeepingInterval`` in pkg/kubelet/cadvisor)."""
RUNTIME_LOOK = constant("runtime look", RUNTIME_LOOKS)
"""The kubelet notices a change in the status that its container runtime reports."""
NETWORK_RETRY = constant("network retry", 1.0 * (1 + 0.5))
"""The kubelet retries a pod that waits for a network after 1 s plus up to half of it (``backOffOnTransientErrorPeriod``
and ``workerBackOffPeriodJitterFactor`` in pkg/kubelet/pod_workers.go)."""
FAILOVER = constant("failover", 10.0)
"""In layer 2 mode another node takes over an address within a few seconds; MetalLB's authors regard more than about 10 s as a
bug (MetalLB's documentation, "MetalLB in layer 2 mode", Limitations)."""
INGRESS_HOLDOFF = constant("Contour's hold-off", 0.5)
"""Contour delays sending changes to its proxies by at most this long while more changes arrive (``HoldoffMaxDelay`` in
cmd/contour/serve.go)."""
LEASE_JITTER = 1.04
"""A kubelet renews its Lease after the renewal interval plus up to 4 % of it (``jitter`` in pkg/kubelet/kubelet.go)."""
BACKOFF_JITTER = 0.5
"""The kubelet randomly adds up to this share of a back-off before it looks again (``workerBackOffPeriodJitterFactor`` in
pkg/kubelet/pod_workers.go)."""

PROGRAMMING_LAG = SYNC
"""How long a node may route by outdated rules."""
DEAD_ENDPOINT_WINDOW = GRACE + MONITOR + SYNC
"""How long the endpoints on a dead node may get traffic."""
KILLED_CONTAINER_WINDOW = NOTICING + shorter(START, SYNC)
"""How long the endpoint of a killed container may get traffic: until it is back, or until the rules no longer contain it."""
EVICTED_WITHIN = EVICTION_LOOK + EVICTION_GRACE + NOTICING
"""How long it may take until a pod whose usage has crossed its node's threshold is Failed: the kubelet looks, lets the pod
terminate, and notices that its containers have ended."""
UNTIL_EVICTED = GRACE + MONITOR + EVICT
"""How long it may take until the pods of a dead node are marked for deletion."""
BEFORE_EVICTION = GRACE - LEASE_JITTER * LEASE + EVICT
"""The earliest time at which the pods of a dead node may be marked for deletion. Its Lease may have been due for renewal when
the node died."""
