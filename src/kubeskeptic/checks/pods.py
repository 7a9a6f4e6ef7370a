"""What happens to a pod?"""

from __future__ import annotations

from typing import Any

from kubeskeptic.bounds import BEFORE_EVICTION, UNTIL_EVICTED, Bound, Interval
from kubeskeptic.checks.declarations import not_bare
from kubeskeptic.checks.ends import other_ends
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lasting import NEVER, not_ready_at_the_end, reached, seen_until
from kubeskeptic.checks.node_return import returned
from kubeskeptic.checks.owners import others_made
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, seconds
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import ip_of, is_leaving, is_ready, node_of, restarts, running

_ONE_RESTART = {
    "restarts": Bound(1, "restarts", "one death, one restart"),
    "at least": Bound(1, "restarts", "one death, one restart", at_least=True),
    "differences": Bound(0, "of uid, node, IP", "the same pod"),
}
_NOT_KEPT = Bound(0, "of name, uid, IP", "a replacement is another pod")
_NO_COPY = Bound(0, "pods", "a bare pod has no controller")


@check
def restarted_in_place(act: Act, *, ready: bool = True) -> Finding:
    """Check that a pod whose container was killed runs again within the case's bound, and until the end: same uid, node and
    IP, one more restart.

    :param ready: whether the pod must be Ready; if False, it is enough that the container runs again
    """
    return _restarted_in_place(act, act.victim, act.since, same_ip=True, ready=ready)


@check
def revived_in_place(act: Act, pod: str) -> Finding:
    """Check that a pod is restarted in place within the case's bound of its node's return, if that came before the eviction.

    :raises Inconclusive: if the node was away for so long that the pod may have been evicted first
    """
    back, limit = returned(act), BEFORE_EVICTION.at_least(act.settings_of(pod, act.node))
    away = back.high - act.since.low
    if limit.admits(away):
        raise Inconclusive(f"{act.node} was away for {away:.0f} s; its pods may be evicted after {limit.value:g} s")
    return _restarted_in_place(act, pod, back, same_ip=False, ready=True)


def _restarted_in_place(act: Act, name: str, begun: Interval, *, same_ip: bool, ready: bool) -> Finding:
    """:param same_ip: whether the IP must be the same; False if the node itself went down, and the pod's network with it"""
    changes = list(act.changes("Pod", name, since=act.since.low))
    before = _last_before([one for one in changes if one.type != "DELETED"], name, act.since.low).object
    after = [change for change in changes if change.seen > act.since.low]
    is_so = is_ready if ready else running

    def runs_again(change: Change) -> bool:
        """Return whether the pod runs after a restart, or another pod in its place."""
        return _restarted(change, before) and is_so(change.object)

    again = reached(after, runs_again)
    took = _since(begun, again) if again else Interval(seen_until(act) - begun.high, float("inf"))
    rose = max((restarts(change.object) for change in after), default=0) - restarts(before)
    first = next(filter(runs_again, after)) if again else None
    act.reading.doubts += (
        other_ends(before, first, act.fault) if first and first.uid == before["metadata"]["uid"] else ()
    )
    changed = _differences(before, first.object, same_ip) if first else []
    limits = _limits(act, name, node_of(before))
    measured = dict.fromkeys(limits, seconds(took))
    if first:
        measured |= {"and no sooner": seconds(_since(begun, first.when))} if "and no sooner" in limits else {}
        measured |= dict.fromkeys(("restarts", "at least"), Measure(rose, "restarts"))
        measured["differences"] = Measure(len(changed), "of uid, node, IP")
    return conclude(
        _told(name, before, again, took, changed, rose, limits, same_ip),
        measured,
        {**limits, **(_ONE_RESTART if first else {})},
        nodes=(node_of(before),),
        window=(act.start, act.end),
    )


def _since(begun: Interval, when: Interval) -> Interval:
    """Return the time since ``begun``; 0 if ``when`` was seen earlier, for example before a node's return was noticed."""
    return when.since(begun).clipped()


def _limits(act: Act, pod: str, node: str) -> dict[str, Bound]:
    latest = {"restarted": act.bound_of(pod, node)} if act.has_bound else {}
    soonest = act.soonest_on(node)
    return latest | ({"and no sooner": soonest} if soonest else {})


def _told(
    name: str,
    before: dict[str, Any],
    again: Interval | None,
    took: Interval,
    changed: list[str],
    rose: int,
    limits: dict[str, Bound],
    same_ip: bool,
) -> str:
    ends = [f"at {'least' if limit.at_least else 'most'} {limit.value:g} s" for limit in limits.values()]
    allowed = f"; expected: {' and '.join(ends)}" if ends else ""
    if again is None:
        return f"The container of {name} was not running again {took.low:.0f} s after its process was killed{allowed}."
    if changed or rose != 1:
        what = [*changed, *([f"its restart count rose by {rose}"] if rose != 1 else [])]
        return f"The pod was not restarted in place: {' and '.join(what)}."
    if again.high == NEVER:
        return f"The container of {name} ran again after {took.low:.2f} s, but not until the end{allowed}."
    place = f"in the same pod{', with the same IP,' if same_ip else ''} on {node_of(before)}"
    return f"The container ran again {place} after {took.high:.2f} s{allowed}."


