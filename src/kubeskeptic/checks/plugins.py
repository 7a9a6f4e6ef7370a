"""What happens to a node whose container runtime finds no network plugin, and to the pods that need one?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kubeskeptic.bounds import START, Bound, Interval
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lasting import NEVER, reached, seen_until, told
from kubeskeptic.checks.serving import serves_throughout
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, seconds
from kubeskeptic.objects import containers
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.endpoints import ready_pods, service_of
from kubeskeptic.timeline.objects import is_ready, living, node_of, running

WAITING = "ContainerCreating"
"""The reason of a waiting container that the kubelet has not begun to start."""
_NO_NETWORK = Bound(0, "pods", "no pod runs without the network that it needs")
_BEING_MADE = Bound(0, "reasons", f"it waits as {WAITING}")


@check
def turns_not_ready(act: Act, reason: str) -> Finding:
    """Check that the fault's node turns Ready: False within the case's bound, with a message that contains this reason, and
    stays so until the fault is undone.
    """
    changes = list(act.changes("Node", _node(act)))
    before = [change for change in changes if change.seen <= act.since.low]
    if not before or _ready(before[-1]).get("status") != "True":
        raise Inconclusive(f"{_node(act)} was not Ready before anything was done")
    after = [change for change in changes if act.since.low < change.seen <= act.lifted]
    found = reached(after, lambda one: _ready(one).get("status") == "False" and reason in _message(one))
    took = found.since(act.since) if found else Interval(seen_until(act, act.lifted) - act.since.high, NEVER)
    bound = act.bound_on(_node(act))
    said = _message((after or before)[-1])
    why = (
        f"{_node(act)} was NotReady {told(took)} after its CNI configuration was removed; its kubelet reported “{said}”"
    )
    if found is None:
        why = f"{_node(act)} was not NotReady with {reason} in {took.low:.1f} s; its Ready condition reported “{said}”"
    return conclude(
        f"{why}; the limit is {bound.value:g} s.", {"NotReady": _from_zero(took)}, {"NotReady": bound},
        nodes=(_node(act),), window=(act.start, act.end),
    )  # fmt: skip


@check
def ready_again(act: Act) -> Finding:
    """Check that the fault's node, which was not Ready, is Ready for good within the case's bound of the fault's undoing."""
    back = _undone(act)
    changes = list(act.changes("Node", _node(act)))
    before = [change for change in changes if change.seen <= back.low]
    if not before or _ready(before[-1]).get("status") == "True":
        raise Inconclusive(f"{_node(act)} was not seen NotReady when its CNI configuration was put back")
    after = [change for change in changes if change.seen > back.low]
    found = reached(after, lambda one: _ready(one).get("status") == "True")
    took = found.since(back) if found else Interval(seen_until(act) - back.high, NEVER)
    bound = act.bound_on(_node(act))
    why = f"{_node(act)} was Ready {told(took)} after its CNI configuration was put back"
    if found is None:
        why = f"{_node(act)} was not Ready {took.low:.1f} s after its CNI configuration was put back"
    return conclude(
        f"{why}; the limit is {bound.value:g} s.", {"Ready": _from_zero(took)}, {"Ready": bound},
        nodes=(_node(act),), window=(act.start, act.end),
    )  # fmt: skip


@check
def waits_for_network(act: Act, app: str) -> Finding:
    """Check that a pod that was placed on the fault's node does not run until the fault is undone, for longer than START, and
    waits as ContainerCreating.
    """
    until, changes = act.lifted, _made_in(act, app)
    made = changes[0].when
    meanwhile = [change for change in changes if change.seen < until]
    if not meanwhile:
        raise Inconclusive(f"{changes[0].name} was created only after the fault was undone")
    _on_the_node(act, changes)
    ran = next((change for change in meanwhile if running(change.object)), None)
    waited = (ran.when if ran else Interval(until, NEVER)).since(made)
    reasons = {reason for change in meanwhile for reason in _reasons(change)}
    least = START.at_most(act.settings)
    why = f"{changes[0].name} was on {node_of(meanwhile[-1].object)} for {waited.low:.1f} s and did not run; the reason was "
    why += f"{', '.join(sorted(reasons)) or 'not given'}."
    if ran:
        why = f"{ran.name} ran on {node_of(ran.object)} {max(waited.high, 0.0):.1f} s after it was created, without a network."
    finding = conclude(
        why,
        {
            "ran without": Measure(int(ran is not None), "pods"),
            "other reasons": Measure(len(reasons - {WAITING}), "reasons"),
            "waited": Measure(round(max(waited.low, 0.0), 3), "s", max(waited.low, 0.0), waited.high),
        },
        {
            "ran without": _NO_NETWORK,
            "other reasons": _BEING_MADE,
            "waited": Bound(least.value, "s", least.source, at_least=True),
        },
        window=(act.start, act.end),
    )
    return (
        finding.but("The kubelet did not say why it waits") if not reasons and finding.verdict == "holds" else finding
    )


