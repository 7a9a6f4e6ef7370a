"""Containers of our own engine get CPU precedence when the processor is overloaded.

The kernel treats all containers of an engine as one control group, which gets as much CPU time as any single process beside it:
a cluster of four nodes gets as much as the harness that only observes it. Questions are then late exactly when there is
something to observe. So our own engine has its own group with more weight; others lose nothing while there is enough CPU.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

GROUP = "kubeskeptic"
"""The parent control group of our own engine's containers."""
TIMES = 16
"""The group's weight as a multiple of a single process's."""
_ROOT = Path("/sys/fs/cgroup")
_SHARES, _WEIGHT = 1024, 100
"""The default weight of a group in versions 1 and 2 of control groups (Linux, cgroup-v1/cpu-shares, cgroup-v2)."""


def give(root: Path = _ROOT) -> None:
    """Create the group and set its weight. If that fails, the engine creates the group with the default weight."""
    old = (root / "cpu" / "cpu.shares").exists()
    group = root / "cpu" / GROUP if old else root / GROUP
    with contextlib.suppress(OSError):
        group.mkdir(exist_ok=True)
        name, value = ("cpu.shares", _SHARES) if old else ("cpu.weight", _WEIGHT)
        (group / name).write_text(f"{TIMES * value}\n", encoding="ascii")
