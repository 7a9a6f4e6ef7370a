"""Synthetic journals of two scenarios, written with the real journal: what a real run would leave, without a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kubeskeptic.journal import Journal

from . import node_crashes, pod_killed
from .story import CONTROL, NODES, PERIOD, SETTINGS, START, WORKERS, Story


class Told:
    """Collects records in the order in which a story tells them, and writes them in the order of their times."""

    def __init__(self, now: list[float]) -> None:
        self.now = now
        self.records: list[tuple[float, str, dict[str, Any]]] = []

    def write(self, kind: str, **fields: Any) -> None:
        self.records.append((self.now[0], kind, fields))

    def write_to(self, journal: Journal) -> None:
        for at, kind, fields in sorted(self.records, key=lambda record: record[0]):
            self.now[0] = at
            journal.write(kind, **fields)


def write_run(folder: Path, *, broken_off: bool = False) -> Path:
    """A run with two scenarios and all verdicts; ``broken_off`` as SIGKILL leaves it, with a torn line at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    now = [START]
    journal = Journal(folder / "journal.jsonl", clock=lambda: now[0])
    journal.write(
        "run", id=folder.name, seed=20817, kubernetes="v1.37.2", provider="kind", context="kind-kubeskeptic",
        nodes=list(NODES), roles={CONTROL: "control-plane", **dict.fromkeys(WORKERS, "worker")}, settings=SETTINGS,
        harness="0.1.0", command="pytest --seed 20817",
    )  # fmt: skip
    for node in NODES:
        now[0] = START + 1
        journal.write("instrument", node=node, injected=0.5, measured=0.508, tick=PERIOD, proven=True)
    told = Told(now)
    pod_killed.tell(Story(told, now, START + 20, "services/pod_killed"))
    node_crashes.tell(Story(told, now, START + 120, "nodes/node_crashes"), broken_off=broken_off)
    told.write_to(journal)
    if not broken_off:
        now[0] = START + 800
        journal.write("run-ended", clean=True, exit=1)
    journal.close()
    if broken_off:
        with (folder / "journal.jsonl").open("ab") as file:
            file.write(b'{"at":1795461999.1,"kind":"samp')
    return folder
