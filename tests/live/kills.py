"""Killing the process that inflicts a fault, at a moment that a seed decides, and watching the cluster become clean alone.

::

    intent  armed   applying ······ applied  bit   ····   undoing ······ undone  healed  done
    └─ before ──┘   └─ half applied ──┘      └ applied    └─ half undone ──┘
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kubeskeptic.durations import Patience
from kubeskeptic.errors import SkepticError
from kubeskeptic.faults import Site
from kubeskeptic.faults.library import FAULTS
from kubeskeptic.journal import read
from kubeskeptic.undo import Leftover, in_nodes, leftovers
from kubeskeptic.waiting import NotYet, until

from .victims import DEADLINE, Victim, Victims
from .workload import Names

HELP = Patience(DEADLINE + 10)
LOOKS = 0.5
"""Seconds between two looks at what is left."""

MOMENTS: Mapping[str, tuple[tuple[str, ...], float]] = {
    "before": (("intent", "armed"), 0.1),
    "half applied": (("applying",), 0.4),
    "applied": (("bit",), 1.0),
    "half undone": (("undoing",), 0.4),
}
"""By name: the phases of which one is waited for, and up to how many seconds after its beginning the kill comes."""
SIGNALS: Mapping[str, tuple[str, ...]] = {
    "SIGTERM": ("TERM",),
    "SIGHUP": ("HUP",),
    "SIGINT": ("INT",),
    "SIGINT twice": ("INT", "INT"),
}

# What each fault is given; its name is the first word. A worker's faults get the worker too, pods' faults pods.
POD: Mapping[str, dict[str, Any]] = {
    "delete_pod": {},
    "kill_container": {},
    "hang_container": {},
    "make_unready": {},
    "slow_down": {"seconds": 1.0},
    "cut_pods": {},
    "masquerade_pods": {},
}
WORKER: Mapping[str, dict[str, Any]] = {
    "crash_node": {},
    "restart_node": {},
    "freeze_node": {},
    "shut_down_node": {},
    "drain_node": {},
    "cordon_node": {},
    "taint_node": {"key": "kubeskeptic/promise"},
    "stop_kubelet": {},
    "stop_containerd": {},
    "stop_kube_proxy": {},
    "freeze_kube_proxy": {},
    "flush_service_rules": {},
    "change_service_rule": {},
    "pressure": {"resource": "memory"},
    "raise_eviction_threshold": {"signal": "nodefs.available", "spare_mib": 4096},
    "cut_off_node": {},
    "drop_packets": {"percent": 40},
    "limit_bandwidth": {"kilobits": 256},
    "delay_packets": {"milliseconds": 200},
    "remove_route": {},
    "remove_cni_config": {},
}
INSIDE = (
    "stop_kubelet",
    "stop_containerd",
    "stop_kube_proxy",
    "freeze_kube_proxy",
    "flush_service_rules",
    "change_service_rule",
    "pressure",
    "raise_eviction_threshold",
    "cut_off_node",
    "drop_packets",
    "limit_bandwidth",
    "delay_packets",
    "remove_route",
    "remove_cni_config",
)
"""Those of a worker that are inflicted from inside the node, and so through a pod of ours as well."""
CONTROL_PLANE: Mapping[str, dict[str, Any]] = {
    "stop_coredns": {},
    "kill_coredns": {},
    "stale_coredns": {},
    "stop_component kube-scheduler": {"component": "kube-scheduler"},
    "stop_component kube-controller-manager": {"component": "kube-controller-manager"},
    "stop_component kube-apiserver": {"component": "kube-apiserver"},
    "stop_component etcd": {"component": "etcd"},
    "controller_off": {"controller": "replicaset-controller"},
}


@dataclass(frozen=True)
class Kill:
    """How it went: which phase the journal had reached, seconds until clean, or what was still left."""

    fault: str
    how: str
    phase: str
    seconds: float
    left: str = ""
    skipped: str = ""

    def __str__(self) -> str:
        said = self.skipped or self.left or f"clean after {self.seconds:.1f} s"
        return f"{self.fault:33} {self.how:13} (reached {self.phase}): {said}"


def settings(fault: str, pods: Names, node: str, namespace: str) -> Mapping[str, Any]:
    """What a fault is given, its targets included: this node, or pods of this namespace."""
    if fault in CONTROL_PLANE:
        return CONTROL_PLANE[fault]
    if fault in WORKER:
        return {"node": node} | WORKER[fault]
    one, other, _ = pods()
    names = {"first": one, "second": other} if fault in ("cut_pods", "masquerade_pods") else {"pod": one}
    return {"namespace": namespace} | names | POD[fault]


def after(seconds: float) -> None:
    """Let a moment pass; the moment is what is tested."""
    threading.Event().wait(seconds)


def kill(
    site: Site, victims: Victims, fault: str, given: Mapping[str, Any], how: str, seed: int, transport: str = "engine"
) -> Kill:
    """Inflict a fault in a process, end that by SIGKILL at a moment or by signals, and see the cluster become clean."""
    name = fault.partition(" ")[0]
    fault = fault if transport == "engine" else f"{fault} by {transport}"
    if FAULTS[name].heals_itself and how == "half undone":
        return Kill(fault, how, "nothing", 0.0, skipped="it heals itself: there is no undoing to interrupt")
    chance = random.Random(f"{seed} {fault} {how}")
    victim = victims.start(name, given, hold=0.3 if how == "half undone" else 60.0, transport=transport)
    if how in MOMENTS:
        phases, within = MOMENTS[how]
        reached = victim.reaches(phases[0] if FAULTS[name].heals_itself else chance.choice(phases))
        after(chance.uniform(0, within))
        os.killpg(victim.process.pid, signal.SIGKILL)
    else:
        reached = victim.reaches("bit")
        _signal(victim, SIGNALS[how])
    began = time.monotonic()
    said = victim.end()
    if not reached:
        lacking = said.strip().splitlines()[-1:] or ["it said nothing"]
        skipped = lacking[0] if "MissingRequirement" in lacking[0] else ""
        return Kill(fault, how, "nothing", 0.0, "" if skipped else f"it was never inflicted: {lacking[0]}", skipped)
    node = str(given.get("node", ""))
    try:
        until(lambda: left(site, victim, node), HELP, what="nothing to be left", tolerate=(SkepticError,), period=LOOKS)
    except SkepticError as dirty:
        return Kill(fault, how, _phase(victim), time.monotonic() - began, str(dirty))
    return Kill(fault, how, _phase(victim), time.monotonic() - began)


def _signal(victim: Victim, names: Iterable[str]) -> None:
    for name in names:
        victim.process.send_signal(getattr(signal, f"SIG{name}"))
        after(0.2)


def _phase(victim: Victim) -> str:
    """How far the journal says that the victim itself came; what switches wrote is left out."""
    return str([r["phase"] for r in read(victim.journal) if r["kind"] == "fault" and "by" not in r][-1])


def left(site: Site, victim: Victim, node: str = "") -> str | NotYet:
    """Whether anything of one victim is left: in the node it broke, on objects, on this machine, in its journal."""
    found = [one.says for one in _leftovers(site, node) if _is_of(one, victim, node)]
    found += [one.says for one in leftovers.faults_by_journal(site, [victim.journal])]
    # The namespace of a run's pods in nodes is taken away by its last switch, so from "armed" on it counts. Before that no
    # switch watches for the run's death, nor does any ever know of a real run's agents: what is left breaks nothing, and
    # `skeptic cleanup` finds it by its label, see test_a_killed_run_is_cleaned_up.
    if _phase(victim) != "intent":
        found += [one.says for one in leftovers.namespaces(site) if one.run == victim.run]
    return NotYet("; ".join(found)) if found else "clean"


def _leftovers(site: Site, node: str) -> Iterator[Leftover]:
    yield from in_nodes.nodes_down(site)
    yield from leftovers.faults_by_switch(site)
    for one in [node] if node else [each.name for each in site.cluster.nodes]:
        yield from in_nodes.in_node(site, one)
    yield from leftovers.faults_by_annotation(site)


def _is_of(one: Leftover, victim: Victim, node: str) -> bool:
    """Whether a leftover may be this victim's: others may be at work on other nodes at the same time."""
    mine = one.run == victim.run or victim.run in one.name
    return mine or (one.node == node if node else bool(one.node))


def every_fault_is_here() -> bool:
    """Whether no fault of the library is forgotten."""
    return {name.partition(" ")[0] for name in (*POD, *WORKER, *CONTROL_PLANE)} == set(FAULTS)
