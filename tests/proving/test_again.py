"""A recorded sabotaged run is judged by the checks as they are now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from kubeskeptic.bounds import Bound
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, Verdict, conclude, inconclusive
from kubeskeptic.paths import checkout
from kubeskeptic.plugin import Holds
from kubeskeptic.proving import proofs
from kubeskeptic.proving.proofs import judged_again, judged_now
from kubeskeptic.proving.suites import AskedCase, asked_by
from kubeskeptic.timeline import RunEvidence, load
from tests.replay.recorded import unpacked

ASKED = asked_by(checkout() / "suites" / "services" / "test_pod_killed.py")


@pytest.fixture
def evidence(tmp_path: Path) -> RunEvidence:
    return load(unpacked(tmp_path))


def judged(evidence: RunEvidence, monkeypatch: pytest.MonkeyPatch, *sabotages: str) -> Counter[str]:
    told = replace(evidence, run=evidence.run | {"sabotages": list(sabotages)})
    monkeypatch.setattr(proofs, "load", lambda _: told)
    return Counter(one.verdict for one in judged_again(Path("journal.jsonl"), ASKED))


def broken_by(sabotage: str) -> list[AskedCase]:
    return [one for one in ASKED if sabotage in {each.id for each in one.sabotages}]


def test_a_run_that_was_not_sabotaged_proves_nothing(evidence: RunEvidence, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged(evidence, monkeypatch) == Counter()


HELD = conclude("It took 1 s.", {"took": Measure(1.0, "s")}, {"took": Bound(2.0, "s", "margin 2")})
BROKEN = conclude("It took 3 s.", {"took": Measure(3.0, "s")}, {"took": Bound(2.0, "s", "margin 2")})


def passes_all(holds: Holds) -> None:
    for finding in FOUND:
        holds(finding)


def catches(holds: Holds) -> None:
    for finding in FOUND:
        with suppress(Exception):
            holds(finding)


def fails_later(holds: Holds) -> None:
    passes_all(holds)
    raise Inconclusive("there is no such lane")


FOUND: list[Finding] = []


@pytest.mark.parametrize(
    ("test", "found", "verdict"),
    [
        (passes_all, [HELD, HELD], Verdict.HOLDS),
        (passes_all, [BROKEN, HELD], Verdict.VIOLATED),
        (passes_all, [HELD, BROKEN], Verdict.VIOLATED),
        (catches, [BROKEN, HELD], Verdict.VIOLATED),
        (catches, [inconclusive("a gap"), BROKEN, HELD], Verdict.VIOLATED),
        (fails_later, [HELD], None),
        (fails_later, [BROKEN], Verdict.VIOLATED),
        (passes_all, [], None),
    ],
)
def test_the_worst_finding_of_a_test_counts(
    evidence: RunEvidence, test: Callable[..., None], found: list[Finding], verdict: Verdict | None
) -> None:
    FOUND[:] = found
    one = replace(ASKED[0], test=test)
    told = judged_now(one, evidence.scenarios[one.scenario.id])
    assert (told.verdict if told else None) is verdict


def test_each_case_that_the_sabotage_must_break_gets_todays_verdict(
    evidence: RunEvidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = judged(evidence, monkeypatch, "kube-proxy-frozen")  # it says so, and nothing was: all of them hold
    assert found == {"holds": len(broken_by("kube-proxy-frozen"))}
