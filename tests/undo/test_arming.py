from __future__ import annotations

import os
import subprocess
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kubeskeptic.clusters import Cluster, Engine, Node
from kubeskeptic.clusters.cluster_record import as_record, cluster_from
from kubeskeptic.errors import CommandFailed
from kubeskeptic.faults import Plan, Target, Timer, arming
from kubeskeptic.faults.components.freeze_kube_proxy import FreezeKubeProxy
from kubeskeptic.journal.open_faults import OpenFault
from kubeskeptic.node_access import EngineAccess
from kubeskeptic.switches.process import alive, born

CLUSTER = Cluster(
    "c",
    "kind-c",
    Path("/k"),
    "kind",
    (Node("n1", "worker"),),
    "v1.37.2",
    "node:1",
    "agent:1",
    Engine("docker", {"A": "b"}),
)
PLAN = Plan((Target("kube-proxy", "n1"),), "freeze", "go on", {"node": "n1"}, timers=(Timer("n1", ("go", "on")),))


class FakeSite:
    """Remembers what was run in nodes; commands with a word of ``broken`` fail."""

    def __init__(self, folder: Path, broken: str = "") -> None:
        self.cluster, self.run, self.log, self.broken = CLUSTER, "r1", list[str](), broken
        self.guard = SimpleNamespace(uid="uid-1")
        self.journal = SimpleNamespace(path=folder / "journal.jsonl")
        through: Any = SimpleNamespace(exec=lambda node, argv, stdin: self.in_node(node, *argv, stdin=stdin))
        self.access = EngineAccess(through)

    def in_node(self, node: str, *argv: str, stdin: str | None = None) -> str:
        self.log.append(f"{node}: {' '.join(argv)}")
        if self.broken and self.broken in argv:
            raise CommandFailed(argv[0], 1, "no")
        return ""


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBESKEPTIC_STATE", str(tmp_path / "state"))


def arm(site: Any) -> arming.Armed:
    return arming.arm(site, "freeze_kube_proxy-1", FreezeKubeProxy("n1"), PLAN, 60.0, {"scenario": "s"})


def test_a_fault_in_a_node_has_a_process_a_note_and_a_timer(tmp_path: Path) -> None:
    site = FakeSite(tmp_path)
    armed = arm(site)
    pid = arming.pid_of(armed.file)
    assert pid
    assert alive(pid)
    timer = next(line for line in site.log if "systemd-run" in line)
    assert "--unit=skeptic-r1-freeze_kube_proxy-1 --on-active=60.000 --timer-property=AccuracySec=100ms" in timer
    assert timer.endswith("/var/lib/kubeskeptic/r1-freeze_kube_proxy-1.json go on")
    assert arming.in_use("c") == [f"freeze_kube_proxy-1 of process {os.getpid()}"]
    order = arming.order_in(armed.file)
    assert order
    assert OpenFault.from_record(order["replay"]["fault"]) == armed.one
    armed.disarm()
    assert list(arming.pending("c")) == []
    assert "n1: rm -f /var/lib/kubeskeptic/r1-freeze_kube_proxy-1.json" in site.log
    assert "n1: systemctl stop skeptic-r1-freeze_kube_proxy-1.timer" in site.log


def test_when_one_switch_cannot_be_armed_none_is(tmp_path: Path) -> None:
    site = FakeSite(tmp_path, broken="systemd-run")
    with pytest.raises(CommandFailed):
        arm(site)
    assert list(arming.pending("c")) == []


def test_a_switch_that_is_firing_is_waited_for(tmp_path: Path) -> None:
    armed = arming.Armed(cast(Any, FakeSite(tmp_path)), OpenFault("x", "f", "r1", (), {}, "armed"), tmp_path / "s.json")
    with subprocess.Popen(["sleep", "0.3"]) as works:
        reaper = threading.Thread(target=works.wait)
        reaper.start()
        armed.file.with_suffix(".firing").touch()
        armed.file.with_suffix(".failed").touch()
        armed.file.with_suffix(".pid").write_text(f"{works.pid} {born(works.pid)}\n")
        armed.disarm()
        assert works.poll() == 0
        reaper.join()
    assert not armed.file.with_suffix(".failed").exists()


def test_an_interrupt_while_arming_leaves_no_switch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = FakeSite(tmp_path)

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(site.access, "start_timer", interrupted)
    with pytest.raises(KeyboardInterrupt):
        arm(site)
    assert list(arming.pending("c")) == []


def test_a_cluster_is_found_again_from_its_record() -> None:
    assert cluster_from(as_record(CLUSTER)) == CLUSTER


def test_another_process_finds_the_kubeconfig_wherever_it_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert as_record(replace(CLUSTER, kubeconfig=Path("kubeconfig")))["kubeconfig"] == str(tmp_path / "kubeconfig")


def test_faults_of_one_object_leave_and_take_a_note_each(tmp_path: Path) -> None:
    site: Any = FakeSite(tmp_path)
    seen: dict[str, str | None] = {}
    site.kube = SimpleNamespace(patch=lambda *words: seen.update(words[3]["metadata"]["annotations"]))
    plan = replace(PLAN, timers=(), objects=(("Node", "", "n1"),))
    for identity in ("cordon_node-1", "taint_node-2"):
        armed = arming.arm(site, identity, FreezeKubeProxy("n1"), plan, 60.0, {})
        arming.stop(armed.file)
    assert sorted(seen) == ["kubeskeptic/undo.cordon_node-1", "kubeskeptic/undo.taint_node-2"]
    armed.disarm()
    assert [key for key, text in seen.items() if text is None] == ["kubeskeptic/undo.taint_node-2"]


def test_a_new_run_waits_for_the_switches_of_dead_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[str] = []
    monkeypatch.setenv("KUBESKEPTIC_STATE", str(tmp_path))
    monkeypatch.setattr(arming, "await_end", lambda file: waited.append(file.name))
    folder = arming.folder("c")
    folder.mkdir(parents=True)
    for name, pid in (("works.firing", f"{os.getpid()} {born(os.getpid())}"), ("gave-up.failed", "4194305 1")):
        (folder / name).write_text("{}")
        (folder / name).with_suffix(".pid").write_text(pid)
    arming.await_the_dead("c")
    assert waited == ["works.firing"]
