from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from kubeskeptic.durations import Patience
from kubeskeptic.errors import PatienceExhausted, Unanswered
from kubeskeptic.journal import Journal, read
from kubeskeptic.kube import Kube
from kubeskeptic.recorder import Recorder, Watch
from kubeskeptic.recorder import recorder as module

from .test_following import OPENED, Thing, by, event, listing, pod


class Cluster:
    """Lists what it has; a watch opens, tells what it is given, and is silent until told to end."""

    def __init__(self, *news: Thing) -> None:
        self.has = listing(pod("a"))
        self.news = news
        self.told = threading.Event()
        self.end = threading.Event()
        self.down = False

    def list(self, *_: Any, **__: Any) -> Thing:
        if self.down:
            raise Unanswered("down")
        return self.has

    def watch(self, *_: Any) -> Iterator[Thing]:
        yield OPENED
        yield from self.news
        self.told.set()
        self.end.wait(5)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.jsonl")


def records(journal: Journal) -> list[dict[str, Any]]:
    return [dict(record) for record in read(journal.path)]


def test_what_was_seen_is_in_the_journal(journal: Journal) -> None:
    cluster = Cluster(event("ADDED", by(pod("b"), "kubectl-run")))
    with Recorder(cast(Kube, cluster), journal, "story", [Watch("Pod", "shop")]) as recorder:
        assert cluster.told.wait(5)
        assert recorder.ready()
        cluster.has = listing(pod("a"), pod("b"))
    cluster.end.set()
    seen = [(one["kind"], one["scenario"], one["type"], one["object"]["metadata"]["name"]) for one in records(journal)]
    assert seen == [("change", "story", "LISTED", "a"), ("change", "story", "ADDED", "b")]
    assert [one["by"] for one in records(journal)] == [None, ["kubectl-run"]]


def test_a_watch_that_missed_something_ends_with_a_gap(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CAUGHT_UP", Patience(0.01))
    cluster = Cluster()
    with Recorder(cast(Kube, cluster), journal, "story", [Watch("Pod")]):
        assert cluster.told.wait(5)
        cluster.has = listing()  # deleted, and the watch has not said so
    cluster.end.set()
    gap = records(journal)[-1]
    assert (gap["kind"], gap["source"], gap["resource"], gap["until"]) == ("gap", "watch", "Pod", None)
    assert "not as last seen" in gap["reason"]


def test_a_server_that_is_down_at_the_end_is_a_gap(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CAUGHT_UP", Patience(0.01))
    cluster = Cluster()
    with Recorder(cast(Kube, cluster), journal, "story", [Watch("Pod")]):
        assert cluster.told.wait(5)
        cluster.down = True
    cluster.end.set()
    assert records(journal)[-1]["kind"] == "gap"


def test_without_a_first_list_there_is_no_recording(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WATCHES_LISTED", Patience(0.01))
    cluster = Cluster()
    cluster.down = True
    with (
        pytest.raises(PatienceExhausted, match="first lists"),
        Recorder(cast(Kube, cluster), journal, "story", [Watch("Pod")]),
    ):
        pass
    assert records(journal) == []


def test_it_catches_up_with_what_the_server_has(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(event("ADDED", pod("b")))
    with Recorder(cast(Kube, cluster), journal, "story", [Watch("Pod", "shop")]) as recorder:
        cluster.has = listing(pod("a"), pod("b"))
        recorder.catch_up()
        assert [one["object"]["metadata"]["name"] for one in records(journal)] == ["a", "b"]
        monkeypatch.setattr(module, "CAUGHT_UP", Patience(0.01))
        cluster.has = listing(pod("a"))
        with pytest.raises(PatienceExhausted, match="b is not as last seen"):
            recorder.catch_up()
        cluster.has = listing(pod("a"), pod("b"))
    cluster.end.set()
