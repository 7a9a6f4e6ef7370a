"""What becomes of a node that died?"""

from __future__ import annotations

from collections.abc import Collection

from kubeskeptic.bounds import Bound
from kubeskeptic.checks.objects import condition, node_of
from kubeskeptic.checks.watching import baseline_of, end_of, recorded, start_of
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, Verdict
from kubeskeptic.timeline import Act, Recording

UNREACHABLE = "node.kubernetes.io/unreachable"


def turns_unknown(
    recording: Recording, act: Act, node: str, since: float, until: float, earliest: Bound, latest: Bound
) -> Finding:
    """A crashed node's Ready condition turns Unknown neither before ``earliest`` nor after ``latest``.

    :param until: when the node was brought back, which ends the question
    """
    recorded(recording, ["Node"], baseline_of(act), until)
    seen = [change for change in recording.of_kind("Node", node) if change.seen <= until]
    if not any(condition(change.object, "Ready") == "True" for change in seen if change.seen <= since):
        raise Inconclusive(f"{node} was not Ready before it was crashed")
    turned = next((c.seen for c in seen if c.seen > since and condition(c.object, "Ready") == "Unknown"), None)
    if turned is None:
        late = not latest.admits(until - since)
        return Finding(
            Verdict.VIOLATED if late else Verdict.INCONCLUSIVE,
            f"{node} was still called Ready {until - since:.0f} s after it crashed; allowed are {latest.value:g} s.",
            bounds={"Ready turns Unknown": latest},
            nodes=(node,),
        )
    took = turned - since
    fine = earliest.admits(took) and latest.admits(took)
    return Finding(
        Verdict.HOLDS if fine else Verdict.VIOLATED,
        f"{node} turned Ready: Unknown {took:.1f} s after it crashed; "
        f"expected between {earliest.value:g} and {latest.value:g} s.",
        measured={name: Measure(round(took, 2), "s") for name in ("Ready turns Unknown", "and no sooner")},
        bounds={"Ready turns Unknown": latest, "and no sooner": earliest},
        nodes=(node,),
        window=(start_of(act), until),
    )


def emptied_not_removed(
    recording: Recording, act: Act, node: str, since: float, until: float, *, but: Collection[str] = ()
) -> Finding:
    """A crashed node is tainted as unreachable and every evictable pod on it is deleted, while its Node object stays.

    :param but: apps whose pods tolerate an unreachable node for ever, as a DaemonSet's do
    :raises Inconclusive: when no evictable pod was there
    """
    end = end_of(act)
    recorded(recording, ["Node", "Pod"], baseline_of(act), end)
    changes = [change for change in recording.of_kind("Node", node) if since < change.seen <= end]
    tainted = next((c.seen for c in changes if c.seen <= until and _unreachable(c.object.get("spec", {}))), None)
    removed = [change for change in changes if change.type == "DELETED"]
    fates = _evictions(recording, node, since, until, but)
    stayed = sorted(pod for pod, marked in fates.items() if marked is None)
    wrong = [
        said
        for said, true in (
            ("it was not tainted as unreachable", tainted is None),
            (f"{', '.join(stayed)} on it {'was' if len(stayed) == 1 else 'were'} not evicted", bool(stayed)),
            ("its Node object was removed", bool(removed)),
        )
        if true
    ]
    if wrong or tainted is None:
        return Finding(Verdict.VIOLATED, f"While {node} was down {' and '.join(wrong)}.", nodes=(node,))
    last = max(marked for marked in fates.values() if marked is not None)
    return Finding(
        Verdict.HOLDS,
        f"It was tainted after {tainted - since:.1f} s and the last of its {len(fates)} evictable pods was evicted after "
        f"{last - since:.1f} s; its Node object stayed.",
        measured={"tainted": Measure(round(tainted - since, 2), "s"), "evicted": Measure(round(last - since, 2), "s")},
        nodes=(node,),
    )


def _evictions(
    recording: Recording, node: str, since: float, until: float, but: Collection[str]
) -> dict[str, float | None]:
    """When each evictable pod of a node was marked for deletion; None for one that was not.

    :raises Inconclusive: when there was none
    """
    there: dict[str, str] = {}
    marked: dict[str, float | None] = {}
    for change in recording.of_kind("Pod"):
        if node_of(change.object) != node or change.object["metadata"].get("labels", {}).get("app") in but:
            continue
        if change.seen <= since:
            there[change.uid] = change.name
            if change.type == "DELETED":
                del there[change.uid]
        elif change.seen <= until and change.object["metadata"].get("deletionTimestamp"):
            marked.setdefault(change.uid, change.seen)
    if not there:
        raise Inconclusive(f"there was no pod on {node} that could be evicted")
    return {name: marked.get(uid) for uid, name in there.items()}


def _unreachable(spec: dict[str, object]) -> bool:
    taints = spec.get("taints")
    return isinstance(taints, list) and any(
        taint.get("key") == UNREACHABLE and taint.get("effect") == "NoExecute" for taint in taints
    )
