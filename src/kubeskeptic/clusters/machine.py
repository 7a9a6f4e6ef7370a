"""What a machine must have before a cluster can run on it. :func:`look` reads the machine, :func:`judge` is pure."""

from __future__ import annotations

import os
import resource
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from kubeskeptic import paths
from kubeskeptic.counting import counted

GIB = 1 << 30
CONTROLLERS = ("cpu", "cpuset", "memory", "pids")
"""The cgroup controllers that the kubelet requires, with either cgroup version."""


INSTANCES_PER_NODE = 14
INSTANCES_OF_CONTROL_PLANE = 13
"""Inotify instances held by a node's kubelet, systemd, containerd and kube-proxy, and additionally by the API server and the
controllers, as counted in running clusters of 1.37."""
MORE_INOTIFY = "sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288"


class Level(Enum):
    """What a diagnosis means for the next ``skeptic up``."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Diagnosis:
    """The state of one requirement.

    :param what: the requirement, in a word or two
    :param says: what was seen and, unless it is ok, what to do
    """

    level: Level
    what: str
    says: str


@dataclass(frozen=True)
class Machine:
    """The relevant properties of a machine; sizes in bytes.

    :param free: free space for the cache and for the state, by folder
    :param inotify_used: instances held by root's processes, including the nodes'; 0 for a user who cannot count them
    :param nodes_seen: whether this user can count them
    :param controllers: enabled cgroup controllers
    """

    memory: int
    free: dict[str, int]
    inotify_instances: int
    inotify_used: int
    inotify_watches: int
    open_files: int
    cgroup_version: str
    controllers: tuple[str, ...]
    filesystems: tuple[str, ...]
    netfilter: bool
    nodes_seen: bool = True


def look() -> Machine:
    """Return the properties of this machine."""
    unified = Path("/sys/fs/cgroup/cgroup.controllers")
    return Machine(
        memory=_available_memory(),
        free={str(place): shutil.disk_usage(_existing(place)).free for place in (paths.cache(), paths.state())},
        inotify_instances=_number("/proc/sys/fs/inotify/max_user_instances"),
        inotify_used=_inotify_used() if os.geteuid() == 0 else 0,
        inotify_watches=_number("/proc/sys/fs/inotify/max_user_watches"),
        open_files=resource.getrlimit(resource.RLIMIT_NOFILE)[1],
        cgroup_version="2" if unified.exists() else "1",
        controllers=tuple(_read(unified).split()) if unified.exists() else _old_controllers(_read("/proc/cgroups")),
        filesystems=tuple(line.split()[-1] for line in _read("/proc/filesystems").splitlines() if line.strip()),
        netfilter=Path("/proc/sys/net/netfilter").is_dir(),
        nodes_seen=os.geteuid() == 0,
    )


def judge(machine: Machine) -> list[Diagnosis]:
    """Return a diagnosis for each requirement."""
    return [
        _memory(machine.memory),
        *(_disk(place, free) for place, free in machine.free.items()),
        _inotify(machine),
        _open_files(machine.open_files, certain=machine.nodes_seen),
        _cgroups(machine.cgroup_version, machine.controllers),
        _kernel(machine.filesystems, netfilter=machine.netfilter),
    ]


def _memory(available: int) -> Diagnosis:
    seen = f"{available / GIB:.1f} GiB available"
    if available < 2 * GIB:
        return Diagnosis(Level.FAIL, "memory", f"{seen}; a cluster of four nodes needs 2 GiB: stop something else")
    if available < 5 * GIB:
        return Diagnosis(Level.WARN, "memory", f"{seen}; building Kubernetes beside a cluster needs 5 GiB: build first")
    return Diagnosis(Level.OK, "memory", seen)


def _disk(place: str, free: int) -> Diagnosis:
    seen = f"{free / GIB:.0f} GiB free for {place}"
    if free < 4 * GIB:
        return Diagnosis(
            Level.FAIL, "disk", f"{seen}; a cluster needs 4 GiB: free some, or move it (KUBESKEPTIC_CACHE, _STATE)"
        )
    if free < 20 * GIB:
        return Diagnosis(
            Level.WARN, "disk", f"{seen}; building everything needs 20 GiB: free some before images are built"
        )
    return Diagnosis(Level.OK, "disk", seen)


def inotify_shortage(machine: Machine, nodes: int) -> str | None:
    """Return why another cluster would run out of inotify instances, or None when enough are left.

    Without enough of them, systemd in a node exits with "Too many open files".
    """
    needed = nodes * INSTANCES_PER_NODE + INSTANCES_OF_CONTROL_PLANE
    if machine.inotify_used + needed <= machine.inotify_instances:
        return None
    return (
        f"{machine.inotify_used} of {machine.inotify_instances} inotify instances are in use and a cluster of "
        f"{counted(nodes, 'node')} takes about {needed}; delete another cluster, or raise the limit: {MORE_INOTIFY}"
    )


def _inotify(machine: Machine) -> Diagnosis:
    used = f"{machine.inotify_used} of" if machine.nodes_seen else "an unknown number (visible only to root) of"
    seen = f"{used} {machine.inotify_instances} instances in use, {machine.inotify_watches} watches allowed"
    fresh = replace(machine, inotify_used=0)
    if inotify_shortage(fresh, 4) or machine.inotify_watches < 8192:
        return Diagnosis(Level.FAIL, "inotify", f"{seen}; too low for four nodes: {MORE_INOTIFY}")
    if inotify_shortage(machine, 4) or machine.inotify_watches < 65536:
        return Diagnosis(Level.WARN, "inotify", f"{seen}; too few for four more nodes: {MORE_INOTIFY}")
    return Diagnosis(Level.OK, "inotify", seen)


def _open_files(hard: int, *, certain: bool) -> Diagnosis:
    if hard != resource.RLIM_INFINITY and hard < 4096:
        level = Level.FAIL if certain else Level.WARN  # the engine of another user has limits of its own
        return Diagnosis(level, "open files", f"hard limit of {hard}; raise it to 65536 (ulimit -Hn, limits.conf)")
    return Diagnosis(
        Level.OK, "open files", "no hard limit" if hard == resource.RLIM_INFINITY else f"hard limit of {hard}"
    )


def _cgroups(version: str, controllers: Sequence[str]) -> Diagnosis:
    missing = [name for name in CONTROLLERS if name not in controllers]
    if missing:
        return Diagnosis(
            Level.FAIL, "cgroups", f"version {version} without {', '.join(missing)}; enable them in the kernel"
        )
    if version == "1":
        return Diagnosis(Level.OK, "cgroups", "version 1; the kubelet is told to accept it (failCgroupV1: false)")
    return Diagnosis(Level.OK, "cgroups", f"version {version}")


def _kernel(filesystems: Sequence[str], *, netfilter: bool) -> Diagnosis:
    lacking = [] if "overlay" in filesystems else ["the overlay file system (modprobe overlay)"]
    lacking += [] if netfilter else ["netfilter (modprobe nf_conntrack)"]
    if lacking:
        # the engine may still load either as a module
        return Diagnosis(Level.WARN, "kernel", f"not seen: {', '.join(lacking)}; needed once the engine runs")
    return Diagnosis(Level.OK, "kernel", "overlay file system and netfilter are available")


def _old_controllers(table: str) -> tuple[str, ...]:
    rows = [line.split() for line in table.splitlines() if line and not line.startswith("#")]
    return tuple(row[0] for row in rows if row[3] == "1")


def _available_memory() -> int:
    for line in _read("/proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def _inotify_used() -> int:
    return sum(_instances_of(folder) for folder in Path("/proc").glob("[0-9]*"))


def _instances_of(process: Path) -> int:
    try:
        if process.stat().st_uid != os.geteuid():
            return 0
        return sum(str(file.readlink()) == "anon_inode:inotify" for file in (process / "fd").iterdir())
    except OSError:  # it has exited, or belongs to another user
        return 0


def _existing(place: Path) -> Path:
    return place if place.exists() else _existing(place.parent)


def _read(place: str | Path) -> str:
    try:
        return Path(place).read_text(encoding="utf-8")
    except OSError:
        return ""


def _number(place: str) -> int:
    return int(_read(place).strip() or 0)
