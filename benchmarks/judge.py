"""A million samples: how long it takes to read, judge and draw them, and how much memory.

Writes a synthetic journal of one node crash (four nodes, 50 questions a second each, and as many probes as the number of
samples takes), then runs each step in one process, as a run does: what was parsed for judging is followed for the reports::

    python -m benchmarks.judge [--samples N]

The bounds are those of the design: 10 s and 512 MiB in all. The processor's time is compared with the bound: one thread
does the work and hardly waits for the disk, so that on an idle machine it is the time on the clock.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from kubeskeptic import checks
from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.bounds import DEAD_ENDPOINT_WINDOW
from kubeskeptic.findings import Finding
from kubeskeptic.journal import Journal
from kubeskeptic.reports import write_all
from kubeskeptic.timeline import Act, JournalFollower, Recording

SECONDS, MIB = 10.0, 512.0
PERIOD, SPAN, CRASH, FOUND = 0.02, 1000.0, 100.0, 147.0
NODES = tuple(f"bench-{name}" for name in ("control-plane", "worker", "worker2", "worker3"))
SCENARIO = "nodes/node_crashes"
ADDRESS, PODS = "10.96.0.10", ("web-a", "web-b", "web-c")
START = 1_795_461_480.0
T = TypeVar("T")
_OK, _TIMEOUT = OUTCOMES.index(Outcome.OK), OUTCOMES.index(Outcome.TIMEOUT)
_SETTINGS = {name: {"value": value, "unit": "s", "from": "made up"}
             for name, value in (("GRACE", 50.0), ("MONITOR", 5.0), ("SYNC", 1.0), ("SYN_SENT", 120.0))}  # fmt: skip


def main() -> int:
    """Measure, print a table, and end with 1 when a bound was passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=1_000_000)
    wanted = parser.parse_args().samples
    with tempfile.TemporaryDirectory() as scratch:
        run = Path(scratch) / "bench"
        run.mkdir()
        samples = write_journal(run / "journal.jsonl", wanted)
        return measure(run, samples)


def measure(run: Path, samples: int) -> int:
    """Read, judge and draw the run in ``run``."""
    journal = run / "journal.jsonl"
    steps, followed = Steps(), JournalFollower(journal)
    evidence = steps.take("read", followed.evidence)
    recording = evidence.scenarios[SCENARIO]
    findings = steps.take("judge", lambda: judge(recording))
    append(journal, findings)
    written = steps.take("follow, draw, write all formats", lambda: write_all(run, followed.evidence()))
    page, size = written.html.stat().st_size / 1024, journal.stat().st_size / 2**20
    print(f"{samples:,} samples in a journal of {size:.0f} MiB, {len(findings)} findings, a page of {page:.0f} KiB\n")
    return steps.show()


