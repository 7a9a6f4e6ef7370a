"""Bounds: what a claim allows, computed from the settings of the cluster under test, never overridable.

A bound is an :class:`Expression` over settings, such as ``GRACE + MONITOR + SYNC``. It is evaluated against the settings
that were read from the cluster, and printed as its own source.

==========  ===========================================================  ==========================================
name        what                                                         where it is read
==========  ===========================================================  ==========================================
GRACE       node-monitor-grace-period                                    the kube-controller-manager that leads
MONITOR     node-monitor-period                                          the same
LEASE       a quarter of the kubelet's nodeLeaseDurationSeconds          /configz of every kubelet
SYNC        kube-proxy's minSyncPeriod of its mode                       the running kube-proxy of every node
TTL, CACHE  ``ttl`` of CoreDNS's kubernetes plugin; what it caches       the live Corefile
HPA         horizontal-pod-autoscaler-sync-period                        the kube-controller-manager that leads
STABLE      the scale-down stabilization window                          the same, or the object's ``behavior``
START       a pod with its image present becomes Ready                   calibrated at the start of the run
BACKOFF     the kubelet's first crash-loop back-off                      /configz of every kubelet
SYN_SENT    nf_conntrack_tcp_timeout_syn_sent                            the nodes' /proc
EVICT       tolerationSeconds of not-ready and unreachable               the pods
==========  ===========================================================  ==========================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kubeskeptic.durations import MARGIN
from kubeskeptic.errors import Inconclusive, NotAsked


class Interval(NamedTuple):
    """A number that is known to lie between two others, such as a time that was read from two clocks."""

    low: float
    high: float

    def since(self, other: Interval) -> Interval:
        """The time from another moment to this one: at least, and at most."""
        return Interval(self.low - other.high, self.high - other.low)


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
class Setting:
    """One setting of the cluster under test, in seconds unless said otherwise, and where it was read.

    :param value: the largest of all nodes, where they differ
    :param per_node: its value on each node, for what is configured node by node
    """

    name: str
    value: float
    source: str
    unit: str = "s"
    per_node: Mapping[str, float] = field(default_factory=dict)


class Settings:
    """The settings of one cluster, read live.

    :param missing: why a setting could not be read, or not on every node, or may not be relied on, by its name
    :param readable: the cluster is ours, so that what is missing is a fault of the reading and not of the cluster
    """

    def __init__(
        self, settings: Mapping[str, Setting], missing: Mapping[str, str] | None = None, *, readable: bool = False
    ) -> None:
        self._settings = dict(settings)
        self.missing = dict(missing or {})
        self.readable = readable

    def __getitem__(self, name: str) -> float:
        return self.setting(name).value

    def setting(self, name: str) -> Setting:
        """Return one setting with its source.

        :raises NotAsked: when this cluster does not let it be read; a bound is never guessed
        :raises Inconclusive: when the cluster is ours and reading it failed, or what was read may not be relied on
        """
        if name in self:
            return self._settings[name]
        why = self.missing.get(name, "it cannot be read on this cluster")
        unread = f"the setting {name}, from which the bound is computed, is not known: {why}"
        raise Inconclusive(unread) if self.readable or name in self._settings else NotAsked(unread)

    def __contains__(self, name: str) -> bool:
        return name in self._settings and name not in self.missing

    def measured(self, name: str) -> float:
        """Return the value as it was read, also where no claim may be judged by it; 0 when it was not read."""
        return self._settings[name].value if name in self._settings else 0.0

    def with_(self, *settings: Setting) -> Settings:
        """Return these settings and others."""
        more = {setting.name: setting for setting in settings}
        return Settings(self._settings | more, self.missing, readable=self.readable)

    def without(self, name: str, why: str) -> Settings:
        """Return these settings, one of which may not be used for a bound."""
        return Settings(self._settings, self.missing | {name: why}, readable=self.readable)

    def on(self, node: str) -> Settings:
        """Return the settings as they are on one node."""
        each = {name: one for name, one in self._settings.items() if one.per_node}
        here = {
            name: Setting(name, one.per_node[node], one.source, one.unit)
            for name, one in each.items()
            if node in one.per_node
        }
        missing = {name: f"it was not read on {node}" for name in each if name not in here}
        missing |= {name: why for name, why in self.missing.items() if name not in here}
        return Settings(self._settings | here, missing, readable=self.readable)

    def as_record(self) -> dict[str, Any]:
        """Return the settings as they appear in the journal's ``run`` record."""
        return {s.name: _record(s) for s in self._settings.values()}

    def unread_record(self) -> dict[str, Any]:
        """Return what could not be read as it appears in the journal's ``run`` record, as ``unread``."""
        return {"readable": self.readable, "missing": dict(self.missing)}

    @classmethod
    def from_record(cls, record: Mapping[str, Mapping[str, Any]], **more: Any) -> Settings:
        """Return the settings that a journal's ``run`` record holds."""
        read = {
            n: Setting(n, float(r["value"]), str(r["from"]), str(r["unit"]), dict(r.get("per_node", {})))
            for n, r in record.items()
        }
        return cls(read, **more)


def _record(setting: Setting) -> dict[str, Any]:
    common = {"value": setting.value, "unit": setting.unit, "from": setting.source}
    return common | ({"per_node": dict(setting.per_node)} if setting.per_node else {})


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
        return min(one, other, key=lambda expression: expression.value(settings))

    return Expression(((1.0, _Term(lambda s: least(s).value(s), lambda s: least(s).text(s))),))


GRACE, MONITOR, LEASE, SYNC = setting("GRACE"), setting("MONITOR"), setting("LEASE"), setting("SYNC")
START, BACKOFF, EVICT, SYN_SENT = setting("START"), setting("BACKOFF"), setting("EVICT"), setting("SYN_SENT")
TTL, CACHE, HPA, STABLE = setting("TTL"), setting("CACHE"), setting("HPA"), setting("STABLE")
NOTICING = constant("noticing", 1.0)
"""The kubelet notices that a container died: its pod lifecycle event generator relists once a second."""
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
UNTIL_EVICTED = GRACE + MONITOR + EVICT
"""How long it may take until the pods of a dead node are marked for deletion."""
BEFORE_EVICTION = GRACE - LEASE_JITTER * LEASE + EVICT
"""When the pods of a dead node may be marked for deletion at the earliest: its Lease may just have been renewed by then."""
