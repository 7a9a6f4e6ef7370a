from __future__ import annotations

import json
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
from kubeskeptic.errors import CommandFailed, Refused
from kubeskeptic.faults import Plan, Target, Timer, undoing
from kubeskeptic.journal.open_faults import OpenFault
from kubeskeptic.node_access import EngineAccess
from kubeskeptic.process import ProcessId
from kubeskeptic.switches import control
from kubeskeptic.switches.control import Switch

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

FAULT = OpenFault(
    "freeze_kube_proxy-1", "freeze_kube_proxy", "r1", ("kube-proxy/n1",), {"node": "n1"}, "armed", "go on", "uid-1",
    nodes=("n1",), where={"scenario": "s"},
)  # fmt: skip


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


def arm(site: Any) -> undoing.Armed:
    return undoing.arm(site, FAULT, PLAN, 60.0)


def test_a_fault_in_a_node_has_a_process_a_note_and_a_timer(tmp_path: Path) -> None:
    site = FakeSite(tmp_path)
    armed = arm(site)
    assert armed.switch.process
    timer = next(line for line in site.log if "systemd-run" in line)
    assert "--unit=skeptic-r1-freeze_kube_proxy-1 --on-active=60.000 --timer-property=AccuracySec=100ms" in timer
    assert timer.endswith("/var/lib/kubeskeptic/r1-freeze_kube_proxy-1.json go on")
    assert control.in_use("c") == [f"freeze_kube_proxy-1 of process {os.getpid()}"]
    assert OpenFault.from_record(armed.switch.order["replay"]["fault"]) == FAULT
    armed.disarm()
    assert list(control.pending("c")) == []
    assert "n1: rm -f /var/lib/kubeskeptic/r1-freeze_kube_proxy-1.json" in site.log
    assert "n1: systemctl stop skeptic-r1-freeze_kube_proxy-1.timer" in site.log


def test_when_one_switch_cannot_be_armed_none_is(tmp_path: Path) -> None:
    site = FakeSite(tmp_path, broken="systemd-run")
    with pytest.raises(CommandFailed):
        arm(site)
    assert list(control.pending("c")) == []


def test_a_switch_that_is_firing_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    armed = undoing.Armed(cast(Any, FakeSite(tmp_path)), OpenFault("x", "f", "r1", (), {}, "armed"), Switch(file))
    with subprocess.Popen(["sleep", "0.3"]) as works:
        reaper = threading.Thread(target=works.wait)
        reaper.start()
        file.with_suffix(".firing").touch()
        file.with_suffix(".failed").touch()
        file.with_suffix(".pid").write_text(f"{ProcessId.of(works.pid)}\n")
        armed.disarm()
        assert works.poll() == 0
        reaper.join()
    assert not file.with_suffix(".failed").exists()


def test_an_interrupt_while_arming_leaves_no_switch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = FakeSite(tmp_path)

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(site.access, "start_timer", interrupted)
    with pytest.raises(KeyboardInterrupt):
        arm(site)
    assert list(control.pending("c")) == []


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
        armed = undoing.arm(site, replace(FAULT, id=identity, nodes=(), objects=plan.objects), plan, 60.0)
        armed.switch.disarm()
    assert sorted(seen) == ["kubeskeptic/undo.cordon_node-1", "kubeskeptic/undo.taint_node-2"]
    armed.disarm()
    assert [key for key, text in seen.items() if text is None] == ["kubeskeptic/undo.taint_node-2"]


def test_a_new_run_waits_for_the_switches_of_dead_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[str] = []
    monkeypatch.setattr(Switch, "wait_for_undo", lambda switch: waited.append(switch.file.name))
    folder = control.folder("c")
    folder.mkdir(parents=True)
    for name, process in (("works.firing", ProcessId.own()), ("gave-up.failed", ProcessId(4194305, 1.0))):
        (folder / name).write_text("{}")
        (folder / name).with_suffix(".pid").write_text(str(process))
    control.wait_for_orphans("c")
    assert waited == ["works.firing"]


def test_a_fault_that_a_living_run_uses_is_not_waited_for() -> None:
    switch = Switch(control.folder("c") / "r1-x.json")
    switch.file.parent.mkdir(parents=True)
    switch.file.write_text(json.dumps({"label": "x", "runner": ProcessId.own()}))
    with pytest.raises(Refused, match=f"process {os.getpid()} is using x; end that run first"):
        switch.wait_for_undo()
