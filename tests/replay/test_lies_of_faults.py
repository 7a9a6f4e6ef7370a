"""Lies about what a fault was inflicted on, and with which settings a run was judged.

Each row is a lie, the case that it is told to, and the verdict that is true of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from kubeskeptic.findings import Verdict
from kubeskeptic.journal import Record
from tests.journal.rewriting import Change
from tests.replay.telling import Teller

FORCED, STABLE, DEAD = (
    "service.pod-killed (forced)", "service.stable (pods killed)", "pod.bare-dies-with-node (node stays dead)",
)  # fmt: skip


def of_faults(edit: Callable[[list[str]], list[str]]) -> Change:
    """All faults were inflicted on something else."""

    def change(record: Record) -> Iterable[Record]:
        return [record | {"targets": edit(record["targets"])} if record["kind"] == "fault" else record]

    return change


def settings(**more: object) -> Change:
    def change(record: Record) -> Iterable[Record]:
        for one in record.get("settings", {}).values() if record["kind"] == "run" else ():
            one.update(more)
        return [record]

    return change


@pytest.mark.parametrize("case", [FORCED, STABLE, DEAD])
@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda _: [], "acted on nothing"),
        (lambda all_: [f"{one.rpartition('/')[0]}/ghost" for one in all_], "ghost"),
    ],
)
def test_a_fault_of_nothing_that_was_watched(
    told: Teller, case: str, edit: Callable[[list[str]], list[str]], said: str
) -> None:
    finding = told(case, of_faults(edit))
    assert (finding.verdict, said in finding.why) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize("case", [FORCED, STABLE])
def test_a_fault_of_a_pod_of_the_same_name_elsewhere(told: Teller, case: str) -> None:
    finding = told(case, of_faults(lambda all_: [f"pod/elsewhere/{one.rpartition('/')[2]}" for one in all_]))
    assert (finding.verdict, "in that namespace" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_a_fault_that_was_applied_nobody_knows_since_when(told: Teller) -> None:
    finding = told(FORCED, lambda one: [] if one["kind"] == "fault" and one["phase"] == "applying" else [one])
    assert (finding.verdict, "reached “applied” without “applying”" in finding.why) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize("case", [FORCED, DEAD])
def test_settings_in_another_unit(told: Teller, case: str) -> None:
    finding = told(case, settings(unit="ms"))
    assert (finding.verdict, "is in ms, and has to be in s" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_no_record_describes_the_run(told: Teller) -> None:
    finding = told(FORCED, lambda one: [] if one["kind"] == "run" else [one])
    assert (finding.verdict, "is not known" in finding.why) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize("case", [STABLE, DEAD])
def test_the_run_names_no_nodes(told: Teller, case: str) -> None:
    finding = told(case, lambda one: [one | ({"nodes": []} if one["kind"] == "run" else {})])
    assert (finding.verdict, "it names no nodes" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_no_outage_was_injected_into_what_was_proven(told: Teller) -> None:
    def change(record: Record) -> Iterable[Record]:
        return [record | ({"injected": 0.0, "measured": 0.0} if record["kind"] == "instrument" else {})]

    finding = told(STABLE, change)
    assert (finding.verdict, "not proven to measure a known outage" in finding.why) == (Verdict.INCONCLUSIVE, True)
