"""A recorded sabotaged run is judged by the checks as they are now."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from kubeskeptic.paths import checkout
from kubeskeptic.proving import Asked, again, asked_by, judged_again
from kubeskeptic.timeline import RunEvidence, load
from tests.replay.recorded import unpacked

ASKED = asked_by(checkout() / "suites" / "services" / "test_pod_killed.py")


@pytest.fixture
def evidence(tmp_path: Path) -> RunEvidence:
    return load(unpacked(tmp_path))


def judged(evidence: RunEvidence, monkeypatch: pytest.MonkeyPatch, *sabotages: str) -> Counter[str]:
    told = replace(evidence, run=evidence.run | {"sabotages": list(sabotages)})
    monkeypatch.setattr(again, "load", lambda _: told)
    return Counter(one.verdict for one in judged_again(Path("journal.jsonl"), ASKED))


def broken_by(sabotage: str) -> list[Asked]:
    return [one for one in ASKED if sabotage in {each.id for each in one.sabotages}]


def test_a_run_that_was_not_sabotaged_proves_nothing(evidence: RunEvidence, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged(evidence, monkeypatch) == Counter()


def test_each_case_that_the_sabotage_must_break_gets_todays_verdict(
    evidence: RunEvidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = judged(evidence, monkeypatch, "kube-proxy-frozen")  # it says so, and nothing was: all of them hold
    assert found == {"holds": len(broken_by("kube-proxy-frozen"))}
