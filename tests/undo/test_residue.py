from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.errors import ClusterError, CommandFailed, LeftDirty, NotFound, Unanswered
from kubeskeptic.faults import Site
from kubeskeptic.faults.parts.stop_kubelet import StopKubelet
from kubeskeptic.journal import Journal
from kubeskeptic.reach import ByEngine, OutOfReach
from kubeskeptic.undo import notes, residue
from kubeskeptic.undo.cleanup import REMOVERS, cleanup
from kubeskeptic.undo.ledger import OpenFault, of_journal
from kubeskeptic.waiting import NotYet

FAULT = OpenFault("stop_kubelet-1", "stop_kubelet", "r1", ("kubelet/n1",), {"node": "n1"}, "bit", "start it", "uid-1")
TABLE = "skeptic_0123456789ab"


class FakeEngine:
    """Two nodes; ``down`` do not run, ``slow`` do not answer in time, ``lines`` is what looking into one prints, ``log`` what
    was run in them."""

    def __init__(self) -> None:
        self.down: set[str] = set()
        self.slow: set[str] = set()
        self.notes: dict[str, str] = {}
        self.lines: dict[str, str] = {}
        self.timers: dict[str, str] = {}
        self.log: list[str] = []

    def nodes(self, _: str) -> list[Any]:
        return [SimpleNamespace(name=n, state="exited" if n in self.down else "running") for n in ("n1", "n2")]

    def state(self, node: str) -> str:
        return "exited" if node in self.down else "running"

    def start(self, node: str) -> None:
        self.down.discard(node)

    def exec(self, node: str, argv: Any, *, stdin: str | None = None) -> str:
        if node in self.down:
            raise CommandFailed("exec", 1, f"container {node} is not running")
        if node in self.slow:
            raise CommandFailed("exec", None, "")
        if argv[0] == "sh" and "for note in" in argv[2]:
            return self.notes.get(node, "")
        if "list-units" in argv:
            return self.timers.get(node, "")
        if argv[0] == "sh" and "nft list tables" in argv[2]:
            found = self.lines.get(node, "").splitlines(keepends=True)
            return "".join(line for line in found if "is-active" in argv[2] or line.startswith("table"))
        if argv[0] != "true":
            self.log.append(f"{node}: {' '.join(argv)}")
            self.lines.pop(node, None)
        return ""


class ByHand(ByEngine):
    """The other way into the same nodes."""

    way = "pod"

    @property
    def log(self) -> list[str]:
        return self._engine.log  # type: ignore[attr-defined,no-any-return]


def a_journal(folder: Path, *phases: str, cluster: str = "uid-1") -> Path:
    """The journal of run r, in which a kubelet was stopped."""
    about = {"kind": "fault", "id": "x", "fault": "stop_kubelet"}
    intent = {"undo": {"node": "n1"}, "undoes": "start it", "targets": ["kubelet/n1"], "cluster": cluster}
    marks = [about | {"phase": phase} for phase in phases or ("intent", "armed", "applying")]
    path = folder / "journal.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in [{"kind": "run", "id": "r"}, marks[0] | intent, *marks[1:]]))
    return path


class FakeKube:
    """Namespaces by name with their labels; nodes are Ready, n1 has ``annotations``; there is no lease."""

    def __init__(self) -> None:
        self.namespaces: dict[str, dict[str, str]] = {"default": {}, "kubeskeptic-like": {}}
        self.silent = False
        self.annotations: dict[str, str] = {}

    def list(self, kind: str, namespace: str | None = None, *, labels: str = "", fields: str = "") -> dict[str, Any]:
        if self.silent:
            raise Unanswered("nobody there")
        if kind == "Node":
            ready = {"conditions": [{"type": "Ready", "status": "True"}]}
            metas: list[dict[str, Any]] = [{"name": "n1", "annotations": self.annotations}, {"name": "n2"}]
            return {"items": [{"metadata": meta, "spec": {}, "status": ready} for meta in metas]}
        key, _, value = labels.partition("=")
        named = self.namespaces.items() if kind == "Namespace" else ()
        return {
            "items": [{"metadata": {"name": n, "labels": ls}} for n, ls in named if not key or ls.get(key) == value]
        }

    def get(self, kind: str, name: str, namespace: str | None = None) -> dict[str, Any]:
        raise NotFound(f"no {kind} {name}", 404)

    def delete(self, kind: str, name: str, namespace: str | None = None) -> None:
        del self.namespaces[name]


