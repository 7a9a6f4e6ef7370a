"""For how long do requests fail after a fault, and what share of them?"""

from __future__ import annotations

from collections.abc import Sequence

from kubeskeptic.bounds import SYN_SENT, Bound
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.failures import ENDPOINTS, Failures, counts, look_at, worst_share
from kubeskeptic.checks.lanes import span
from kubeskeptic.checks.ports import asked_by_new
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.durations import LATE
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, gravest, seconds
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.endpoints import ready_pods, service_of

_NONE = Bound(0, "requests", "none may fail")


@check
def fails_at_most(act: Act, probe: str) -> Finding:
    """Check that after a fault requests fail for at most the case's bound, and never more than the lost endpoints' share.

    Successes in between do not end the failing: with one of three endpoints gone, two of three requests succeed throughout.
    Nor do answers that come only after a retransmission: they show that the first packet still went to a lost endpoint.
    Requests that match a stale conntrack entry may fail for the SYN_SENT timeout more.
    """
    asked_by_new(act, probe)
    lanes = act.lanes(probe)
    seen = [look_at(act, lane) for lane in lanes]
    lost, all_ = _lost_endpoints(act, probe)
    by_failures = sorted(seen, key=lambda one: -(one.failed + one.late))
    worst = gravest(by_failures, lambda one: (one.troubled, act.bound_on(one.lane.node)))
    bound = act.bound_on(worst.lane.node)
    act.lasts(max((act.bound_on(lane.node) for lane in lanes), key=lambda one: one.value))
    share, limit = worst_share(seen, lost / all_, f"{lost} of {all_} endpoints")
    clients, last = until_expired(act, seen)
    return conclude(
        _told(worst, seen, bound),
        {
            "failing": seconds(worst.troubled),
            "clients still failing": clients,
            "share failed in the worst second": share,
            **counts(act, probe, seen),
        },
        {"failing": bound, "clients still failing": last, "share failed in the worst second": limit},
        **_about(act, lanes, probe, _decisive(worst)),
    )


@check
def never_fails(act: Act, probe: str) -> Finding:
    """Check that from the fault to the end of the act no request fails or is late on any node.

    A request with an unknown outcome may have failed. An answer that came only after a retransmission counts like a failure
    here.
    """
    asked_by_new(act, probe)
    lanes = act.lanes(probe, unbroken=True)
    seen = [look_at(act, lane) for lane in lanes]
    worst = max(seen, key=lambda one: one.failed + one.late)
    failed = sum(one.failed + one.late for one in seen)
    asked = sum(one.asked for one in seen)
    why = f"None of {asked} requests failed, sent from {counted(len(lanes), 'node')}."
    if failed:
        late = f", {worst.late} late" if worst.late else ""
        why = f"{failed} of {asked} requests failed, most on {worst.lane.node} ({worst.listed or 'none'}{late}); none may."
    why += _apart(seen)
    measured = {"failed or late": Measure(failed, "requests", failed, failed + sum(one.unknown for one in seen))}
    measured |= counts(act, probe, seen)
    return conclude(why, measured, {"failed or late": _NONE}, **_about(act, lanes, probe, _decisive(worst)))


@check
def dead_share_only(act: Act, probe: str) -> Finding:
    """Check that while a node is dead, at most its endpoints' share of the requests from other nodes fails, for at most the
    dead endpoint window. After that only requests that match a stale conntrack entry fail, for at most the SYN_SENT timeout.
    An answer that comes only after a retransmission shows, like a failure, that routing is still wrong.
    """
    asked_by_new(act, probe)
    lanes = act.lanes(probe)
    pods = ready_pods(act.recording, service_of(act.recording, probe), act.since.low)
    dead = sorted(pod for pod, node in pods.items() if node == act.node)
    _answered_before(act, lanes, dead)
    seen = [look_at(act, lane, until=act.lifted) for lane in lanes]
    lost = len(dead) if act.watched(*ENDPOINTS) else len(pods)
    share, limit = worst_share(seen, lost / len(pods), f"{lost} of {len(pods)} endpoints")
    worst = gravest(seen, lambda one: (one.troubled, act.bound_on(one.lane.node)))
    clients, last = until_expired(act, seen)
    measured = {
        "routing wrong": seconds(worst.troubled),
        "clients still failing": clients,
        "worst share lost": share,
        **counts(act, probe, seen),
    }
    act.lasts(max((expired(act, one) for one in seen), key=lambda one: one.value), act.lifted)
    return conclude(
        _told_dead(len(dead), len(pods), measured),
        measured,
        {
            "routing wrong": act.bound_on(worst.lane.node),
            "clients still failing": last,
            "worst share lost": limit,
        },
        **_about(act, lanes, probe, tuple(map(_line, seen))),
    )


