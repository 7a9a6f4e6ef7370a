"""A run loses in mid-run what it cannot do without: room on its disk, or its engine. It says so, and the cluster gets clean."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kubeskeptic.durations import CLEANUP_GONE, Patience
from kubeskeptic.faults import Site
from kubeskeptic.waiting import until

from .command import skeptic
from .conftest import Hold, Run, clean
from .engine_socket import EngineSocket

pytestmark = pytest.mark.live

FORCED = (
    "suites/services/test_pod_killed.py::test_requests_fail_for_the_programming_lag_when_a_pod_is_forced_away",
    "--sabotage", "kube-proxy-frozen",
)  # fmt: skip
"""A test in whose act kube-proxy of a worker is frozen, which is undone through the engine, while a pod is deleted."""
GETS_GOING = Patience(300)
"""A run has its agents, its baseline and the fault of its act behind it."""
ENDS = 400.0
"""Seconds; a run whose engine is lost tries for a minute to undo a fault, and waits for the heal."""
ROOM = "64m"
"""The size of the disk. The journal of the act needs a few megabytes of it."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes for reports, gone at the end."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a disk")
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def engine_socket(site: Site, tmp_path: Path) -> Iterator[EngineSocket]:
    """A socket of its own in front of the engine."""
    with EngineSocket(site.cluster.engine, tmp_path / "engine.sock") as made:
        yield made


def fill(folder: Path) -> None:
    """Leave no byte free on a disk."""
    file = os.open(folder / "filling", os.O_WRONLY | os.O_CREAT)
    try:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    os.write(file, b"\0" * size)
            except OSError:
                continue
    finally:
        os.close(file)


def test_a_disk_that_fills_in_mid_run(site: Site, small_disk: Path, start_run: Callable[..., Run]) -> None:
    """kube-proxy is frozen and a pod deleted when the disk gets full: one sentence says why nothing can be concluded."""
    run = start_run(*FORCED, folder=small_disk)
    until(lambda: run.reached("forced", "applied"), GETS_GOING, what="the fault of the act")
    fill(small_disk)
    status, said = run.end(ENDS)
    print(said)
    assert status == 10, said
    assert (
        "cannot be written (No space left on device), so observations would be lost; free disk space and run again"
        in said
    )
    assert "Traceback" not in said
    assert "INTERNALERROR" not in said
    assert "? inconclusive service.pod-killed (forced)" in said
    until(lambda: clean(site), CLEANUP_GONE, what="a clean cluster")


def test_a_disk_that_is_full_from_the_start(site: Site, small_disk: Path, start_run: Callable[..., Run]) -> None:
    fill(small_disk)
    status, said = start_run(*FORCED, folder=small_disk).end(ENDS)
    print(said)
    assert status == 4, said
    assert f"runs cannot be written to {small_disk}" in said
    assert "(No space left on device); name another folder" in said
    assert "Traceback" not in said
    assert clean(site) is True


def test_an_engine_that_is_lost_in_mid_run(
    site: Site, hold: Hold, engine_socket: EngineSocket, start_run: Callable[..., Run], tmp_path: Path
) -> None:
    """The engine's socket vanishes for this run alone, which is what a client sees of an engine that was killed while its
    containers live on (``live-restore``). Other clusters' nodes run in the same engine, so it is not killed itself.

    Nothing in nodes can be undone without it: the run is dirty, says what is left, and `skeptic cleanup` undoes it once the
    engine answers.
    """
    run = start_run(*FORCED, environment=engine_socket.environment)
    until(lambda: run.reached("forced", "applied"), GETS_GOING, what="the fault of the act")
    engine_socket.vanish()
    status, said = run.end(ENDS)
    print(said)
    assert status == 20, said
    assert "Cannot connect to the Docker daemon" in said
    assert "let kube-proxy on" in said
    assert "Run `skeptic cleanup`" in said
    assert "Traceback" not in said
    assert clean(site) is not True
    engine_socket.come_back()
    cleaned = skeptic("cleanup", "--cluster", site.cluster.name, "--reports", str(tmp_path / "reports"), within=ENDS)
    print(cleaned.stdout, cleaned.stderr, sys.executable)
    assert cleaned.returncode == 0, cleaned.stdout + cleaned.stderr
    assert skeptic("status", "--cluster", site.cluster.name, within=ENDS).returncode == 0
    assert clean(site) is True
