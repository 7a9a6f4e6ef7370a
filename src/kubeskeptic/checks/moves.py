"""Which pod answers before and after a change of a service's endpoints, node by node?

::

    node A   old old old  ✕ ✕  new new      last answer from the old pod, first from the new one
    node B   old old old old ✕ ✕ new
"""

from __future__ import annotations

from collections.abc import Collection

from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.handovers import Handover, failing_since, handover
from kubeskeptic.checks.lanes import span
from kubeskeptic.checks.lasting import NEVER, reached
from kubeskeptic.checks.restarts import started_again, stopped_on
from kubeskeptic.counting import counted
from kubeskeptic.durations import MARGIN
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, gravest, seconds
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.endpoints import identity, ready_pods, service_of
from kubeskeptic.timeline.objects import is_ready

_FAILED = "last that failed or was late"
_FAILED_LATER = "last after the new was Ready"
_SERVICE = "kubernetes.io/service-name"
_NO_ANSWER = Bound(0, "answers", "its rules are out of date")
_NOTHING_CHANGES = Bound(0, "s", "nothing changes there")
_NO_REQUEST = Bound(0, "requests", "none may fail")


@check
def follows_move(act: Act, probe: str) -> Finding:
    """Check that after the single pod's deletion every node gets its last answer from the old pod within the programming lag,
    and its first from the new pod, on another node, within the case's bound; and that no request fails after that bound, or
    later than the programming lag after the new pod was Ready.
    """
    lanes, since = act.lanes(probe), act.since
    service = service_of(act.recording, probe)
    before, after = (ready_pods(act.recording, service, at) for at in (since.low, act.end))
    if list(before) != [act.victim] or len(after) != 1 or set(after.values()) & set(before.values()):
        raise Inconclusive(f"the pod did not move: before {before}, at the end {after}")
    others = {lane.node for lane in lanes} - set(before.values()) - set(after.values())
    if not others:
        raise Inconclusive("no node without the old and the new pod sent requests")
    _answered(act, lanes, since.low, before)
    seen = [handover(act, lane, since, act.end, before, after) for lane in lanes]
    act.lasts(max((act.bound_on(lane.node) for lane in lanes), key=lambda one: one.value))
    last = gravest(seen, lambda one: (one.old, _lag(act, one.node)))
    first = gravest(seen, lambda one: (one.new, act.bound_on(one.node)))
    failing = gravest(seen, lambda one: (one.failing, act.bound_on(one.node)))
    (old, there), (new, here) = next(iter(before.items())), next(iter(after.items()))
    compared = {
        "last from the old": (last.old, _lag(act, last.node)),
        "first from the new": (first.new, act.bound_on(first.node)),
        _FAILED: (failing.failing, act.bound_on(failing.node)),
        _FAILED_LATER: _failing_after_ready(act, lanes, new),
    }
    told = "never answered" if first.new.high == NEVER else f"answered after at most {first.new.high:.2f} s"
    late, lag = compared[_FAILED_LATER]
    more = f" A request still failed or was late {late.high:.2f} s after it was Ready; the limit is {lag.value:g} s."
    return conclude(
        f"{old} on {there} gave its last answer {max(last.old.high, 0):.2f} s after its deletion, to {last.node}; "
        f"{new} on {here} {told} on the slowest node, {first.node}; the limit is {act.bound_on(first.node).value:g} s."
        f"{'' if lag.admits(late.high) else more}",
        {name: seconds(known) for name, (known, _) in compared.items()},
        {name: bound for name, (_, bound) in compared.items()},
        nodes=tuple(lane.node for lane in lanes),
        window=(act.start, act.end),
        probes=(probe,),
        decisive=tuple(map(_line, seen)),
    )


def _failing_after_ready(act: Act, lanes: Collection[Lane], pod: str) -> tuple[Interval, Bound]:
    """Return how long after a pod was Ready the last request failed or was late, and the bound, on the node that decides."""
    ready = reached(act.changes("Pod", pod), lambda change: is_ready(change.object))
    if ready is None:
        act.reading.doubts.append(f"it was not seen when {pod} became Ready")
        ready = Interval(act.end, act.end)
    still = [(failing_since(act, lane, ready, act.end), _lag(act, lane.node)) for lane in lanes]
    return gravest(still, lambda one: one)


