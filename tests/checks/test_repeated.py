"""Pods that are deleted again and again: how often, and for how long, before anything is shown. The act begins at 1 s."""

from __future__ import annotations

import pytest

from kubeskeptic.bounds import constant
from kubeskeptic.checks import fails_only_briefly, recovers_each_time
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan, Change
from tests.checks.replacements import TWO, act
from tests.drawn import gone, lane, pod, watched

MINUTE = 60.0
SECOND = constant("test", -1.0)


def briefly(count: int, lasted: float, lasting: float = MINUTE, failed: int = 0) -> Finding:
    """Pods are deleted every second from 2 s on, and the act ends this long after the first of them."""
    end = 2.0 + lasted
    drawing = "".join("r" if tick == failed else "." for tick in range(1, round(end * 10) + 2))
    spans = (ActSpan("act", 0.01, 1, end),)
    faults = tuple(gone(2.0 + number) for number in range(count))
    seen = watched(lane(f".{drawing}"), spans=spans, faults=faults, within=SECOND)
    return fails_only_briefly(seen, "web", 4, lasting=lasting)


CASES = [
    (1, 5.9, Verdict.INCONCLUSIVE),
    (1, 70.0, Verdict.INCONCLUSIVE),
    (2, 70.0, Verdict.INCONCLUSIVE),
    (3, 60.0, Verdict.HOLDS),
    (3, 59.9, Verdict.INCONCLUSIVE),
    (7, 59.9, Verdict.INCONCLUSIVE),
    (7, 60.0, Verdict.HOLDS),
    (12, 59.9, Verdict.INCONCLUSIVE),
]


@pytest.mark.parametrize(("count", "lasted", "verdict"), CASES)
def test_a_minute_of_deletions_is_required_of_requests(count: int, lasted: float, verdict: Verdict) -> None:
    found = briefly(count, lasted)
    assert found.verdict is verdict, found.why
    if verdict is Verdict.INCONCLUSIVE:
        assert f"in {lasted:.1f} s; at least 3 deletions in 60 s are required" in found.why


@pytest.mark.parametrize(("count", "lasted", "verdict"), CASES)
def test_the_same_is_required_of_replicas(count: int, lasted: float, verdict: Verdict) -> None:
    assert recovering(count, lasted).verdict is verdict


def recovering(count: int, lasted: float, *, back: bool = True) -> Finding:
    names = [one.name for one in TWO]
    changes: list[Change] = []
    for number in range(count):
        at, victim, new = 2.0 + 4 * number, names.pop(0), f"new-{number}"
        names.append(new)
        changes += [pod(at + 0.1, victim, deleting=True), *([pod(at + 2, new)] if back else [])]
    faults = [gone(2.0 + 4 * number) for number in range(count)]
    return recovers_each_time(act(*TWO, *changes, faults=faults, end=2.0 + lasted), "web", 2, lasting=MINUTE)


def test_what_was_violated_early_stays_violated() -> None:
    assert briefly(1, 5.9, failed=50).verdict is Verdict.VIOLATED
    assert recovering(1, 20.0, back=False).verdict is Verdict.VIOLATED


def test_a_case_without_a_length_requires_none() -> None:
    assert briefly(1, 5.9, lasting=0.0).verdict is Verdict.HOLDS


def test_one_pod_is_one() -> None:
    assert "in which 1 pod was deleted, 0 of" in briefly(1, 5.9, lasting=0.0).why
    assert "in which 2 pods were deleted one after another, 0 of" in briefly(2, 5.9, lasting=0.0).why
