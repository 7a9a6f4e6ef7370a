"""What becomes of a pod?"""

from __future__ import annotations

from typing import Any

from kubeskeptic.bounds import Bound
from kubeskeptic.checks.objects import ip_of, is_ready, labelled, node_of, restarts
from kubeskeptic.checks.watching import baseline_of, end_of, recorded, start_of
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, Verdict, holds, violated
from kubeskeptic.timeline import Act, Change, Recording


def restarted_in_place(
    recording: Recording, act: Act, pod: str, since: float, bound: Bound, *, same_ip: bool = True
) -> Finding:
    """A pod whose container died is Ready again within a bound: same uid, node and IP, one restart more.

    :param same_ip: False when the node itself went away, which takes the pod's network with it
    """
    end = end_of(act)
    recorded(recording, ["Pod"], since, end)
    before = _last_before(recording, pod, since)
    again = next((change for change in _after(recording, pod, since, end) if _has_restarted(change, before)), None)
    if again is None:
        verdict = Verdict.VIOLATED if not bound.admits(end - since) else Verdict.INCONCLUSIVE
        why = (
            f"{end - since:.0f} s after its process was killed the container of {pod} was not running again; "
            f"allowed are {bound.value:g} s."
        )
        return Finding(verdict, why, bounds={"restarted": bound}, window=(start_of(act), end))
    took = again.seen - since
    extra = restarts(again.object) - restarts(before)
    differences = _differences(before, again.object, same_ip)
    if extra != 1:
        differences.append(f"its restart count rose by {extra}")
    place = f"in the same pod{', with the same IP,' if same_ip else ''} on {node_of(before)}"
    why = f"The container ran again {place} after {took:.2f} s; allowed are {bound.value:g} s."
    if differences:
        why = f"The pod was not restarted in place: {' and '.join(differences)}."
    return Finding(
        Verdict.HOLDS if bound.admits(took) and not differences else Verdict.VIOLATED,
        why,
        measured={"restarted": Measure(round(took, 2), "s"), "restarts": Measure(extra, "restarts")},
        bounds={"restarted": bound, "restarts": Bound(1, "restarts", "one death, one restart")},
        nodes=(node_of(before),),
        window=(start_of(act), end),
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


def never_elsewhere(recording: Recording, act: Act, app: str, since: float, *, may_stay: bool = False) -> Finding:
    """A pod is never seen on another node, nor a copy of it anywhere, until the act ends.

    :param may_stay: its node returns in time, so that the pod itself may go on; otherwise it must be gone at the end
    """
    end = end_of(act)
    recorded(recording, ["Pod"], baseline_of(act), end)
    mine = list(labelled(recording.of_kind("Pod"), app))
    originals = [change for change in mine if change.seen <= since]
    if not originals:
        raise Inconclusive(f"there was no pod {app} before the fault")
    home, uid = node_of(originals[-1].object), originals[-1].uid
    copies = {
        change.uid: f"{change.name} on {node_of(change.object) or 'no node yet'} {change.seen - since:.1f} s after the crash"
        for change in mine
        if since < change.seen <= end and (change.uid != uid or node_of(change.object) != home)
    }
    gone = next((one.seen for one in mine if one.uid == uid and one.type == "DELETED" and one.seen <= end), None)
    fate = (
        f"its object was gone {gone - since:.0f} s after the crash" if gone else "its object was still there at the end"
    )
    measured = {"seen elsewhere": Measure(len(copies), "pods"), "watched": Measure(round(end - since, 1), "s")}
    bounds = {"seen elsewhere": Bound(0, "pods", "a bare pod has no controller")}
    common: dict[str, Any] = {
        "measured": measured,
        "bounds": bounds,
        "nodes": (home,),
        "window": (start_of(act), end),
    }
    if copies:
        return violated(f"It was seen again: {'; '.join(copies.values())}.", **common)
    if gone is None and not may_stay:
        return violated(f"Its node was dead for too long and {fate} {end - since:.0f} s after the crash.", **common)
    return holds(f"In {end - since:.0f} s after its node {home} crashed it was seen nowhere else; {fate}.", **common)


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
