"""Does a HorizontalPodAutoscaler follow its metric, and in which order do the steps of scaling happen?

The depth of the queue is read from the fact :data:`DEPTHS`: ``[before, after, depth]`` for each look, the first two in Unix
seconds. The first is from when it had been filled.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import dropwhile
from typing import Any, NamedTuple

from kubeskeptic.bounds import HPA, STABLE, Bound, Interval
from kubeskeptic.checks.declarations import other_metric
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lasting import since_when
from kubeskeptic.checks.moments import require_in_turn
from kubeskeptic.checks.rescales import emptied_otherwise, not_followed, replicas, unexplained
from kubeskeptic.checks.scaling import never_wanted
from kubeskeptic.counting import counted
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, seconds
from kubeskeptic.settings import Setting, Settings
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import condition, is_ready, living

DEPTHS = "depths of the queue"
_EMPTY = Bound(0, "jobs", "the desired state: an empty queue")
_NOT_SCALED = Bound(0, "changes", "no scaling without a metric")
_SAYS_SO = Bound(1, "times", "the autoscaler reports why it does not scale", at_least=True)
_IN_ORDER = Bound(0, "steps", "replicas changed, pods Ready, then the depth falls")


class Depth(NamedTuple):
    """The number of waiting jobs at some moment within an interval."""

    when: Interval
    jobs: int


@check
def follows_the_queue(act: Act, app: str, least: int, *, rate: float = 0.0) -> Finding:
    """Check that a filled queue makes the autoscaler raise the replicas within 2 HPA, that the queue is emptied, and that the
    replicas go down to ``least`` within STABLE + 2 HPA after that.

    :param rate: the maximum number of jobs a second that a pod takes, in addition to one at once; 0 if it is not known
    """
    depths = _depths(act)
    filled, changes = depths[0].when, _recorded(act, "Deployment", app)
    act.reading.doubts += [*unexplained(act, app), *not_followed(act, app, least)]
    act.reading.doubts += [*other_metric(act, app, "External", least=least), *emptied_otherwise(act, app, depths, rate)]
    up, empty = raised(changes, filled, least), next((one.when for one in depths if one.jobs == 0), None)
    fell = lowered(changes, empty, least) if empty else None
    scaled_down = (STABLE + HPA + HPA).at_most(
        with_window(act.settings, list(act.changes("HorizontalPodAutoscaler", app)))
    )
    measured = {
        "scaled up": _since(up, filled, act.end),
        "jobs left": Measure(depths[-1].jobs if not empty else 0, "jobs"),
        "filled with": Measure(depths[0].jobs, "jobs"),
        "most replicas": Measure(max(replicas(one) for one in changes), "pods"),
    }
    measured |= (
        {"scaled down": _since(fell, empty, act.end), "emptied after": _since(empty, filled, act.end)} if empty else {}
    )
    bounds = {"scaled up": (HPA + HPA).at_most(act.settings), "jobs left": _EMPTY, "scaled down": scaled_down}
    return conclude(
        _told(measured, bounds, least),
        measured,
        {name: bound for name, bound in bounds.items() if name in measured},
        window=(act.start, act.end),
        decisive=tuple(f"{one.seen - filled.low:+.1f} s: scale to {replicas(one)}" for one in _steps(changes, filled)),
    )


@check
def scales_before_it_measures(act: Act, app: str, alone: float) -> Finding:
    """Check the order of a scale-up: the replicas are changed, then more pods are Ready, and only then, within the case's
    bound, the depth falls further than the existing pods can explain. In every scale-up, no pod is Ready before the replicas
    were changed for it.

    :param alone: the maximum number of jobs a second that the existing pods take, in addition to one job each at once
    """
    depths = _depths(act)
    act.reading.doubts += [*unexplained(act, app), *other_metric(act, app, "External")]
    filled, jobs = depths[0].when, depths[0].jobs
    changed = next((one.when for one in _steps(_recorded(act, "Deployment", app), filled)), None)
    known = {one.uid for one in act.changes("Pod", app=app) if one.seen <= filled.low}
    fresh = (one.when for one in act.changes("Pod", app=app) if one.uid not in known and is_ready(one.object))
    ready = next(fresh, None)
    if changed is None or ready is None:
        which = "the replicas were not changed" if changed is None else "no additional pod was Ready"
        took = Interval(act.end - filled.high, float("inf"))
        return conclude(
            f"In the {took.low:.0f} s after the queue was filled, {which}.",
            {"depth falls": seconds(took)},
            {"depth falls": act.bound},
            window=(act.start, act.end),
        )
    hands = sum(is_ready(pod) for pod in living(act.changes("Pod", app=app), filled.low).values())
    fell = next((one.when for one in depths if jobs - one.jobs > hands + alone * (one.when.high - filled.low)), None)
    unasked = never_wanted(act.changes("Pod", app=app), _recorded(act, "Deployment", app), filled.low)
    early = int(bool(fell and fell.high < ready.low)) + (unasked if act.watched("Deployment", "Pod") else 0)
    unsure = sum(1 for one, other in ((changed, ready), (ready, fell)) if other and other.low < one.high)
    took = fell.since(ready) if fell else Interval(act.end - ready.high, float("inf"))
    last = f"{took.high:.1f} s later the depth had fallen further than" if fell else "the depth never fell further than"
    return conclude(
        f"{changed.high - filled.low:.1f} s after the queue was filled the replicas were changed, "
        f"{ready.high - changed.low:.1f} s later another pod was Ready, and {last} {alone:g} jobs a second explain.",
        {
            "depth falls": seconds(took.clipped()),
            "steps out of order": Measure(early, "steps", early, max(unsure, early, unasked)),
        },
        {"depth falls": act.bound, "steps out of order": _IN_ORDER},
        window=(act.start, act.end),
    )


@check
def never_scales_unmeasured(act: Act, app: str, reason: str) -> Finding:
    """Check that an autoscaler whose metric is not served reports this with a reason, and changes no replicas during the case's
    bound.

    :param reason: the expected reason of its condition ScalingActive
    """
    filled = _depths(act)[0]
    autoscaler, changes = _recorded(act, "HorizontalPodAutoscaler", app), _recorded(act, "Deployment", app)
    act.reading.doubts += other_metric(act, app, "External")
    said = {_reason(one.object) for one in autoscaler}
    last = _reason(autoscaler[-1].object)
    since_said = dropwhile(lambda one: _reason(one.object) != reason, autoscaler)
    if any(one.type == "DELETED" or _reason(one.object) != reason for one in since_said):
        act.reading.doubts.append("The autoscaler had its metric in the meantime, or was deleted")
    steps = _steps(changes, filled.when)
    lasted = act.end - filled.when.high
    if not steps and act.bound.admits(lasted):
        raise Inconclusive(f"it was watched for {lasted:.1f} s; at least {act.bound.value:g} s are required")
    others = ", ".join(sorted(filter(None, said))) or "nothing"
    queue = f"With {counted(filled.jobs, 'job')} waiting"
    why = f"{queue}, the autoscaler reported {others} and changed no replicas in {lasted:.0f} s."
    if steps:
        first = steps[0].seen - filled.when.low
        why = f"{queue}, the replicas were changed to {replicas(steps[0])} after {first:.1f} s."
    return conclude(
        why,
        {
            "times scaled": Measure(len(steps), "changes"),
            "said why": Measure(int(last == reason), "times"),
            "watched": Measure(round(lasted, 1), "s"),
        },
        {"times scaled": _NOT_SCALED, "said why": _SAYS_SO},
        window=(act.start, act.end),
    )


def _depths(act: Act) -> list[Depth]:
    """Return the recorded depths of the queue in this act.

    :raises Inconclusive: if the scenario did not get as far as filling the queue, or filled it with no jobs
    """
    end, found = act.end, act.recording.facts.get(f"{DEPTHS}: {act.name}") or ()
    if not found or not end:
        raise Inconclusive("the queue was not filled")
    depths = [Depth(Interval(float(before), float(after)), int(jobs)) for before, after, jobs in found]
    require_in_turn(act, [one.when for one in depths])
    if depths[0].jobs < 1:
        raise Inconclusive("the queue was filled with no jobs")
    return depths


def _recorded(act: Act, kind: str, name: str) -> list[Change]:
    """Return the changes to an object.

    :raises Inconclusive: if the object was never seen, so that nothing is known of it
    """
    changes = list(act.changes(kind, name))
    if not changes:
        raise Inconclusive(f"no {kind} {name} was recorded")
    return changes


def _steps(changes: list[Change], filled: Interval) -> list[Change]:
    """Return the changes to the desired number of replicas, from when the queue was filled."""
    before = next((replicas(one) for one in reversed(changes) if one.seen <= filled.low), 0)
    steps: list[Change] = []
    for change in changes:
        if change.seen > filled.low and replicas(change) != before:
            steps.append(change)
            before = replicas(change)
    return steps


def raised(changes: list[Change], since: Interval, least: int) -> Interval | None:
    """Return when a Deployment's desired replicas were first raised, and above ``least``; None if they never were."""
    before = next((replicas(one) for one in reversed(changes) if one.seen <= since.low), least)
    for change in changes:
        if change.seen > since.low:
            if replicas(change) > max(before, least):
                return change.when
            before = replicas(change)
    return None


