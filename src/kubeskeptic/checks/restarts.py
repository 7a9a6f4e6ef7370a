"""On which node did the fault stop kube-proxy, and when did it run there again?"""

from __future__ import annotations

from kubeskeptic.bounds import START, Bound, Interval
from kubeskeptic.errors import Inconclusive
from kubeskeptic.timeline import Act

TABLE, STARTED = "kube-proxy", "started"
"""The table and the cell in which a scenario notes when kube-proxy's process was started, as two Unix times."""


def stopped_on(act: Act) -> str:
    """Return the node whose kube-proxy the fault stopped.

    :raises Inconclusive: if it stopped no kube-proxy
    """
    for target in act.fault.targets:
        if target.startswith("kube-proxy/"):
            return target.rpartition("/")[2]
    raise Inconclusive(f"the fault {act.fault.fault} stopped no kube-proxy")


def started_again(act: Act, node: str) -> tuple[Interval, Bound]:
    """Return when kube-proxy's process was started again, and the case's bound.

    Where the scenario did not note it, this is when undoing the fault began, and the bound is longer by START, for its pod.

    :raises Inconclusive: if the process is older than that
    """
    limit = act.bound_on(node)
    if TABLE not in act.recording.tables:
        start = START.value(act.settings_on(node))
        return Interval(act.lifted, act.lifted), Bound(
            round(limit.value + start, 3), "s", f"{limit.source} + START {start:g}"
        )
    started = Interval(*act.table(TABLE)[STARTED])
    if started.high < act.lifted:
        raise Inconclusive(f"the kube-proxy on {node} was started before undoing the fault began")
    return started, limit
