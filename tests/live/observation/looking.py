"""What was observed, and waiting for it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from kubeskeptic.clusters import Cluster
from kubeskeptic.durations import Patience
from kubeskeptic.errors import Conflict
from kubeskeptic.journal import Journal, read
from kubeskeptic.kube import Kube
from kubeskeptic.node_access import EngineAccess
from kubeskeptic.probes.priority import Prioritise, Priority
from kubeskeptic.waiting import NotYet, until

Record = dict[str, Any]


def put(kube: Kube, namespace: str, name: str, value: str = "1") -> None:
    metadata = {"name": name, "namespace": namespace}
    kube.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"value": value}})


def of_kind(journal: Journal, kind: str) -> list[Record]:
    return [dict(record) for record in read(journal.path) if record["kind"] == kind]


def changes(journal: Journal, name: str) -> list[str]:
    return [one["type"] for one in of_kind(journal, "change") if one["object"]["metadata"]["name"] == name]


def wait(question: Callable[[], object], seconds: float, what: str) -> None:
    until(lambda: True if question() else NotYet("not yet"), Patience(seconds), what=what, period=0.05)


def let_pass(seconds: float) -> None:
    end = time.time() + seconds
    wait(lambda: time.time() >= end, seconds + 5, "time to pass")


def prioritise(cluster: Cluster) -> Prioritise:
    return Priority(EngineAccess(cluster.engine).run).give


@contextmanager
def busy(seconds: int) -> Iterator[None]:
    """Every core is kept busy at normal priority, for so many seconds at most."""
    loops = [
        subprocess.Popen(["timeout", str(seconds), "sh", "-c", "while :; do :; done"])
        for _ in range(os.cpu_count() or 1)
    ]
    try:
        yield
    finally:
        for loop in loops:
            loop.terminate()
            loop.wait()


@contextmanager
def absent(kube: Kube, node: str) -> Iterator[Callable[[], None]]:
    """A node is not in the cluster until what is yielded is called; it is there again afterwards, with the same pod range."""
    was = kube.get("Node", node)
    kept = {name: was["metadata"].get(name, {}) for name in ("labels", "annotations")}
    again = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": node, **kept}, "spec": was["spec"]}

    def join() -> None:
        with suppress(Conflict):
            kube.create(again)

    def ready() -> bool:
        conditions = kube.get("Node", node)["status"].get("conditions", ())
        return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)

    kube.delete("Node", node)
    try:
        yield join
    finally:
        join()
        wait(ready, 120, f"{node} to be Ready again")


def lateness(journal: Journal) -> list[float]:
    """How late each question was asked, in seconds, the least first."""
    found: list[float] = []
    for record in of_kind(journal, "samples"):
        for probe, tick, sent in zip(record["probe"], record["tick"], record["sent"], strict=True):
            spec = record["probes"][probe]
            found.append(sent - spec["t0"] - tick * spec["period"])
    return sorted(found)


def lanes_of(journal: Journal) -> dict[tuple[str, str], list[int]]:
    lanes: dict[tuple[str, str], list[int]] = {}
    for record in of_kind(journal, "samples"):
        for probe, tick in zip(record["probe"], record["tick"], strict=True):
            lanes.setdefault((record["node"], record["probes"][probe]["name"]), []).append(tick)
    return lanes
