from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from kubeskeptic.errors import ClusterError, Unanswered
from kubeskeptic.faults import Site, undo_records
from kubeskeptic.journal.open_faults import OpenFault
from kubeskeptic.node_access import NoAccess
from kubeskeptic.undo import in_nodes, leftovers
from kubeskeptic.undo.cleanup import cleanup

from .doubles import FAULT, TABLE, ByHand, a_journal, engine, kinds


def test_a_clean_cluster_has_nothing_of_ours(site: Site) -> None:
    assert kinds(site) == []


def test_the_namespace_that_the_look_itself_needs_is_not_left(site: Site) -> None:
    mine = "skeptic-by-hand-1-exec"
    site.access = SimpleNamespace(
        namespace=mine, run=lambda *_, **__: "", timers=lambda _: [], inside=True, transport="pod"
    )
    for name in (mine, "skeptic-by-hand-2-exec"):
        site.kube.namespaces[name] = {"app.kubernetes.io/managed-by": "kubeskeptic"}  # type: ignore[attr-defined]
    assert kinds(site) == [("namespace", "skeptic-by-hand-2-exec")]


def test_each_place_is_looked_at(site: Site) -> None:
    engine(site).down = {"n2"}
    engine(site).notes["n1"] = undo_records.written(FAULT)
    engine(site).timers["n1"] = "skeptic-r1-x.timer loaded active waiting\n"
    engine(site).lines["n1"] = "service kubelet\nstopped kube-proxy\ntable inet/skeptic_0123456789ab\n"
    site.kube.namespaces["skeptic-web"] = {"app.kubernetes.io/managed-by": "kubeskeptic"}  # type: ignore[attr-defined]
    assert kinds(site) == [
        ("node", "n2"),
        ("fault", "stop_kubelet-1"),
        ("timer", "skeptic-r1-x.timer"),
        ("service", "kubelet"),
        ("stopped", "kube-proxy"),
        ("table", "inet/skeptic_0123456789ab"),
        ("namespace", "skeptic-web"),
    ]


def test_of_one_run_only_what_is_known_to_be_of_it(site: Site) -> None:
    ours = {"app.kubernetes.io/managed-by": "kubeskeptic"}
    site.kube.namespaces |= {"a": ours | {"kubeskeptic/run": "r1"}, "b": ours | {"kubeskeptic/run": "r2"}, "c": ours}  # type: ignore[attr-defined]
    assert kinds(site, run="r1") == [("namespace", "a")]


def test_what_belongs_to_another_run_or_to_none_is_left_out(site: Site) -> None:
    engine(site).down = {"n2"}
    engine(site).notes["n1"] = undo_records.written(replace(FAULT, run="r2"))
    engine(site).timers["n1"] = "skeptic-r1-x_y-1.timer loaded\nskeptic-r2-x_y-1.timer loaded\nskeptic-z.timer loaded\n"
    engine(site).lines["n1"] = f"service kubelet\nstopped kube-proxy\ntable inet/{TABLE}\n"
    assert kinds(site, run="r1") == [("timer", "skeptic-r1-x_y-1.timer")]
    assert ("timer", "skeptic-z.timer") in kinds(site)


def test_of_one_run_too_what_cannot_be_looked_at_is_said(site: Site) -> None:
    engine(site).slow = {"n1"}
    assert kinds(site, run="r1") == [("blind", "node n1")]


def test_what_was_announced_and_never_applied_is_not_undone(site: Site, tmp_path: Path) -> None:
    assert kinds(site, a_journal(tmp_path, "intent", "armed")) == []


def test_a_journal_of_another_cluster_is_passed_over(site: Site, tmp_path: Path) -> None:
    assert kinds(site, a_journal(tmp_path, cluster="uid-2")) == []
    assert kinds(site, a_journal(tmp_path)) == [("fault", "x")]


CORDON = OpenFault(
    "cordon_node-1", "cordon_node", "r1", ("cordon/n1",), {"node": "n1"}, "bit", "uncordon", "uid-1",
    objects=(("Node", "", "n1"),),
)  # fmt: skip
TAINT = replace(CORDON, id="taint_node-2", fault="taint_node")


def pinned(*faults: OpenFault) -> dict[str, str]:
    """An object's annotations with notes about faults."""
    return {undo_records.annotation(one): undo_records.written(one) for one in faults}


def test_each_of_several_faults_of_one_object_has_a_note(site: Site) -> None:
    site.kube.annotations = pinned(CORDON, TAINT)  # type: ignore[attr-defined]
    assert kinds(site) == [("fault", "cordon_node-1"), ("fault", "taint_node-2")]


@pytest.mark.parametrize(
    "annotations",
    [
        pinned(replace(CORDON, cluster="uid-2")),
        pinned(replace(CORDON, objects=(("Node", "", "n2"),))),
        {undo_records.annotation(TAINT): undo_records.written(CORDON)},
        {"kubeskeptic/undone": undo_records.written(CORDON)},
        {undo_records.annotation(CORDON): "others"},
    ],
    ids=["of another cluster", "of another object", "of another fault", "under another name", "no note"],
)
def test_a_note_that_does_not_belong_to_its_object_is_passed_over(site: Site, annotations: dict[str, str]) -> None:
    site.kube.annotations = annotations  # type: ignore[attr-defined]
    assert kinds(site) == []


def test_a_note_in_a_node_about_another_cluster_is_passed_over(site: Site) -> None:
    engine(site).notes["n1"] = undo_records.written(replace(FAULT, cluster="uid-2"))
    assert kinds(site) == []


@pytest.mark.parametrize("trouble", [Unanswered("silence"), ClusterError("etcd is gone", 500)])
def test_while_nobody_says_which_cluster_it_is_a_note_in_a_node_of_ours_is_believed(
    site: Site, trouble: Exception
) -> None:
    class Nobody:
        @property
        def uid(self) -> str:
            raise trouble

    site.guard = Nobody()  # type: ignore[assignment]
    engine(site).notes["n1"] = undo_records.written(FAULT)
    assert [one.name for one in in_nodes.in_node(site, "n1")] == ["stop_kubelet-1"]
    site.access = ByHand(engine(site))
    assert list(in_nodes.in_node(site, "n1")) == []


def test_what_cannot_be_looked_at_is_said_once_and_quickly(site: Site) -> None:
    site.kube.silent = True  # type: ignore[attr-defined]
    engine(site).lines["n1"] = f"table inet/{TABLE}\n"
    table, blind = leftovers.find(site)
    assert (table.kind, blind.kind) == ("table", "blind")
    assert blind.says == "cannot inspect objects, nor whether faults have healed: nobody there"


def test_a_node_that_runs_and_cannot_be_looked_into_is_said(site: Site) -> None:
    engine(site).slow = {"n1"}
    engine(site).down = {"n2"}
    assert kinds(site) == [("node", "n2"), ("blind", "node n1")]


def test_nodes_that_nobody_may_look_into_are_said_and_not_removed(site: Site) -> None:
    site.access = NoAccess("it is not allowed")
    (unseen,) = leftovers.find(site)
    assert (unseen.kind, unseen.says) == ("unseen", "the nodes were not inspected: it is not allowed")
    assert cleanup(site, say=lambda _: None) == 0


def test_in_a_cluster_that_is_not_ours_only_what_has_our_name_is_ours(site: Site) -> None:
    engine(site).lines["n1"] = f"service kubelet\nstopped kube-proxy\ntable inet/{TABLE}\n"
    site.access = ByHand(engine(site))
    assert kinds(site) == [("table", f"inet/{TABLE}")]
