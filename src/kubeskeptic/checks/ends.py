"""How did the process of a container end that was started again? Not every end is the one that a fault brought about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubeskeptic.durations import CLOCK_DOUBT
from kubeskeptic.objects import containers, unix
from kubeskeptic.timeline import Change, FaultSpan

KILLED = 137
"""The exit code of a process that was killed: 128 + SIGKILL."""
BY_SIGKILL = ("kill_container", "hang_container")
"""The faults after which a process ends by SIGKILL: theirs, or that of the runtime when the process does not end by itself."""


def other_ends(before: Mapping[str, Any], pod: Change, fault: FaultSpan) -> Iterator[str]:
    """Yield the containers of a pod that restarted because their process ended otherwise than by a fault, one sentence each.

    :param before: the pod before the fault
    :param pod: the first change in which a container has restarted
    """
    earlier = {name: int(status.get("restartCount") or 0) for name, status in containers(before).items()}
    for name, status in containers(pod.object).items():
        if int(status.get("restartCount") or 0) > earlier.get(name, 0):
            how = _otherwise((status.get("lastState") or {}).get("terminated") or {}, fault)
            yield from (f"The process of {name} in {pod.name} {one}" for one in how)


def _otherwise(ended: Mapping[str, Any], fault: FaultSpan) -> Iterator[str]:
    """Yield what shows that a process did not end by a fault, each as the end of a sentence."""
    code, reason, at = ended.get("exitCode"), ended.get("reason"), unix(ended.get("finishedAt") or "")
    if code == 0:
        yield "ended by itself, with status 0"
    elif fault.fault in BY_SIGKILL and code not in (None, KILLED):
        yield f"ended with status {code}, and not by SIGKILL"
    elif fault.fault in BY_SIGKILL and reason == "OOMKilled":
        yield "was killed for its memory"
    if at and at + 1 + CLOCK_DOUBT < fault.applied:  # a time is stated to the second
        yield f"had ended at least {fault.applied - at - 1:.1f} s before {fault.fault}"
