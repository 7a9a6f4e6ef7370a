"""What an agent costs, and how punctual it is, at 150 questions a second.

::

    python benchmarks/agent.py --seconds 30

Runs the agent and a workload as the processes that a cluster runs, on loopback, and pulls samples once a second as the
harness does. "bare" is the least that the same machine takes at that moment for 150 connections a second: a loop that connects,
is accepted, and closes, and looks at nothing. Where that is slow, the machine is busy with something else.

On a machine that does other things, questions are late because the agent does not get a processor. ``--first`` gives it one
whenever it wants (real-time scheduling, as root), so that the lag is its own; its processor time stays dearer than on a
quiet machine, as can be seen of "bare".

Exits with 1 when a number is not held.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import click

from kubeskeptic.probes.priority import PRIORITY
from kubeskeptic.waiting import Pace

RATE = 150
LAG_P99_MS = 5.0
CORES = 0.1
RSS_MIB = 48.0
HOST = "127.0.0.1"
PERIOD = 0.02

Probe = dict[str, Any]


@dataclass
class Row:
    """What was measured of one set of probes."""

    name: str
    lags: list[float] = field(default_factory=list)
    cores: float = 0.0
    rss: float = 0.0
    gaps: dict[int, int] = field(default_factory=dict)
    failed: int = 0
    lost: int = 0

    @property
    def held(self) -> bool:
        """Whether every number is within what the design says."""
        return self.lag(0.99) <= LAG_P99_MS and self.cores <= CORES and self.rss <= RSS_MIB and not self.lost

    def lag(self, quantile: float) -> float:
        """A quantile of how late questions were, in milliseconds."""
        return sorted(self.lags)[int(len(self.lags) * quantile)] * 1000


@click.command()
@click.option("--seconds", default=30, show_default=True, help="How long each set of probes is asked.")
@click.option("--first", is_flag=True, help="Let what is measured run before everything else on the machine.")
def main(seconds: int, first: bool) -> None:
    """Measure, print a table, exit with 1 when a number is not held."""
    if first:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    with process("serve", "--port=0") as web, name_server() as dns:
        new = {"kind": "http-new", "host": HOST, "port": web}
        kept = {"kind": "http-kept", "host": HOST, "port": web}
        names = {"kind": "dns-udp", "server": HOST, "port": dns, "qname": "web.test."}
        rows = [
            measure("3 × http-new", [new, new, new], seconds),
            measure("http-new, http-kept, dns-udp", [new, kept, names], seconds),
        ]
    click.echo(table(rows, bare(5)))
    sys.exit(0 if all(row.held for row in rows) else 1)


def measure(name: str, probes: list[Probe], seconds: int) -> Row:
    """Ask these for so many seconds, each 50 times a second, by an agent of their own."""
    named = [probe | {"name": f"p{number}", "period": PERIOD} for number, probe in enumerate(probes)]
    row, pace = Row(name), Pace(1.0)
    with process("ask", "--port=0", "--echo-port=0") as port:
        call(port, "PUT", "/probes", {"scenario": "benchmark", "probes": named})
        first: Any = None
        cursor = 0
        for turn in pace:
            batch = call(port, "GET", f"/samples?after={cursor}")
            cursor = batch["cursor"]
            if first is None and turn == 2:  # what starting costs is paid
                first = batch
            elif first is not None:
                take(row, batch)
            if turn == seconds + 2:
                pace.stop()
        row.cores = (batch["cpu_s"] - first["cpu_s"]) / (batch["mono"] - first["mono"])
    return row


def take(row: Row, batch: Any) -> None:
    """Add a batch to what was measured."""
    probes = batch["probes"]
    columns = zip(batch["probe"], batch["tick"], batch["sent"], strict=True)
    row.lags += [sent - probes[probe]["t0"] - tick * PERIOD for probe, tick, sent in columns]
    row.failed += sum(outcome != 0 for outcome in batch["outcome"])
    row.gaps |= {gap["id"]: gap["ticks"] for gap in batch["gaps"]}  # repeated until they are acknowledged
    row.lost += batch["lost"]
    row.rss = max(row.rss, batch["rss_mib"])


def bare(seconds: int) -> float:
    """Cores that a loop takes which only connects, RATE times a second."""
    pace, started = Pace(1 / RATE), time.process_time()
    with socket.create_server((HOST, 0)) as listener:
        for turn in pace:
            with socket.socket() as sock:
                sock.connect(listener.getsockname())
                listener.accept()[0].close()
            if turn == RATE * seconds:
                pace.stop()
    return (time.process_time() - started) / seconds


def table(rows: list[Row], least: float) -> str:
    """The table that is printed."""
    shape = "{:30} {:>9} {:>8} {:>8} {:>7} {:>7} {:>8} {:>7} {:>5}".format
    lines = [shape("", "questions", "lag p50", "lag p99", "cores", "MiB", "missing", "failed", "lost")]
    for row in rows:
        lag = (f"{row.lag(quantile):.2f} ms" for quantile in (0.5, 0.99))
        counts = (sum(row.gaps.values()), row.failed, row.lost)
        lines.append(shape(row.name, len(row.lags), *lag, f"{row.cores:.3f}", f"{row.rss:.1f}", *counts))
    lines.append(shape("to hold", "", "", f"{LAG_P99_MS:.2f} ms", f"{CORES:.3f}", f"{RSS_MIB:.1f}", "", "", 0))
    lines.append(shape("bare", "", "", "", f"{least:.3f}", "", "", "", ""))
    lines.append(f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return "\n".join(lines)


@contextmanager
def process(*arguments: str) -> Iterator[int]:
    """The agent's image, so to speak: a process; yields the port it listens on."""
    command = [sys.executable, "-m", "kubeskeptic.agent", *arguments, f"--host={HOST}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as one:
        try:
            yield int(json.loads(one.stdout.readline())["listening"]) if one.stdout else 0
        finally:
            one.terminate()


@contextmanager
def name_server() -> Iterator[int]:
    """A name server that answers every question with one address, in a thread of this process."""
    record = (
        b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x1e\x00\x04\x0a\x00\x00\x01"  # the name asked, A, IN, 30 s, 10.0.0.1
    )

    def answer() -> None:
        while query := sock.recvfrom(512):
            data, who = query
            end = data.index(b"\0", 12) + 5
            sock.sendto(data[:2] + b"\x84\x00\x00\x01\x00\x01\x00\x00\x00\x00" + data[12:end] + record, who)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((HOST, 0))
        threading.Thread(target=answer, daemon=True).start()
        yield sock.getsockname()[1]


def call(port: int, method: str, path: str, body: Any = None) -> Any:
    """An answer of the agent."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://{HOST}:{port}{path}", data, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.load(answer)


if __name__ == "__main__":
    main()
