from __future__ import annotations

from pathlib import Path

import pytest

from kubeskeptic.outside import cpu_pressure
from kubeskeptic.outside.cpu_pressure import Waiting, waited

LINES = """some avg10=81.72 avg60=63.82 avg300=62.60 total=2500000
full avg10=0.00 avg60=0.00 avg300=0.00 total=7
"""


@pytest.mark.parametrize(
    ("lines", "seconds"), [(LINES, 2.5), ("some total=0\n", 0.0), ("full total=7\n", None), ("", None)]
)
def test_the_seconds_in_which_some_process_waited(tmp_path: Path, lines: str, seconds: float | None) -> None:
    (tmp_path / "cpu").write_text(lines)
    assert waited(tmp_path / "cpu") == seconds


def test_a_kernel_that_does_not_say(tmp_path: Path) -> None:
    assert waited(tmp_path / "none") is None


def test_the_share_of_the_time_since_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds, clock = iter((10.0, 11.5, None)), iter((100.0, 104.0))
    monkeypatch.setattr(cpu_pressure, "waited", lambda: next(seconds))
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    waiting = Waiting()
    assert waiting.share() == 0.375
    assert waiting.share() is None
