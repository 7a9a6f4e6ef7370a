"""Changes of a Deployment's replicas that its autoscaler does not report, and those that its pods do not follow; and changes of
a queue that they do not explain.

An autoscaler that changes the replicas of its target says so in its status: ``lastScaleTime`` changes, and
``desiredReplicas`` is the new number (Kubernetes API, HorizontalPodAutoscalerStatus).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from kubeskeptic.bounds import Interval
from kubeskeptic.checks.replicas import pod_counts
from kubeskeptic.timeline import Act, Change


def unexplained(act: Act, app: str) -> Iterator[str]:
    """Yield a sentence if a Deployment's replicas were changed in an act and its autoscaler does not say that it did so."""
    since = act.start
    scalers = (one for one in act.changes("HorizontalPodAutoscaler") if _target(one) == app)
    rescaled = (one for last, one in pairwise(scalers) if one.seen >= since and _scaled_at(one) != _scaled_at(last))
    wanted = (_status(one).get("desiredReplicas") for one in rescaled)
    for last, change in pairwise(act.changes("Deployment", app)):
        step = replicas(last), replicas(change)
        # Each of the autoscaler's steps explains one change, in their order: the search goes on where the last one ended.
        if change.seen >= since and step[0] != step[1] and step[1] not in wanted:
            yield f"{app} was scaled from {step[0]} to {step[1]}, and its autoscaler does not report that it did so"
            return


def not_followed(act: Act, app: str, least: int) -> Iterator[str]:
    """Yield the numbers above ``least`` to which a Deployment was scaled up in an act without as many pods being Ready at any
    moment until it was scaled down again, one sentence each. Replicas that are declared take no work.
    """
    changes, counts = list(act.changes("Deployment", app)), pod_counts(act.changes("Pod", app=app))
    for place, (last, change) in enumerate(pairwise(changes), 2):
        wanted = replicas(change)
        if change.seen < act.start or wanted <= max(replicas(last), least):
            continue
        until = next((one.seen for one in changes[place:] if replicas(one) < wanted), act.end)
        before = [one.ready for one in counts if one.when.high < change.earliest]
        most = max(
            [*before[-1:], *(one.ready for one in counts if change.earliest <= one.when.high <= until)], default=0
        )
        if most < wanted:
            yield f"{app} was scaled to {wanted}, and at most {most} of its pods were Ready in the meantime"


def emptied_otherwise(act: Act, app: str, depths: Sequence[tuple[Interval, int]], rate: float) -> Iterator[str]:
    """Yield what shows that others than the pods of an app changed the depth of a queue, one sentence each.

    :param depths: the looks at the queue in turn, each with the number of waiting jobs
    :param rate: the maximum number of jobs a second that a pod takes, in addition to one job at once; 0 if it is not known
    """
    if depths[-1][1] and any(not jobs for _, jobs in depths):
        yield "The queue was not empty any more at the end"
    hands = len({one.uid for one in act.changes("Pod", app=app)})
    for (before, jobs), (after, left) in pairwise(depths):
        lasted = after.high - before.low
        if left > jobs > 0:
            yield f"The queue was filled again: it had {jobs} jobs, and {left} within {lasted:.1f} s"
        if rate and jobs - left > hands * (1 + rate * lasted):
            yield f"The queue lost {jobs - left} jobs in {lasted:.1f} s, more than {hands} pods of {app} take"


def replicas(deployment: Change) -> int:
    """Return a Deployment's declared number of replicas; 0 if it declares none."""
    return int(deployment.object.get("spec", {}).get("replicas", 0))


def _target(autoscaler: Change) -> object:
    return autoscaler.object.get("spec", {}).get("scaleTargetRef", {}).get("name")


def _scaled_at(autoscaler: Change) -> object:
    return _status(autoscaler).get("lastScaleTime")


def _status(autoscaler: Change) -> dict[str, Any]:
    return autoscaler.object.get("status") or {}
