"""A node runs short of memory, and a node runs short of disk: what happens to the pods that took it?

Given, for each, a bare pod and a ReplicaSet's pod on one node; for memory also a bare pod that exits with 0. No machine is
filled up: the eviction threshold of the node's kubelet is raised to slightly less than what is available, and the pods take
what is left, one after another.
"""

from __future__ import annotations

from kubeskeptic import checks
from kubeskeptic.bounds import EVICTED_WITHIN
from kubeskeptic.findings import all_of
from kubeskeptic.guard.risk import Risk
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.sabotages import breakages, components, rewrites
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.scenarios.pressure import DISK, MEMORY, hold, press
from kubeskeptic.timeline import Act

pressure = Scenario(
    "workloads/pressure", "Pods take more of their node's memory, or disk, than it can spare.", Risk.NODE
)


@pressure.given
def pods_hold_memory_and_pods_hold_disk(stage: Stage) -> None:
    """The pods of one node hold some memory, and those of another some disk."""
    stage.apply()
    hold(stage, MEMORY)
    hold(stage, DISK)


@pressure.act("memory", settled=False, exclusive="room")
def memory_runs_short(stage: Stage) -> None:
    """One pod after another takes more memory than the raised threshold leaves."""
    press(stage, MEMORY)


@pressure.act("disk", settled=False, exclusive="room")
def disk_runs_short(stage: Stage) -> None:
    """One pod after another takes more disk than the raised threshold leaves."""
    press(stage, DISK)


@claim("pod.evicted", case="memory", act="memory", within=EVICTED_WITHIN)
def test_pods_that_use_too_much_memory_are_evicted(act: Act, holds: Holds) -> None:
    reported = checks.reports_pressure(act, "memory-bare", "MemoryPressure")
    holds(
        all_of([reported, checks.evicted_for_good(act, "memory-bare"), checks.evicted_and_replaced(act, "memory-web")])
    )


@claim(
    "pod.evicted", case="exits with 0", act="memory", within=EVICTED_WITHIN, broken_by=("eviction-off", "bare-pods-owned")
)  # fmt: skip
def test_an_evicted_pod_that_exits_with_0_is_succeeded(act: Act, holds: Holds) -> None:
    holds(checks.evicted_for_good(act, "memory-exit-0", "Succeeded"))


@claim("replicaset.count", case="eviction", act="memory", within=EVICTED_WITHIN)
def test_an_evicted_replica_is_replaced(act: Act, holds: Holds) -> None:
    holds(checks.evicted_and_replaced(act, "memory-web"))


@claim("pod.evicted", case="disk", act="disk", within=EVICTED_WITHIN)
def test_pods_that_use_too_much_disk_are_evicted(act: Act, holds: Holds) -> None:
    reported = checks.reports_pressure(act, "disk-bare", "DiskPressure")
    holds(all_of([reported, checks.evicted_for_good(act, "disk-bare"), checks.evicted_and_replaced(act, "disk-web")]))


pressure.sabotage("memory:raised", "disk:raised")(components.eviction_off)
pressure.sabotage("memory", "disk")(breakages.replicaset_controller_off)
pressure.rewrite(rewrites.bare_pods_owned)
