"""Real-time priority for the agents, set from outside their pods.

Starting pods take all processors of a small machine for up to half a second, and an agent at normal priority asks nothing
meanwhile. With SCHED_FIFO it is late by a millisecond (measured on two busy cores). A pod may not set that priority, so it is
set from a place that may::

    this machine   the harness is root on the machine that runs the nodes (kind)
    the node       as root in the node, by the engine or the exec pod

A kernel with CONFIG_RT_GROUP_SCHED and cgroup v1 refuses real-time tasks in groups without ``rt_runtime``, such as those of
pods. There the process is first moved to the root group of the ``cpu`` controller, and of no other controller. With cgroup v2,
kernels as distributions build them do not refuse. There is nothing to undo: the priority ends with the process. The process
itself (:mod:`kubeskeptic.agent.kernel`) and the kernel (sched_rt_runtime_us) limit how much it may use.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from kubeskeptic.errors import SkepticError

PRIORITY = 10
"""Of 1 to 99: above all ordinary processes, below the kernel's own threads that run at 50 and 99 (sched(7))."""
COMMAND_LINE = "kubeskeptic.agent ask"
"""What the command line of an agent contains; the pod's pause process is left alone."""
_SCRIPT = f"""
for file in $(grep -ls -e "$1" -e "$2" /proc/[0-9]*/cgroup); do
  pid=${{file#/proc/}} pid=${{pid%/cgroup}}
  tr '\\0' ' ' <"/proc/$pid/cmdline" | grep -q '{COMMAND_LINE}' || continue
  if ! chrt --all-tasks --fifo --pid {PRIORITY} "$pid" 2>/dev/null; then
    echo "$pid" >/sys/fs/cgroup/cpu/cgroup.procs
    chrt --all-tasks --fifo --pid {PRIORITY} "$pid" || exit 1
  fi
  found=1
done
[ "$found" ] || {{ echo "no process of the agent's pod was found" >&2; exit 1; }}
"""

RunInNode = Callable[[str, Sequence[str]], str]
"""Runs a command line as root in a node and returns its output; raises SkepticError when that fails."""


class Grant(NamedTuple):
    """Whether an agent was given the priority, from where, and why not."""

    given: bool
    how: str = ""
    why_not: str = ""


Prioritise = Callable[[str, str], Grant]
"""Takes a node and the uid of its agent's pod, and gives the agent the priority."""


def refused(why_not: str) -> Prioritise:
    """Return a function that gives no agent the priority, with the reason in one sentence."""
    return lambda _node, _uid: Grant(False, why_not=why_not)


class AgentPriority:
    """The priority of one node's agent, which must be given again after each start.

    The agent itself reports whether it has the priority; the grant states why, or why not.
    """

    def __init__(self, prioritise: Prioritise) -> None:
        self._prioritise = prioritise
        self._asked = ""
        self._granted: tuple[str, Grant] = ("", Grant(False))
        self._noted: tuple[str, bool] = ("", False)

    def give(self, node: str, uid: str, boot: str) -> None:
        """Give the priority, once for each boot."""
        if boot and boot != self._asked:
            self._asked = boot
            self._granted = (boot, self._prioritise(node, uid))

    def changed(self, boot: str, realtime: bool, why_not: str) -> dict[str, Any] | None:
        """Return the fields of a record, ``realtime``, ``how`` and ``why_not``; None if there is nothing new.

        :param realtime: whether the agent had the priority when it last answered
        :param why_not: why it gave the priority back; empty when it did not
        """
        granted, grant = self._granted
        if granted != boot or self._noted == (boot, realtime):
            return None
        self._noted = (boot, realtime)
        why = "" if realtime else why_not or grant.why_not or "the agent reports that it does not have it"
        return {"realtime": realtime, "how": grant.how, "why_not": why}


class AgentProcesses:
    """The agents' processes on this machine.

    :param proc: where procfs is mounted; without it there are no processes
    :param cpu: the root group of cgroup v1's ``cpu`` controller
    """

    def __init__(self, proc: Path = Path("/proc"), cpu: Path = Path("/sys/fs/cgroup/cpu")) -> None:
        self._proc = proc
        self._cpu = cpu

    def agents(self, uid: str) -> Iterator[int]:
        """Yield the process ids of the agent in the pod with this uid."""
        names = _names(uid)
        for folder in self._proc.glob("[0-9]*"):
            try:
                groups = (folder / "cgroup").read_text(encoding="utf-8")
                if any(name in groups for name in names) and COMMAND_LINE in _command_line(folder):
                    yield int(folder.name)
            except OSError:
                continue  # it has ended

    def prioritise(self, pid: int) -> None:
        """Give all threads of a process of this machine the priority.

        :raises OSError: when the harness is not permitted to
        """
        try:
            self._set(pid)
        except PermissionError:
            (self._cpu / "cgroup.procs").write_text(f"{pid}\n", encoding="utf-8")
            self._set(pid)

    def _set(self, pid: int) -> None:
        for thread in (self._proc / str(pid) / "task").iterdir():
            os.sched_setscheduler(int(thread.name), os.SCHED_FIFO, os.sched_param(PRIORITY))


class Priority:
    """Gives agents real-time priority.

    :param run: runs a command in a node
    """

    def __init__(self, run: RunInNode, machine: AgentProcesses | None = None) -> None:
        self._run = run
        self._machine = machine or AgentProcesses()

    def give(self, node: str, uid: str) -> Grant:
        """Give the priority to the agent in the pod with this uid. The grant states a refusal."""
        try:
            pids = list(self._machine.agents(uid))
            for pid in pids:
                self._machine.prioritise(pid)
            if pids:
                return Grant(True, "this machine")
        except OSError:
            pass  # not root here; from the node it may work
        try:
            self._run(
                node, ("nsenter", "--target", "1", "--mount", "--cgroup", "sh", "-c", _SCRIPT, "sh", *_names(uid))
            )
        except SkepticError as refused:
            return Grant(False, why_not=str(refused))
        return Grant(True, "the node")


def _names(uid: str) -> tuple[str, str]:
    """Return the pod's uid as the kubelet's two cgroup drivers write it: cgroupfs and systemd."""
    return uid, uid.replace("-", "_")


def _command_line(folder: Path) -> str:
    return (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
