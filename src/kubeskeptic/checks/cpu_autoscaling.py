"""Does an autoscaler on CPU utilization follow a load, by adding pods and not nodes?

The load is read from the fact :data:`LOAD`: ``[before, after, seconds]``, the Unix times just before and after its beginning,
and its duration. The interval at which CPU usage is measured is read from the fact :data:`RESOLUTION`, in seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubeskeptic.bounds import CPU_STATISTICS, HPA, STABLE, Bound, Expression, Interval, constant
from kubeskeptic.checks.autoscaling import lowered, raised, with_window
from kubeskeptic.checks.declarations import other_metric
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.moments import moment
from kubeskeptic.checks.rescales import not_followed, replicas, unexplained
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, seconds
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import condition, is_ready
from kubeskeptic.timeline.quantities import requests

LOAD = "load"
RESOLUTION = "metrics resolution"
TOLERANCE = 0.1
"""The share by which the utilization may differ from the target without any scaling
(``--horizontal-pod-autoscaler-tolerance``)."""
_NO_NODE = Bound(0, "nodes", "an autoscaler of pods adds no node")


@check
def follows_the_load(act: Act, app: str, target: float, least: int = 1) -> Finding:
    """Check that under a load the autoscaler raises the replicas until their average CPU utilization is at the target, that the
    replicas go down to ``least`` after the load, each within its time, and that no node is added.

    :param target: the autoscaler's target, in percent of the pods' requests
    """
    on, off = _load(act)
    changes, autoscaler = list(act.changes("Deployment", app)), list(act.changes("HorizontalPodAutoscaler", app))
    if not changes or not autoscaler:
        raise Inconclusive(f"the Deployment or the autoscaler {app} was not recorded")
    up = raised(changes, on, least)
    fell = lowered(changes, off, least) if up else None
    act.reading.doubts += [*unexplained(act, app), *not_followed(act, app, least)]
    act.reading.doubts += other_metric(act, app, "Resource", target, least=least)
    bounds = _bounds(act, autoscaler, target)
    measured = {"scaled up": _since(up, on, act.end), "nodes added": Measure(_nodes_added(act), "nodes")}
    measured["most replicas"] = Measure(max(replicas(one) for one in changes), "pods")
    used = [use for one in autoscaler if on.low < one.seen <= off.low and (use := _use(one)) is not None]
    if up is None and _measures(autoscaler, off) and max(used, default=0) <= target * (1 + TOLERANCE):
        raise Inconclusive(f"the load raised the measured CPU utilization only to {max(used, default=0)} %")
    act.reading.doubts += _unmeasurable(act, app)
    if up is not None:
        if not used:
            raise Inconclusive("the autoscaler did not report a CPU utilization")
        if not _measures(autoscaler, off):
            act.reading.doubts.append("The autoscaler had no metric at the end of the load")
        measured |= {"use at the end of the load": Measure(used[-1], "%"), "highest use": Measure(max(used), "%")}
        measured["scaled down"] = _since(fell, off, act.end)
    return conclude(
        _told(measured, bounds, least, target),
        measured,
        {name: bound for name, bound in bounds.items() if name in measured},
        window=(act.start, act.end),
        decisive=tuple(_timeline(act, app, on.low))[:24],
    )


def _load(act: Act) -> tuple[Interval, Interval]:
    """Return when the load began and when it ended.

    :raises Inconclusive: if the scenario did not get as far as the load
    """
    end, said = act.end, act.recording.facts.get(f"{LOAD}: {act.name}")
    if not said or not end:
        raise Inconclusive("there was no load")
    before, after, lasted = map(float, said)
    return moment(act, before, after), moment(act, before + lasted, after + lasted)


def _bounds(act: Act, autoscaler: list[Change], target: float) -> dict[str, Bound]:
    """Return the bounds computed from the cluster's settings; the window in the object's own ``behavior`` takes precedence.

    A change is in the kubelet's statistics, then in a reading of them, and then the autoscaler looks. The window for going down
    begins when it looked for the last time before it knew.
    """
    seen: Expression = CPU_STATISTICS + constant(RESOLUTION, float(act.recording.facts[RESOLUTION])) + HPA
    limit = round(target * (1 + TOLERANCE), 1)
    return {
        "scaled up": seen.at_most(act.settings),
        "use at the end of the load": Bound(
            limit, "%", f"target {target:g} % and a tolerance of {100 * TOLERANCE:g} %"
        ),
        "scaled down": (STABLE + seen).at_most(with_window(act.settings, autoscaler)),
        "nodes added": _NO_NODE,
    }


def _unmeasurable(act: Act, app: str) -> Iterator[str]:
    """Yield the pods of an app that are known to request no CPU, of which there is no utilization, one sentence each."""
    for name, pod in {one.name: one.object for one in act.changes("Pod", app=app)}.items():
        known = any("resources" in one for one in pod["spec"].get("containers") or ())
        if known and requests(pod)["cpu"] <= 0:
            yield f"{name} requests no CPU, so there is no utilization of it"


def _nodes_added(act: Act) -> int:
    nodes = (one for one in act.changes("Node") if one.type == "ADDED" and one.seen > act.start)
    return len({one.uid for one in nodes})


def _use(autoscaler: Change) -> int | None:
    """Return the CPU utilization in an autoscaler's status, in percent of the request; None if it has none."""
    for metric in autoscaler.object.get("status", {}).get("currentMetrics") or ():
        current: dict[str, Any] = metric.get("resource", {}).get("current", {})
        if "averageUtilization" in current:
            return int(current["averageUtilization"])
    return None


