"""The outside probe as a whole: its process asks a server on loopback, and the journal says what it saw and did not see."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.durations import Patience
from kubeskeptic.errors import BadInput
from kubeskeptic.journal import Journal
from kubeskeptic.outside import OutsideProbe, OutsideTarget, lane, node_targets
from kubeskeptic.probes.specs import http_new, tcp_connect
from kubeskeptic.timeline import Recording, load
from kubeskeptic.waiting import NotYet, until
from tests.agent.loopback import HOST, full, nobody

DEADLINE = 1.0
PATIENT = Patience(120)
"""A machine that does many things at once comes to answer, too."""
RATE = 20
"""Questions a second of each target: slow enough for a machine whose cores are all taken."""
PROBE = http_new("out", HOST, 1, rate=RATE, deadline=DEADLINE)


@pytest.fixture
def workload() -> Iterator[int]:
    """The port of a workload in a process of its own, as in a pod."""
    command = [sys.executable, "-m", "kubeskeptic.agent", "serve", "--host", HOST, "--port", "0"]
    environment = os.environ | {"POD_NAME": "web-1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout
        yield int(process.stdout.readline().split(b":")[1].strip(b" }\n"))
        assert process.poll() is None, "the workload ended by itself"
        process.terminate()


@pytest.fixture
def limited() -> Iterator[Callable[[float], None]]:
    """Limits for how many seconds a real-time process of ours may run without waiting (setrlimit(2), RLIMIT_RTTIME)."""
    before = resource.getrlimit(resource.RLIMIT_RTTIME)
    yield lambda seconds: resource.setrlimit(resource.RLIMIT_RTTIME, (int(seconds * 1e6), before[1]))
    resource.setrlimit(resource.RLIMIT_RTTIME, before)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    made = Journal(tmp_path / "journal.jsonl")
    made.write("run", id="r", nodes=["n1"], roles={})
    made.write("scenario", id="s", phase="start")
    return made


def recorded(journal: Journal) -> Recording:
    journal.write("scenario", id="s", phase="end")
    return load(journal.path).scenarios["s"]


def settled(probe: OutsideProbe, journal: Journal, seconds: float, *, but: int = 0) -> None:
    """Wait until all lanes are calm but so many; what was seen instead is in the message."""

    def calm() -> bool | NotYet:
        troubled = probe.unsettled(seconds)
        return len(troubled) == but or NotYet(f"{troubled}, last written: {journal.path.read_text()[-600:]}")

    until(calm, PATIENT, what="calm")


def test_each_target_is_a_lane_that_is_no_node(journal: Journal, workload: int) -> None:
    with nobody() as closed, full() as mute:
        targets = [
            OutsideTarget("n1", HOST, workload),
            OutsideTarget("n2", HOST, closed),
            OutsideTarget("n3", HOST, mute),
        ]
        with OutsideProbe(journal, "s", PROBE, targets) as probe:
            settled(probe, journal, 0.5, but=2)
            assert probe.unsettled(0.5) == ["out from outside→n2", "out from outside→n3"]
    recording = recorded(journal)
    assert load(journal.path).tick_lag.p99 is None
    assert recording.nodes == ("n1",)
    assert set(recording.lanes) == {(lane(name), "out") for name in ("n1", "n2", "n3")}
    found = {one.target: one for one in recording.lanes.values()}
    assert {(one.outcome, one.by) for one in found["n1"]} == {(Outcome.OK, "/web-1/")}
    assert {one.outcome for one in found["n2"]} == {Outcome.REFUSED}
    assert {one.outcome for one in found["n3"]} == {Outcome.TIMEOUT}
    assert all(one.port for one in found["n3"])
    assert all(one.took >= DEADLINE for one in found["n3"])
    assert min(one.took for one in found["n3"]) < 1.2 * DEADLINE


def test_what_was_not_asked_is_a_gap_and_nothing_is_asked_twice(journal: Journal, workload: int) -> None:
    with OutsideProbe(journal, "s", PROBE, [OutsideTarget("n1", HOST, workload)]) as probe:
        settled(probe, journal, 0.3)
        os.kill(probe.pid, signal.SIGSTOP)
        stopped = len(lines(journal))
        passed = time.monotonic() + 1
        until(lambda: time.monotonic() > passed or NotYet("stopped"), PATIENT, what="a second to pass")
        os.kill(probe.pid, signal.SIGCONT)
        until(lambda: len(lines(journal)) > stopped + 1 or NotYet("no batch"), PATIENT, what="batches to go on")
    recording = recorded(journal)
    ticks = list(next(iter(recording.lanes.values())).ticks)
    skipped = sum(int(gap.reason.split()[1]) for gap in recording.gaps)
    assert len(ticks) == len(set(ticks))
    assert skipped >= 0.8 * RATE
    assert max(ticks) + 1 - len(ticks) == skipped


def test_a_process_that_is_killed_is_a_gap_to_the_end(journal: Journal, workload: int) -> None:
    with OutsideProbe(
        journal, "s", PROBE, [OutsideTarget("n1", HOST, workload), OutsideTarget("n2", HOST, workload)]
    ) as probe:
        settled(probe, journal, 0.3)
        os.kill(probe.pid, signal.SIGKILL)
    recording = recorded(journal)
    lost = sorted((gap for gap in recording.gaps if gap.until is None), key=lambda gap: gap.node)
    assert [gap.node for gap in lost] == [lane("n1"), lane("n2")]
    assert all("the outside probe was lost: its process ended" in gap.reason for gap in lost)
    assert [gap.since for gap in lost] == [max(recording.lanes[gap.node, "out"].sent) for gap in lost]


def test_a_process_that_cannot_start_says_why(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kubeskeptic.outside.probe._COMMAND", (sys.executable, "-c", "raise SystemExit('no httpx')"))
    with OutsideProbe(journal, "s", PROBE, [OutsideTarget("n1", HOST, 1)]) as probe:
        until(lambda: "no httpx" in probe.unsettled(1)[0] or NotYet("starting"), PATIENT, what="its end")
    (gap,) = recorded(journal).gaps
    assert gap.node == lane("n1")
    assert "no httpx" in gap.reason


def test_a_limit_of_real_time_that_it_inherits_does_not_end_it(
    journal: Journal, workload: int, limited: Callable[[float], None]
) -> None:
    limited(0.02)
    with OutsideProbe(journal, "s", PROBE, [OutsideTarget("n1", HOST, workload)]) as probe:
        settled(probe, journal, 0.3)
    assert all(gap.until for gap in recorded(journal).gaps)


def test_the_process_ends_with_its_run(tmp_path: Path, workload: int) -> None:
    order = f'{{"agent": "outside", "scenario": "s", "targets": [{{"node": "n", "spec": {spec(workload)}}}]}}\n'
    command = [sys.executable, "-m", "kubeskeptic.outside.process"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(order.encode())
        process.stdin.flush()
        process.stdout.readline()
        process.stdin.close()  # as the kernel does for a run that is killed
        assert json.loads(process.stdout.read().splitlines()[-1])["last"]
        assert process.wait(10) == 0


def test_targets_of_a_node_port_are_the_nodes_internal_addresses() -> None:
    def node(name: str, *addresses: tuple[str, str]) -> dict[str, Any]:
        listed = [{"type": kind, "address": address} for kind, address in addresses]
        return {"metadata": {"name": name}, "status": {"addresses": listed}}

    nodes = [node("a", ("Hostname", "a"), ("InternalIP", "10.0.0.1")), node("b", ("ExternalIP", "1.2.3.4"))]
    assert node_targets(nodes, 30000) == [OutsideTarget("a", "10.0.0.1", 30000)]


@pytest.mark.parametrize(
    ("probe", "targets", "said"),
    [
        (tcp_connect("out", HOST, 1), [OutsideTarget("a", HOST, 1)], "kind is tcp"),
        (PROBE, [], "at least one target"),
        (PROBE, [OutsideTarget("a", HOST, 1), OutsideTarget("a", HOST, 2)], "a different name"),
    ],
)
def test_what_makes_no_sense_is_refused(journal: Journal, probe: Any, targets: list[OutsideTarget], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        OutsideProbe(journal, "s", probe, targets)


def lines(journal: Journal) -> list[bytes]:
    return journal.path.read_bytes().splitlines()


def spec(port: int) -> str:
    return f'{{"name": "out", "kind": "http-new", "host": "{HOST}", "port": {port}, "period": 0.02}}'
