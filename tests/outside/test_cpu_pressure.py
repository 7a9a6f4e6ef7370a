from __future__ import annotations

from pathlib import Path

import pytest

from kubeskeptic.outside.cpu_pressure import waited

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