def _measures(autoscaler: list[Change], until: Interval) -> bool:
    """Return whether an autoscaler had a usable metric when it was last seen before ``until``."""
    seen = [one for one in autoscaler if one.seen <= until.low]
    return bool(seen) and condition(seen[-1].object, "ScalingActive") == "True"


def _since(when: Interval | None, origin: Interval, end: float) -> Measure:
    took = when.since(origin) if when else Interval(end - origin.high, float("inf"))
    return seconds(took.not_negative())


def _timeline(act: Act, app: str, since: float) -> Iterator[str]:
    """Yield CPU utilization, replicas and Ready pods from the load on, a line for each moment at which one of them changed."""
    ready: set[str] = set()
    shown: dict[str, object] = {}
    kinds = (act.changes("Deployment", app), act.changes("HorizontalPodAutoscaler", app), act.changes("Pod", app=app))
    for change in sorted((one for kind in kinds for one in kind), key=lambda one: one.seen):
        if change.kind == "Pod":
            (ready.add if change.type != "DELETED" and is_ready(change.object) else ready.discard)(change.uid)
            now: dict[str, object] = {"Ready": len(ready)}
        elif change.kind == "Deployment":
            now = {"replicas": replicas(change)}
        else:
            now = {"use": f"{_use(change)} %"} if _use(change) is not None else {}
        if now and now.items() - shown.items():
            shown |= now
            if change.seen >= since:
                yield f"{change.seen - since:+.1f} s: " + ", ".join(f"{name} {value}" for name, value in shown.items())


def _told(measured: dict[str, Measure], bounds: dict[str, Bound], least: int, target: float) -> str:
    up = measured["scaled up"]
    if "scaled down" not in measured:
        return f"In {up.value:.1f} s under load the replicas were not raised; the limit is {bounds['scaled up'].value:g} s."
    down, used = measured["scaled down"], measured["use at the end of the load"].value
    ended = "they were not" if down.interval.high == float("inf") else "they were"
    added = measured["nodes added"].value
    return (
        f"{up.value:.1f} s after the load began the replicas were raised, to {measured['most replicas'].value:g}; CPU "
        f"utilization rose to {measured['highest use'].value:g} %, and was {used:g} % at the end of the load (target "
        f"{target:g} %). {down.value:.1f} s after the load {ended} down to {least}; the limits are "
        f"{bounds['scaled up'].value:g} and {bounds['scaled down'].value:g} s. "
        f"{counted(added, 'node')} {agreeing(added, 'was', 'were')} added."
    )