def lowered(changes: list[Change], since: Interval, least: int) -> Interval | None:
    """Return since when a Deployment's desired replicas were down at ``least`` after a moment; None if they never were."""
    before = [one for one in changes if one.seen <= since.low]
    states = [(since, replicas(one) == least) for one in before[-1:]]
    return since_when(states + [(max(one.when, since), replicas(one) == least) for one in changes[len(before) :]])


def _reason(autoscaler: dict[str, Any]) -> str:
    conditions = autoscaler.get("status", {}).get("conditions") or ()
    active = condition(autoscaler, "ScalingActive")
    return next(
        (str(one.get("reason")) for one in conditions if one["type"] == "ScalingActive" and active == "False"), ""
    )


def with_window(settings: Settings, autoscaler: Sequence[Change]) -> Settings:
    """Return the settings with STABLE from the last recorded ``behavior`` of the autoscaler; unchanged if it sets none.

    :raises Inconclusive: if no autoscaler was recorded
    """
    if not autoscaler:
        raise Inconclusive("no autoscaler was recorded, so its stabilization window is not known")
    down = autoscaler[-1].object.get("spec", {}).get("behavior", {}).get("scaleDown", {})
    if "stabilizationWindowSeconds" not in down:
        return settings
    return settings.with_(Setting("STABLE", float(down["stabilizationWindowSeconds"]), "behavior of the autoscaler"))


def _since(when: Interval | None, origin: Interval, end: float) -> Measure:
    took = when.since(origin) if when else Interval(end - origin.high, float("inf"))
    return seconds(took.not_negative())


def _told(measured: dict[str, Measure], bounds: dict[str, Bound], least: int) -> str:
    jobs, up = measured["filled with"].value, measured["scaled up"]
    why = f"{jobs:g} jobs were put into the queue. "
    if up.interval.high == float("inf"):
        return f"{why}In {up.value:.1f} s the replicas were not raised; the limit is {bounds['scaled up'].value:g} s."
    why += f"After {up.value:.1f} s the replicas were raised, to at most {measured['most replicas'].value:g}; "
    if "scaled down" not in measured:
        return f"{why}At the end the queue held {counted(measured['jobs left'].value, 'job')}."
    down = measured["scaled down"]
    ended = "they were not" if down.interval.high == float("inf") else "they were"
    return (
        f"{why}the queue was empty after {measured['emptied after'].value:.1f} s, and {down.value:.1f} s later {ended} down to "
        f"{least}; the limit is {bounds['scaled down'].value:g} s."
    )
