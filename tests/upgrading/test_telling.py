"""What is printed of an upgrade, and kept."""

from __future__ import annotations

from kubeskeptic.upgrading import plan
from kubeskeptic.upgrading.state import UpgradeState, UpgradeStep
from kubeskeptic.upgrading.telling import kubelets, report, summary, times
from kubeskeptic.upgrading.upgrade import Upgraded

STEPS = [
    UpgradeStep(plan.BEFORE, began=0, ended=500, attempts=1),
    UpgradeStep(plan.APPLY, "cp", began=500, ended=560, attempts=2),
    UpgradeStep(plan.DRAIN, "w1", began=560, ended=570, attempts=1),
    UpgradeStep(plan.NODE, "w1", began=570, ended=572, attempts=1),
]


def test_the_time_of_the_whole_is_beside_kubeadms_own() -> None:
    said = times(STEPS)
    assert said == "The 3 steps took 72 s, of which kubeadm 62 s. Begun more than once: kubeadm upgrade apply cp."


def test_kubelets_of_two_versions_are_named_with_their_nodes() -> None:
    assert kubelets({"cp": "v1.37.2", "w1": "v1.37.2"}) == "kubelets of v1.37.2 on all 2 nodes"
    told = kubelets({"cp": "v1.37.2", "w1": "v1.36.3", "w2": "v1.37.2"})
    assert told == "kubelets of two versions: v1.37.2 on cp, w2; v1.36.3 on w1"


def test_the_report_names_versions_runs_and_the_comparison() -> None:
    state = UpgradeState(
        "up", "u", "v1.36.3", "v1.37.2", {}, steps=STEPS, runs={"before": ["r1"], "during": ["r2", "r3"]}
    )
    done = Upgraded(state, {"cp": "v1.37.2"}, (), None)
    assert summary(done)[0] == "up: v1.36.3 to v1.37.2, kubelets of v1.37.2 on 1 node"
    told = report(done, "nothing turned\n")
    assert told.startswith("# Upgrade of cluster up from v1.36.3 to v1.37.2\n\nKubelets of v1.37.2")
    assert "Runs: before: r1; during: r2, r3." in told
    assert told.endswith("nothing turned\n")
