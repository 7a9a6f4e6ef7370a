"""Containers of our own engine go first when the processor is short.

All containers of an engine are one group to the kernel, which gives that group as much of the processor as any single process
beside it: a cluster of four nodes, as much as the harness that only watches it. Questions are late then, exactly when there is
something to see. So our own engine has a group of its own, with more weight; nothing is taken from others while there is
enough.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

GROUP = "kubeskeptic"
"""The control group below which our own engine puts its containers."""
TIMES = 16
"""How much more than one process beside it."""
_ROOT = Path("/sys/fs/cgroup")
_SHARES, _WEIGHT = 1024, 100
"""The weight of a group by default, in version 1 and 2 of control groups (Linux, cgroup-v1/cpu-shares, cgroup-v2)."""


def give(root: Path = _ROOT) -> None:
    """Make the group and give it weight; where that cannot be done, the engine makes the group and nothing is better."""
    old = (root / "cpu" / "cpu.shares").exists()
    group = root / "cpu" / GROUP if old else root / GROUP
    with contextlib.suppress(OSError):
        group.mkdir(exist_ok=True)
        name, value = ("cpu.shares", _SHARES) if old else ("cpu.weight", _WEIGHT)
        (group / name).write_text(f"{TIMES * value}\n", encoding="ascii")
