"""Which pods leave a drained node, and which pods take their place?"""

from __future__ import annotations

from kubeskeptic.bounds import Bound
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lasting import not_ready_at_the_end
from kubeskeptic.counting import counted
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import ip_of, is_ready, node_of

_NOT_KEPT = Bound(0, "names, uids and IPs", "a replacement is another pod")
_NOT_THERE = Bound(0, "pods", "a drained node takes no pods")


def drained_node(act: Act) -> str:
    """Return the node that the act's fault cordoned.

    :raises Inconclusive: if the fault cordoned none
    """
    target = next((one for one in act.fault.targets if one.startswith("cordon/")), "")
    if not target:
        raise Inconclusive(f"the fault {act.fault.fault} of “{act.name}” drained no node")
    return target.rpartition("/")[2]


def on_drained_node(act: Act, app: str) -> list[Change]:
    """Return the pods of an app that were on the node when it was drained, each as last seen before that.

    :raises Inconclusive: if there was none
    """
    node, last = drained_node(act), {one.uid: one for one in act.changes("Pod", app=app) if one.seen <= act.since.low}
    there = [one for one in last.values() if one.type != "DELETED" and node_of(one.object) == node]
    if not there:
        raise Inconclusive(f"no pod of {app} was on {node} when it was drained")
    return there


@check
def recreated_as_others(act: Act, app: str) -> Finding:
    """Check that as many pods of an app as a drained node had become Ready on other nodes while it is drained, and that none of
    them has the name, the uid or the IP of one that left.

    :raises Inconclusive: if fewer became Ready
    """
    node, left = drained_node(act), on_drained_node(act, app)
    known = {one.uid for one in act.changes("Pod", app=app) if one.seen <= act.since.low}
    fresh = [one for one in act.changes("Pod", app=app) if one.uid not in known and one.seen <= act.lifted]
    new = list({one.uid: one for one in fresh if is_ready(one.object)}.values())
    kept = _kept(left, new)
    if len(new) < len(left) and not kept:
        raise Inconclusive(
            f"{counted(len(new), 'new pod')} of {app} became Ready while {node} was drained; {len(left)} had left it"
        )
    act.reading.doubts += not_ready_at_the_end(fresh)
    there = [one.name for one in new if node_of(one.object) == node]
    told = f"{_listed(left)} left {node}, and {_listed(new)} became Ready"
    end = f", which kept {' and '.join(kept)}." if kept else ": names, uids and IPs all differ."
    return conclude(
        told + end,
        {
            "kept": Measure(len(kept), "names, uids and IPs"),
            "on the drained node": Measure(len(there), "pods"),
            "left": Measure(len(left), "pods"),
        },
        {"kept": _NOT_KEPT, "on the drained node": _NOT_THERE},
        nodes=(node,),
        window=(act.start, act.end),
    )


def _kept(left: list[Change], new: list[Change]) -> list[str]:
    """Return the names, uids and IPs that pods which left share with new ones, in words."""
    pairs = {
        "name": ({one.name for one in left}, {one.name for one in new}),
        "uid": ({one.uid for one in left}, {one.uid for one in new}),
        "IP": ({ip_of(one.object) for one in left}, {ip_of(one.object) for one in new}),
    }
    return [f"{what} {one}" for what, (was, now) in pairs.items() for one in sorted(was & now)]


def _listed(pods: list[Change]) -> str:
    return ", ".join(f"{one.name} ({ip_of(one.object)}, {node_of(one.object)})" for one in pods)
