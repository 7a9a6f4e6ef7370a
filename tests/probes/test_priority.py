"""Real-time priority, on processes of this machine and in nodes on paper."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from kubeskeptic.errors import CommandFailed
from kubeskeptic.probes.priority import AgentProcesses, Priority, refused

UID = "0b5a2a1c-0000-4000-8000-00000000000a"
AGENT = "python3\0-m\0kubeskeptic.agent\0ask\0"


def proc(folder: Path, *processes: tuple[int, str, str]) -> Path:
    """A procfs on paper: process id, control groups, command line."""
    for pid, groups, command in processes:
        (folder / str(pid)).mkdir()
        (folder / str(pid) / "cgroup").write_text(groups)
        (folder / str(pid) / "cmdline").write_text(command)
    (folder / "12").mkdir()  # a process that has ended by now
    return folder


class Nodes:
    """Nodes on paper."""

    def __init__(self, refusal: str = "") -> None:
        self.ran: list[tuple[str, Sequence[str]]] = []
        self.refusal = refusal

    def run(self, node: str, argv: Sequence[str]) -> str:
        self.ran.append((node, argv))
        if self.refusal:
            raise CommandFailed("sh", 1, self.refusal)
        return ""


@pytest.mark.parametrize("written", [UID, UID.replace("-", "_")])
def test_the_agent_of_a_pod_is_found_and_nothing_else(tmp_path: Path, written: str) -> None:
    machine = AgentProcesses(
        proc(
            tmp_path,
            (7, f"4:memory:/kubelet/kubepods/pod{written}/abc\n4:cpu:/\n", AGENT),
            (8, f"4:memory:/kubelet/kubepods/pod{written}/def\n", "/pause\0"),
            (9, "4:memory:/kubelet/kubepods/podanother/abc\n", AGENT),
            (10, "0::/user.slice\n", AGENT),
        )
    )
    assert list(machine.agents(UID)) == [7]


def test_without_procfs_there_are_none(tmp_path: Path) -> None:
    assert list(AgentProcesses(tmp_path / "none").agents(UID)) == []


class Ours(AgentProcesses):
    """A machine with one agent, which may or may not be given the priority."""

    def __init__(self, allowed: bool) -> None:
        super().__init__()
        self.allowed = allowed
        self.given: list[int] = []

    def agents(self, uid: str) -> list[int]:  # type: ignore[override]
        return [7] if uid == UID else []

    def prioritise(self, pid: int) -> None:
        if not self.allowed:
            raise PermissionError(1, "not permitted")
        self.given.append(pid)


def test_this_machine_comes_first() -> None:
    nodes, machine = Nodes(), Ours(allowed=True)
    grant = Priority(nodes.run, machine).give("n1", UID)
    assert (grant.given, grant.how, machine.given, nodes.ran) == (True, "this machine", [7], [])


@pytest.mark.parametrize(("uid", "allowed"), [(UID, False), ("another", True)])
def test_then_the_node(uid: str, allowed: bool) -> None:
    nodes = Nodes()
    grant = Priority(nodes.run, Ours(allowed)).give("n1", uid)
    assert (grant.given, grant.how) == (True, "the node")
    ((node, argv),) = nodes.ran
    assert (node, argv[-2:]) == ("n1", (uid, uid.replace("-", "_")))


def test_where_neither_can_it_is_said_why() -> None:
    grant = Priority(Nodes("chrt: failed to set pid 7's policy").run, Ours(allowed=False)).give("n1", UID)
    assert not grant.given
    assert "failed to set pid 7's policy" in grant.why_not
    assert refused("it is above this cluster's level")("n1", UID).why_not == "it is above this cluster's level"


def test_what_runs_in_the_node_is_a_script_that_its_shell_reads() -> None:
    nodes = Nodes()
    Priority(nodes.run, Ours(allowed=False)).give("n1", UID)
    script = nodes.ran[0][1][7]
    subprocess.run(["sh", "-n", "-c", script], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give real-time priority")
def test_a_process_of_this_machine_gets_it() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as one:
        try:
            try:
                AgentProcesses().prioritise(one.pid)
            except OSError as why:
                pytest.skip(f"not on this machine: {why}")
            assert os.sched_getscheduler(one.pid) == os.SCHED_FIFO
        finally:
            one.kill()
