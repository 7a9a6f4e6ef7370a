from __future__ import annotations

import pytest

from kubeskeptic.probes.instrument import ECHO, judge, measured, samples


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
