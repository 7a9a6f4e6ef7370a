"""Evidence: what is taken, what is said of what could not be had, and what is kept."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.durations import EVIDENCE_READ, Patience
from kubeskeptic.errors import Unanswered
from kubeskeptic.journal import Journal, read
from kubeskeptic.runs import evidence
from kubeskeptic.runs.evidence import keep_what_explains, take
from kubeskeptic.timeline import load

BUDGET = 2.5
"""Seconds, in which a busy machine, too, takes what is answered at once; less than one question may take by itself."""
POD = {
    "metadata": {"name": "web-1", "managedFields": ["long"]},
    "spec": {"nodeName": "n1"},
    "status": {"containerStatuses": [{"name": "main", "restartCount": 1}]},
}
EVENT = {
    "metadata": {},
    "involvedObject": {"kind": "Pod", "name": "web-1"},
    "lastTimestamp": "2026-01-01T00:00:00Z",
    "type": "Warning",
    "reason": "BackOff",
    "message": "restarting",
}


class FakeKube:
    """One pod, one event; nothing of kube-system can be had."""

    def __init__(self) -> None:
        self.timeouts: list[float | None] = []

    def get_raw(self, path: str, *, query: Any = None, timeout: float | None = None) -> bytes:
        self.timeouts.append(timeout)
        if "/kube-system/" in path:
            raise Unanswered("nobody there")
        items = {"/api/v1/namespaces/ns/pods": [POD], "/api/v1/namespaces/ns/events": [EVENT]}.get(path, [])
        return json.dumps({"items": items}).encode()

    def logs(self, namespace: str, pod: str, container: str, *, previous: bool, tail: int, timeout: float) -> str:
        self.timeouts.append(timeout)
        return "the one before" if previous else "token: abcdef0123456789"


class Frozen:
    """Of a control plane that accepts and never answers: nothing comes back, whatever is asked of what it hides.

    :param hides: part of the question; all when empty
    """

    def __init__(self, hides: str = "") -> None:
        self._kube, self._hides = FakeKube(), hides
        self.thaw = threading.Event()

    def __getattr__(self, verb: str) -> Any:
        def ask(*words: Any, **more: Any) -> Any:
            if self._hides in " ".join(map(str, words)):
                self.thaw.wait(3)
            return getattr(self._kube, verb)(*words, **more)

        return ask


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Any]:
    journal = Journal(tmp_path / "journal.jsonl")
    yield SimpleNamespace(kube=FakeKube(), journal=journal, folder=tmp_path)
    journal.close()


def finding(run: Any, verdict: str, scenario: str = "services/x") -> None:
    run.journal.write("finding", scenario=scenario, claim="c", verdict=verdict)


def taken(run: Any, scenario: str = "services/x") -> Path:
    take(run, scenario, "ns", "the act", "undoing crash_node")
    return Path(run.folder / "evidence" / scenario / "the-act-undoing-crash-node")


def test_logs_events_and_states_are_there(run: Any) -> None:
    folder = taken(run)
    assert (folder / "web-1.main.before.log").read_text() == "the one before"
    assert (folder / "events.txt").read_text() == "2026-01-01T00:00:00Z Warning BackOff Pod web-1: restarting\n"
    (pod,) = json.loads((folder / "pods.json").read_text())
    assert pod["metadata"] == {"name": "web-1"}


def test_secrets_do_not_get_in(run: Any) -> None:
    assert (taken(run) / "web-1.main.log").read_text() == "token: [redacted]"


def test_what_could_not_be_had_is_listed(run: Any) -> None:
    folder = taken(run)
    (record,) = [one for one in read(run.folder / "journal.jsonl") if one["kind"] == "evidence"]
    assert record["files"] == len(list(folder.iterdir()))
    assert sorted(record["missing"]) == [
        f"pods of kube-system, {app}: nobody there" for app in ("kube-dns", "kube-proxy")
    ]


@pytest.mark.parametrize(("hides", "files", "late"), [("", 0, 12), ("deployments", 10, 1), ("ns web-1", 9, 2)])
def test_the_budget_is_kept_whoever_does_not_answer(
    run: Any, monkeypatch: pytest.MonkeyPatch, hides: str, files: int, late: int
) -> None:
    run.kube = Frozen(hides)
    monkeypatch.setattr(evidence, "EVIDENCE", Patience(BUDGET))
    began = time.monotonic()
    folder = taken(run)
    took = time.monotonic() - began
    hanging = [one for one in threading.enumerate() if one.name.startswith("evidence")]
    run.kube.thaw.set()
    assert BUDGET <= took < BUDGET + 8
    assert len(list(folder.iterdir())) == files
    (record,) = [one for one in read(run.folder / "journal.jsonl") if one["kind"] == "evidence"]
    assert sum(line.endswith(f": not within {BUDGET:g} s") for line in record["missing"]) == late
    assert hanging
    assert all(one.daemon for one in hanging), "the process would wait for them at its end"
    for one in hanging:
        one.join(5)
        assert not one.is_alive()


def test_every_question_is_asked_with_the_short_patience(run: Any) -> None:
    taken(run)
    assert set(run.kube.timeouts) == {EVIDENCE_READ}


@pytest.mark.parametrize(
    ("verdict", "kept"), [("violated", True), ("inconclusive", True), ("holds", False), ("skipped", False)]
)
def test_it_is_kept_where_a_claim_did_not_hold(run: Any, verdict: str, kept: bool) -> None:
    folder = taken(run)
    finding(run, "holds")
    finding(run, verdict)
    finding(run, "violated", "services/other")
    keep_what_explains(run.folder, load(run.journal.path))
    assert folder.exists() == kept
    assert (run.folder / "evidence").exists() == kept


def test_it_is_kept_of_a_story_that_broke_off(run: Any) -> None:
    folder = taken(run)
    run.journal.write("scenario", id="services/x", phase="end", why="interrupted by KeyboardInterrupt")
    keep_what_explains(run.folder, load(run.journal.path))
    assert folder.exists()
