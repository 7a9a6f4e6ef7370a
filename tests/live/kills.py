"""Killing the process that inflicts a fault, at a moment that a seed decides, and watching the cluster become clean alone.

::

    intent  armed   applying ······ applied  bit   ····   undoing ······ undone  healed  done
    └─ before ──┘   └─ half applied ──┘      └ applied    └─ half undone ──┘
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kubeskeptic.durations import CONTROL_PLANE_RESTARTS, Patience
from kubeskeptic.errors import SkepticError
from kubeskeptic.faults import Site
from kubeskeptic.faults.library import FAULTS
from kubeskeptic.journal import read
from kubeskeptic.undo import residue
from kubeskeptic.undo.cleanup import healthy
from kubeskeptic.undo.residue import Leftover
from kubeskeptic.waiting import NotYet, until

DEADLINE = 60.0
"""Seconds after which the switch fires by itself; when the run dies it does at once."""
HELP = Patience(DEADLINE + 10)
NEVER = 360.0
"""Seconds after which the switch would fire, where it is going to be defeated."""
STATIC_PODS = ("stop_part", "controller_off")
"""Faults that stop static pods, that the kubelet starts up to 300 s late when it saw them stop before (MaxContainerBackOff)."""
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
    "pressure": {"resource": "memory"},
    "cut_off_node": {},
    "drop_packets": {"percent": 40},
    "limit_bandwidth": {"kilobits": 256},
    "delay_packets": {"milliseconds": 200},
}
INSIDE = (
    "stop_kubelet",
    "stop_containerd",
    "stop_kube_proxy",
    "freeze_kube_proxy",
    "flush_service_rules",
    "pressure",
    "cut_off_node",
    "drop_packets",
    "limit_bandwidth",
    "delay_packets",
)
"""Those of a worker that are inflicted from inside the node, and so through a pod of ours as well."""
CONTROL_PLANE: Mapping[str, dict[str, Any]] = {
    "stop_coredns": {},
    "kill_coredns": {},
    "stale_coredns": {},
    "stop_part kube-scheduler": {"part": "kube-scheduler"},
    "stop_part kube-controller-manager": {"part": "kube-controller-manager"},
    "stop_part kube-apiserver": {"part": "kube-apiserver"},
    "stop_part etcd": {"part": "etcd"},
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


@dataclass
class Victim:
    """A process that inflicts a fault; ``seen`` are the phases so far."""

    process: subprocess.Popen[str]
    folder: Path
    seen: list[str] = field(default_factory=list)

    def reach(self, phase: str) -> bool:
        """Wait until a phase begins; False when the process ended before it."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.seen.append(line.strip())
            if line.strip() == phase:
                return True
        return False

    def end(self) -> str:
        """Read what is left to read, and reap; what it said of errors."""
        _, said = self.process.communicate(timeout=450)
        return said

    @property
    def run(self) -> str:
        """The id of its run."""
        return self.folder.name

    @property
    def journal(self) -> Path:
        """Its journal."""
        return self.folder / "journal.jsonl"


class Victims:
    """Starts victims below a folder; leaves none behind."""

    def __init__(self, site: Site, folder: Path) -> None:
        self._site = site
        self._folder = folder
        self._made: list[Victim] = []

    def start(
        self, fault: str, settings: Mapping[str, Any], hold: float = 60.0, way: str = "engine", lasts: float = DEADLINE
    ) -> Victim:
        """Start one, which reaches nodes this way and holds its fault in force for so many seconds.

        :param lasts: seconds after which its switch fires
        """
        if fault in STATIC_PODS:
            forget_back_off(self._site)
        folder = self._folder / f"v{len(self._made)}-{random.SystemRandom().randrange(16**6):06x}"
        folder.mkdir(parents=True)
        script = str(Path(__file__).with_name("victim.py"))
        words = [self._site.cluster.name, str(folder), fault, json.dumps(settings), str(lasts), str(hold), way]
        process = subprocess.Popen(
            [sys.executable, script, *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self._made.append(Victim(process, folder))
        return self._made[-1]

    def close(self) -> None:
        """Kill those that still run."""
        for victim in self._made:
            if victim.process.poll() is None:
                victim.process.kill()
                victim.end()


def forget_back_off(site: Site) -> None:
    """Start the control plane's kubelet anew, which then knows of no static pod stopped before: each kill is as a first one."""
    site.in_node(site.cluster.control_plane.name, "systemctl", "restart", "kubelet")
    until(lambda: healthy(site), CONTROL_PLANE_RESTARTS, what="a healthy cluster", tolerate=(SkepticError,))


def after(seconds: float) -> None:
    """Let a moment pass; the moment is what is tested."""
    threading.Event().wait(seconds)


def kill(
    site: Site, victims: Victims, fault: str, settings: Mapping[str, Any], how: str, seed: int, way: str = "engine"
) -> Kill:
    """Inflict a fault in a process, end that by SIGKILL at a moment or by signals, and see the cluster become clean."""
    name = fault.partition(" ")[0]
    fault = fault if way == "engine" else f"{fault} by {way}"
    if FAULTS[name].heals_itself and how == "half undone":
        return Kill(fault, how, "nothing", 0.0, skipped="it heals itself: there is no undoing to interrupt")
    chance = random.Random(f"{seed} {fault} {how}")
    victim = victims.start(name, settings, hold=0.3 if how == "half undone" else 60.0, way=way)
    if how in MOMENTS:
        phases, within = MOMENTS[how]
        reached = victim.reach(phases[0] if FAULTS[name].heals_itself else chance.choice(phases))
        after(chance.uniform(0, within))
        os.killpg(victim.process.pid, signal.SIGKILL)
    else:
        reached = victim.reach("bit")
        _signal(victim, SIGNALS[how])
    began = time.monotonic()
    said = victim.end()
    if not reached:
        lacking = said.strip().splitlines()[-1:] or ["it said nothing"]
        skipped = lacking[0] if "MissingRequirement" in lacking[0] else ""
        return Kill(fault, how, "nothing", 0.0, "" if skipped else f"it was never inflicted: {lacking[0]}", skipped)
    node = str(settings.get("node", ""))
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
    found += [one.says for one in residue.faults_by_journal(site, [victim.journal])]
    # The namespace of a run's pods in nodes is taken away by its last switch, so from "armed" on it counts. Before that no
    # switch watches for the run's death, nor does any ever know of a real run's agents: what is left breaks nothing, and
    # `skeptic cleanup` finds it by its label, see test_a_killed_run_is_cleaned_up.
    if _phase(victim) != "intent":
        found += [one.says for one in residue.namespaces(site) if one.run == victim.run]
    return NotYet("; ".join(found)) if found else "clean"


def _leftovers(site: Site, node: str) -> Iterator[Leftover]:
    yield from residue.nodes_down(site)
    yield from residue.faults_by_switch(site)
    for one in [node] if node else [each.name for each in site.cluster.nodes]:
        yield from residue.in_node(site, one)
    yield from residue.faults_by_annotation(site)


def _is_of(one: Leftover, victim: Victim, node: str) -> bool:
    """Whether a leftover may be this victim's: others may be at work on other nodes at the same time."""
    mine = one.run == victim.run or victim.run in one.name
    return mine or (one.node == node if node else bool(one.node))


def every_fault_is_here() -> bool:
    """Whether no fault of the library is forgotten."""
    return {name.partition(" ")[0] for name in (*POD, *WORKER, *CONTROL_PLANE)} == set(FAULTS)
