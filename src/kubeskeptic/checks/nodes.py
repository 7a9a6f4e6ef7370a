"""What becomes of a node that died?"""

from __future__ import annotations

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
        measured={"Ready turns Unknown": Measure(round(took, 2), "s")},
        bounds={"Ready turns Unknown": latest, "earliest": earliest},
        nodes=(node,),
        window=(start_of(act), until),
    )


def emptied_not_removed(recording: Recording, act: Act, node: str, app: str, since: float, until: float) -> Finding:
    """A crashed node is tainted as unreachable and an evictable pod on it is deleted, while its Node object stays."""
    end = end_of(act)
    recorded(recording, ["Node", "Pod"], baseline_of(act), end)
    changes = [change for change in recording.of_kind("Node", node) if since < change.seen <= end]
    tainted = next((c.seen for c in changes if c.seen <= until and _unreachable(c.object.get("spec", {}))), None)
    removed = [change for change in changes if change.type == "DELETED"]
    evicted = next(
        (
            change.seen
            for change in recording.of_kind("Pod")
            if since < change.seen <= until
            and node_of(change.object) == node
            and change.object["metadata"].get("labels", {}).get("app") == app
            and change.object["metadata"].get("deletionTimestamp")
        ),
        None,
    )
    wrong = [
        said
        for said, true in (
            ("it was not tainted as unreachable", tainted is None),
            (f"the pod of {app} on it was not evicted", evicted is None),
            ("its Node object was removed", bool(removed)),
        )
        if true
    ]
    if wrong or tainted is None or evicted is None:
        return Finding(Verdict.VIOLATED, f"While {node} was down {' and '.join(wrong)}.", nodes=(node,))
    return Finding(
        Verdict.HOLDS,
        f"It was tainted after {tainted - since:.1f} s and its pods evicted after {evicted - since:.1f} s; "
        "its Node object stayed.",
        measured={
            "tainted": Measure(round(tainted - since, 2), "s"),
            "evicted": Measure(round(evicted - since, 2), "s"),
        },
        nodes=(node,),
    )


def _unreachable(spec: dict[str, object]) -> bool:
    taints = spec.get("taints")
    return isinstance(taints, list) and any(taint.get("key") == UNREACHABLE for taint in taints)
