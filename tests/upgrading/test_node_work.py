"""What each step does in a node, and that all of them together upgrade a cluster, also when each is done twice."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.errors import CommandFailed
from kubeskeptic.upgrading import node_work, plan
from kubeskeptic.upgrading.node_work import NodeWork
from kubeskeptic.upgrading.plan import parse
from kubeskeptic.upgrading.release import Release
from kubeskeptic.upgrading.state import UpgradeStep

from .fakes import NEW, OLD, World


@pytest.fixture(autouse=True)
def _imports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Importing an image is noted like everything else that is done to a node."""

    def noted(world: World, node: str, archive: Path, _: Any) -> None:
        world.did.append(f"{node}: import {archive.name}")

    monkeypatch.setattr(node_work, "take_in", noted)
    monkeypatch.setattr(node_work, "images_of", lambda *_: ["pause:3"])
    monkeypatch.setattr("kubeskeptic.clusters.cluster.read_record", lambda _: None)


def work(world: World, settled: list[str] | None = None) -> NodeWork:
    release = Release(NEW, Path("/programs"), {"etcd:3": Path("/etcd.tar"), "pause:3": Path("/pause.tar")})
    progress: Any = SimpleNamespace(step=lambda *_: nullcontext())
    return NodeWork(world.site, release, progress, lambda: (settled or []).append("settled"))


def steps(world: World) -> list[UpgradeStep]:
    return plan.steps("up-control-plane", ["up-worker"], world.kubelets, OLD, parse(NEW), runs=False)


@pytest.mark.parametrize("times", [1, 2])
def test_all_steps_upgrade_a_cluster_also_when_each_is_done_again(times: int) -> None:
    world = World()
    performer = work(world)
    for step in steps(world):
        for step.attempts in range(1, times + 1):
            performer.perform(step)
    assert set(world.kubelets.values()) == {NEW} == {world.server}
    assert not world.cordoned


def test_nothing_is_done_that_the_guard_was_not_asked_about() -> None:
    world = World()
    work(world).perform(UpgradeStep(plan.DRAIN, "up-worker", attempts=1))
    assert world.did == ["permitted: drain up-worker", "up-worker: cordoned"]


def test_programs_and_images_are_brought_and_are_not_in_force() -> None:
    world = World()
    work(world).perform(UpgradeStep(plan.BRING, "up-worker", attempts=1))
    assert [line for line in world.did if "import" in line] == ["up-worker: import etcd.tar"], "it has the other one"
    assert world.kubelets["up-worker"] == OLD


def test_kubeadm_is_forced_only_after_it_was_interrupted() -> None:
    world = World()
    work(world).perform(UpgradeStep(plan.APPLY, "up-control-plane", attempts=1))
    work(world).perform(UpgradeStep(plan.APPLY, "up-control-plane", attempts=2))
    first, second = (line for line in world.did if "kubeadm upgrade apply v1.37.2 --yes" in line)
    assert "--force" not in first
    assert "--force" in second


def test_a_kubeadm_that_is_still_at_it_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.running = ["4711"]
    work(world).perform(UpgradeStep(plan.NODE, "up-worker", attempts=2))
    assert not world.running
    assert world.did[-1].startswith("up-worker: kubeadm upgrade node")


def test_a_step_that_fails_says_what_the_command_said() -> None:
    world = World(kubeadm_upgrade_node="the kubelet's configuration cannot be had")
    with pytest.raises(CommandFailed, match="the kubelet's configuration cannot be had"):
        work(world).perform(UpgradeStep(plan.NODE, "up-worker", attempts=1))
    assert world.kubelets["up-worker"] == OLD


def test_a_node_is_uncordoned_and_what_is_watched_is_waited_for() -> None:
    world, settled = World(), [""]
    world.cordoned = {"up-worker"}
    work(world, settled).perform(UpgradeStep(plan.UNCORDON, "up-worker", attempts=1))
    assert not world.cordoned
    assert settled[-1] == "settled"


def test_a_kubelet_is_started_again_whatever_fails_while_it_is_replaced() -> None:
    assert node_work._REPLACE.strip().startswith("trap 'systemctl start kubelet' EXIT")


@pytest.mark.parametrize(
    ("spec", "status", "late"),
    [
        ({}, {"observedGeneration": 2, "desiredNumberScheduled": 2, "updatedNumberScheduled": 2}, False),
        ({}, {"observedGeneration": 2, "desiredNumberScheduled": 2, "updatedNumberScheduled": 1}, True),
        ({}, {"observedGeneration": 2, "desiredNumberScheduled": 2}, True),
        ({}, {"observedGeneration": 1, "desiredNumberScheduled": 2, "updatedNumberScheduled": 2}, True),
        ({"replicas": 2}, {"observedGeneration": 2, "updatedReplicas": 2}, False),
        ({"replicas": 2}, {"observedGeneration": 2, "updatedReplicas": 1}, True),
    ],
)
def test_pods_of_the_older_template_are_waited_for(spec: Any, status: Any, *, late: bool) -> None:
    one = {"metadata": {"name": "kube-proxy", "generation": 2}, "spec": spec, "status": status}
    assert node_work.rolling([one]) == (["kube-proxy"] if late else [])
