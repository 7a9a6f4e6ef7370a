"""Undoing one fault from its record: run by a dead man's switch, and by cleanup for each open fault.

``python -m kubeskeptic.undo.replay FILE`` reads the switch's file and exits with status 0 when the fault is undone and has
healed.
"""

from __future__ import annotations

import fcntl
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from kubeskeptic.best_effort import best_effort
from kubeskeptic.clusters.cluster_record import cluster_from, scratch
from kubeskeptic.faults import Site
from kubeskeptic.faults.library import named
from kubeskeptic.faults.undoing import disarm_in_cluster, undo_in_order
from kubeskeptic.guard import Guard, lease
from kubeskeptic.journal.open_faults import OpenFault, opened
from kubeskeptic.kube import Kube
from kubeskeptic.node_access import EngineAccess, PodAccess
from kubeskeptic.process import ProcessId
from kubeskeptic.switches import control


def undo_from_record(site: Site, one: OpenFault, by: str) -> str:
    """Undo a fault, wait until it has healed, and disarm its switches. Return the evidence.

    :param by: written to the journal with each phase: "switch" or "cleanup"
    :raises SkepticError: when it cannot be undone or does not heal
    """
    fault = named(one.fault)
    site.guard.same_if_it_answers()
    return undo_in_order(
        fault,
        site,
        one,
        patience=fault.patience,
        mark=partial(one.mark, site.journal, by=by),
        disarm=partial(disarm_in_cluster, site, one),
    )


@contextmanager
def from_switch(order: dict[str, Any]) -> Iterator[tuple[Site, OpenFault]]:
    """Yield the site and the fault of a switch's file. A journal that is gone is replaced by a temporary one."""
    one = OpenFault.from_record(order["fault"])
    cluster = cluster_from(order["cluster"])
    journal_file = Path(order["journal"])
    with scratch() as folder:
        kube = Kube(cluster.kubeconfig, cluster.context, folder)
        with opened(journal_file if journal_file.exists() else folder / "journal.jsonl") as journal:
            access = (
                PodAccess(kube, cluster.agent_image, one.run)
                if order["access"] == PodAccess.transport
                else EngineAccess(cluster.engine)
            )
            yield Site(cluster, kube, journal, Guard(cluster, kube, one.cluster), one.run, 0, access=access), one


def main(file: Path) -> int:
    """Undo the fault of a switch's file. Return the exit status."""
    order = json.loads(file.read_text(encoding="utf-8"))
    with from_switch(order["replay"]) as (site, one):
        undo_from_record(site, one, "switch")
        runner = control.runner_of(order)
        if runner and not runner.alive:
            with best_effort(f"the lock of run {site.run}"):  # `skeptic cleanup` then removes what is left
                release_run(site, file, runner)
    return 0


def release_run(site: Site, file: Path, runner: ProcessId) -> None:
    """Remove a switch's file and, if this was the dead run's last fault, the run's access to nodes and its Lease.

    The switches of one run take turns by a lock: if two ended at the same time, each would leave the rest to the other.
    """
    lock_file = file.with_name(f"{site.run}.lock")
    with lock_file.open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file.unlink(missing_ok=True)
        if not any(one.file.name.startswith(f"{site.run}-") for one in control.pending(site.cluster.name)):
            site.access.close()
            lease.forget(site.kube, runner)
            lock_file.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
