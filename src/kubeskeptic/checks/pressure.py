"""What happens to pods that use more than their node can spare, and what does the node report?"""

from __future__ import annotations

from dataclasses import dataclass

from kubeskeptic.bounds import START, Bound, Interval
from kubeskeptic.checks.declarations import not_bare
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lasting import NEVER, seen_until, since_when, told
from kubeskeptic.checks.moments import moment
from kubeskeptic.checks.owners import others_made
from kubeskeptic.checks.replicas import pod_counts
from kubeskeptic.counting import agreeing
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, seconds
from kubeskeptic.objects import containers
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import BY_KUBELET, condition, is_ready, living, node_of

REASON = "Evicted"
"""The reason in the status of an evicted pod that is Failed (Kubernetes documentation, "Node-pressure Eviction")."""
TAKEN = "taken"
"""The table of when each app used too much: the times just before and after, in Unix seconds."""
RAISED = "raise_eviction_threshold"
"""The fault by which a node can spare less."""
REASONS = {"Failed": REASON, "Succeeded": ""}
"""The reason in an evicted pod's status, by its phase. A pod whose containers all exit with 0 is Succeeded,
without a reason, since Kubernetes 1.27 (kubernetes#118310)."""
_BARE = Bound(0, "pods", "nothing replaces a bare pod")
_REPORTED = Bound(0, "reports", "a condition, and a taint that keeps pods away")


@dataclass(frozen=True)
class Eviction:
    """What happened to the single pod of an app after it used too much.

    :param phase: the phase in which it must end
    :param before: the pod as it was last seen before
    :param took: seconds from then to its end; the upper end is infinite if it did not end
    :param later: the changes to pods of the app that were created after that moment
    """

    phase: str
    pod: str
    before: Change
    node: str
    end: Change | None
    took: Interval
    later: list[Change]

    @property
    def right(self) -> bool:
        """Whether it ended as evicted, in the expected phase."""
        status = self.end.object.get("status", {}) if self.end else {}
        why = [one.get("reason") for one in status.get("conditions", ()) if one.get("type") == "DisruptionTarget"]
        said = (status.get("phase"), status.get("reason", ""), why)
        return said == (self.phase, REASONS[self.phase], [BY_KUBELET])

    @property
    def otherwise(self) -> int:
        """The number of pods, 0 or 1, that ended in another way; a pod that has not ended does not count."""
        return int(self.end is not None and not self.right)

    @property
    def allowed(self) -> Bound:
        """The bound on the number of pods that ended in another way."""
        reason = REASONS[self.phase]
        return Bound(0, "pods", f"{self.phase} {f'with reason {reason}' if reason else 'without a reason'}, as evicted")

    @property
    def told(self) -> str:
        """How it ended, as the beginning of a sentence."""
        if self.end is None:
            return f"{self.pod} on {self.node} was not evicted in the {self.took.low:.0f} s after it used too much"
        after = f"{max(self.took.high, 0):.1f} s after it used too much"
        if self.right:
            return f"{self.pod} on {self.node} was evicted {after}, and is {self.phase}"
        phase, reason = _phase(self.end), _reason(self.end)
        return f"{self.pod} on {self.node} ended {after}, but not as evicted: {phase} ({reason or 'no reason'})"


@check
def evicted_for_good(act: Act, app: str, phase: str = "Failed") -> Finding:
    """Check that the bare pod of an app is evicted within the case's bound of using too much, and that no other pod is created.

    If the pod should have exited with 0 and did not, for example because it was killed first, it may end in either phase. If
    the act ended before a replacement would have been Ready, it is not *holds*.

    :param phase: the phase in which it must end: ``Succeeded`` if its containers exit with 0
    """
    seen = _eviction(act, app, phase)
    act.reading.doubts += not_bare(seen.before)
    codes = [code for code in _exit_codes(seen.end) if code] if phase == "Succeeded" else []
    again = sorted({change.name for change in seen.later})
    replaceable = START.at_most(act.settings)
    if seen.end and not again and replaceable.admits(act.end - seen.end.seen):
        lasted = f"The act ended {act.end - seen.end.seen:.1f} s after {seen.pod} ended"
        act.reading.doubts.append(f"{lasted}: too soon to exclude a replacement")
    made = f"{', '.join(again)} replaced it" if again else "no pod replaced it"
    exited = f"; it should have exited with 0, but exited with {', '.join(map(str, codes))}" if codes else ""
    return conclude(
        f"{seen.told}{exited}; {made}; the limit is {act.bound.value:g} s.",
        {
            "evicted": seconds(seen.took),
            "ended otherwise": Measure(seen.otherwise, "pods", 0 if codes else seen.otherwise, seen.otherwise),
            "made again": Measure(len(again), "pods"),
        },
        {"evicted": act.bound, "ended otherwise": seen.allowed, "made again": _BARE},
        nodes=(seen.node,),
        window=(act.start, act.end),
    )


