"""Evidence: what is taken, what is said of what could not be had, and what is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.errors import Unanswered
from kubeskeptic.journal import Journal, read
from kubeskeptic.scenarios.evidence import keep_what_explains, take

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
    """One pod, one event; the log of kube-system cannot be had."""

    def list(self, kind: str, namespace: str | None, *, labels: str = "") -> dict[str, Any]:
        if namespace == "kube-system":
            raise Unanswered("nobody there")
        if kind == "Pod":
            return {"items": [json.loads(json.dumps(POD))]}
        return {"items": [EVENT] if kind == "Event" and namespace == "ns" else []}

    def logs(self, namespace: str, pod: str, container: str, *, previous: bool, tail: int, timeout: float) -> str:
        return "the one before" if previous else "token: abcdef0123456789"


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
    assert record["missing"] == ["pods of kube-system: nobody there"] * 2


@pytest.mark.parametrize(
    ("verdict", "kept"), [("violated", True), ("inconclusive", True), ("holds", False), ("skipped", False)]
)
def test_it_is_kept_where_a_claim_did_not_hold(run: Any, verdict: str, kept: bool) -> None:
    folder = taken(run)
    finding(run, "holds")
    finding(run, verdict)
    finding(run, "violated", "services/other")
    keep_what_explains(run.folder)
    assert folder.exists() == kept
    assert (run.folder / "evidence").exists() == kept


def test_it_is_kept_of_a_story_that_broke_off(run: Any) -> None:
    folder = taken(run)
    run.journal.write("scenario", id="services/x", phase="end", why="broken off by KeyboardInterrupt")
    keep_what_explains(run.folder)
    assert folder.exists()
