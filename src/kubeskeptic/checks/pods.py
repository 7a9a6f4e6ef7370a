"""What becomes of a pod?"""

from __future__ import annotations

from typing import Any

from kubeskeptic.bounds import Bound
from kubeskeptic.checks.objects import ip_of, is_ready, labelled, node_of, restarts
from kubeskeptic.checks.watching import baseline_of, end_of, recorded, start_of
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, Verdict, holds, inconclusive, violated
from kubeskeptic.timeline import Act, Change, Recording


def restarted_in_place(
    recording: Recording, act: Act, pod: str, since: float, bound: Bound | None, *, same_ip: bool = True,
    soonest: Bound | None = None,
) -> Finding:  # fmt: skip
    """A pod whose container died is Ready again within a bound: same uid, node and IP, one restart more, and no further one.

    :param bound: None when it is not about how long that takes
    :param soonest: the earliest that it may be, where it has to be waited for
    :param same_ip: False when the node itself went away, which takes the pod's network with it
    """
    end = end_of(act)
    recorded(recording, ["Pod"], since, end)
    before = _last_before(recording, pod, since)
    again = next((change for change in _after(recording, pod, since, end) if _has_restarted(change, before)), None)
    if again is None:
        return _not_again(pod, act, end - since, bound)
    took = Measure(round(again.seen - since, 2), "s")
    extra = max(restarts(change.object) for change in _after(recording, pod, since, end)) - restarts(before)
    differences = _differences(before, again.object, same_ip)
    if extra != 1:
        differences.append(f"its restart count rose by {extra}")
    limits = {name: limit for name, limit in (("restarted", bound), ("and no sooner", soonest)) if limit is not None}
    place = f"in the same pod{', with the same IP,' if same_ip else ''} on {node_of(before)}"
    ends = [f"at {'least' if limit.at_least else 'most'} {limit.value:g} s" for limit in limits.values()]
    allowed = f"; allowed are {' and '.join(ends)}" if ends else ""
    why = f"The container ran again {place} after {took.value:.2f} s{allowed}."
    if differences:
        why = f"The pod was not restarted in place: {' and '.join(differences)}."
    in_time = all(limit.admits(again.seen - since) for limit in limits.values())
    return Finding(
        Verdict.HOLDS if in_time and not differences else Verdict.VIOLATED,
        why,
        measured={"restarted": took} | dict.fromkeys(limits, took) | {"restarts": Measure(extra, "restarts")},
        bounds=limits | {"restarts": Bound(1, "restarts", "one death, one restart")},
        nodes=(node_of(before),),
        window=(start_of(act), end),
    )


def _not_again(pod: str, act: Act, watched: float, bound: Bound | None) -> Finding:
    """A container that was not running again in the seconds that were watched: too late only if a bound has passed."""
    late = bound is not None and not bound.admits(watched)
    why = f"{watched:.0f} s after its process was killed the container of {pod} was not running again"
    why += f"; allowed are {bound.value:g} s." if bound else "."
    return Finding(
        Verdict.VIOLATED if late else Verdict.INCONCLUSIVE,
        why,
        bounds={"restarted": bound} if bound else {},
        window=(start_of(act), end_of(act)),
    )


def _differences(before: dict[str, Any], after: dict[str, Any], same_ip: bool) -> list[str]:
    pairs = [
        ("uid", before["metadata"]["uid"], after["metadata"]["uid"]),
        ("node", node_of(before), node_of(after)),
        *([("IP", ip_of(before), ip_of(after))] if same_ip else []),
    ]
    return [f"its {what} changed from {was} to {now}" for what, was, now in pairs if was != now]


def replaced_by_another(recording: Recording, act: Act, app: str, victim: str, since: float) -> Finding:
    """The pod that replaces a deleted one has another name, another uid and another IP.

    :raises Inconclusive: when no replacement became Ready
    """
    end = end_of(act)
    recorded(recording, ["Pod"], since, end)
    before = _last_before(recording, victim, since)
    known = {change.uid for change in recording.of_kind("Pod") if change.seen <= since}
    fresh = [
        change
        for change in labelled(recording.of_kind("Pod"), app)
        if since < change.seen <= end and change.uid not in known and is_ready(change.object)
    ]
    if not fresh:
        raise Inconclusive(f"no replacement of {victim} became Ready in “{act.name}”")
    new = fresh[0]
    kept = [
        what
        for what, was, now in (
            ("name", victim, new.name),
            ("uid", before["metadata"]["uid"], new.uid),
            ("IP", ip_of(before), ip_of(new.object)),
        )
        if was == now
    ]
    told = f"{victim} ({ip_of(before)}, {node_of(before)}) was replaced by "
    told += f"{new.name} ({ip_of(new.object)}, {node_of(new.object)})"
    measured = {"kept": Measure(len(kept), "of name, uid, IP")}
    bounds = {"kept": Bound(0, "of name, uid, IP", "a replacement is another pod")}
    if kept:
        return violated(f"{told}, which kept its {' and '.join(kept)}.", measured=measured, bounds=bounds)
    return holds(
        f"{told}: nothing of it stayed the same.", measured=measured, bounds=bounds, window=(start_of(act), end)
    )