def _differences(before: dict[str, Any], after: dict[str, Any], same_ip: bool) -> list[str]:
    pairs = [
        ("uid", before["metadata"]["uid"], after["metadata"]["uid"]),
        ("node", node_of(before), node_of(after)),
        *([("IP", ip_of(before), ip_of(after))] if same_ip else []),
    ]
    return [f"its {what} changed from {was} to {now}" for what, was, now in pairs if was != now]


@check
def replaced_by_another(act: Act, app: str) -> Finding:
    """Check that the pod that replaces a deleted one has a different name, uid and IP."""
    victim, since = act.victim, act.since.low
    changes = list(act.changes("Pod", app=app, since=since))
    before = _last_before([one for one in changes if one.name == victim], victim, since)
    was = before.object
    known = {change.uid for change in changes if change.seen <= since}
    fresh = [one for one in changes if one.seen > since and one.uid not in known and is_ready(one.object)]
    if not fresh:
        raise Inconclusive(f"no replacement of {victim} became Ready in “{act.name}”")
    new = fresh[0]
    act.reading.doubts += not_ready_at_the_end(one for one in changes if one.uid == new.uid)
    act.reading.doubts += others_made(before, [new])
    pairs = [
        ("name", victim, new.name),
        ("uid", before.uid, new.uid),
        ("IP", ip_of(was), ip_of(new.object)),
    ]
    kept = [what for what, old, now in pairs if old == now]
    told = f"{victim} ({ip_of(was)}, {node_of(was)}) was replaced by "
    told += f"{new.name} ({ip_of(new.object)}, {node_of(new.object)})"
    end = f", which kept its {' and '.join(kept)}." if kept else ": its name, uid and IP all differ."
    measured = {"kept": Measure(len(kept), "of name, uid, IP")}
    return conclude(told + end, measured, {"kept": _NOT_KEPT}, window=(act.start, act.end))


@check
def never_elsewhere(act: Act, app: str, *, returns: bool = False) -> Finding:
    """Check that until the act ends a bare pod is never seen on another node, nor a copy of it anywhere.

    :param returns: whether its node returns in time, so that the pod itself continues; if False, the pod must be marked for
        deletion within UNTIL_EVICTED and be gone for good at the end
    """
    mine = list(act.changes("Pod", app=app))
    originals = [change for change in mine if change.seen <= act.since.low]
    if not originals:
        raise Inconclusive(f"there was no pod {app} before the fault")
    home, uid = node_of(originals[-1].object), originals[-1].uid
    act.reading.doubts += not_bare(originals[-1])
    after = [change for change in mine if change.seen > act.since.low]
    copies = _copies(after, uid, home, act.since.low)
    watched = act.end - act.since.low
    measured = {"seen elsewhere": Measure(len(copies), "pods"), "watched": Measure(round(watched, 1), "s")}
    bounds = {"seen elsewhere": _NO_COPY}
    why = f"In the {watched:.0f} s after its node {home} crashed, the pod was seen nowhere else; "
    why += "the node returned before the pod could be evicted."
    if copies:
        why = f"The pod or a copy of it was seen elsewhere: {'; '.join(copies)}."
    elif not returns:
        own = [change for change in after if change.uid == uid]
        why, more, limits = _gone_for_good(act, own, originals[-1].name, home)
        measured, bounds = measured | more, bounds | limits
    return conclude(why, measured, bounds, nodes=(home,), window=(act.start, act.end))


def _copies(after: list[Change], uid: str, home: str, since: float) -> list[str]:
    """Return a description, as first seen, of each pod that is a different one or on a different node."""
    copies = {
        change.uid: f"{change.name} on {node_of(change.object) or 'no node yet'} {change.seen - since:.1f} s after the crash"
        for change in reversed(after)
        if change.uid != uid or node_of(change.object) != home
    }
    return list(copies.values())


def _gone_for_good(
    act: Act, own: list[Change], pod: str, home: str
) -> tuple[str, dict[str, Measure], dict[str, Bound]]:
    """Return when a pod on a node that stayed dead was marked for deletion, and whether it was gone at the end: a sentence,
    measures and bounds.
    """
    since, latest = act.since, UNTIL_EVICTED.at_most(act.settings_of(pod, home))
    marked = next((change.when for change in own if is_leaving(change)), None)
    gone = next((change.seen for change in own if change.type == "DELETED"), None)
    act.lasts(latest, act.lifted)
    took = marked.since(since) if marked else Interval(seen_until(act, act.lifted) - since.high, float("inf"))
    measured = {"evicted": seconds(took)}
    bounds = {"evicted": latest}
    if marked is None:
        return (
            f"The pod was not marked for deletion within {took.low:.0f} s after its node {home} crashed.",
            measured,
            bounds,
        )
    if gone is None:
        why = f"The pod was marked for deletion after {took.high:.1f} s, but its object still existed at the end"
        act.reading.doubts.append(why)
        return f"{why}.", measured, bounds
    why = f"The pod was evicted {took.high:.1f} s after its node {home} crashed, gone for good after {gone - since.low:.0f} s, "
    return f"{why}and seen nowhere else in {act.end - since.low:.0f} s.", measured, bounds


def _last_before(changes: list[Change], pod: str, since: float) -> Change:
    last = [change for change in changes if change.seen <= since]
    if not last:
        raise Inconclusive(f"the pod {pod} was never seen before the fault")
    return last[-1]


def _restarted(change: Change, before: dict[str, Any]) -> bool:
    return change.uid != before["metadata"]["uid"] or restarts(change.object) > restarts(before)
