"""Are a StatefulSet's pods started in order, and is none of them ever doubled?"""

from __future__ import annotations

from itertools import pairwise

from kubeskeptic.bounds import Bound
from kubeskeptic.checks.objects import is_ready, labelled
from kubeskeptic.checks.watching import baseline_of, end_of, recorded, start_of
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, holds, violated
from kubeskeptic.timeline import Act, Recording


def started_in_order(recording: Recording, app: str, replicas: int, until: float) -> Finding:
    """Each pod of a StatefulSet is created only once the one before it is Ready, seen from the first pod on.

    :raises Inconclusive: when the recorder came too late to see the first pod being made
    """
    recorded(recording, ["Pod"], recording.started, until)
    made: dict[str, float] = {}
    ready: dict[str, float] = {}
    for change in labelled(recording.of_kind("Pod"), app):
        if change.type == "LISTED":
            raise Inconclusive(f"the pods of {app} were there before anybody looked")
        made.setdefault(change.name, change.seen)
        if is_ready(change.object):
            ready.setdefault(change.name, change.seen)
    names = [f"{app}-{ordinal}" for ordinal in range(replicas)]
    missing = [name for name in names if name not in ready]
    if missing:
        raise Inconclusive(f"{missing[0]} never became Ready")
    early = [(a, b) for a, b in pairwise(names) if made[b] < ready[a]]
    measured = {"started early": Measure(len(early), "pods")}
    bounds = {"started early": Bound(0, "pods", "podManagementPolicy OrderedReady, the default")}
    if early:
        first, second = early[0]
        why = f"{second} was created {ready[first] - made[second]:.2f} s before {first} was Ready."
        return violated(why, measured=measured, bounds=bounds)
    return holds(
        f"{', '.join(names)} were started one after another, each once the one before was Ready.",
        measured=measured,
        bounds=bounds,
    )


def waits_for_its_node(recording: Recording, act: Act, pod: str, since: float, back: float) -> Finding:
    """A pod on a crashed node is marked for deletion and stays so, never doubled, until its node is brought back at
    ``back``; then it is replaced under its own name.
    """
    end = end_of(act)
    recorded(recording, ["Pod"], baseline_of(act), end)
    changes = [change for change in recording.of_kind("Pod", pod) if since < change.seen <= end]
    known = [change.uid for change in recording.of_kind("Pod", pod) if change.seen <= since]
    if not known:
        raise Inconclusive(f"the pod {pod} was never seen before the crash")
    marked = next((c.seen for c in changes if c.object["metadata"].get("deletionTimestamp")), None)
    early = next((c for c in changes if c.seen < back and (c.type == "DELETED" or c.uid != known[-1])), None)
    bounds = {"replaced while its node was down": Bound(0, "pods", "at most one pod of a name")}
    measured = {"replaced while its node was down": Measure(int(early is not None), "pods")}
    if early is not None:
        why = f"{pod} was let go {early.seen - since:.1f} s after the crash, while nobody could know whether it still ran."
        return violated(why, measured=measured, bounds=bounds)
    if marked is None or marked > back:
        return violated(
            f"{pod} was never marked for deletion while its node was down.", measured=measured, bounds=bounds
        )
    again = next((c.seen for c in changes if c.uid != known[-1] and is_ready(c.object)), None)
    if again is None:
        # Nothing documents how long that may take.
        raise Inconclusive(
            f"{pod} was not Ready again in the {end - back:.0f} s that were watched after its node came back"
        )
    return holds(
        f"{pod} stayed Terminating for {back - marked:.0f} s, until its node was back, "
        f"and was Ready again under its name {again - back:.1f} s later.",
        measured=measured
        | {"Terminating": Measure(round(back - marked, 1), "s"), "back": Measure(round(again - back, 2), "s")},
        bounds=bounds,
        window=(start_of(act), end),
    )
