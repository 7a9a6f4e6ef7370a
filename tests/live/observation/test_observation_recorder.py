"""What the recorder sees of a live cluster, what it misses, and that it knows which is which."""

from __future__ import annotations

import time

import pytest

from kubeskeptic.clusters import Cluster
from kubeskeptic.journal import Journal
from kubeskeptic.kube import Kube
from kubeskeptic.kube.settings import read_settings
from kubeskeptic.node_access import EngineAccess
from kubeskeptic.recorder import Recorder, Watch

from ..cable import Cable
from .looking import changes, let_pass, of_kind, put, wait

pytestmark = pytest.mark.live


def test_settings_are_those_of_the_cluster(kube: Kube, cluster: Cluster) -> None:
    settings = read_settings(kube, EngineAccess(cluster.engine))
    for name in ("GRACE", "MONITOR", "LEASE", "SYNC", "TTL", "CACHE", "CACHE_DENIAL", "BACKOFF", "SYN_SENT"):
        assert name in settings, settings.missing.get(name)


def test_the_recorder_sees_changes_in_order(kube: Kube, journal: Journal, namespace: str) -> None:
    put(kube, namespace, "old")
    with Recorder(kube, journal, "live", [Watch("ConfigMap", namespace)]) as recorder:
        assert recorder.ready()
        put(kube, namespace, "new")
        put(kube, namespace, "new", "2")
        kube.delete("ConfigMap", "new", namespace)
        wait(lambda: "DELETED" in changes(journal, "new"), 5, "the deletion to be seen")
    assert changes(journal, "old") == ["LISTED"]
    assert changes(journal, "new") == ["ADDED", "MODIFIED", "DELETED"]
    assert of_kind(journal, "gap") == []


def test_a_watch_that_goes_on_for_several_timeouts_has_no_gap(kube: Kube, journal: Journal, namespace: str) -> None:
    with Recorder(kube, journal, "live", [Watch("ConfigMap", namespace), Watch("Node")]):
        let_pass(14)
        put(kube, namespace, "late")
        wait(lambda: changes(journal, "late"), 5, "the change to be seen")
    assert of_kind(journal, "gap") == []
    assert not [one for one in of_kind(journal, "change") if one["resource"] == "Node" and one["type"] != "LISTED"]


def test_a_cable_that_is_cut_is_a_gap(kube: Kube, behind: Kube, cable: Cable, journal: Journal, namespace: str) -> None:
    with Recorder(behind, journal, "live", [Watch("ConfigMap", namespace)]):
        cable.cut()
        wait(lambda: of_kind(journal, "gap"), 5, "the gap to be closed")
        put(kube, namespace, "after")
        wait(lambda: changes(journal, "after"), 5, "the watch to go on")
    gaps = of_kind(journal, "gap")
    assert len(gaps) == 1
    assert gaps[0]["until"] - gaps[0]["since"] < 3


def test_a_cable_that_goes_dead_is_noticed_within_ten_seconds(
    kube: Kube, behind: Kube, cable: Cable, journal: Journal, namespace: str
) -> None:
    put(kube, namespace, "goes")
    with Recorder(behind, journal, "live", [Watch("ConfigMap", namespace)]) as recorder:
        cable.go_dead()
        dead = time.time()
        put(kube, namespace, "comes")
        kube.delete("ConfigMap", "goes", namespace)
        wait(lambda: not recorder.ready(), 15, "the silence to be noticed")
        noticed = time.time() - dead
        cable.come_back()
        wait(lambda: of_kind(journal, "gap"), 40, "the gap to be closed")
    gap = of_kind(journal, "gap")[0]
    print(f"a half-open watch was noticed after {noticed:.1f} s, the gap lasted {gap['until'] - gap['since']:.1f} s")
    assert noticed <= 10
    assert gap["since"] <= dead + 0.5
    seen = {one["object"]["metadata"]["name"]: one for one in of_kind(journal, "change") if one["type"] != "LISTED"}
    assert seen["goes"]["type"] == "DELETED"
    assert seen["comes"]["type"] == "ADDED"
    assert seen["goes"]["seen"] == seen["comes"]["seen"] == gap["until"]
