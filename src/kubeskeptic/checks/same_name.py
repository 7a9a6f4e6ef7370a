"""Is a StatefulSet's pod replaced by another pod under the same name?"""

from __future__ import annotations

from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lasting import NEVER, reached, seen_until, told
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, seconds
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import ip_of, is_ready, node_of

_NAME_KEPT = Bound(0, "names", "a StatefulSet's pods have stable names")
_IP_NEW = Bound(0, "IPs", "an IP belongs to one pod, not to its name")


@check
def replaced_under_its_name(act: Act, app: str) -> Finding:
    """Check that a deleted pod is replaced under its name by a pod with another uid and another IP, which is Ready within the
    case's bound of the removal of the deleted one, until the end.

    :raises Inconclusive: if the deleted pod was not Ready before, or was not seen to be removed
    """
    victim = act.victim
    changes = list(act.changes("Pod", app=app))
    was = next((one for one in reversed(changes) if one.name == victim and one.seen <= act.start), None)
    if was is None or not is_ready(was.object):
        raise Inconclusive(f"{victim} was not Ready before it was deleted")
    gone = next((one.when for one in changes if one.uid == was.uid and one.type == "DELETED"), None)
    if gone is None:
        raise Inconclusive(f"{victim} was not seen to be removed in “{act.name}”")
    known = {change.uid for change in changes if change.seen <= act.start}
    new = next((one for one in changes if one.uid not in known and is_ready(one.object)), None)
    ready = _ready(changes, known, new.name) if new else None
    took = ready.since(gone).not_negative() if ready else Interval(seen_until(act) - gone.high, NEVER)
    differs, kept = (new.name != victim, ip_of(new.object) == ip_of(was.object)) if new else (False, False)
    return conclude(
        f"{_said(was)} was deleted and {_replaced(new, took)}; the limit is {act.bound.value:g} s.",
        {
            "replaced": seconds(took),
            "names that differ": Measure(int(differs), "names"),
            "IPs kept": Measure(int(kept), "IPs"),
        },
        {"replaced": act.bound, "names that differ": _NAME_KEPT, "IPs kept": _IP_NEW},
        window=(act.start, act.end),
    )


def _ready(changes: list[Change], known: set[str], name: str) -> Interval | None:
    """Return when a new pod of a name was Ready, until the end."""
    mine = (one for one in changes if one.name == name and one.uid not in known)
    return reached(mine, lambda one: is_ready(one.object))


def _replaced(new: Change | None, took: Interval) -> str:
    if new is None:
        return f"not replaced within {took.low:.1f} s"
    return f"replaced by {_said(new)}, with another uid, {told(took, 2)} after it was gone"


def _said(pod: Change) -> str:
    return f"{pod.name} ({ip_of(pod.object)}, {node_of(pod.object)})"
