"""Bounds: what a claim allows, computed from the settings of the cluster under test, never overridable.

==========  ===========================================================  ==========================================
name        what                                                         where it is read
==========  ===========================================================  ==========================================
GRACE       node-monitor-grace-period                                    kube-controller-manager's arguments
MONITOR     node-monitor-period                                          the same
LEASE       a quarter of the kubelet's nodeLeaseDurationSeconds          kubelet /configz
SYNC        kube-proxy's minSyncPeriod of its mode                       kube-proxy's ConfigMap
TTL         ``ttl`` of CoreDNS's kubernetes plugin                       the live Corefile
START       a pod with its image present becomes Ready                   calibrated at the start of the run
BACKOFF     the kubelet's first crash-loop back-off                      kubelet /configz
SYN_SENT    nf_conntrack_tcp_timeout_syn_sent                            the nodes' /proc
EVICT       tolerationSeconds of not-ready and unreachable               the pod
==========  ===========================================================  ==========================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubeskeptic.durations import MARGIN
from kubeskeptic.errors import NotAsked

NOTICING = 1.0
"""Seconds until the kubelet notices that a container died: its pod lifecycle event generator relists once a second."""
JITTER = 0.5
"""What the kubelet adds at random to a back-off before it looks again, at most this much of it
(``workerBackOffPeriodJitterFactor`` in pkg/kubelet/pod_workers.go)."""


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
        """Whether a measured value is within the bound."""
        return measured >= self.value if self.at_least else measured <= self.value

    def as_record(self) -> dict[str, Any]:
        """As it appears in the journal and in result.json."""
        return {"value": self.value, "unit": self.unit, "from": self.source, "at_least": self.at_least}

    def __str__(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {self.value:g} {self.unit} ({self.source})"


@dataclass(frozen=True)
class Setting:
    """One setting of the cluster under test, in seconds unless said otherwise, and where it was read."""

    name: str
    value: float
    source: str
    unit: str = "s"


class Settings:
    """The settings of one cluster, read live, and the bounds that follow from them."""

    def __init__(self, settings: Mapping[str, Setting]) -> None:
        self._settings = dict(settings)

    def __getitem__(self, name: str) -> float:
        return self.setting(name).value

    def setting(self, name: str) -> Setting:
        """One setting with where it comes from.

        :raises NotAsked: when it could not be read here; a bound is never guessed
        """
        if name not in self._settings:
            raise NotAsked(f"the setting {name}, from which the bound is computed, cannot be read on this cluster")
        return self._settings[name]

    def __contains__(self, name: str) -> bool:
        return name in self._settings

    def with_(self, setting: Setting) -> Settings:
        """These settings and one more."""
        return Settings(self._settings | {setting.name: setting})

    def plus(self, *names: str, **extra: float) -> Bound:
        """The sum of settings, of extra named seconds, and of the one margin.

        :raises NotAsked: when a setting was not read; a bound is never guessed
        """
        parts = {name: self[name] for name in names} | extra | {"margin": MARGIN}
        return Bound(sum(parts.values()), "s", " + ".join(f"{name} {value:g}" for name, value in parts.items()))

    @property
    def programming_lag(self) -> Bound:
        """How long a node may route by rules that are out of date: SYNC + margin."""
        return self.plus("SYNC")

    @property
    def dead_endpoint_window(self) -> Bound:
        """How long a dead node's endpoints may get traffic: GRACE + MONITOR + SYNC + margin."""
        return self.plus("GRACE", "MONITOR", "SYNC")

    @property
    def killed_container_window(self) -> Bound:
        """How long a killed container's share of the requests may fail: the kubelet's noticing, then START or SYNC,
        whichever is shorter, as either ends it.
        """
        back, routed = self.plus("START", noticing=NOTICING), self.plus("SYNC", noticing=NOTICING)
        return min(back, routed, key=lambda bound: bound.value)

    @property
    def back_off(self) -> tuple[Bound, Bound]:
        """When a container that died again, soon after it had been restarted, is started once more: not before BACKOFF, and
        not later than that with what the kubelet adds to it, its noticing, and START.
        """
        soonest = Bound(self["BACKOFF"], "s", f"BACKOFF {self['BACKOFF']:g}", at_least=True)
        return soonest, self.plus("BACKOFF", "START", noticing=NOTICING, jitter=JITTER * self["BACKOFF"])

    def as_record(self) -> dict[str, Any]:
        """As it appears in the journal's ``run`` record."""
        return {s.name: {"value": s.value, "unit": s.unit, "from": s.source} for s in self._settings.values()}

    @classmethod
    def from_record(cls, record: Mapping[str, Mapping[str, Any]]) -> Settings:
        """The settings that a journal's ``run`` record holds."""
        return cls({n: Setting(n, float(r["value"]), str(r["from"]), str(r["unit"])) for n, r in record.items()})
