"""No fault outlives its use: its run is killed at any moment, and the cluster becomes clean alone, or by cleanup alone."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.durations import CONTROL_PLANE_RESTARTS, Patience
from kubeskeptic.errors import NotFound, SkepticError
from kubeskeptic.faults import Site
from kubeskeptic.faults.library import FAULTS
from kubeskeptic.guard import lease
from kubeskeptic.probes.daemonset import LABEL
from kubeskeptic.reach import ByPod
from kubeskeptic.undo import arming, residue
from kubeskeptic.undo.cleanup import cleanup, healthy
from kubeskeptic.undo.switch import alive
from kubeskeptic.waiting import NotYet, until

from . import kills
from .conftest import GROUPS, Run
from .kills import Kill, Victims, kill
from .workload import Names, three_pods

pytestmark = pytest.mark.live

NAMESPACE = "skeptic-promise"
SAMPLE_BUDGET = 240.0
"""Seconds after which a sample begins no further kill, however many were asked for."""
RESPITE = "skeptic-respite"
"""Where the pods of one test are: cleanup takes away whatever has our label, and with it the pods of the whole module."""
DEFEATED = tuple(
    name
    for name in (*kills.WORKER, *kills.CONTROL_PLANE, *kills.POD)
    if name != "delay_packets" and not FAULTS[name.partition(" ")[0]].heals_itself
)
"""The faults that need to be undone; kernels without netem cannot delay packets."""
GETS_GOING = Patience(300)
"""A run has its agents, its baseline and its first quiet act behind it."""


@pytest.fixture(scope="module")
def pods(site: Site) -> Iterator[Names]:
    """Three pods that serve; gives their names once all are Ready."""
    with three_pods(site, NAMESPACE) as names:
        yield names


@pytest.fixture
def fresh_pods(site: Site) -> Iterator[Names]:
    """As ``pods``, made when they are asked for, in a namespace for one test."""
    with ExitStack() as made:
        yield lambda: made.enter_context(three_pods(site, RESPITE))()


@pytest.fixture
def victims(site: Site, tmp_path: Path) -> Iterator[Victims]:
    """Starts processes that inflict faults; leaves none behind."""
    made = Victims(site, tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def where(request: pytest.FixtureRequest) -> set[str]:
    """Which groups of faults are killed."""
    return set(request.config.getoption("--where", ",".join(GROUPS)).split(","))


class Figure:
    """All kills of this session, each in a file as soon as it is known how it went; the last lines are the figure."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._done: list[Kill] = []

    def add(self, one: Kill) -> Kill:
        """Note one; it is given back."""
        self._done.append(one)
        self._write(str(one))
        return one

    def close(self) -> str:
        """Say what it came to; nothing when nothing was killed."""
        killed = [one for one in self._done if not one.skipped]
        clean = [one for one in killed if not one.left]
        if not killed:
            return ""
        faults, moments = {one.fault for one in killed}, {one.how for one in killed}
        slowest = max((one.seconds for one in clean), default=0.0)
        says = (
            f"{len(killed)} kills, {len(faults)} faults × {len(moments)} moments: {len(clean)} of {len(killed)} clean "
            f"without any help, the slowest after {slowest:.1f} s"
        )
        self._write(says)
        return "\n".join([*sorted(map(str, self._done)), says])

    def _write(self, line: str) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


@pytest.fixture(scope="module")
def figure(request: pytest.FixtureRequest, aloud: Any) -> Iterator[Figure]:
    """All kills of this session; says at its end how they went."""
    made = Figure(request.config.getoption("--figure", Path("reports/kills.txt")))
    yield made
    with aloud():
        print("", made.close(), sep="\n")


@pytest.fixture(scope="module")
def aloud(request: pytest.FixtureRequest) -> Any:
    """Lets what is printed be seen, also when tests pass."""
    return request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled


def test_every_fault_is_here() -> None:
    assert kills.every_fault_is_here()


