"""Which pods does a changed pod template affect: existing ones, or only new ones?"""

from __future__ import annotations

from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.checks.declarations import never_changed
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lasting import seen_until
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, seconds
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import is_ready, living

_UNTOUCHED = Bound(0, "pods", "a ReplicaSet creates pods and changes none")
_NONE_OLD = Bound(0, "pods", "the template applies to new pods")
_NEW = Bound(1, "pods", "the template applies to new pods", at_least=True)


@check
def reaches_new_pods_only(act: Act, app: str, label: str, value: str) -> Finding:
    """Check that pods that run when their template is changed stay unchanged for at least the case's bound, until the act's
    fault deletes one of them, and that its replacement is created from the new template.

    :param label: a label of the template, which the change sets to ``value``
    """
    deleted, replaced = act.since.low, act.victim
    changes = list(act.changes("Pod", app=app))
    known = set(living((change for change in changes if change.seen < act.start), act.start))
    touched = sorted({c.name for c in changes if act.start <= c.seen < deleted and _touched(c, known, label, value)})
    fresh = [c for c in changes if c.seen >= deleted and c.uid not in known and is_ready(c.object)]
    if not known:
        raise Inconclusive(f"no pod of {app} ran before its template was changed")
    if not fresh and not touched:
        raise Inconclusive(f"{replaced} was not replaced in “{act.name}”")
    act.reading.doubts += never_changed(act, "ReplicaSet", app, deleted)
    new = {change.uid: _has(change, label, value) for change in fresh}
    watched = deleted - act.start
    why = f"{counted(len(known), 'pod')} of {app} stayed unchanged for {watched:.1f} s after "
    why += f"{agreeing(len(known), 'its', 'their')} template was changed; "
    if fresh:
        why += f"{fresh[0].name}, which replaced {replaced}, has {label}={_value(fresh[0], label)}."
    if touched:
        why = f"{', '.join(touched[:4])} came, went or changed when the template of {app} was changed."
    return conclude(
        why,
        {
            "touched": Measure(len(touched), "pods"),
            "made from the new template": Measure(sum(new.values()), "pods"),
            "made from the old template": Measure(len(new) - sum(new.values()), "pods"),
            "unchanged": Measure(round(watched, 1), "s", watched, float("inf")),
        },
        {
            "touched": _UNTOUCHED,
            "made from the old template": _NONE_OLD,
            "made from the new template": _NEW,
            "unchanged": Bound(act.bound.value, "s", act.bound.source, at_least=True),
        },
        window=(act.start, act.end),
    )


@check
def reaches_all_pods(act: Act, app: str, label: str, value: str) -> Finding:
    """Check that within the case's bound of a Deployment's change its desired number of pods are Ready and from its new
    template, and that all other pods are terminating.
    """
    changed, wanted = _changed(act, app)
    pods: dict[str, Change] = {}
    whole: Interval | None = None
    for change in act.changes("Pod", app=app):
        pods[change.uid] = change
        if change.type == "DELETED":
            del pods[change.uid]
        live = [one for one in pods.values() if not one.object["metadata"].get("deletionTimestamp")]
        done = len(live) == wanted and all(is_ready(one.object) and _has(one, label, value) for one in live)
        whole = (whole or change.when) if done else None
    left = sum(not _has(one, label, value) for one in pods.values())
    took = whole.since(changed) if whole else Interval(seen_until(act) - changed.high, float("inf"))
    ready = sum(is_ready(one.object) and _has(one, label, value) for one in pods.values())
    why = f"{took.low:.1f} s after its template was changed, {ready} of {wanted} pods of {app} were Ready and from the new "
    why += f"template, and {left} were still from the old one"
    if whole:
        why = f"All {wanted} pods of {app} were Ready and from the new template {took.high:.1f} s after its change"
    return conclude(
        f"{why}; the limit is {act.bound.value:g} s.",
        {"all replaced": seconds(took)},
        {"all replaced": act.bound},
        window=(act.start, act.end),
    )


def _changed(act: Act, app: str) -> tuple[Interval, int]:
    """Return when a Deployment's declaration changed in this act, and its number of replicas after that.

    :raises Inconclusive: if it did not change, or has no replicas
    """
    before = [c for c in act.changes("Deployment", app) if c.seen < act.start]
    generation = before[-1].object["metadata"].get("generation") if before else None
    for change in act.changes("Deployment", app):
        if change.seen >= act.start and change.object["metadata"].get("generation") != generation:
            wanted = int(change.object.get("spec", {}).get("replicas") or 0)
            if wanted:
                return change.when, wanted
    raise Inconclusive(f"the template of {app} was not seen to change")


def _touched(change: Change, known: set[str], label: str, value: str) -> bool:
    """Return whether a change shows that a pod was created, deleted, changed or no longer Ready."""
    meta = change.object["metadata"]
    gone = change.type == "DELETED" or meta.get("deletionTimestamp")
    return bool(change.uid not in known or gone or _has(change, label, value) or not is_ready(change.object))


def _has(change: Change, label: str, value: str) -> bool:
    return _value(change, label) == value


def _value(change: Change, label: str) -> str:
    return str(change.object["metadata"].get("labels", {}).get(label, ""))