@check
def evicted_and_replaced(act: Act, app: str) -> Finding:
    """Check that the pod of an app is evicted within the case's bound of using too much, and that another pod is Ready on
    another node within START of the eviction, until the end.
    """
    seen = _eviction(act, app)
    elsewhere = [one for one in seen.later if node_of(one.object) != seen.node]
    new = since_when((one.when, one.ready > 0) for one in pod_counts(elsewhere))
    act.reading.doubts += others_made(seen.end, seen.later) if seen.end else ()
    origin = seen.end.when if seen.end else Interval(act.end, act.end)
    took = new.since(origin) if new else Interval(max(seen_until(act) - origin.high, 0.0), NEVER)
    away = {one.name for one in seen.later if node_of(one.object) == seen.node and _reason(one) == REASON}
    where = next((f"{one.name} was Ready on {node_of(one.object)}" for one in elsewhere if is_ready(one.object)), "")
    replaced = f"{where} {told(took)} later" if new else "no pod replaced it"
    turned = f"; {len(away)} on {seen.node} {agreeing(len(away), 'was', 'were')} rejected" if away else ""
    allowed = START.at_most(act.settings)
    return conclude(
        f"{seen.told}; {replaced}{turned}; the limits are {act.bound.value:g} s and {allowed.value:g} s.",
        {
            "evicted, to be replaced": seconds(seen.took),
            "ended otherwise, to be replaced": Measure(seen.otherwise, "pods"),
            "replaced": seconds(took),
            "turned away": Measure(len(away), "pods"),
        },
        {"evicted, to be replaced": act.bound, "ended otherwise, to be replaced": seen.allowed, "replaced": allowed},
        nodes=(seen.node,),
        window=(act.start, act.end),
    )


@check
def reports_pressure(act: Act, app: str, kind: str) -> Finding:
    """Check that after an app's pod used too much, its node reports a condition and gets the matching taint.

    :param kind: the type of the condition: ``MemoryPressure`` or ``DiskPressure``
    :raises Inconclusive: if the node was not seen without the condition before
    """
    seen, since = _eviction(act, app), _taken(act, app)
    nodes = list(act.changes("Node", seen.node))
    before = [change for change in nodes if change.seen <= since.low]
    if not before or condition(before[-1].object, kind) != "False":
        raise Inconclusive(f"{seen.node} did not report {kind}: False before {app} used too much")
    after = [change for change in nodes if change.seen > since.low]
    said = next((change for change in after if condition(change.object, kind) == "True"), None)
    tainted = any(_tainted(change, kind) for change in after)
    early = act.bound.admits(act.end - since.high)  # what is missing may still happen later
    lacking = [*(["did not report the condition"] if said is None else []), *([] if tainted else ["was not tainted"])]
    when = said.when.since(since) if said else Interval(seen_until(act) - since.high, float("inf"))
    why = f"{seen.node} reported {kind} {max(when.high, 0):.1f} s after {app} used too much, and was tainted."
    if lacking:
        why = f"{seen.node} {' and '.join(lacking)} ({kind})."
    return conclude(
        why,
        {
            "reports missing": Measure(len(lacking), "reports", 0 if early else len(lacking), len(lacking)),
            "reported": seconds(when),
        },
        {"reports missing": _REPORTED},
        nodes=(seen.node,),
        window=(act.start, act.end),
    )


def _eviction(act: Act, app: str, phase: str = "Failed") -> Eviction:
    since = _taken(act, app)
    changes = list(act.changes("Pod", app=app))
    there = [pod for pod in living(changes, since.low).values() if pod.get("status", {}).get("phase") not in REASONS]
    if len(there) != 1:
        raise Inconclusive(f"{len(there)} pods of {app} were running; exactly one is required")
    (pod,) = there
    before = next(one for one in reversed(changes) if one.uid == pod["metadata"]["uid"] and one.seen <= since.low)
    _require_raised(act, node_of(pod))
    known = {change.uid for change in changes if change.seen <= since.low}
    later = [change for change in changes if change.seen > since.low]
    mine = [change for change in later if change.uid == pod["metadata"]["uid"]]
    fresh = [change for change in later if change.uid not in known]
    end = next((change for change in mine if change.type == "DELETED" or _phase(change) in REASONS), None)
    took = end.when.since(since) if end else Interval(seen_until(act) - since.high, float("inf"))
    return Eviction(phase, pod["metadata"]["name"], before, node_of(pod), end, took, fresh)


def _require_raised(act: Act, node: str) -> None:
    """Require that the threshold which an act raised was that of the node whose pods use too much.

    :raises Inconclusive: if it was that of other nodes only
    """
    raised = [one for one in act.recording.faults if one.fault == RAISED and one.act in act.names]
    if raised and not any(f"kubelet/{node}" in one.targets for one in raised):
        raise Inconclusive(
            f"the threshold was raised on {', '.join(raised[0].targets) or 'no node'}, and not on {node}"
        )


def _taken(act: Act, app: str) -> Interval:
    moments = act.table(TAKEN).get(app)
    if not moments:
        raise Inconclusive(f"the scenario did not get as far as {app} using too much")
    return moment(act, *moments)


def _phase(change: Change) -> str:
    return str(change.object.get("status", {}).get("phase", ""))


def _exit_codes(end: Change | None) -> list[int]:
    """Return the exit codes of a pod's containers. One that the kubelet lost track of is waiting, with its end in lastState."""
    statuses = containers(end.object).values() if end else ()
    states = (status.get(name) or {} for status in statuses for name in ("state", "lastState"))
    ended = (state.get("terminated") or {} for state in states)
    return [int(one["exitCode"]) for one in ended if "exitCode" in one]


def _reason(change: Change) -> str:
    return str(change.object.get("status", {}).get("reason", ""))


def _tainted(change: Change, kind: str) -> bool:
    key = f"node.kubernetes.io/{kind.removesuffix('Pressure').lower()}-pressure"
    return any(one.get("key") == key for one in change.object.get("spec", {}).get("taints") or ())