class Ours:
    uid = "uid-1"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("KUBESKEPTIC_STATE", str(tmp_path / "state"))
    nodes = (SimpleNamespace(name="n1", role="control-plane"), SimpleNamespace(name="n2", role="worker"))
    cluster: Any = SimpleNamespace(name="c", nodes=nodes, engine=FakeEngine())
    kube: Any = FakeKube()
    guard: Any = Ours()
    with closing(Journal(tmp_path / "own.jsonl")) as journal:
        yield Site(cluster, kube, journal, guard, "status", 0)


def engine(site: Site) -> Any:
    return site.cluster.engine


def kinds(site: Site, *journals: Path, run: str = "") -> list[tuple[str, str]]:
    return [(one.kind, one.name) for one in residue.find(site, journals, run)]


def test_a_clean_cluster_has_nothing_of_ours(site: Site) -> None:
    assert kinds(site) == []


def test_the_namespace_that_the_look_itself_needs_is_not_left(site: Site) -> None:
    mine = "skeptic-by-hand-1-hands"
    site.reach = SimpleNamespace(namespace=mine, run=lambda *_, **__: "", timers=lambda _: [], inside=True, way="pod")
    for name in (mine, "skeptic-by-hand-2-hands"):
        site.kube.namespaces[name] = {"app.kubernetes.io/managed-by": "kubeskeptic"}  # type: ignore[attr-defined]
    assert kinds(site) == [("namespace", "skeptic-by-hand-2-hands")]


def test_each_place_is_looked_at(site: Site) -> None:
    engine(site).down = {"n2"}
    engine(site).notes["n1"] = notes.written(FAULT)
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
    engine(site).notes["n1"] = notes.written(replace(FAULT, run="r2"))
    engine(site).timers["n1"] = "skeptic-r1-x_y-1.timer loaded\nskeptic-r2-x_y-1.timer loaded\nskeptic-z.timer loaded\n"
    engine(site).lines["n1"] = f"service kubelet\nstopped kube-proxy\ntable inet/{TABLE}\n"
    assert kinds(site, run="r1") == [("timer", "skeptic-r1-x_y-1.timer")]
    assert ("timer", "skeptic-z.timer") in kinds(site)


def test_of_one_run_too_what_cannot_be_looked_at_is_said(site: Site) -> None:
    engine(site).slow = {"n1"}
    assert kinds(site, run="r1") == [("blind", "node n1")]


def test_cleanup_closes_what_somebody_else_has_undone(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StopKubelet, "heal", classmethod(lambda *_: "the node is Ready"))
    path = a_journal(tmp_path)
    assert cleanup(site, [path], "r2", say=lambda _: None) == 0
    assert [one.phase for one in of_journal(path)] == ["applying"]
    assert cleanup(site, [path], say=lambda _: None) == 0
    assert of_journal(path) == []
    monkeypatch.setattr(StopKubelet, "heal", classmethod(lambda *_: NotYet("its owner has stopped the kubelet")))
    assert kinds(site, path) == []


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
    return {notes.annotation(one): notes.written(one) for one in faults}


def test_each_of_several_faults_of_one_object_has_a_note(site: Site) -> None:
    site.kube.annotations = pinned(CORDON, TAINT)  # type: ignore[attr-defined]
    assert kinds(site) == [("fault", "cordon_node-1"), ("fault", "taint_node-2")]


@pytest.mark.parametrize(
    "annotations",
    [
        pinned(replace(CORDON, cluster="uid-2")),
        pinned(replace(CORDON, objects=(("Node", "", "n2"),))),
        {notes.annotation(TAINT): notes.written(CORDON)},
        {"kubeskeptic/undone": notes.written(CORDON)},
        {notes.annotation(CORDON): "others"},
    ],
    ids=["of another cluster", "of another object", "of another fault", "under another name", "no note"],
)
def test_a_note_that_does_not_belong_to_its_object_is_passed_over(site: Site, annotations: dict[str, str]) -> None:
    site.kube.annotations = annotations  # type: ignore[attr-defined]
    assert kinds(site) == []


