"""A cell that was noted at 100 s: its request began at 93 s at the earliest, with a deadline of 3.5 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.timeline import Act, ActSpan
from kubeskeptic.timeline.cells import as_known
from kubeskeptic.timeline.stalls import Standstill
from tests.drawn import recording


def known(value: Any, *stretches: tuple[float, float]) -> Any:
    still = [Standstill(since, until, frozenset({"n1"})) for since, until in stretches]
    return as_known(recording(standstills=still), value, 100.0)


@pytest.mark.parametrize(
    ("stretches", "outcome"),
    [
        ([], "timeout"),
        ([(96.8, 99.9)], "unknown"),
        ([(97.0, 99.59)], "timeout"),  # 0.91 s were left: enough for an answer
        ([(97.0, 99.61)], "unknown"),
        ([(94.0, 95.4), (97.0, 98.4)], "unknown"),
        ([(90.0, 93.0)], "timeout"),
        ([(90.0, 95.5)], "timeout"),
        ([(90.0, 95.7)], "unknown"),
        ([(97.5, 110.0)], "timeout"),
        ([(100.0, 110.0)], "timeout"),
    ],
)
def test_a_timeout_after_a_standstill_is_not_known(stretches: list[tuple[float, float]], outcome: str) -> None:
    assert known("timeout", *stretches) == outcome
    assert known({"node": "n1", "outcome": "timeout"}, *stretches) == {"node": "n1", "outcome": outcome}


@pytest.mark.parametrize(
    ("value", "known_as"),
    [
        ("ok and timeout", "ok and unknown"),
        ("timeout and unknown", "unknown"),
        ("timeout and more", "timeout and more"),
        ("ok and refused", "ok and refused"),
    ],
)
def test_of_several_outcomes_only_the_timeout_is_not_known(value: str, known_as: str) -> None:
    assert known(value, (96.0, 99.9)) == known_as
    assert known(value) == value


@pytest.mark.parametrize("value", ["ok", "refused", "unreachable", True, 3, None, ["timeout"], {"outcome": "ok"}, {}])
def test_whatever_else_was_noted_stays(value: Any) -> None:
    assert known(value, (96.0, 99.9)) == value


def test_a_table_of_an_act_has_what_is_known() -> None:
    still = [Standstill(20.0, 23.1, frozenset({"n1"}))]
    seen = recording(
        acts={"act": ActSpan("act", 0.0, 1.0, 60.0)},
        standstills=still,
        tables={"seen": {"soon": "timeout", "late": "timeout", "never": "timeout"}},
        looked={"seen": {"soon": 23.2, "late": 40.0}},
    )
    assert Act(seen, ["act"]).table("seen") == {"soon": "unknown", "late": "timeout", "never": "timeout"}
