from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kubeskeptic.durations import Patience
from kubeskeptic.errors import CommandFailed, LeftDirty, Unanswered
from kubeskeptic.faults import Site
from kubeskeptic.faults.components.stop_kubelet import StopKubelet
from kubeskeptic.journal.open_faults import of_journal
from kubeskeptic.undo import Leftover, leftovers
from kubeskeptic.undo.cleanup import REMOVERS, cleanup, revive
from kubeskeptic.waiting import NotYet

from .doubles import FAULT, TABLE, ByHand, a_journal, engine, kinds


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


@pytest.mark.parametrize("journal", ["kept", "gone"])
def test_cleanup_undoes_through_the_way_into_nodes_that_it_was_given(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: str
) -> None:
    path = a_journal(tmp_path) if journal == "kept" else tmp_path / "gone"
    site.access = ByHand(engine(site))
    used: list[Site] = []
    monkeypatch.setattr("kubeskeptic.undo.cleanup.undo_from_record", lambda mine, *_: used.append(mine))
    REMOVERS["fault"](site, Leftover("fault", "x", "", run="r1", fault=FAULT, journal=path))
    (mine,) = used
    assert mine.access is site.access


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


def test_an_api_server_that_is_silent_is_asked_again_once_the_nodes_are_put_right(site: Site) -> None:
    site.kube.silent = True  # type: ignore[attr-defined]
    engine(site).lines["n1"] = f"table inet/{TABLE}\n"
    said: list[str] = []
    assert cleanup(site, say=said.append) == 1
    assert said == [
        f"rule table inet/{TABLE} in n1: removed",
        "cannot inspect objects, nor whether faults have healed: nobody there; trying again",
    ]


def test_before_the_api_server_answers_only_what_is_known_without_it_is_undone(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.kube.silent = True  # type: ignore[attr-defined]
    site.kube.namespaces["skeptic-web"] = {"app.kubernetes.io/managed-by": "kubeskeptic"}  # type: ignore[attr-defined]
    engine(site).lines["n1"] = f"table inet/{TABLE}\n"
    said: list[str] = []
    monkeypatch.setattr("kubeskeptic.undo.cleanup.PODS_READY", Patience(0.01))
    with pytest.raises(LeftDirty, match=r"cannot inspect the cluster: .*nobody there"):
        revive(site, say=said.append)
    site.kube.silent = False  # type: ignore[attr-defined]
    assert revive(site, say=said.append) == 0
    assert said == [f"rule table inet/{TABLE} in n1: removed"]
    assert "skeptic-web" in site.kube.namespaces  # type: ignore[attr-defined]


def test_what_could_not_be_looked_at_is_waited_for_last(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def torn(_: Site) -> Iterator[Leftover]:
        raise Unanswered("whose they are is not said")

    monkeypatch.setattr(leftovers, "faults_by_switch", torn)
    monkeypatch.setitem(REMOVERS, "blind", lambda *_: monkeypatch.undo())
    engine(site).lines["n1"] = f"table inet/{TABLE}\n"
    said: list[str] = []
    cleanup(site, say=said.append)
    assert said[0].startswith("rule table")
    assert said[1] == "cannot inspect switches: whose they are is not said; trying again"


def test_cleanup_that_fails_says_what_is_left(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    engine(site).down = {"n2"}
    monkeypatch.setattr(
        engine(site), "start", lambda _: (_ for _ in ()).throw(CommandFailed("start", 1, "no space left"))
    )
    said: list[str] = []
    with pytest.raises(LeftDirty, match=r"node n2 is exited.*no space left"):
        cleanup(site, say=said.append)
    assert len(said) == 2, "a pass that changes nothing is not followed by another"


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