def until_expired(act: Act, seen: Sequence[Failures]) -> tuple[Measure, Bound]:
    """Return the seconds from the fault to the last failed request of a lane, whatever the cause, and the bound by which the
    last stale conntrack entry of the lane's node has expired; of the lane that is closest to its bound.
    """
    last = max(seen, key=lambda one: _clients(one) - expired(act, one).value)
    return Measure(round(max(_clients(last), 0.0), 3), "s"), expired(act, last)


def _clients(seen: Failures) -> float:
    return max(seen.last, seen.last_stale) - seen.since.low


def expired(act: Act, seen: Failures) -> Bound:
    """Return the bound by which the last stale conntrack entry of a lane's node has expired."""
    settings = act.settings_on(seen.lane.node)
    window = act.bound_on(seen.lane.node)
    return Bound(
        round(window.value + SYN_SENT.value(settings), 3),
        "s",
        f"{window.source} + {SYN_SENT.text(settings)}",
    )


def _lost_endpoints(act: Act, probe: str) -> tuple[int, int]:
    """Return how many of a service's endpoints the fault takes away, and how many exist; if that is not certain, the first
    number is all of them.

    :raises Inconclusive: if the service had no Ready pod before the fault
    """
    pods = ready_pods(act.recording, service_of(act.recording, probe), act.since.low)
    if not pods:
        raise Inconclusive(f"the service that “{probe}” targets had no Ready pod before the fault")
    hit = {target.rpartition("/")[2] for target in act.fault.targets}
    lost = sum(1 for pod, node in pods.items() if pod in hit or node in hit)
    return (lost if act.watched(*ENDPOINTS) else len(pods)), len(pods)


def _answered_before(act: Act, lanes: Sequence[Lane], dead: Sequence[str]) -> None:
    """Require that every lane got answers from the pods that were about to die; otherwise their death would not be visible.

    :raises Inconclusive: if a lane got none; the message names it
    """
    for lane in lanes:
        names = {number for number, by in enumerate(lane.names) if any(pod in by.split("/") for pod in dead)}
        if not any(lane.bys[at] in names for at in span(lane, act.baseline, act.since.low)):
            who = ", ".join(dead) or "any pod of the service"
            raise Inconclusive(f"{lane.node} got no answer before the fault from {who} on the node that died")


# -- telling -----------------------------------------------------------------------------------------------------------
def _told(worst: Failures, seen: Sequence[Failures], bound: Bound) -> str:
    late = sum(one.late for one in seen)
    why = f"No request failed on any of {counted(len(seen), 'node')}."
    if worst.failed or worst.misrouted:
        still = "failed, or were answered late, until" if worst.misrouted else "failed until"
        low, high = worst.troubled
        still = "were still failing, or answered late," if high == float("inf") else still
        why = (
            f"Requests {still} {low if high == float('inf') else high:.2f} s after the fault on {worst.lane.node} "
            f"({worst.listed or 'none failed'}); the limit is {bound.value:g} s."
        )
    return why + _apart(seen) + (f" {counted(late, 'answer')} took over {LATE:g} s." if late else "")


def _apart(seen: Sequence[Failures]) -> str:
    """Return, in words, what is no failure of routing."""
    left = sum(one.stale for one in seen)
    failures = counted(left, "later failure")
    said = f" Counted separately: {failures} that reused the source port of a request that had timed out."
    return said if left else ""


def _told_dead(dead: int, all_: int, measured: dict[str, Measure]) -> str:
    failed, asked = measured["failed"].value, measured["asked"].value
    said = (
        f"{dead} of {all_} endpoints died with their node: {failed:g} of {asked:g} requests from the other nodes failed "
        f"({measured['worst share lost'].value:.0f} % in the worst second), and routing was correct after "
        f"{measured['routing wrong'].value:.1f} s. "
    )
    left = measured["failed by stale conntrack"].value
    if not left:
        return said + "No other request failed."
    last = measured["clients still failing"].value
    they = agreeing(left, "it", "they")
    return f"{said}{left:g} more failed because {they} reused the source port of a failed request, the last after {last:.1f} s."


def _line(seen: Failures) -> str:
    return (
        f"{seen.lane.node}: {seen.failed} of {seen.asked} requests failed by routing, the last after {seen.failing.low:.1f} s; "
        f"{seen.stale} by stale conntrack entries, the last after {max(seen.last_stale - seen.since.low, 0.0):.1f} s"
    )


def _decisive(worst: Failures) -> tuple[str, ...]:
    if not worst.failed:
        return ()
    last = worst.last - worst.since.low
    return (f"{worst.lane.node}: last failure {last:.2f} s after the fault, {worst.failed} failed ({worst.listed})",)


def _about(act: Act, lanes: Sequence[Lane], probe: str, decisive: tuple[str, ...]) -> dict[str, object]:
    nodes = tuple(lane.node for lane in lanes)
    return {"nodes": nodes, "window": (act.start, act.end), "probes": (probe,), "decisive": decisive}
