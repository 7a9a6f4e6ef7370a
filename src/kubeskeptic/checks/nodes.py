"""What happens to a dead node?"""

from __future__ import annotations

from kubeskeptic.bounds import EVICT, UNTIL_EVICTED, Bound, Interval
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lasting import NEVER, reached
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, gravest, seconds
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import UNREACHABLE, condition, is_leaving, living, node_of, tolerates_for_ever

_TURNS = "Ready turns Unknown"
_EVICTED = "evicted after the taint"


@check
def turns_unknown(act: Act) -> Finding:
    """Check that a crashed node's Ready condition turns Unknown within the case's bound, and not too soon, and stays so until
    the node is brought back.
    """
    node, since, until = act.node, act.since, act.lifted
    changes = list(act.changes("Node", node))
    before = [change for change in changes if change.seen <= since.high]
    if not any(condition(change.object, "Ready") == "True" for change in before):
        raise Inconclusive(f"{node} was not seen Ready before it was crashed")
    after = [change for change in changes if since.low < change.seen <= until]
    turned = reached(after, _is_unknown)
    took = turned.since(since) if turned else Interval(until - since.high, NEVER)
    first = next((change.when.since(since) for change in after if _is_unknown(change)), took)
    latest, soonest = act.bound_on(node), act.soonest_on(node)
    lost = ", but not for good" if took.high == NEVER else ""
    why = f"{node} turned Ready: Unknown {first.high:.1f} s after it crashed{lost}"
    if turned is None:
        why = f"{node} had not turned Ready: Unknown {took.low:.0f} s after it crashed"
    bounds = {_TURNS: latest} | ({"and no sooner": soonest} if soonest else {})
    sooner = f"at least {soonest.value:g} and " if soonest else ""
    return conclude(
        f"{why}; expected: {sooner}at most {latest.value:g} s.",
        {_TURNS: seconds(took)} | ({"and no sooner": seconds(first)} if soonest else {}),
        bounds,
        nodes=(node,),
        window=(act.start, until),
    )


def _is_unknown(node: Change) -> bool:
    return condition(node.object, "Ready") == "Unknown"


@check
def emptied_not_removed(act: Act) -> Finding:
    """Check that a crashed node is tainted as unreachable, that each evictable pod on it is marked for deletion its own EVICT
    ± margin after the taint, and that its Node object stays.
    """
    node, since, until = act.node, act.since, act.lifted
    seen = list(act.changes("Node", node))
    known = {change.uid for change in seen if change.seen <= since.low}
    changes = [change for change in seen if change.seen > since.low]
    tainted = next((change.when for change in changes if change.seen <= until and _unreachable(change)), None)
    removed = sum(change.type == "DELETED" for change in changes) or len({one.uid for one in changes} - known)
    marked = _marked(act, node, since.low, until)
    stayed = sorted(name for name, when in marked.items() if when is None)
    own = {name: act.settings_of(name, node) for name in marked}
    after = {name: when.since(tainted) for name, when in marked.items() if when and tainted}
    # What is missing may still happen later.
    early = any(UNTIL_EVICTED.at_most(settings).admits(until - since.high) for settings in own.values())
    measured = {
        "taints missing": _missing(int(tainted is None), "taints", early),
        "pods not evicted": _missing(len(stayed), "pods", early),
        "Node objects removed": Measure(removed, "objects"),
    }
    bounds = {name: Bound(0, m.unit, "emptied, not removed") for name, m in measured.items()}
    if after:
        for name, allowed in ((_EVICTED, EVICT.at_most), ("and no sooner than", EVICT.at_least)):
            took, bounds[name] = gravest(((after[pod], allowed(own[pod])) for pod in after), lambda one: one)
            measured[name] = seconds(took)
    evicted = max((took.high for took in after.values()), default=float("inf"))
    return conclude(
        _fate(node, since, tainted, stayed, removed, evicted, len(marked)), measured, bounds, nodes=(node,),
        window=(act.start, act.end),
    )  # fmt: skip


def _missing(count: int, unit: str, early: bool) -> Measure:
    return Measure(count, unit, 0 if early else count, count)


def _fate(
    node: str, since: Interval, tainted: Interval | None, stayed: list[str], removed: int, evicted: float, pods: int
) -> str:
    wrong = [
        *(["it was not tainted as unreachable"] if tainted is None else []),
        *([f"{', '.join(stayed)} on it {agreeing(len(stayed), 'was', 'were')} not evicted"] if stayed else []),
        *(["its Node object was removed"] if removed else []),
    ]
    if wrong or tainted is None:
        return f"While {node} was down {' and '.join(wrong)}."
    return (
        f"It was tainted {tainted.since(since).high:.1f} s after the crash and the last of its "
        f"{counted(pods, 'evictable pod')} was marked for deletion {evicted:.1f} s after that; its Node object stayed."
    )


def _marked(act: Act, node: str, since: float, until: float) -> dict[str, Interval | None]:
    """Return when each evictable pod of a node was marked for deletion, or gone without a mark; None for a pod that was not.

    :raises Inconclusive: if there was no such pod
    """
    changes = list(act.changes("Pod"))
    there = {
        uid: pod
        for uid, pod in living(changes, since).items()
        if node_of(pod) == node and not tolerates_for_ever(pod) and not pod["metadata"].get("deletionTimestamp")
    }
    if not there:
        raise Inconclusive(f"there was no pod on {node} that could be evicted")
    marked: dict[str, Interval | None] = {}
    for change in changes:
        if change.uid in there and since < change.seen <= until and is_leaving(change):
            marked.setdefault(change.uid, change.when)
    return {str(pod["metadata"]["name"]): marked.get(uid) for uid, pod in there.items()}


def _unreachable(node: Change) -> bool:
    taints = node.object.get("spec", {}).get("taints") or ()
    return any(taint.get("key") == UNREACHABLE and taint.get("effect") == "NoExecute" for taint in taints)
