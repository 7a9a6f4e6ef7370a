"""A real upgrade in place: what clients saw is found and dated, a kill in the middle loses nothing, and a second worker that is
left behind is named.

Not part of `make test`: the cluster is upgraded for good. It needs a cluster of ours at the version before::

    skeptic up --name up136 --kubernetes v1.36.3 --workers 2 --with none
    pytest tests/live/test_upgrade.py -m live --cluster up136
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic import clusters
from kubeskeptic.clusters import Cluster
from kubeskeptic.durations import Patience
from kubeskeptic.plugin.options import in_force
from kubeskeptic.upgrading import plan, state
from kubeskeptic.waiting import NotYet, until

from .command import SKEPTIC, skeptic

pytestmark = pytest.mark.live
TO = "v1.37.2"
STEP = Patience(900)
NO_DNS = 20.0
"""Seconds for which CoreDNS is stopped everywhere. kube-proxy of one node is, from before another node is drained until that is
done and its pods have ended."""
ASKED = "pod.own-record"
"""Asked before and after, so that there are two runs to be compared."""


class Upgrading:
    """`skeptic upgrade`, in a process group of its own, with its state file."""

    def __init__(self, folder: Path, name: str, *words: str) -> None:
        self._folder, self._name = folder, name
        (folder / "reports").mkdir(exist_ok=True)
        self.said = folder / f"said-{len(words)}.txt"
        command = [*SKEPTIC, "upgrade", "--cluster", name, *words]
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                command, cwd=folder, stdout=said, stderr=said, stdin=subprocess.DEVNULL, start_new_session=True
            )

    def reaches(self, what: str, node: str) -> None:
        """Wait until a step has begun."""

        def begun() -> bool | NotYet:
            assert self.process.poll() is None, self.said.read_text()[-4000:]
            steps = kept(self._folder, self._name).get("steps", [])
            there = any(step["what"] == what and step["node"] == node and step["attempts"] for step in steps)
            return there or NotYet(f"{what} {node} has not begun")

        until(begun, STEP, what=f"{what} {node}")

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=30)


def kept(folder: Path, name: str) -> dict[str, Any]:
    path = state.place(folder / "reports", name)
    return json.loads(path.read_text()) if path.exists() else {}


@pytest.fixture(scope="module")
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """A cluster at the version before; an upgraded one is of no use here."""
    found = clusters.find(in_force(request.config).cluster)
    if found is None or found.kubernetes == TO or not found.workers:
        pytest.skip(f"this needs a cluster of ours below {TO}; see the top of this file")
    return found


@pytest.fixture
def started(tmp_path: Path, cluster: Cluster) -> Iterator[list[Upgrading]]:
    """Upgrades that were started, none of which is left."""
    made: list[Upgrading] = []
    yield made
    for one in made:
        one.kill()


@contextmanager
def stopped(cluster: Cluster, process: str, *nodes: str) -> Iterator[list[float]]:
    """Stop a process in these nodes. Yield a list of when the first one was stopped, in Unix seconds; at the end, when the last
    one went on is added.
    """

    def moments(signal_: str) -> list[float]:
        """Send a signal, and return when that was done in each node."""
        script = f"pkill -{signal_} -x {process} && date +%s.%N || true"
        with ThreadPoolExecutor(len(nodes)) as pool:
            told = pool.map(lambda node: cluster.engine.exec(node, ["sh", "-c", script]), nodes)
            return [float(line) for line in told if line.strip()]

    during = [min(moments("STOP"))]
    try:
        yield during
    finally:
        during.append(max(moments("CONT")))


def asked(folder: Path, name: str) -> str:
    """Ask a claim of the cluster, which holds, and return the run's id."""
    command = [sys.executable, "-m", "pytest", "--pyargs", "kubeskeptic.suites", "-k", ASKED, "--cluster", name]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider"], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    return str(json.loads((folder / "reports" / "latest" / "result.json").read_text())["run"]["id"])


def dated(document: dict[str, Any], moments: list[float], *targets: str) -> list[dict[str, Any]]:
    """Return the outages of these targets that began while something was stopped."""
    begun, ended = moments
    return [one for one in document["outages"] if one["target"] in targets and begun - 1 < one["begin"] < ended]


def test_a_kill_loses_nothing_and_what_was_stopped_meanwhile_is_found_and_dated(
    tmp_path: Path, cluster: Cluster, started: list[Upgrading]
) -> None:
    first, worker = cluster.control_plane.name, cluster.workers[0].name
    skewed = cluster.workers[-1].name if len(cluster.workers) > 1 else ""
    before = asked(tmp_path, cluster.name)
    words = ["--to", TO, "--no-runs", *(["--skew", skewed] if skewed else [])]
    started.append(Upgrading(tmp_path, cluster.name, *words))
    started[-1].reaches(plan.BRING, first)
    with stopped(cluster, "coredns", *(node.name for node in cluster.nodes)) as no_dns:
        until(lambda: time.time() - no_dns[0] >= NO_DNS or NotYet("not so long yet"), Patience(2 * NO_DNS), what="20 s")
    started[-1].reaches(plan.UNCORDON, first)
    with stopped(cluster, "kube-proxy", first) as frozen:
        started[-1].reaches(plan.NODE, worker)
    started[-1].kill()

    again = subprocess.run(
        [*SKEPTIC, "upgrade", "--cluster", cluster.name, "--to", TO, "--no-runs"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (again.returncode, "skeptic upgrade --resume" in again.stderr) == (4, True), again.stderr

    started.append(Upgrading(tmp_path, cluster.name, "--resume"))
    status = started[-1].process.wait(timeout=900)
    said = started[-1].said.read_text()
    assert status == 0, said[-4000:]
    found = clusters.find(cluster.name)
    assert found is not None
    assert found.kubernetes == TO
    now = kept(tmp_path, cluster.name)
    seen, later = (
        json.loads((tmp_path / "reports" / run / "disruption.json").read_text()) for run in now["runs"]["during"]
    )
    assert any(not step["finished"] for step in seen["steps"]), "the step that was killed has no end"
    assert {one["node"] for one in later["totals"]} == {node.name for node in cluster.nodes}
    names = dated(seen, no_dns, "service-name", "headless-name")
    assert {one["node"] for one in names} == {node.name for node in cluster.nodes}, seen["outages"]
    assert all(
        abs(one["begin"] - no_dns[0]) < 1 and abs(one["seconds"] - (no_dns[1] - no_dns[0])) < 2 for one in names
    ), names
    astray = dated(seen, frozen, "service", "service-kept", "node-port")
    assert {one["node"] for one in astray} == {first}, (frozen, seen["outages"])
    if skewed:
        after = asked(tmp_path, cluster.name)
        compared = skeptic("compare", str(tmp_path / "reports" / before), str(tmp_path / "reports" / after))
        assert compared.returncode == 0, compared.stdout + compared.stderr
        assert f"{cluster.kubernetes} on {skewed}" in compared.stdout