@pytest.mark.parametrize("how", [*kills.MOMENTS, *kills.SIGNALS])
def test_killed_at_any_moment_it_heals_without_help(
    site: Site, pods: Names, victims: Victims, figure: Figure, seed: int, how: str, where: set[str]
) -> None:
    found: list[Kill] = []
    if "pods" in where:
        found += [figure.add(kill(site, victims, name, _on_pods(pods, name), how, seed)) for name in kills.POD]
    if "workers" in where:
        found += _on_all_workers(kills.WORKER, site, victims, figure, how, seed)
    if "control-plane" in where:
        parts = kills.CONTROL_PLANE.items()
        found += [figure.add(kill(site, victims, name, given, how, seed)) for name, given in parts]
    assert [str(one) for one in found if one.left] == []
    until(lambda: healthy(site), CONTROL_PLANE_RESTARTS, what="a healthy cluster", tolerate=(SkepticError,))
    assert [one.says for one in residue.find(site) if one.kind != "namespace"] == []


@pytest.mark.parametrize("how", kills.MOMENTS)
def test_killed_while_it_works_through_a_pod_it_heals_without_help(
    site: Site, victims: Victims, figure: Figure, seed: int, how: str
) -> None:
    faults = {name: kills.WORKER[name] for name in kills.INSIDE}
    found = _on_all_workers(faults, site, victims, figure, how, seed, ByPod.way)
    assert [str(one) for one in found if one.left] == []
    until(lambda: healthy(site), CONTROL_PLANE_RESTARTS, what="a healthy cluster", tolerate=(SkepticError,))


def test_a_sample_of_kills(
    site: Site, pods: Names, victims: Victims, figure: Figure, seed: int, request: pytest.FixtureRequest
) -> None:
    """Drawn by the seed from all that the test above does: what continuous integration has the time for."""
    faults = (*kills.POD, *kills.WORKER, *kills.CONTROL_PLANE)
    every = [(name, how) for how in (*kills.MOMENTS, *kills.SIGNALS) for name in faults]
    drawn = random.Random(f"{seed} sample").sample(every, request.config.getoption("--kills", 8))
    node, began = site.cluster.workers[-1].name, time.monotonic()
    found: list[Kill] = []
    for name, how in drawn:
        if time.monotonic() - began > SAMPLE_BUDGET:
            break
        found.append(figure.add(kill(site, victims, name, _given(name, pods, node), how, seed)))
    assert [str(one) for one in found if one.left] == []
    until(lambda: healthy(site), CONTROL_PLANE_RESTARTS, what="a healthy cluster", tolerate=(SkepticError,))


def _given(name: str, pods: Names, node: str, namespace: str = NAMESPACE) -> Mapping[str, Any]:
    if name in kills.POD:
        return _on_pods(pods, name, namespace)
    return kills.CONTROL_PLANE[name] if name in kills.CONTROL_PLANE else {"node": node} | kills.WORKER[name]


def _on_pods(pods: Names, name: str, namespace: str = NAMESPACE) -> Mapping[str, Any]:
    one, other, _ = pods()
    names = {"first": one, "second": other} if name == "cut_pods" else {"pod": one}
    return {"namespace": namespace} | names | kills.POD[name]


def _on_all_workers(
    faults: Mapping[str, dict[str, Any]],
    site: Site,
    victims: Victims,
    figure: Figure,
    how: str,
    seed: int,
    way: str = "engine",
) -> list[Kill]:
    """Faults of workers, on all workers at the same time, one after the other on each."""
    waiting, lock = list(faults.items()), threading.Lock()

    def one_worker(node: str) -> list[Kill]:
        found: list[Kill] = []
        while True:
            with lock:
                if not waiting:
                    return found
                name, given = waiting.pop(0)
            found.append(figure.add(kill(site, victims, name, {"node": node} | given, how, seed, way)))

    with ThreadPoolExecutor() as pool:
        return [one for found in pool.map(one_worker, [node.name for node in site.cluster.workers]) for one in found]


