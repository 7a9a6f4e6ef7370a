"""With the switches defeated, `skeptic cleanup` alone brings the cluster back: with the journal, and without it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from kubeskeptic.durations import Patience
from kubeskeptic.errors import NotFound
from kubeskeptic.faults import Site
from kubeskeptic.faults.library import FAULTS
from kubeskeptic.guard import lease
from kubeskeptic.probes.deployment import LABEL
from kubeskeptic.switches import control
from kubeskeptic.undo import leftovers
from kubeskeptic.undo.cleanup import cleanup
from kubeskeptic.waiting import until

from . import kills
from .command import skeptic
from .conftest import Hold, Run
from .switches import defeat, kill_switches
from .victims import NEVER, Victims
from .workload import Names, three_pods

pytestmark = pytest.mark.live

RESPITE = "skeptic-respite"
"""Where the pods of one test are: cleanup takes away whatever has our label, and with it the pods of the whole module."""
DEFEATED = tuple(
    name
    for name in (*kills.WORKER, *kills.CONTROL_PLANE, *kills.POD)
    if name != "delay_packets" and not FAULTS[name.partition(" ")[0]].heals_itself
)
"""The faults that need to be undone; kernels without netem cannot delay packets."""
GETS_GOING = Patience(300)
"""A run has its agents, its baseline and its first quiet act behind it."""
CLEANUP_ENDS = 400.0
"""Seconds; a control plane that was away needs most of them until it is healthy."""


@pytest.fixture
def fresh_pods(site: Site) -> Iterator[Names]:
    """As ``pods``, made when they are asked for, in a namespace for one test."""
    with ExitStack() as made:
        yield lambda: made.enter_context(three_pods(site, RESPITE))()


@pytest.fixture
def cleaned(site: Site, hold: Hold, tmp_path: Path) -> Iterator[Callable[[], int]]:
    """Runs `skeptic cleanup` with the journals that victims left, as somebody who knows nothing else; how much it undid.

    The cluster is lent from the start: a lease cannot be let go while the API server is away.
    """
    where = ("--cluster", site.cluster.name, "--reports", str(tmp_path))

    def clean() -> int:
        done = skeptic("cleanup", *where, within=CLEANUP_ENDS)
        print(done.stdout, done.stderr)
        assert done.returncode == 0
        assert skeptic("status", *where).stdout == "clean\n"
        assert skeptic("cleanup", *where).stdout == "clean: 0 things undone or removed\n"
        return int(re.findall(r"^clean: (\d+) things?", done.stdout, re.MULTILINE)[0])

    with hold.lent():
        yield clean


@pytest.mark.parametrize("fault", DEFEATED)
@pytest.mark.parametrize("journal", ["kept", "lost"])
def test_with_the_switch_defeated_cleanup_alone_brings_it_back(
    site: Site, victims: Victims, fresh_pods: Names, cleaned: Callable[[], int], fault: str, journal: str
) -> None:
    given = kills.settings(fault, fresh_pods, site.cluster.workers[-1].name, RESPITE)
    victim = victims.start(fault.partition(" ")[0], given, lasts=NEVER)
    assert victim.reaches("bit")
    defeat(site)
    victim.process.kill()
    victim.end()
    journals = [victim.journal]
    if journal == "lost":
        journals.pop().unlink()
        for switch in control.pending(site.cluster.name):
            switch.forget()
    left = [one for one in leftovers.find(site, journals) if one.kind != "namespace"]
    # a node that was restarted runs by the time that is seen; without a journal nothing tells of it any more
    assert bool(left) == (journal == "kept" or fault != "restart_node")
    assert (cleaned() > 0) == bool(left)
    assert leftovers.find(site, journals) == []


def test_a_killed_run_is_cleaned_up(site: Site, start_run: Callable[[str], Run]) -> None:
    """A whole run dies in the middle of an act, where no switch is armed: all that it made is left to cleanup."""
    run = start_run("suites/services/test_pod_killed.py")
    journal = until(lambda: run.reached("graceful", "bit"), GETS_GOING, what="the act graceful", period=1.0)
    run.kill()
    name = journal.parent.name
    agents = f"{LABEL}={name}"
    assert site.kube.list("Pod", labels=agents)["items"]
    left = {one.kind for one in leftovers.find(site, [journal]) if one.run == name or one.kind == "lease"}
    assert {"namespace", "lease"} <= left
    assert cleanup(site, [journal], say=print) > 0
    assert leftovers.find(site, [journal]) == []
    assert [one.name for one in leftovers.namespaces(site)] == []
    assert site.kube.list("Pod", labels=agents)["items"] == []
    with pytest.raises(NotFound):
        site.kube.get("Lease", lease.NAME, lease.NAMESPACE)
    assert cleanup(site, [journal], say=print) == 0


@pytest.mark.parametrize("fault", [name for name in kills.INSIDE if name != "delay_packets"])
def test_after_its_node_was_restarted_cleanup_alone_brings_it_back(
    site: Site, victims: Victims, cleaned: Callable[[], int], fault: str
) -> None:
    node = site.cluster.workers[-1].name
    victim = victims.start(fault, {"node": node} | kills.WORKER[fault])
    assert victim.reaches("bit")
    kill_switches(site)
    site.cluster.engine.kill(node)
    victim.process.kill()
    victim.end()
    site.cluster.engine.start(node)
    assert cleaned() > 0
    assert leftovers.find(site, [victim.journal]) == []
