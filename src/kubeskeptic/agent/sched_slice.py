"""Short turns on the processor: a question that is due is asked at once, on a machine that is busy with other things too.

The kernel's fair scheduler lets whoever asks for shorter turns go first when it wakes, within the same share of the processor
over time: ``sched_setattr(2)`` with a ``sched_runtime`` for a task of the default policy, for which nobody needs a privilege
(Linux 6.12, Documentation/scheduler/sched-eevdf.rst). Older kernels take no notice.
"""

from __future__ import annotations

import ctypes
import platform

SHORTEST = 100_000
"""Nanoseconds of one turn: the shortest that the kernel takes, and about what one question needs."""
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


def take_short_turns() -> bool:
    """Ask for the shortest turns for this process; whether the kernel was asked. It never fails: late questions are seen."""
    number = _NUMBERS.get(platform.machine())
    if number is None:
        return False
    wanted = _Attributes(size=ctypes.sizeof(_Attributes), runtime=SHORTEST)
    return bool(ctypes.CDLL(None).syscall(number, 0, ctypes.byref(wanted), 0) == 0)
