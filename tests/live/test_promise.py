"""No fault outlives its use: its run is killed at any moment, and the cluster becomes clean alone, or by cleanup alone."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.durations import Patience
from kubeskeptic.faults import Site
from kubeskeptic.undo import arming, residue
from kubeskeptic.undo.cleanup import cleanup
from kubeskeptic.undo.switch import alive
from kubeskeptic.waiting import NotYet, until

pytestmark = pytest.mark.live

DEADLINE = 60.0
"""Seconds after which the switch fires by itself; when the run dies it does at once."""
HELP = Patience(DEADLINE + 10)
PHASES = ("intent", "armed", "applying", "applied", "bit", "undoing", "undone")


@dataclass
class Victim:
    """A process that inflicts a fault; ``seen`` are the phases so far."""

    process: subprocess.Popen[str]
    folder: Path
    seen: list[str]

    def reach(self, phase: str) -> None:
        """Wait until a phase begins, or the process ends."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.seen.append(line.strip())
            if line.strip() == phase:
                return

    def end(self) -> None:
        """Read what is left to read, and reap."""
        self.process.communicate(timeout=120)


@pytest.fixture
def start(site: Site, tmp_path: Path) -> Iterator[Any]:
    """Starts a process that inflicts a fault; leaves none behind."""
    made: list[Victim] = []

    def one(fault: str, settings: dict[str, Any], hold: float = 60.0) -> Victim:
        folder = tmp_path / f"victim{len(made)}"
        folder.mkdir()
        script = str(Path(__file__).with_name("victim.py"))
        words = [site.cluster.name, str(folder), fault, json.dumps(settings), str(DEADLINE), str(hold)]
        out = subprocess.PIPE
        process = subprocess.Popen([sys.executable, script, *words], stdout=out, text=True, start_new_session=True)
        made.append(Victim(process, folder, []))
        return made[-1]

    yield one
    for victim in made:
        if victim.process.poll() is None:
            victim.process.kill()
            victim.end()


def cases(site: Site) -> dict[str, dict[str, Any]]:
    """Every fault that has to be undone, with settings for this cluster."""
    node = site.cluster.workers[-1].name
    return {
        "crash_node": {"node": node},
        "taint_node": {"node": node, "key": "kubeskeptic/promise"},
        "stop_kubelet": {"node": node},
        "stop_containerd": {"node": node},
        "freeze_kube_proxy": {"node": node},
        "flush_service_rules": {"node": node},
        "stop_coredns": {},
    }


def left(site: Site, victim: Victim) -> str | NotYet:
    """Whether nothing of ours is left."""
    found = [one.says for one in residue.find(site, [victim.folder / "journal.jsonl"]) if one.kind != "namespace"]
    return NotYet("; ".join(found)) if found else "clean"


def after(seconds: float) -> None:
    """Let a moment pass; the moment is what is tested."""
    threading.Event().wait(seconds)


@pytest.mark.parametrize("fault", ["crash_node", "freeze_kube_proxy", "stop_coredns", "flush_service_rules"])
def test_killed_at_any_moment_it_heals_without_help(site: Site, start: Any, fault: str, seed: int) -> None:
    chance = random.Random(f"{seed} {fault}")
    times = []
    for phase in PHASES:
        victim = start(fault, cases(site)[fault], hold=0.5)
        victim.reach(phase)
        after(chance.uniform(0, 0.3))
        os.killpg(victim.process.pid, signal.SIGKILL)
        victim.end()
        began = time.monotonic()
        until(lambda victim=victim: left(site, victim), HELP, what=f"{fault} killed at {phase} to heal")  # type: ignore[misc]
        times.append(time.monotonic() - began)
    print(f"{fault}: killed {len(times)} times, {len(times)} clean, the slowest after {max(times):.1f} s")


@pytest.mark.parametrize("signals", [("TERM",), ("HUP",), ("INT",), ("INT", "INT")], ids="-".join)
def test_signalled_it_heals_without_help(site: Site, start: Any, signals: tuple[str, ...]) -> None:
    victim = start("freeze_kube_proxy", cases(site)["freeze_kube_proxy"])
    victim.reach("bit")
    for name in signals:
        victim.process.send_signal(getattr(signal, f"SIG{name}"))
        after(0.2)
    victim.end()
    until(lambda: left(site, victim), HELP, what=f"the fault to heal after {signals}")


@pytest.mark.parametrize("fault", ["crash_node", "freeze_kube_proxy", "stop_coredns"])
@pytest.mark.parametrize("journal", ["kept", "lost"])
def test_with_the_switch_defeated_cleanup_alone_brings_it_back(
    site: Site, start: Any, fault: str, journal: str
) -> None:
    victim = start(fault, cases(site)[fault])
    victim.reach("bit")
    defeat(site)
    victim.process.kill()
    victim.end()
    journals = [victim.folder / "journal.jsonl"]
    if journal == "lost":
        journals.pop().unlink()
        for file in arming.pending(site.cluster.name):
            arming.forget(file)
    assert residue.find(site, journals)
    assert cleanup(site, journals, say=print) > 0
    assert residue.find(site, journals) == []
    assert cleanup(site, journals, say=print) == 0


def defeat(site: Site) -> None:
    """Kill the switches on the host and stop those in nodes."""
    for file in arming.pending(site.cluster.name):
        pid = arming.pid_of(file)
        if pid and alive(pid):
            os.kill(pid[0], signal.SIGKILL)
    for node in site.cluster.nodes:
        if site.cluster.engine.running(node.name):
            site.in_node(node.name, "systemctl", "stop", "skeptic-*.timer")