def never_elsewhere(
    recording: Recording, act: Act, app: str, since: float, *, back: float | None = None, evicted: Bound | None = None
) -> Finding:
    """A pod is never seen on another node, nor a copy of it anywhere, until the act ends.

    :param back: when its node was brought back, which had been away for longer than ``evicted`` allows
    :param evicted: by when it must have been marked for deletion, after which it must be gone for good; None when its node
        returned in time, so that the pod itself may go on
    :raises Inconclusive: when too little was seen
    """
    end = end_of(act)
    recorded(recording, ["Pod"], baseline_of(act), end)
    mine = list(labelled(recording.of_kind("Pod"), app))
    originals = [change for change in mine if change.seen <= since]
    if not originals:
        raise Inconclusive(f"there was no pod {app} before the fault")
    home, uid = node_of(originals[-1].object), originals[-1].uid
    after = [change for change in mine if since < change.seen <= end]
    copies = {
        change.uid: f"{change.name} on {node_of(change.object) or 'no node yet'} {change.seen - since:.1f} s after the crash"
        for change in reversed(after)  # of each, the first that was seen of it is told
        if change.uid != uid or node_of(change.object) != home
    }
    common: dict[str, Any] = {
        "measured": {"seen elsewhere": Measure(len(copies), "pods"), "watched": Measure(round(end - since, 1), "s")},
        "bounds": {"seen elsewhere": Bound(0, "pods", "a bare pod has no controller")},
        "nodes": (home,),
        "window": (start_of(act), end),
    }
    if copies:
        return violated(f"It was seen again: {'; '.join(copies.values())}.", **common)
    told = f"In {end - since:.0f} s after its node {home} crashed it was seen nowhere else; "
    own = [change for change in after if change.uid == uid]
    if evicted is None:
        return holds(f"{told}its node returned before it could be evicted.", **common)
    return _gone_for_good(own, since, back or end, evicted, told, common)


def _gone_for_good(
    own: list[Change], since: float, back: float, evicted: Bound, told: str, common: dict[str, Any]
) -> Finding:
    """Whether a pod on a node that stayed dead was evicted in time, and gone at the end."""
    if evicted.admits(back - since):
        raise Inconclusive(
            f"its node was away for {back - since:.0f} s only, and eviction may take {evicted.value:g} s"
        )
    marked = next(
        (one.seen for one in own if one.object["metadata"].get("deletionTimestamp") or one.type == "DELETED"), None
    )
    took = (back if marked is None else marked) - since
    common["measured"] |= {"evicted": Measure(round(took, 2), "s")}
    common["bounds"] |= {"evicted": evicted}
    if marked is None or not evicted.admits(took):
        not_yet = "had not been" if marked is None else "was only"
        return violated(f"It {not_yet} marked for deletion {took:.0f} s after its node crashed.", **common)
    gone = next((one.seen for one in own if one.type == "DELETED"), None)
    if gone is None:
        return inconclusive(
            f"It was marked for deletion after {took:.1f} s, and its object was still there at the end.", **common
        )
    return holds(f"{told}it was evicted after {took:.1f} s and gone for good after {gone - since:.0f} s.", **common)


def _last_before(recording: Recording, pod: str, since: float) -> dict[str, Any]:
    last = [change for change in recording.of_kind("Pod", pod) if change.seen <= since and change.type != "DELETED"]
    if not last:
        raise Inconclusive(f"the pod {pod} was never seen before the fault")
    return last[-1].object


def _after(recording: Recording, pod: str, since: float, end: float) -> list[Change]:
    return [
        change for change in recording.of_kind("Pod", pod) if since < change.seen <= end and change.type != "DELETED"
    ]


def _has_restarted(change: Change, before: dict[str, Any]) -> bool:
    other = change.uid != before["metadata"]["uid"]
    return is_ready(change.object) and (other or restarts(change.object) > restarts(before))
