"""A run is cut off from the API server in mid-run, for a while or for good. It says what it did not see, and ends."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kubeskeptic import paths
from kubeskeptic.durations import CLEANUP_GONE, Patience
from kubeskeptic.faults import Site
from kubeskeptic.journal import read
from kubeskeptic.waiting import NotYet, until

from .cable import Cable, through, to_server_of
from .command import skeptic
from .conftest import Hold, Run, clean

pytestmark = pytest.mark.live

FORCED = "suites/services/test_pod_killed.py::test_requests_fail_for_the_programming_lag_when_a_pod_is_forced_away"
GETS_GOING = Patience(300)
"""A run has its agents, its baseline and the fault of its act behind it."""
SILENT = 15.0
"""Seconds; a watch on which nothing arrives is given up after ten."""
CUT = Patience(60)
"""Nothing arrives any more, for so long."""
ENDS = 600.0
"""Seconds; a run that cannot reach the API server waits for it wherever it undoes something."""


@pytest.fixture
def cable(site: Site) -> Iterator[Cable]:
    """Between one run and the API server."""
    with to_server_of(site.cluster.kubeconfig) as made:
        yield made


@pytest.fixture
def environment(site: Site, cable: Cable, tmp_path: Path) -> dict[str, str]:
    """In which a process takes this machine's clusters for its own, and reaches the server of one by the cable."""
    state, ours = tmp_path / "state", site.cluster.name
    for known in paths.state().iterdir():
        if known.name != "clusters":
            (state / known.name).parent.mkdir(exist_ok=True)
            (state / known.name).symlink_to(known)
    copy = state / "clusters" / ours
    copy.mkdir(parents=True)
    for file in site.cluster.kubeconfig.parent.iterdir():
        (copy / file.name).symlink_to(file)
    (copy / "kubeconfig").unlink()
    through(cable, site.cluster.kubeconfig, tmp_path).rename(copy / "kubeconfig")
    return os.environ | {"KUBESKEPTIC_STATE": str(state)}


def cut_off(journal: Path) -> bool | NotYet:
    """Whether nothing arrives in the cluster's journal any more."""
    quiet = time.time() - journal.stat().st_mtime
    return quiet > SILENT or NotYet(f"the last record is {quiet:.0f} s old")


def gaps(journal: Path) -> set[tuple[str, str]]:
    """What has a gap: the kind of a watch, or the probe of a node."""
    return {(one["source"], one["resource"] or one["node"]) for one in read(journal) if one["kind"] == "gap"}


def test_a_run_that_is_cut_off_for_a_while(
    site: Site, cable: Cable, environment: dict[str, str], start_run: Callable[..., Run]
) -> None:
    """Nothing that a watch would have shown meanwhile counts as seen, and the rest of the run is as ever."""
    run = start_run(FORCED, environment=environment)
    journal = until(lambda: run.reached("forced", "applied"), GETS_GOING, what="the fault of the act")
    cable.go_dead()
    until(lambda: cut_off(journal), CUT, what="silence")
    cable.come_back()
    status, said = run.end(ENDS)
    print(said)
    print(sorted(gaps(journal)))
    assert status == 10, said
    assert "Traceback" not in said
    assert "? inconclusive service.pod-killed (forced)" in said
    until(lambda: clean(site), CLEANUP_GONE, what="a clean cluster")


def test_a_run_that_is_cut_off_for_good(
    site: Site, hold: Hold, cable: Cable, environment: dict[str, str], start_run: Callable[..., Run], tmp_path: Path
) -> None:
    """What it made stays, as it cannot be reached: the run is dirty, says so, and `skeptic cleanup` removes it."""
    run = start_run(FORCED, environment=environment)
    until(lambda: run.reached("forced", "applied"), GETS_GOING, what="the fault of the act")
    cable.go_dead()
    status, said = run.end(ENDS)
    print(said)
    assert status == 20, said
    assert "Run `skeptic cleanup`" in said
    assert "Traceback" not in said
    cleaned = skeptic("cleanup", "--cluster", site.cluster.name, "--reports", str(tmp_path / "reports"), within=ENDS)
    assert cleaned.returncode == 0, cleaned.stdout + cleaned.stderr
    assert clean(site) is True
