from __future__ import annotations

from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.errors import Inconclusive
from kubeskeptic.journal import Journal, read
from kubeskeptic.probes import instrument
from kubeskeptic.probes.instrument import ECHO, InstrumentProof, judge, measured, samples


def asked(start: float, end: float, phase: float = 0.0, *, period: float = 0.02) -> list[tuple[float, bool]]:
    """Two seconds of questions, of which those between ``start`` and ``end`` fail."""
    ticks = [round(phase + tick * period, 6) for tick in range(int(2 / period))]
    return [(sent, start <= sent < end) for sent in ticks]


@pytest.mark.parametrize("phase", [0.0, 0.001, 0.005, 0.0099, 0.01, 0.0101, 0.015, 0.0199])
def test_an_outage_is_measured_within_one_tick_wherever_it_falls(phase: float) -> None:
    proof = judge("n1", 0.5, 1.01, asked(0.5, 1.01, phase), ECHO)
    assert proof.proven, str(proof)
    assert proof.measured == pytest.approx(proof.injected, abs=0.0101)


def test_clocks_that_differ_do_not_matter() -> None:
    shifted = [(sent + 3600, bad) for sent, bad in asked(0.5, 1.01)]
    assert judge("n1", 0.5, 1.01, shifted, ECHO).proven


def test_the_order_of_arrival_does_not_matter() -> None:
    assert measured(reversed(asked(0.5, 1.01))) == measured(asked(0.5, 1.01)) == (0.52, 0.02)


def test_an_outage_that_nobody_saw_proves_the_opposite() -> None:
    proof = judge("n1", 0.5, 1.01, asked(9, 9), ECHO)
    assert not proof.proven
    assert "saw no outage" in str(proof)


def test_an_outage_without_an_end_is_no_measurement() -> None:
    assert measured(asked(0.5, 9)) == (None, 0.0)


def test_another_failure_beside_the_outage_is_noticed() -> None:
    assert not judge("n1", 0.5, 1.01, [*asked(0.5, 1.01), (1.505, True)], ECHO).proven


def test_two_ticks_wrong_is_wrong() -> None:
    proof = judge("n1", 0.5, 1.01, asked(0.5, 1.05), ECHO)
    assert (proof.proven, proof.in_time) == (False, True)


def test_a_machine_too_busy_to_ask_in_time_proves_nothing() -> None:
    holes = [(sent, bad) for sent, bad in asked(0.5, 1.01) if not 1.0 < sent < 1.06]
    proof = judge("n1", 0.5, 1.01, holes, ECHO)
    assert (proof.proven, proof.in_time) == (False, False)
    assert "asking only every 0.060 s" in str(proof)


def test_samples_are_found_by_scenario_and_probe() -> None:
    probes = [{"name": "echo", "scenario": "instrument"}, {"name": "echo", "scenario": "other"}]
    record = {"kind": "samples", "node": "n1", "offset": 0.5, "probes": probes}
    record |= {"probe": [0, 1, 0], "sent": [1.0, 2.0, 3.0], "outcome": [0, 1, 1]}
    assert samples([{"kind": "act"}, record], "instrument", "echo") == {"n1": [(1.5, False), (3.5, True)]}


def test_who_saw_nothing_because_nothing_was_asked_proves_nothing() -> None:
    blind = [(sent, bad) for sent, bad in asked(9, 9) if not 0.4 < sent < 1.1]
    proof = judge("n1", 0.5, 1.01, blind, ECHO)
    assert (proof.proven, proof.in_time) == (False, False)
    assert "asking only every 0.700 s" in str(proof)


def test_a_hole_too_short_to_hide_an_outage_is_no_excuse() -> None:
    holes = [(sent, bad) for sent, bad in asked(9, 9) if not 0.6 < sent < 0.9]
    assert judge("n1", 0.5, 1.01, holes, ECHO).in_time


RIGHT, WRONG, LATE = (0.51, 0.02), (0.90, 0.02), (0.55, 0.08)
"""What a node measured of an outage of 0.51 s, and the time between two questions at its edges."""


def proved(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *attempts: dict[str, tuple[float, float]]
) -> tuple[list[dict[str, Any]], list[list[str]], str]:
    """What the journal says about each node, who was asked in each attempt, and why the instrument is not right."""
    asked_nodes: list[list[str]] = []

    def attempt(agents: Any, journal: Journal, nodes: list[str]) -> list[InstrumentProof]:
        seen = attempts[len(asked_nodes)]
        asked_nodes.append(nodes)
        return [InstrumentProof(node, 0.51, *_measured_of(seen[node])) for node in nodes]

    monkeypatch.setattr(instrument, "_attempt", attempt)
    agents: Any = SimpleNamespace(nodes=dict.fromkeys(attempts[0]))
    why = ""
    with closing(Journal(tmp_path / "journal.jsonl")) as journal:
        try:
            instrument.prove(agents, journal)
        except Inconclusive as wrong:
            why = str(wrong)
    return list(read(tmp_path / "journal.jsonl")), asked_nodes, why


def _measured_of(seen: tuple[float, float]) -> tuple[float, float, float]:
    length, edges = seen
    return length, ECHO.period, edges


def test_a_node_that_was_asked_late_is_asked_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    records, asked_nodes, why = proved(monkeypatch, tmp_path, {"n1": RIGHT, "n2": LATE}, {"n2": RIGHT})
    assert why == ""
    assert asked_nodes == [["n1", "n2"], ["n2"]]
    assert [(one["node"], one["proven"], one["attempts"]) for one in records] == [("n1", True, 1), ("n2", True, 2)]


def test_a_node_that_was_wrong_in_time_gets_no_second_try_from_the_trouble_of_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    again = {"n1": RIGHT, "n2": RIGHT}
    records, asked_nodes, why = proved(monkeypatch, tmp_path, {"n1": WRONG, "n2": LATE}, again)
    assert "n1 measured 0.900 s for an injected outage of 0.510 s" in why
    assert "n2" not in why
    assert asked_nodes == [["n1", "n2"], ["n2"]]
    assert [(one["node"], one["proven"], one["attempts"]) for one in records] == [("n1", False, 1), ("n2", True, 2)]