class Steps:
    """Times steps: on the clock, and of the processor, which tells more where others use it too."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, float, float]] = []

    def take(self, name: str, step: Callable[[], T]) -> T:
        """Run one step."""
        clock, processor = time.perf_counter(), time.process_time()
        result = step()
        self.rows.append((name, time.perf_counter() - clock, time.process_time() - processor))
        return result

    def show(self) -> int:
        """Print the table; 1 when a bound was passed."""
        self.rows.append(("in all", sum(row[1] for row in self.rows), sum(row[2] for row in self.rows)))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{'step':36} {'clock':>8} {'processor':>10}")
        for name, clock, processor in self.rows:
            print(f"{name:36} {clock:6.2f} s {processor:8.2f} s")
        print(f"{'at most':36} {'':8} {SECONDS:8.2f} s\n\nmemory at its highest: {peak:.0f} MiB of {MIB:g} MiB")
        return int(self.rows[-1][2] > SECONDS or peak > MIB)


def judge(recording: Recording) -> list[tuple[str, Finding]]:
    """Return the findings of the costliest checks on every probe."""
    costly = (checks.dead_share_only, checks.fails_at_most)
    return [
        (probe, check(Act(recording, ["crash"], within=DEAD_ENDPOINT_WINDOW), probe))
        for probe in recording.specs
        for check in costly
    ]


def append(journal: Path, findings: list[tuple[str, Finding]]) -> None:
    """Write the findings down, as a run does."""
    with closing(Journal(journal)) as late:
        for at, (probe, finding) in enumerate(findings):
            fields = finding.as_record() | {"claim": "service.node-dies", "case": f"{probe} {at}", "post": "qualified",
                                            "scenario": SCENARIO, "test": "bench"}  # fmt: skip
            late.write("finding", at=START, **fields)


def write_journal(path: Path, wanted: int) -> int:
    """Write the journal, and return how many samples it holds."""
    now = [START]
    journal = Journal(path, clock=lambda: now[0], run="bench")
    journal.write("run", id="bench", seed=1, kubernetes="v1.37.2", nodes=list(NODES), roles={}, settings=_SETTINGS,
                  harness="bench", command="")  # fmt: skip
    scenario, per_lane = SCENARIO, int(SPAN / PERIOD)
    probes = [f"web{n}" for n in range(max(1, round(wanted / per_lane / len(NODES))))]
    journal.write("scenario", id=scenario, phase="start", namespace="", test="")
    for probe in probes:
        journal.write("probe", scenario=scenario, probe=probe, spec={"host": ADDRESS}, nodes=list(NODES))
    for kind, thing in objects():
        journal.write("change", scenario=scenario, resource=kind, type="LISTED", seen=START, object=thing)
    common: dict[str, Any] = {
        "id": "f",
        "fault": "crash-node",
        "scenario": scenario,
        "act": "crash",
        "targets": [f"node/{NODES[3]}"],
    }
    for phase, at in (("intent", CRASH), ("applying", CRASH), ("applied", CRASH), ("bit", CRASH + 1)):
        now[0] = START + at
        journal.write("fault", **common, phase=phase, says="SIGKILL to the node")
    for phase, at in (("baseline", 0.5), ("start", CRASH - 0.5), ("end", SPAN - 1)):
        now[0] = START + at
        journal.write("act", scenario=scenario, act="crash", phase=phase)
    for node in NODES:
        for probe in probes:
            for first in range(0, per_lane, 500):
                journal.write("samples", **batch(node, probe, range(first, first + 500)))
    now[0] = START + SPAN
    journal.write("scenario", id=scenario, phase="end", irreducible=178)
    journal.close()
    return per_lane * len(NODES) * len(probes)


def objects() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the service that is asked, and its pods, one on each worker, with their kinds."""
    labels = {"app": "web"}
    metadata = {"name": "web", "namespace": "bench", "uid": "s"}
    yield "Service", {"metadata": metadata, "spec": {"clusterIP": ADDRESS, "selector": labels}}
    for name, node in zip(PODS, NODES[1:], strict=True):
        about = {"name": name, "namespace": "bench", "uid": name, "labels": labels}
        status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
        yield "Pod", {"metadata": about, "spec": {"nodeName": node}, "status": status}
    ready = [{"conditions": {"ready": True}, "targetRef": {"name": name, "uid": name}} for name in PODS]
    about = {"name": "web-1", "uid": "e", "labels": {"kubernetes.io/service-name": "web"}}
    yield "EndpointSlice", {"metadata": about, "endpoints": ready}


def batch(node: str, probe: str, ticks: range) -> dict[str, Any]:
    """Ten seconds of one probe: a third of the questions time out while routing is wrong."""
    chance = random.Random(f"{node} {probe} {ticks.start}")  # noqa: S311 — a pattern, not a secret
    bad = [CRASH <= tick * PERIOD < FOUND and chance.random() < 0.33 for tick in ticks]
    return {
        "node": node, "agent": f"agent-{node}", "boot": "b", "offset": 0.0, "error": 0.001,
        "probes": [{"name": probe, "scenario": SCENARIO, "period": PERIOD, "t0": START}],
        "names": ["", *(f"bench/{name}/{name}" for name in PODS)],
        "probe": [0] * len(ticks), "tick": list(ticks), "sent": [round(START + tick * PERIOD, 6) for tick in ticks],
        "took": [3.5 if failed else 0.0021 for failed in bad], "outcome": [_TIMEOUT if failed else _OK for failed in bad],
        "by": [0 if failed else 1 + tick % 3 for tick, failed in zip(ticks, bad, strict=True)],
        "port": [20000 + tick % 12000 for tick in ticks],
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
