"""Does the watch show what the faults of an act are recorded to have done? If not, nothing was done, and nothing is proven."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kubeskeptic.checks.restarts import STARTED, TABLE
from kubeskeptic.durations import MARGIN
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.timeline import Act, Change, FaultSpan
from kubeskeptic.timeline.objects import condition, is_ready

Object = Mapping[str, Any]
Shows = Callable[[Act, FaultSpan, str], str]


def not_borne_out(act: Act) -> Iterator[str]:
    """Yield the faults of an act whose effect on a recorded object the watch does not show, one sentence each."""
    for fault in act.recording.faults:
        shows = _SHOWN.get(fault.fault)
        if shows is None or fault.act not in act.names or "applied" not in fault.phases:
            continue
        for target in fault.targets:
            missing = shows(act, fault, _told_of(shows, target))
            if missing:
                yield missing


def _told_of(shows: Shows, target: str) -> str:
    """Return the part of a target that says what the fault acted on."""
    if shows is _without_kube_proxy:
        return target
    return target.partition("/")[2] if shows is _tainted else target.rpartition("/")[2]


def _deleted(act: Act, fault: FaultSpan, pod: str) -> str:
    """A deleted pod is marked as terminating, or gone; by force, if it has no time to terminate."""
    changes = list(act.recording.of_kind("Pod", pod))
    after = [change for change in changes if change.seen >= fault.applied]
    ended = any(one.type == "DELETED" or one.object["metadata"].get("deletionTimestamp") for one in after)
    if changes and not ended:
        return f"{pod} was deleted in “{fault.act}” according to the journal, but no recorded change shows it"
    marked = next((one.object for one in after if "deletionGracePeriodSeconds" in one.object["metadata"]), None)
    if marked is None or "force" not in fault.settings:
        return ""  # an older journal
    grace, own = (
        marked["metadata"]["deletionGracePeriodSeconds"],
        marked["spec"].get("terminationGracePeriodSeconds", 0),
    )
    how, otherwise = ("by force", grace > 0) if fault.settings["force"] else ("without force", grace == 0 < own)
    return f"{pod} was deleted {how} in “{fault.act}”, but the watch shows {grace} s of grace" if otherwise else ""


def _restarted(act: Act, fault: FaultSpan, pod: str) -> str:
    """A container that was killed is started again, or its pod ends."""
    changes = list(act.recording.of_kind("Pod", pod))
    before = [change for change in changes if change.seen < fault.applied]
    after = [change for change in changes if change.seen >= fault.applied]
    if not before:
        return ""
    counted = max(_restarts(change.object) for change in before)
    ended = any(one.type == "DELETED" or _restarts(one.object) > counted or not is_ready(one.object) for one in after)
    return "" if ended else f"A container of {pod} was killed in “{fault.act}”, but no change of the pod shows it"


def _unready(act: Act, fault: FaultSpan, pod: str) -> str:
    """A pod that was made unready is not Ready until the fault is undone."""
    changes = list(act.recording.of_kind("Pod", pod))
    during = [change for change in changes if fault.applied <= change.seen <= fault.phases.get("undoing", act.end)]
    unready = [change.type == "DELETED" or not is_ready(change.object) for change in during]
    if not changes or (any(unready) and unready[-1]):
        return ""
    how = "before that was undone" if any(unready) else "all the time"
    return f"{pod} was made unready in “{fault.act}”, but the watch shows it Ready {how}"


def _cordoned(act: Act, fault: FaultSpan, node: str) -> str:
    """A cordoned node is unschedulable."""
    changes = list(act.recording.of_kind("Node", node))
    during = [change for change in changes if fault.applied <= change.seen <= fault.phases.get("undoing", act.end)]
    shown = any((change.object.get("spec") or {}).get("unschedulable") for change in during)
    return (
        ""
        if shown or not changes
        else f"{node} was cordoned in “{fault.act}”, but the watch shows it schedulable all the time"
    )


def _tainted(act: Act, fault: FaultSpan, target: str) -> str:
    """A tainted node has the taint, which is given as ``NODE/KEY:EFFECT``."""
    node, _, taint = target.partition("/")
    changes = list(act.recording.of_kind("Node", node))
    during = [change for change in changes if fault.applied <= change.seen <= fault.phases.get("undoing", act.end)]
    taints = (one for change in during for one in (change.object.get("spec") or {}).get("taints") or ())
    shown = any(f"{one.get('key')}:{one.get('effect')}" == taint for one in taints)
    return (
        ""
        if shown or not changes
        else f"{node} was tainted with {taint} in “{fault.act}”, but the watch shows it without that taint all the time"
    )


def _silent(act: Act, fault: FaultSpan, node: str) -> str:
    """A node that is cut off from the control plane does not report to it, unless the control plane is on the same node."""
    reports = fault.settings.get("whom") not in ("all", "control-plane")
    return "" if reports or act.recording.roles.get(node) == "control-plane" else _not_ready(act, fault, node)


def _not_ready(act: Act, fault: FaultSpan, node: str) -> str:
    """A node whose kubelet is silent is not Ready from the end of its grace period until the fault is undone."""
    until = fault.phases.get("undoing", act.end)
    try:
        noticed = fault.applying.high + act.settings["GRACE"] + act.settings["MONITOR"] + MARGIN
    except (Inconclusive, NotAsked):
        return ""  # a cluster whose settings cannot be read says nothing of when it notices
    states = [change for change in act.recording.of_kind("Node", node) if change.seen <= until]
    if until < noticed or not states:
        return ""
    late = [change for change in states if change.seen > noticed] or states[-1:]
    ready = any(_is_ready_node(change) for change in late)
    return f"{node} was down in “{fault.act}”, but the watch shows it Ready" if ready else ""


def _unplugged(act: Act, fault: FaultSpan, node: str) -> str:
    """A node without a CNI configuration is not Ready when that is put back: a scenario waits until its kubelet has noticed."""
    until = fault.phases.get("undoing", act.end)
    states = [change for change in act.recording.of_kind("Node", node) if change.seen <= until]
    shown = not states or not _is_ready_node(states[-1])
    return "" if shown else f"{node} lost its CNI configuration in “{fault.act}”, but the watch shows it Ready"


def _without_kube_proxy(act: Act, fault: FaultSpan, target: str) -> str:
    """A kube-proxy that was stopped is started again only when that is undone."""
    started = act.recording.tables.get(TABLE, {}).get(STARTED)
    if not target.startswith("kube-proxy/") or started is None or started[1] >= fault.phases.get("undoing", act.end):
        return ""
    return f"The kube-proxy on {target.rpartition('/')[2]} was started before undoing the fault began"


def _is_ready_node(change: Change) -> bool:
    return change.type != "DELETED" and condition(change.object, "Ready") == "True"


def _restarts(pod: Object) -> int:
    statuses = (pod.get("status") or {}).get("containerStatuses") or ()
    return sum(int(one.get("restartCount") or 0) for one in statuses)


_SHOWN: Mapping[str, Shows] = {
    "delete_pod": _deleted,
    "kill_container": _restarted,
    "make_unready": _unready,
    "cordon_node": _cordoned,
    "drain_node": _cordoned,
    "taint_node": _tainted,
    "remove_cni_config": _unplugged,
    "stop_kube_proxy": _without_kube_proxy,
    "crash_node": _not_ready,
    "freeze_node": _not_ready,
    "shut_down_node": _not_ready,
    "stop_kubelet": _not_ready,
    "cut_off_node": _silent,
}
"""By a fault's name, what says of a target of it that the watch lacks its effect; empty where it does not."""
SHOWN = frozenset(_SHOWN)
"""The faults whose effect has to show in a watch."""
UNSEEN = frozenset({
    # within a node or a network
    "change_service_rule", "cut_pods", "delay_packets", "drop_packets", "flush_service_rules", "freeze_kube_proxy",
    "limit_bandwidth", "masquerade_pods", "remove_route", "slow_down",
    # in the control plane, whose pods are not watched
    "controller_off", "kill_coredns", "stale_coredns", "stop_component", "stop_coredns",
    # after a time that is itself measured, or not known
    "hang_container", "pressure", "raise_eviction_threshold", "restart_node", "stop_containerd",
})  # fmt: skip
"""The faults whose effect no watch has to show."""
