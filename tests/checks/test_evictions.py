"""Evictions of two pods that are not Ready, which a budget refuses. The act is from 1 s to 60 s."""

from __future__ import annotations

import pytest

from kubeskeptic.checks import keeps_unready
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, ActSpan, Change
from tests.drawn import gone, pod, recording

WHY = "429: Cannot evict pod as it would violate the pod's disruption budget. "
REFUSED = f"{WHY}The disruption budget plain needs 3 healthy pods and has 2 currently"
PROCESSED = f"{WHY}The disruption budget plain is still being processed by the server."


def judged(*answers: str, again: object = True, changes: tuple[Change, ...] = ()) -> Finding:
    cells: dict[str, object] = {f"unready pod {number}": one for number, one in enumerate(answers, 1)}
    cells |= {} if again is None else {"node schedulable again": again}
    faults = [gone(2.0, f"pod/ns/{one}", "make_unready") for one in "ab"] + [gone(2.0, "pod/ns/c", "delete_pod")]
    seen = recording(
        *(pod(0.0, one) for one in "abc"), *(pod(3.0, one, ready=False) for one in "ab"),
        pod(3.0, "c", type="DELETED"), *changes, faults=faults, tables={"evictions": cells},
        acts={"act": ActSpan("act", 0.0, 1.0, 60.0)},
    )  # fmt: skip
    return keeps_unready(Act(seen, ["act"]), "evictions", "plain", pods=2, needs=3, ready=2)


def test_both_evictions_are_refused() -> None:
    found = judged(REFUSED, REFUSED)
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.why == "2 evictions were refused, as plain needs 3 healthy pods and had 2."


@pytest.mark.parametrize("other", [REFUSED, PROCESSED, "201: evicted"])
def test_one_eviction_that_was_granted_violates(other: str) -> None:
    found = judged(other, "201: evicted", changes=(pod(9.0, "a", type="DELETED"),))
    assert (found.verdict, "evictions were granted, with 2 of 3 healthy pods" in found.why) == (Verdict.VIOLATED, True)


@pytest.mark.parametrize(
    "other",
    [
        PROCESSED,
        REFUSED.replace("has 2", "has 3"),
        REFUSED.replace("has 2", "has 1"),
        REFUSED.replace("has 2", "has 22"),
        REFUSED.replace("needs 3", "needs 2"),
        REFUSED.replace("plain", "web"),
        REFUSED.replace("429", "500"),
        "429: Too many requests",
        "404: pods “a” not found",
    ],
)
def test_another_refusal_neither_holds_nor_violates(other: str) -> None:
    found = judged(REFUSED, other)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert f"The answer to the eviction of unready pod 2 was “{other}”" in found.why


def test_the_words_around_the_numbers_do_not_matter() -> None:
    assert judged(REFUSED, "429: No. The disruption budget plain needs 3 healthy pods and has 2 currently") == judged(
        REFUSED, REFUSED
    )


@pytest.mark.parametrize("change", [pod(9.0, "a", type="DELETED"), pod(9.0, "b", deleting=True)])
def test_a_pod_that_the_watch_shows_deleted_was_not_kept(change: Change) -> None:
    found = judged(REFUSED, REFUSED, changes=(change,))
    assert (found.verdict, "but the watch shows that it was deleted" in found.why) == (Verdict.INCONCLUSIVE, True)


def test_a_node_that_stays_cordoned_violates() -> None:
    found = judged(REFUSED, REFUSED, again=False)
    assert (found.verdict, found.why) == (
        Verdict.VIOLATED,
        "The node was not schedulable again after the evictions.",
    )


def test_too_few_answers_are_inconclusive() -> None:
    one, unknown = judged(REFUSED), judged(REFUSED, REFUSED, again=None)
    assert (one.verdict, unknown.verdict) == (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)
    assert "has 1 answer to evictions, and has to have 2" in one.why
    assert "does not say whether the node was schedulable again" in unknown.why
    assert judged(REFUSED, REFUSED, REFUSED).verdict is Verdict.HOLDS
