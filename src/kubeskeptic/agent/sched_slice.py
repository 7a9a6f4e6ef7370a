"""Short slices of processor time for an agent that cannot have real-time priority, so that a due question is asked sooner.

The kernel's fair scheduler lets a task with shorter slices run first when it wakes, with the same share of the processor over
time. ``sched_setattr(2)`` with a ``sched_runtime`` requests this for a task of the default policy, without any privilege (Linux
6.12, Documentation/scheduler/sched-eevdf.rst). Older kernels ignore it.
"""

from __future__ import annotations

import ctypes
import os
import platform

SHORTEST = 100_000
"""Nanoseconds of one slice: the shortest that the kernel accepts, and about what one question needs."""
_NUMBERS = {"x86_64": 314, "aarch64": 274}
"""Numbers of the system call, by machine: the C library has no wrapper for it before glibc 2.41."""


class _Attributes(ctypes.Structure):
    """``struct sched_attr`` in its first version; zeros mean the default policy and niceness."""

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
    """Request the shortest slices for the calling thread, and return whether the kernel accepted; lateness is recorded anyway.

    A thread with another policy, such as one with real-time priority, is left alone: the call would reset it to the default.
    """
    number = _NUMBERS.get(platform.machine())
    if number is None or os.sched_getscheduler(0) != os.SCHED_OTHER:
        return False
    wanted = _Attributes(size=ctypes.sizeof(_Attributes), runtime=SHORTEST)
    return bool(ctypes.CDLL(None).syscall(number, 0, ctypes.byref(wanted), 0) == 0)