@pytest.mark.parametrize("fault", DEFEATED)
@pytest.mark.parametrize("journal", ["kept", "lost"])
def test_with_the_switch_defeated_cleanup_alone_brings_it_back(
    site: Site, victims: Victims, fresh_pods: Names, fault: str, journal: str
) -> None:
    given = _given(fault, fresh_pods, site.cluster.workers[-1].name, RESPITE)
    victim = victims.start(fault.partition(" ")[0], given, lasts=kills.NEVER)
    assert victim.reach("bit")
    defeat(site)
    victim.process.kill()
    victim.end()
    journals = [victim.journal]
    if journal == "lost":
        journals.pop().unlink()
        for file in arming.pending(site.cluster.name):
            arming.forget(file)
    left = [one for one in residue.find(site, journals) if one.kind != "namespace"]
    # a node that was restarted runs by the time that is seen; without a journal nothing tells of it any more
    assert bool(left) == (journal == "kept" or fault != "restart_node")
    assert (cleanup(site, journals, say=print) > 0) == bool(left)
    assert residue.find(site, journals) == []
    assert cleanup(site, journals, say=print) == 0


def test_a_killed_run_is_cleaned_up(site: Site, start_run: Callable[[str], Run]) -> None:
    """A whole run dies in the middle of an act, where no switch is armed: all that it made is left to cleanup."""
    run = start_run("suites/services/test_pod_killed.py")
    journal = until(lambda: run.reached("graceful", "bit"), GETS_GOING, what="the act graceful", period=1.0)
    run.kill()
    name = journal.parent.name
    agents = f"{LABEL}={name}"
    assert site.kube.list("Pod", labels=agents)["items"]
    left = {one.kind for one in residue.find(site, [journal]) if one.run == name or one.kind == "lease"}
    assert {"namespace", "lease"} <= left
    assert cleanup(site, [journal], say=print) > 0
    assert residue.find(site, [journal]) == []
    assert [one.name for one in residue.namespaces(site)] == []
    assert site.kube.list("Pod", labels=agents)["items"] == []
    with pytest.raises(NotFound):
        site.kube.get("Lease", lease.NAME, lease.NAMESPACE)
    assert cleanup(site, [journal], say=print) == 0


def test_the_timer_in_the_node_undoes_it_alone(site: Site, victims: Victims) -> None:
    """The run and the switch on the host are gone at once; nobody cleans up."""
    faults = ("freeze_kube_proxy", "stop_kubelet", "drop_packets")
    broken = {node.name: name for node, name in zip(site.cluster.workers, faults, strict=False)}
    dead = [victims.start(name, {"node": node} | kills.WORKER[name]) for node, name in broken.items()]
    assert all(victim.reach("bit") for victim in dead)
    kill_switches(site)
    for victim in dead:
        victim.process.kill()
        victim.end()

    def clean() -> str | NotYet:
        left = [one.says for node in broken for one in residue.in_node(site, node)]
        return NotYet("; ".join(left)) if left else "clean"

    until(clean, kills.HELP, what="the timers to have done their work", tolerate=(SkepticError,))
    for file in arming.pending(site.cluster.name):
        arming.forget(file)
    until(lambda: healthy(site), CONTROL_PLANE_RESTARTS, what="a healthy cluster", tolerate=(SkepticError,))


@pytest.mark.parametrize("fault", [name for name in kills.INSIDE if name != "delay_packets"])
def test_after_its_node_was_restarted_cleanup_alone_brings_it_back(site: Site, victims: Victims, fault: str) -> None:
    node = site.cluster.workers[-1].name
    victim = victims.start(fault, {"node": node} | kills.WORKER[fault])
    assert victim.reach("bit")
    kill_switches(site)
    site.cluster.engine.kill(node)
    victim.process.kill()
    victim.end()
    site.cluster.engine.start(node)
    assert cleanup(site, [victim.journal], say=print) > 0
    assert residue.find(site, [victim.journal]) == []


def defeat(site: Site) -> None:
    """Kill the switches on the host and stop those in nodes."""
    kill_switches(site)
    for node in site.cluster.nodes:
        if site.cluster.engine.running(node.name):
            site.in_node(node.name, "systemctl", "stop", "skeptic-*.timer")


def kill_switches(site: Site) -> None:
    """Kill the processes on the host that would undo faults."""
    for file in arming.pending(site.cluster.name):
        pid = arming.pid_of(file)
        if pid and alive(pid):
            os.kill(pid[0], signal.SIGKILL)
