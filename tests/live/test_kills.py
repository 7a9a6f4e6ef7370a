"""No fault outlives its use: its run is killed at any moment, and the cluster becomes clean without any help."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.durations import CONTROL_PLANE_RESTARTS
from kubeskeptic.errors import SkepticError
from kubeskeptic.faults import Site
from kubeskeptic.node_access import PodAccess
from kubeskeptic.switches import control
from kubeskeptic.undo import in_nodes, leftovers
from kubeskeptic.undo.cleanup import healthy
from kubeskeptic.waiting import NotYet, until

from . import kills
from .conftest import GROUPS
from .figure import Figure
from .kills import Kill, kill
from .switches import kill_switches
from .victims import Victims
from .workload import Names, three_pods

pytestmark = pytest.mark.live

NAMESPACE = "skeptic-promise"
SAMPLE_BUDGET = 240.0
"""Seconds after which a sample begins no further kill, however many were asked for."""


@pytest.fixture(scope="module")
def pods(site: Site) -> Iterator[Names]:
    """Three pods that serve; gives their names once all are Ready."""
    with three_pods(site, NAMESPACE) as names:
        yield names


@pytest.fixture(scope="module")
def where(request: pytest.FixtureRequest) -> set[str]:
    """Which groups of faults are killed."""
    return set(request.config.getoption("--where", ",".join(GROUPS)).split(","))


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
        for name in kills.POD:
            given = kills.settings(name, pods, "", NAMESPACE)
            found.append(figure.add(kill(site, victims, name, given, how, seed)))
    if "workers" in where:
        found += _on_all_workers(kills.WORKER, site, victims, figure, how, seed)
    if "control-plane" in where:
        parts = kills.CONTROL_PLANE.items()
        found += [figure.add(kill(site, victims, name, given, how, seed)) for name, given in parts]
    assert [str(one) for one in found if one.left] == []
    until(lambda: healthy(site), CONTROL_PLANE_RESTARTS, what="a healthy cluster", tolerate=(SkepticError,))
    assert [one.says for one in leftovers.find(site) if one.kind != "namespace"] == []


@pytest.mark.parametrize("how", kills.MOMENTS)
def test_killed_while_it_works_through_a_pod_it_heals_without_help(
    site: Site, victims: Victims, figure: Figure, seed: int, how: str
) -> None:
    faults = {name: kills.WORKER[name] for name in kills.INSIDE}
    found = _on_all_workers(faults, site, victims, figure, how, seed, PodAccess.transport)
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
        found.append(figure.add(kill(site, victims, name, kills.settings(name, pods, node, NAMESPACE), how, seed)))
    assert [str(one) for one in found if one.left] == []
    until(lambda: healthy(site), CONTROL_PLANE_RESTARTS, what="a healthy cluster", tolerate=(SkepticError,))


def test_the_timer_in_the_node_undoes_it_alone(site: Site, victims: Victims) -> None:
    """The run and the switch on the host are gone at once; nobody cleans up."""
    faults = ("freeze_kube_proxy", "stop_kubelet", "drop_packets")
    broken = {node.name: name for node, name in zip(site.cluster.workers, faults, strict=False)}
    dead = [victims.start(name, {"node": node} | kills.WORKER[name]) for node, name in broken.items()]
    assert all(victim.reaches("bit") for victim in dead)
    kill_switches(site)
    for victim in dead:
        victim.process.kill()
        victim.end()

    def clean() -> str | NotYet:
        left = [one.says for node in broken for one in in_nodes.in_node(site, node)]
        return NotYet("; ".join(left)) if left else "clean"

    until(clean, kills.HELP, what="the timers to have done their work", tolerate=(SkepticError,))
    for switch in control.pending(site.cluster.name):
        switch.forget()
    until(lambda: healthy(site), CONTROL_PLANE_RESTARTS, what="a healthy cluster", tolerate=(SkepticError,))


def _on_all_workers(
    faults: Mapping[str, dict[str, Any]],
    site: Site,
    victims: Victims,
    figure: Figure,
    how: str,
    seed: int,
    transport: str = "engine",
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
            found.append(figure.add(kill(site, victims, name, {"node": node} | given, how, seed, transport)))

    with ThreadPoolExecutor() as pool:
        return [one for found in pool.map(one_worker, [node.name for node in site.cluster.workers]) for one in found]