@check
def stays_as_programmed(act: Act, probe: str) -> Finding:
    """Check that while kube-proxy is stopped on one node, that node keeps routing to the endpoints that it knew, and every
    other node follows the change within the programming lag.
    """
    lanes, stopped = act.lanes(probe), stopped_on(act)
    before, after, changed = _change(act, probe)
    _answered(act, lanes, changed.low, before)
    seen = {lane.node: handover(act, lane, changed, act.lifted, before, after) for lane in lanes}
    if stopped not in seen or len(seen) < 2:
        raise Inconclusive(f"{stopped}, or every other node, sent no requests")
    here = seen.pop(stopped)
    slowest = gravest(seen.values(), lambda one: (one.new, _lag(act, one.node)))
    last = gravest(seen.values(), lambda one: (one.old, _lag(act, one.node)))
    failing = gravest(seen.values(), lambda one: (one.failing, _lag(act, one.node)))
    act.lasts_since(changed, max((_lag(act, lane.node) for lane in lanes), key=lambda one: one.value), act.lifted)
    told = "never answered" if slowest.new.high == NEVER else f"answered after at most {slowest.new.high:.2f} s"
    return conclude(
        f"With kube-proxy stopped on {stopped}, {counted(here.answers_of_new, 'answer')} there came from the new endpoints "
        f"and {counted(here.failed, 'request')} failed{_until(here)}; elsewhere they {told}, the slowest on {slowest.node}.",
        {
            "new answers where it is stopped": Measure(here.answers_of_new, "answers"),
            "failed where it is stopped": Measure(here.failed, "requests"),
            f"{_FAILED} where it is stopped": seconds(_not_calm(here)),
            "first from the new elsewhere": seconds(slowest.new),
            "last from the old elsewhere": seconds(last.old),
            f"{_FAILED} elsewhere": seconds(failing.failing),
        },
        {
            "new answers where it is stopped": _NO_ANSWER,
            "failed where it is stopped": _NO_REQUEST,
            f"{_FAILED} where it is stopped": _NOTHING_CHANGES,
            "first from the new elsewhere": _lag(act, slowest.node),
            "last from the old elsewhere": _lag(act, last.node),
            f"{_FAILED} elsewhere": _lag(act, failing.node),
        },
        nodes=tuple(lane.node for lane in lanes),
        window=(act.start, act.lifted),
        probes=(probe,),
        decisive=tuple(map(_line, [here, *seen.values()])),
    )


@check
def catches_up(act: Act, probe: str) -> Finding:
    """Check that once kube-proxy is started again, its node follows the missed change within the case's bound."""
    stopped = stopped_on(act)
    before, after, changed = _change(act, probe)
    lanes = [lane for lane in act.lanes(probe) if lane.node == stopped]
    if not lanes or changed.high > act.lifted:
        raise Inconclusive(f"{stopped} sent no requests, or the endpoints did not change while kube-proxy was stopped")
    back, limit = started_again(act, stopped)
    seen = handover(act, lanes[0], back, act.end, before, after)
    told = "never came" if seen.new.high == NEVER else f"came after at most {seen.new.high:.2f} s"
    return conclude(
        f"After kube-proxy was started again on {stopped}, the first answer from the new endpoints {told}; the limit is "
        f"{limit.value:g} s.",
        {
            "first from the new": seconds(seen.new),
            "last from the old": seconds(seen.old),
            _FAILED: seconds(seen.failing),
        },
        dict.fromkeys(("first from the new", "last from the old", _FAILED), limit),
        nodes=(stopped,),
        window=(act.lifted, act.end),
        probes=(probe,),
        decisive=(_line(seen),),
    )


def _answered(act: Act, lanes: Collection[Lane], until: float, before: Collection[str]) -> None:
    """Require that every node got answers from the old pods before the change; otherwise its switch would not be visible.

    :raises Inconclusive: if a node got none; the message names it
    """
    for lane in lanes:
        if not any(identity(lane[at].by)[0] in before for at in span(lane, act.baseline, until)):
            raise Inconclusive(f"{lane.node} got no answer from {', '.join(before)} before the change")


def _change(act: Act, probe: str) -> tuple[set[str], set[str], Interval]:
    """Return the pods behind a service before and after its endpoints changed, and when they first changed after the fault.

    :raises Inconclusive: if they did not change
    """
    service = str(service_of(act.recording, probe)["metadata"]["name"])
    before: set[str] = set()
    slices = [
        one for one in act.changes("EndpointSlice") if one.object["metadata"].get("labels", {}).get(_SERVICE) == service
    ]
    for number, one in enumerate(slices):
        members = _members(one.object)
        if one.seen <= act.since.high:
            before = members
        elif members != before:
            last = _members(slices[-1].object) - before
            return before, last, Interval(one.earliest, slices[number].seen)
    raise Inconclusive(f"the endpoints of {service} did not change while kube-proxy was stopped")


def _members(one: dict[str, object]) -> set[str]:
    endpoints = one.get("endpoints") or ()
    assert isinstance(endpoints, list | tuple)
    return {str(each["targetRef"]["name"]) for each in endpoints if each.get("targetRef")}


def _lag(act: Act, node: str) -> Bound:
    sync = act.settings_on(node)["SYNC"]
    return Bound(round(sync + MARGIN, 3), "s", f"SYNC {sync:g} + margin {MARGIN:g}")


def _not_calm(one: Handover) -> Interval:
    """Return until when requests failed or were late on a lane. A late answer of an old endpoint does not show that the rules
    changed: alone, it only rules out *holds*.
    """
    return one.failing if one.failed else Interval(0.0, one.failing.high)


def _until(one: Handover) -> str:
    """Return, in words, until when requests failed or were late on a lane; empty if none did."""
    return f", the last that failed or was late {one.failing.high:.1f} s after the change" if one.failing.high else ""


def _line(one: Handover) -> str:
    new = "never" if one.new.high == NEVER else f"{one.new.high:.2f} s"
    return f"{one.node}: last from the old {one.old.high:.2f} s, first from the new {new}, {one.failed} failed"
