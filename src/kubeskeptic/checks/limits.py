"""What happens to a container that exceeds its memory limit?"""

from __future__ import annotations

from typing import Any

from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.checks.declarations import without_limit
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lasting import seen_until
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, seconds
from kubeskeptic.objects import containers
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import node_of

REASON, CODE = "OOMKilled", 137
"""How an OOM kill appears in the status: 128 + SIGKILL (Kubernetes documentation, "Assign Memory Resources to Containers")."""
KERNEL, BY_KERNEL = "the kernel's log", "killed for memory"
"""The table of what the kernel's log states about a pod's container, by the pod's name; and the value for an OOM-killed
container."""
_AS_DOCUMENTED = Bound(0, "containers", f"{REASON} with exit code {CODE}")
_SAME = Bound(0, "pods", "a container is restarted in its pod")
_HEARD_LATE = " The kernel's log shows that it was OOM-killed; the container runtime learned of this too late."


@check
def killed_for_memory(act: Act, app: str) -> Finding:
    """Check that a container of an app, whose pod was created in this act, is OOM-killed with exit code 137, and runs again in
    the same pod within the case's bound.

    The reason in the pod's status shows what killed the container. containerd may learn of its end before it learns from the
    kernel that the container was out of memory, and then reports "Error" (containerd#12260, #12372). In that case the kernel's
    log decides.
    """
    changes = [
        change for change in act.changes("Pod", app=app) if change.seen >= act.start and change.type != "DELETED"
    ]
    if not changes:
        raise Inconclusive(f"no pod of {app} was created in “{act.name}”")
    killed = next((change for change in changes if _end(change)), None)
    if killed is None:
        return _not_killed(act, app, changes[0].seen)
    act.reading.doubts += without_limit(killed)
    end = _end(killed)
    again = next((change for change in changes if change.seen >= killed.seen and _runs_again(change)), None)
    took = again.when.since(killed.when) if again else Interval(seen_until(act) - killed.seen, float("inf"))
    late = end.get("reason") != REASON and _kernel_says(act, killed.name)
    right = (end.get("reason") == REASON or late) and end.get("exitCode") == CODE
    others = len({change.uid for change in changes} - {killed.uid})
    run = f"and ran again {max(took.high, 0):.2f} s later" if again else f"and did not run again in {took.low:.1f} s"
    return conclude(
        f"The container of {killed.name} ended as {end.get('reason')} with exit code {end.get('exitCode')} on "
        f"{node_of(killed.object)}, {run}; the limit is {act.bound.value:g} s.{_HEARD_LATE if late else ''}",
        {
            "ended otherwise": Measure(int(not right), "containers"),
            "other pods": Measure(others, "pods"),
            "restarted": seconds(took),
        },
        {"ended otherwise": _AS_DOCUMENTED, "other pods": _SAME, "restarted": act.bound},
        window=(act.start, act.end),
    )


def _not_killed(act: Act, app: str, since: float) -> Finding:
    """Return the finding if no container ended; until the bound has elapsed it may still start and be killed."""
    watched = act.end - since
    missing = Measure(1, "containers", int(not act.bound.admits(watched)), 1)
    why = f"No container of {app} ended in {watched:.1f} s."
    return conclude(why, {"not killed": missing}, {"not killed": _AS_DOCUMENTED})


def _kernel_says(act: Act, pod: str) -> bool:
    """Return whether the kernel's log was read and states that the kernel killed the pod's container for its memory."""
    return KERNEL in act.recording.tables and act.table(KERNEL).get(pod) == BY_KERNEL


def _end(change: Change) -> dict[str, Any]:
    """Return how a container of the pod ended, the current or the previous instance; empty if none has ended."""
    for status in containers(change.object).values():
        for state in ("state", "lastState"):
            ended: dict[str, Any] = status.get(state, {}).get("terminated") or {}
            if ended:
                return ended
    return {}


def _runs_again(change: Change) -> bool:
    return any(
        status.get("restartCount", 0) == 1 and "running" in status.get("state", {})
        for status in containers(change.object).values()
    )