@check
def goes_on_without_network(act: Act, probe: str) -> Finding:
    """Check that pods that run on the fault's node, in a network of their own, go on answering: no request fails in the whole
    act.
    """
    act.reading.doubts += _elsewhere(act, probe)
    return serves_throughout(act, probe)


def _elsewhere(act: Act, probe: str) -> Iterator[str]:
    """Yield the pods behind a probe that do not need the network plugin of the fault's node, one sentence each."""
    nodes = {target.rpartition("/")[2] for fault in act.faults_of(act.spans[0]) for target in fault.targets}
    pods = living(act.recording.of_kind("Pod"), act.start).values()
    answering = ready_pods(act.recording, service_of(act.recording, probe), act.start)
    if not answering:
        yield f"No pod behind “{probe}” was Ready before anything was done"
    for pod in (one for one in pods if one["metadata"]["name"] in answering):
        if node_of(pod) not in nodes or pod["spec"].get("hostNetwork"):
            how = "in the network of" if pod["spec"].get("hostNetwork") else "on"
            told = ", ".join(sorted(nodes)) or "no node"
            yield f"{pod['metadata']['name']} ran {how} {node_of(pod)}, and {told} lost the CNI configuration"


@check
def runs_once_healed(act: Act, app: str) -> Finding:
    """Check that an app's pod that was created in this act and did not run is Ready within the case's bound of the fault's
    undoing, and stays so.
    """
    back, changes = _undone(act), _made_in(act, app)
    _on_the_node(act, changes)
    if any(is_ready(change.object) for change in changes if change.seen <= back.low):
        raise Inconclusive(f"{changes[0].name} was Ready before the fault was undone")
    ready = reached(changes, lambda change: is_ready(change.object))
    took = ready.since(back) if ready else Interval(seen_until(act) - back.high, NEVER)
    why = f"{changes[0].name} was not Ready {took.low:.1f} s after the CNI configuration was put back"
    if ready:
        why = f"{changes[0].name} was Ready {told(took)} after the CNI configuration was put back"
    return conclude(
        f"{why}; the limit is {act.bound.value:g} s.", {"Ready": _from_zero(took)}, {"Ready": act.bound},
        window=(act.start, act.end),
    )  # fmt: skip


def _node(act: Act) -> str:
    """Return the node that the act's fault acted on, in whole or in part.

    :raises Inconclusive: if it acted on none
    """
    targets = act.fault.targets
    if not targets:
        raise Inconclusive(f"the fault {act.fault.fault} of “{act.name}” has no target")
    return targets[0].rpartition("/")[2]


def _on_the_node(act: Act, changes: Sequence[Change]) -> None:
    """Require that a pod was never on a node other than the fault's; one in the network of its node proves nothing.

    :raises Inconclusive: if it was
    """
    if any(change.object["spec"].get("hostNetwork") for change in changes):
        act.reading.doubts.append(f"{changes[0].name} was in the network of its node, and waits for no other")
    others = {node_of(change.object) for change in changes} - {_node(act), ""}
    if others:
        raise Inconclusive(f"{changes[0].name} was on {', '.join(sorted(others))} instead of {_node(act)}")


def _undone(act: Act) -> Interval:
    """Return when the fault was undone: from just before the harness began undoing it to just after.

    :raises Inconclusive: if it was not undone
    """
    phases = act.fault.phases
    if "undone" not in phases:
        raise Inconclusive(f"the fault {act.fault.fault} was not undone in “{act.name}”")
    return Interval(phases["undoing"], phases["undone"])


def _made_in(act: Act, app: str) -> list[Change]:
    """Return the changes to an app's pod, which was created in this act.

    :raises Inconclusive: if the app has no pod, had some before, or got another one
    """
    changes = list(act.changes("Pod", app=app))
    if not changes or changes[0].seen < act.start:
        raise Inconclusive(f"no pod of {app} was created in “{act.name}”")
    if len({change.uid for change in changes}) > 1:
        raise Inconclusive(f"{changes[0].name} was replaced by another pod of {app}")
    return changes


def _ready(change: Change) -> dict[str, Any]:
    """Return the Ready condition of a node; empty if it has none."""
    conditions = change.object.get("status", {}).get("conditions") or ()
    return next((one for one in conditions if one["type"] == "Ready"), {})


def _message(change: Change) -> str:
    return str(_ready(change).get("message", ""))


def _reasons(change: Change) -> list[str]:
    states = (status.get("state", {}).get("waiting") for status in containers(change.object).values())
    return [str(waiting.get("reason", "")) for waiting in states if waiting]


def _from_zero(took: Interval) -> Measure:
    return seconds(took.not_negative())