def test_a_note_in_a_node_about_another_cluster_is_passed_over(site: Site) -> None:
    engine(site).notes["n1"] = notes.written(replace(FAULT, cluster="uid-2"))
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
    engine(site).notes["n1"] = notes.written(FAULT)
    assert [one.name for one in residue.in_node(site, "n1")] == ["stop_kubelet-1"]
    site.reach = ByHand(engine(site))
    assert list(residue.in_node(site, "n1")) == []


def test_what_cannot_be_looked_at_is_said(site: Site) -> None:
    site.kube.silent = True  # type: ignore[attr-defined]
    assert ("blind", "namespaces") in kinds(site)


def test_a_node_that_runs_and_cannot_be_looked_into_is_said(site: Site) -> None:
    engine(site).slow = {"n1"}
    engine(site).down = {"n2"}
    assert kinds(site) == [("node", "n2"), ("blind", "node n1")]


def test_nodes_that_nobody_may_look_into_are_said_and_not_removed(site: Site) -> None:
    site.reach = OutOfReach("it is not allowed")
    (unseen,) = residue.find(site)
    assert (unseen.kind, unseen.says) == ("unseen", "the nodes were not looked into: it is not allowed")
    assert cleanup(site, say=lambda _: None) == 0


def test_in_a_cluster_that_is_not_ours_only_what_has_our_name_is_ours(site: Site) -> None:
    engine(site).lines["n1"] = f"service kubelet\nstopped kube-proxy\ntable inet/{TABLE}\n"
    site.reach = ByHand(engine(site))
    assert kinds(site) == [("table", f"inet/{TABLE}")]


@pytest.mark.parametrize("journal", ["kept", "gone"])
def test_cleanup_undoes_through_the_way_into_nodes_that_it_was_given(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: str
) -> None:
    path = a_journal(tmp_path) if journal == "kept" else tmp_path / "gone"
    site.reach = ByHand(engine(site))
    used: list[Site] = []
    monkeypatch.setattr("kubeskeptic.undo.cleanup.put_back", lambda mine, *_: used.append(mine))
    REMOVERS["fault"](site, residue.Leftover("fault", "x", "", run="r1", fault=FAULT, journal=path))
    (mine,) = used
    assert mine.reach is site.reach


def test_cleanup_removes_what_is_ours_and_nothing_else(site: Site) -> None:
    engine(site).down = {"n2"}
    engine(site).lines["n1"] = f"table inet/{TABLE}\n"
    site.kube.namespaces["skeptic-web"] = {"app.kubernetes.io/managed-by": "kubeskeptic"}  # type: ignore[attr-defined]
    said: list[str] = []
    assert cleanup(site, say=said.append) == 3
    assert said == [
        "node n2 is exited: removed",
        "rule table inet/skeptic_0123456789ab in n1: removed",
        "namespace skeptic-web: removed",
    ]
    (removed,) = engine(site).log
    assert removed.endswith('exec nft delete table inet "$1" sh skeptic_0123456789ab')
    assert site.kube.namespaces == {"default": {}, "kubeskeptic-like": {}}  # type: ignore[attr-defined]
    assert cleanup(site, say=said.append) == 0


def test_cleanup_that_fails_says_what_is_left(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    engine(site).down = {"n2"}
    monkeypatch.setattr(
        engine(site), "start", lambda _: (_ for _ in ()).throw(CommandFailed("start", 1, "no space left"))
    )
    with pytest.raises(LeftDirty, match=r"node n2 is exited.*no space left"):
        cleanup(site, say=lambda _: None)


@pytest.mark.parametrize("trouble", [OSError(28, "No space left on device"), KeyError("node")])
def test_trouble_of_any_kind_with_one_thing_stops_no_other(
    site: Site, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    engine(site).down = {"n2"}
    engine(site).lines["n1"] = f"table inet/{TABLE}\n"
    monkeypatch.setattr(engine(site), "start", lambda _: (_ for _ in ()).throw(trouble))
    with pytest.raises(LeftDirty, match=r"node n2 is exited"):
        cleanup(site, say=lambda _: None)
    assert any("nft delete table" in line for line in engine(site).log)
