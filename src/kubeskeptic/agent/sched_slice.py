"""Short slices of processor time, for an agent that cannot have real-time priority: a due question is asked sooner.

The kernel's fair scheduler lets a task that asks for shorter slices run first when it wakes, within the same share of the
processor over time: ``sched_setattr(2)`` with a ``sched_runtime`` for a task of the default policy, which needs no privilege
(Linux 6.12, Documentation/scheduler/sched-eevdf.rst). Older kernels take no notice.
"""

from __future__ import annotations

import ctypes
import os
import platform

SHORTEST = 100_000
"""Nanoseconds of one slice: the shortest that the kernel takes, and about what one question needs."""
_NUMBERS = {"x86_64": 314, "aarch64": 274}
"""Of the system call, by machine: the C library has no name for it before glibc 2.41."""


class _Attributes(ctypes.Structure):
    """``struct sched_attr`` in its first size; zeros are the default policy and niceness."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("policy", ctypes.c_uint32),
        ("flags", ctypes.c_uint64),
        ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32),
        ("runtime", ctypes.c_uint64),
        ("deadline", ctypes.c_uint64),
        ("period", ctypes.c_uint64),
    )


def take_short_slices() -> bool:
    """Ask for the shortest slices for this process, and return whether the kernel took it; late questions are seen anyway.

    A process of another policy, such as one with real-time priority, is left alone: the call would set it to the default.
    """
    number = _NUMBERS.get(platform.machine())
    if number is None or os.sched_getscheduler(0) != os.SCHED_OTHER:
        return False
    wanted = _Attributes(size=ctypes.sizeof(_Attributes), runtime=SHORTEST)
    return bool(ctypes.CDLL(None).syscall(number, 0, ctypes.byref(wanted), 0) == 0)
